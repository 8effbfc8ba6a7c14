// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "message.h"
#include "slot_list.h"

void slot_list_add(struct slot_list *list, uint64_t slot)
{
	/* twice as many at 1, 2, 4, ... of them */
	if (!(list->nr & (list->nr - 1)))
		list->slot = xreallocarray(list->slot, 2 * list->nr + 1, sizeof(*list->slot));
	list->slot[list->nr++] = slot;
}

void slot_list_free(struct slot_list *list)
{
	free(list->slot);
	*list = (struct slot_list){ 0 };
}
