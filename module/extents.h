/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Extents: where on a disk the pages of a swap file lie.
 *
 * A sorted array, built once by appending and then only read, so it needs no lock.
 * Like slots.h this knows nothing of mm/ and is built in user space too.
 */
#ifndef VSWAP_EXTENTS_H
#define VSWAP_EXTENTS_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include "shim.h"
#endif

/* No block: what extents_lookup() returns for a page outside the map. */
#define EXTENTS_NONE	U64_MAX

/*
 * The first block number that is too big: a block is a page of 4 KiB, and its
 * number of 512-byte sectors must fit in 63 bits.
 */
#define EXTENTS_MAX_BLOCK	(1ULL << 60)

/**
 * struct extent - pages of a file that are contiguous on the disk
 * @page: the first page of the file
 * @nr: how many pages
 * @block: where the first one lies, in pages from the start of the disk
 */
struct extent {
	u32 page;
	u32 nr;
	u64 block;
};

/**
 * struct extents - a map from the pages of a file to the blocks of a disk
 * @ext: the extents, ascending and without gaps from page 0
 * @nr: entries of @ext in use
 * @room: entries of @ext there are
 */
struct extents {
	struct extent *ext;
	u32 nr;
	u32 room;
};

void extents_init(struct extents *map);
void extents_exit(struct extents *map);
int extents_add(struct extents *map, u32 page, u32 nr, u64 block);
u32 extents_pages(const struct extents *map);
u64 extents_lookup(const struct extents *map, u32 page, u32 *nr_contiguous);

#endif /* VSWAP_EXTENTS_H */
