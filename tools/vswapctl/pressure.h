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
	struct value refaults;	/* pages that came back soon after they went; a counter */
};

void pressure_read(struct pressure *pressure);

#endif
