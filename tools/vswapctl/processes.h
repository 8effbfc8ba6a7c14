/* SPDX-License-Identifier: GPL-2.0 */
/* Which slots of a swap area the processes have pages in. */
#ifndef VSWAPCTL_PROCESSES_H
#define VSWAPCTL_PROCESSES_H

#include <stddef.h>
#include <sys/types.h>

#include "slot_list.h"

struct process {
	pid_t pid;
	char *name;
	char *cgroup;		/* of cgroup v2; "" if it is in none */
	struct slot_list slots;	/* each page's that its page table has there */
};

struct processes {
	size_t nr;
	struct process *process;
};

/* Those with pages in the area of this type; needs root. */
void processes_read(struct processes *processes, unsigned int swap_type);
void processes_free(struct processes *processes);

#endif
