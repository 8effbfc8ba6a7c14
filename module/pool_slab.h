/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A vslab with pages behind it: the room for compressed pages that has no handles. Objects stay
 * where they are until who has them puts them elsewhere; the pages below them the kernel may
 * exchange, where it asks a module for that.
 */
#ifndef VSWAP_POOL_SLAB_H
#define VSWAP_POOL_SLAB_H

#include <linux/gfp.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "sparse.h"
#include "vslab.h"

/**
 * struct slab - pages for a vslab
 * @v: which places there are
 * @segments: what @v knows of each
 * @growth: serialises the growth of @segments
 * @range: where all of them are
 * @pages: how many pages are there
 * @limit: so many may be
 * @again: serialises slab_put_again(), which has a set of its own
 * @again_by: who is there, or NULL: may go a little beyond @limit
 * @reap: gives back empty segments
 * @movable: how the kernel exchanges a page; by these it is known whose that is
 * @wanted: queued when the kernel wants a page that can't be had, since the segment is open, or
 *	empty
 */
struct slab {
	struct vslab v;
	struct sparse_array segments;
	struct mutex growth;
	struct sparse_array range;
	atomic_long_t pages;
	unsigned long limit;
	struct mutex again;
	struct task_struct *again_by;
	struct work_struct reap;
	struct movable_operations movable;
	struct work_struct *wanted;
};

/**
 * in_reclaim() - how memory for objects of a pool is allocated
 * @gfp: the flags otherwise
 *
 * Without access to the reserves, storing a page would fail just when it is needed most; it frees
 * a page at once. Who isn't reclaim must not become it here: others' reclaim waits for the stream
 * that it has locked, and would never make the memory free that it waits for.
 */
static inline gfp_t in_reclaim(gfp_t gfp)
{
	return current->flags & PF_MEMALLOC ? gfp : gfp & ~__GFP_DIRECT_RECLAIM;
}

struct slab *slab_create(unsigned long limit, u64 max_bytes, struct work_struct *wanted);
void slab_destroy(struct slab *slab);
int slab_put(struct slab *slab, unsigned int set, const void *src, unsigned int len, u64 *place);
int slab_put_again(struct slab *slab, const void *src, unsigned int len, u64 *place);
void slab_compact(struct slab *slab);
void slab_free_whole(struct slab *slab, u64 place);

/* Where an offset is. */
static inline void *slab_address(struct slab *slab, u64 offset)
{
	return slab->range.base + offset;
}

/**
 * slab_object() - an object, to be read
 * @slab: the slab
 * @place: what slab_put() said
 * @len: likewise
 *
 * Context: any.
 */
static inline const void *slab_object(struct slab *slab, u64 place, unsigned int len)
{
	return len == PAGE_SIZE ? page_address(pfn_to_page(place)) : slab_address(slab, place);
}

/**
 * slab_free() - forget an object
 * @slab: the slab
 * @place: what slab_put() said
 * @len: likewise
 *
 * Context: any but hard interrupts; interrupts may be off.
 */
static inline void slab_free(struct slab *slab, u64 place, unsigned int len)
{
	if (len == PAGE_SIZE)
		slab_free_whole(slab, place);
	else
		vslab_free(&slab->v, place);
}

#endif /* VSWAP_POOL_SLAB_H */
