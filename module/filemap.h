/* SPDX-License-Identifier: GPL-2.0 */
/*
 * File slots: which pages of a swap file are in use, and by which virtual slot.
 *
 * A bitmap and a reverse map, nothing else, both there only where the file is in
 * use: the file is divided into chunks of 1024 slots, and a chunk has memory while
 * one of its slots is in use.
 *
 * One lock, held with interrupts off, and no memory is allocated under it. Like
 * slots.h this knows nothing of mm/ and is built in user space too.
 */
#ifndef VSWAP_FILEMAP_H
#define VSWAP_FILEMAP_H

#ifdef __KERNEL__
#include <linux/bitmap.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#else
#include "shim.h"
#endif

#define FILEMAP_CHUNK_SHIFT	10
#define FILEMAP_CHUNK_SLOTS	(1U << FILEMAP_CHUNK_SHIFT)

/*
 * No virtual slot: the owner of free and of bad file slots. Virtual slot 0 is in
 * the reserved cluster, see slots.h.
 */
#define FILEMAP_NOBODY		0

/*
 * Nor are those up to this one: the owner of a packed block, see packed.h, is how many
 * pages of it are left.
 */
#define FILEMAP_MAX_PACKED	511

/**
 * struct filemap_chunk - 1024 file slots
 * @used: how many of them are in use or bad
 * @map: one bit per slot, set while it is in use or bad
 * @condemned: one bit per slot, set if it is bad as soon as it is free
 * @owner: the virtual slot of each, FILEMAP_NOBODY where there is none, or how many
 *	pages are left where a block of several is; a page
 */
struct filemap_chunk {
	u32 used;
	DECLARE_BITMAP(map, FILEMAP_CHUNK_SLOTS);
	DECLARE_BITMAP(condemned, FILEMAP_CHUNK_SLOTS);
	u32 *owner;
};

struct filemap;

/**
 * struct filemap_ops - what a filemap needs from its owner
 * @alloc: zeroed memory or NULL; called without locks, in the context of
 *	filemap_init(), filemap_mark_bad() and filemap_alloc()
 * @free: give it back; any context, locks may be held
 * @emptied: a chunk is free of use again, see filemap_take_stale(); any context, locks are
 *	held. NULL: that isn't of interest
 */
struct filemap_ops {
	void *(*alloc)(size_t size);
	void (*free)(void *memory);
	void (*emptied)(struct filemap *fm);
};

/**
 * struct filemap - the slots of a swap file
 * @lock: protects what follows @ops; interrupts off
 * @nr_slots: slots of the file, good or bad
 * @nr_chunks: chunks they make, the last one may be short
 * @nr_cpus: entries of @cursor
 * @ops: see struct filemap_ops
 * @chunks: the chunks, NULL where no slot is in use or bad
 * @spare: an empty chunk, kept for the next one needed, or NULL
 * @full: one bit per chunk, set while it has no free slot, or none to hand out
 * @stale: one bit per chunk, set when its last slot in use was freed; NULL without
 *	@ops->emptied
 * @cursor: by CPU, the slot after the one it allocated last
 * @nr_used: slots in use
 * @nr_bad: bad slots
 * @nr_held: chunks there is memory for, @spare included; 4 KiB and a little each
 */
struct filemap {
	spinlock_t lock;
	u32 nr_slots;
	u32 nr_chunks;
	u32 nr_cpus;
	const struct filemap_ops *ops;
	struct filemap_chunk **chunks;
	struct filemap_chunk *spare;
	unsigned long *full;
	unsigned long *stale;
	u32 *cursor;
	u32 nr_used;
	u32 nr_bad;
	u32 nr_held;
};

int filemap_init(struct filemap *fm, u32 nr_slots, unsigned int nr_cpus,
		 const struct filemap_ops *ops);
unsigned long filemap_exit(struct filemap *fm);
int filemap_grow(struct filemap *fm, u32 nr_slots);
int filemap_mark_bad(struct filemap *fm, u32 slot);
void filemap_condemn(struct filemap *fm, u32 first, unsigned int nr);
int filemap_alloc(struct filemap *fm, unsigned int cpu, unsigned int want, u32 vslot,
		  u32 *first);
int filemap_alloc_packed(struct filemap *fm, unsigned int cpu, unsigned int nr, u32 *slot);
int filemap_free(struct filemap *fm, u32 first, unsigned int nr);
int filemap_put_packed(struct filemap *fm, u32 slot);
u32 filemap_take_stale(struct filemap *fm, u32 *first);
void filemap_return_stale(struct filemap *fm, u32 first);
u32 filemap_owner(struct filemap *fm, u32 slot);
u32 filemap_next(struct filemap *fm, u32 slot, u32 *owner);

/* Is this how many pages a packed block has left, and no virtual slot? */
static inline bool filemap_is_packed(u32 owner)
{
	return owner != FILEMAP_NOBODY && owner <= FILEMAP_MAX_PACKED;
}

u32 filemap_used(const struct filemap *fm);
u32 filemap_capacity(const struct filemap *fm);

#endif /* VSWAP_FILEMAP_H */
