/* SPDX-License-Identifier: GPL-2.0 */
/* A room of VSLAB_TEST_SEGMENTS segments, with memory whose pages come and go. */
#ifndef VSWAP_TEST_VSLAB_SPACE_H
#define VSWAP_TEST_VSLAB_SPACE_H

#include "vslab.h"
#include "test.h"

#define VSLAB_TEST_SEGMENTS	64

/**
 * struct vslab_space - a room, and what it has of its owner
 * @slab: the room
 * @memory: what offsets are into
 * @pages: pages that are there
 * @limit: so many may be
 * @locked: pages that are left when a segment is to give back all it has
 * @many_empty: how often the room has said so
 */
struct vslab_space {
	struct vslab slab;
	struct vslab_segment segments[VSLAB_TEST_SEGMENTS];
	u8 *memory;
	long pages;
	long limit;
	unsigned int locked;
	unsigned long many_empty;
};

void vslab_space_init(struct vslab_space *space, unsigned int nr_sets, long limit);
void vslab_space_exit(struct vslab_space *space);

#endif /* VSWAP_TEST_VSLAB_SPACE_H */
