/* SPDX-License-Identifier: GPL-2.0 */
/* How hard the machine is pressed for memory, as the kernel has it. */
#ifndef VSWAPCTL_PRESSURE_H
#define VSWAPCTL_PRESSURE_H

#include "value.h"

/* What isn't there to be read isn't known. */
struct pressure {
	struct value some;	/* percent of the last 10 s in which somebody waited for memory */
	struct value full;	/* in which all did */
	struct value some_long;	/* somebody, of the last 5 minutes */
	/* The same as counters since boot, in microseconds. */
	struct value some_total, full_total;
	/* Counters since boot, in pages. */
	struct value refaults;	/* that came back soon after they went */
	struct value swapped_in, swapped_out;
	struct value faults;	/* that had to wait for a disk, or for swap */
};

void pressure_read(struct pressure *pressure);

#endif
