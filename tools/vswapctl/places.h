/* SPDX-License-Identifier: GPL-2.0 */
/* Where swapped pages lie, as the module has it. */
#ifndef VSWAPCTL_PLACES_H
#define VSWAPCTL_PLACES_H

#include <stddef.h>

#include "control.h"

/* One for each slot there is; none while swap is off. */
struct places {
	size_t nr;
	struct vswap_place *place;
};

/* Returns NULL, or why they can't be read: the caller frees that, and else the places. */
char *places_read(struct places *places);
/* Why the module didn't tell something about them: the caller frees it. */
char *places_reason(int error);
void places_free(struct places *places);

#endif
