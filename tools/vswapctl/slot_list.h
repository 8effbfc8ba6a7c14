/* SPDX-License-Identifier: GPL-2.0 */
/* Slots of the swap area, those of somebody's pages. */
#ifndef VSWAPCTL_SLOT_LIST_H
#define VSWAPCTL_SLOT_LIST_H

#include <stddef.h>
#include <stdint.h>

struct slot_list {
	size_t nr;
	uint64_t *slot;
};

void slot_list_add(struct slot_list *list, uint64_t slot);
void slot_list_free(struct slot_list *list);

#endif
