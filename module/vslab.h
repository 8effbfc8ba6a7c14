/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Room for objects of any size up to VSLAB_MAX_OBJECT, without handles: an object is where it
 * was put, and known by that. So nothing moves by itself; whoever knows who has an object can
 * have poor segments told, and put their objects elsewhere.
 *
 * A segment is 32 KiB of addresses that follow each other, for objects of one size:
 *
 *	          vslab_alloc()                 the last place is taken
 *	EMPTY ----------------------> OPEN --------------------------------> FULL
 *	  ^                            ^  |                                   |
 *	  |      the best of its size  |  | vslab_close(), some places free   | one is freed
 *	  | the last object is freed   |  v                                   v
 *	  +------------------------- PARTIAL <--------------------------------+
 *	  |                            |  ^
 *	  |    vslab_choose_poor()     v  | vslab_forget_poor()
 *	  +------------------------- POOR
 *
 * An open segment belongs to one set, which has one for each size: what is allocated by the set
 * needs no lock, and is excluded by the caller. Up to 64 of its places are claimed at once. Or
 * nothing is allocated there at all, from vslab_pin() to vslab_unpin().
 *
 * This file and vslab.c know nothing of mm/. They build in user space, too, for
 * tests.
 */
#ifndef VSLAB_H
#define VSLAB_H

#ifdef __KERNEL__
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#else
#include "shim.h"
#endif

#define VSLAB_SEGMENT_SHIFT	15
#define VSLAB_SEGMENT_SIZE	(1U << VSLAB_SEGMENT_SHIFT)
#define VSLAB_PAGE_SHIFT	12
#define VSLAB_SEGMENT_PAGES	(VSLAB_SEGMENT_SIZE >> VSLAB_PAGE_SHIFT)

#define VSLAB_MIN_OBJECT	64U
/* Nine to a segment; of larger ones no more would fit than whole pages. */
#define VSLAB_MAX_OBJECT	3640U
#define VSLAB_MAX_CLASSES	64U
#define VSLAB_MAX_OBJECTS	(VSLAB_SEGMENT_SIZE / VSLAB_MIN_OBJECT)
/* Partial segments by how full they are. */
#define VSLAB_QUARTERS		4

enum vslab_state {
	VSLAB_EMPTY = 0,	/* nobody's; maybe with pages */
	VSLAB_OPEN,		/* a set allocates from it, or it is pinned */
	VSLAB_FULL,		/* on no list */
	VSLAB_PARTIAL,		/* on class->partial[quarter] */
	VSLAB_POOR,		/* on class->poor; objects are only freed there */
};

/**
 * struct vslab_segment - places for objects of one size
 * @used: places that are taken, VSLAB_IS_OPEN more while a set has it
 * @state: enum vslab_state; under the lock of its class, as are
 * @class: whose objects it has
 * @pages: how many of its pages are there, from the front; changed by whoever has it open, or
 *	took it off the list of empty ones
 * @list: see @state; an empty one is on vslab->empty or vslab->bare
 * @map: a bit for each place that is taken, or claimed by a set
 */
struct vslab_segment {
	atomic_t used;
	u8 state;
	u8 class;
	u8 pages;
	struct list_head list;
	unsigned long map[VSLAB_MAX_OBJECTS / 64];
};

/**
 * struct vslab_class - objects of one size
 * @lock: protects what its segments say they are, and the lists
 * @partial: segments with free places that nobody has open
 * @poor: segments that are to become empty
 * @size: bytes of an object
 * @objects: so many are in a segment
 * @quarters: VSLAB_QUARTERS / @objects, with 16 bits behind the point
 */
struct vslab_class {
	spinlock_t lock;
	struct list_head partial[VSLAB_QUARTERS];
	struct list_head poor;
	u16 size;
	u16 objects;
	u32 quarters;
};

/**
 * struct vslab_open - the segment that a set allocates from, for one size of objects
 * @free: places that are claimed, and not in use yet
 * @segment: which, or 0
 * @at: the place that the first bit of @free stands for
 * @word: the next word of the segment's map to claim places of
 * @words: how many that has
 * @last: all bits of the last word that stand for places
 * @size: bytes of a place: the segment may be one for larger objects
 */
struct vslab_open {
	u64 free;
	u64 last;
	u32 segment;
	u16 at;
	u8 word;
	u8 words;
	u16 size;
};

struct vslab_set {
	struct vslab_open open[VSLAB_MAX_CLASSES];
};

/**
 * struct vslab_ops - memory
 * @grow: have segment @segment in vslab->segments, zeroed. Returns 0 or -errno
 * @map: have page @page of segment @segment. Returns 0; -ENOSPC: no more are allowed; -ENOMEM
 * @unmap: the reverse, for the first @pages of a segment, from the last one on. Returns how many
 *	can't be had now
 * @many_empty: there are more than a few empty segments: vslab_reap() may be called. Any
 *	context
 *
 * All but the last in the context of vslab_alloc() or vslab_reap(), without locks.
 */
struct vslab_ops {
	int (*grow)(void *owner, u32 segment);
	int (*map)(void *owner, u32 segment, unsigned int page);
	unsigned int (*unmap)(void *owner, u32 segment, unsigned int pages);
	void (*many_empty)(void *owner);
};

/**
 * struct vslab - room for objects
 * @segments: the segments; the first isn't used, so that 0 is none
 * @max_segments: how many there may be
 * @ops: see there
 * @owner: for @ops
 * @sets: those who allocate
 * @nr_sets: how many
 * @nr_classes: sizes there are
 * @classes: the sizes, ascending
 * @class_of: the smallest class for each size in eights of bytes
 * @lock: protects what follows
 * @empty: segments without objects, but with pages
 * @bare: segments without pages
 * @fresh: the first that was never used; all before it are there
 * @nr_empty: how many are on @empty
 */
struct vslab {
	struct vslab_segment *segments;
	u32 max_segments;
	const struct vslab_ops *ops;
	void *owner;
	struct vslab_set *sets;
	unsigned int nr_sets;
	unsigned int nr_classes;
	struct vslab_class classes[VSLAB_MAX_CLASSES];
	u8 class_of[VSLAB_MAX_OBJECT / 8 + 1];
	spinlock_t lock;
	struct list_head empty;
	struct list_head bare;
	u32 fresh;
	u32 nr_empty;
};

int vslab_init(struct vslab *s, struct vslab_segment *segments, u32 max_segments,
	       unsigned int nr_sets, const struct vslab_ops *ops, void *owner);
void vslab_exit(struct vslab *s);
s64 vslab_alloc(struct vslab *s, unsigned int set, unsigned int len);
void vslab_free(struct vslab *s, u64 offset);
void vslab_close(struct vslab *s, unsigned int set);
void vslab_reap(struct vslab *s, u32 keep);
bool vslab_pin(struct vslab *s, u32 segment);
void vslab_unpin(struct vslab *s, u32 segment);
unsigned long vslab_choose_poor(struct vslab *s);
void vslab_forget_poor(struct vslab *s);

/**
 * vslab_is_poor() - is an object in a segment that is to become empty
 * @s: the room
 * @offset: of an object that may have been freed meanwhile, or any other number
 *
 * Context: any.
 */
static inline bool vslab_is_poor(const struct vslab *s, u64 offset)
{
	u64 segment = offset >> VSLAB_SEGMENT_SHIFT;

	return segment < READ_ONCE(s->fresh) &&
	       READ_ONCE(s->segments[segment].state) == VSLAB_POOR;
}

#endif /* VSLAB_H */
