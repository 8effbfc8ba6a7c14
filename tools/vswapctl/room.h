/* SPDX-License-Identifier: GPL-2.0 */
/* Whether there is room for what is swapped to /dev/vswap0. */
#ifndef VSWAPCTL_ROOM_H
#define VSWAPCTL_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#define VSWAP_DEVICE	"/dev/vswap0"
#define VSWAP_STAYS_ON	VSWAP_DEVICE " stays on: "

struct room {
	bool on;		/* whether the area is */
	uint64_t swapped;	/* bytes in it */
	uint64_t elsewhere;	/* bytes free in swap areas that aren't in memory */
	uint64_t memory;	/* bytes that memory has for it */
};

struct room room_look(void);

/* For so much: an eighth to spare, since others want memory too. */
uint64_t room_wanted(uint64_t swapped);

/*
 * A cgroup of version 2 that could not have in memory what it has in swap, as "system.slice/x";
 * NULL if there is none. The caller frees it.
 */
char *room_tight_cgroup(const struct room *room);

/*
 * Why there is none, and what to do; NULL: there is. The kernel would try all the same, until its
 * OOM killer comes. The caller frees it.
 */
char *room_lack(const struct room *room);

#endif
