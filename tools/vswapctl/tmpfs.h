/* SPDX-License-Identifier: GPL-2.0 */
/* Which slots of the swap area the files of each tmpfs have pages in. */
#ifndef VSWAPCTL_TMPFS_H
#define VSWAPCTL_TMPFS_H

#include <sys/types.h>

#include "slot_list.h"

struct tmpfs {
	dev_t device;
	char *name;		/* where it is mounted, or what else it is */
	struct slot_list slots;
};

struct tmpfs_list {
	size_t nr;
	struct tmpfs *tmpfs;
};

/* Those that can be seen. Returns NULL, or why it can't be known: the caller frees that, and else the list. */
char *tmpfs_read(struct tmpfs_list *list);
void tmpfs_free(struct tmpfs_list *list);

#endif
