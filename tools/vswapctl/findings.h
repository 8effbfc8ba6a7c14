/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_FINDINGS_H
#define VSWAPCTL_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

enum verdict { OK, WARNING, PROBLEM };

/* One more line of the report. */
void say(enum verdict verdict, const char *topic, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* How many there are until now. */
size_t findings(enum verdict verdict);

/* @quiet: without those that are OK. */
void findings_print(bool json, bool quiet);
void findings_free(void);

#endif
