/* SPDX-License-Identifier: GPL-2.0 */
/* What the options of all programs here have in common: options.c */
#ifndef VSWAP_OPTIONS_H
#define VSWAP_OPTIONS_H

#include "content.h"

_Noreturn void usage_error(const char *what, const char *value);
/* Decimal, 0x or 0 as in C; with units, K, M or G may follow */
uint64_t parse_number(const char *text, uint64_t max, bool units);
/* Weights of contents, as "zero=10,text=90" */
void parse_mix(struct mix *mix, const char *list);
uint64_t random_seed(void);

#endif /* VSWAP_OPTIONS_H */
