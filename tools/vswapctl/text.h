/* SPDX-License-Identifier: GPL-2.0 */
/* Texts that are put together by printing; without memory that ends the program. */
#ifndef VSWAPCTL_TEXT_H
#define VSWAPCTL_TEXT_H

#include <stdio.h>

struct text {
	FILE *out;
	char *start;
	size_t len;
};

/* Returns what to print to. */
FILE *text_begin(struct text *text);

/* Returns what was printed since; the caller frees it. */
char *text_end(struct text *text);

#endif
