/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_SWAPS_H
#define VSWAPCTL_SWAPS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A swap area, as /proc/swaps has it. */
struct swap {
	char path[256];
	uint64_t bytes;
	uint64_t used;
	int priority;
};

/* NULL if there is none to read. */
FILE *swaps_open(void);
bool swaps_next(FILE *file, struct swap *swap);
void swaps_close(FILE *file);

/* Does zram hold it? */
bool swap_is_zram(const struct swap *swap);

#endif
