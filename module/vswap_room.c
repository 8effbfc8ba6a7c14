// SPDX-License-Identifier: GPL-2.0
/*
 * What the backends hold, and could hold; and the state of the pool.
 */
#include <linux/errno.h>
#include <linux/rcupdate.h>

#include "tier.h"

/* A pool that is less full than this takes pages. */
#define ROOMY_PERCENT	98

/**
 * vswap_tier_writes_back() - is there a swap file behind the pool
 *
 * Context: any.
 * Return: whether vswap_tier_place_behind() could find a place for its pages.
 */
bool vswap_tier_writes_back(void)
{
	int entered = vswap_tier_enter();
	struct vswap_backend *pool = READ_ONCE(vswap_tier_table.pool), *b;
	bool found = false;
	unsigned int n;

	for (n = 0; pool && !found && (b = tier_get(n)); n++)
		found = b->tier > pool->tier && READ_ONCE(b->state) == BACKEND_ON;
	vswap_tier_leave(entered);
	return found;
}

/**
 * vswap_tier_cold_bit() - what tells pages of the pool that have been compressed once more
 *
 * Context: any.
 * Return: the bit that their slot words have; 0: the pool does so with none, or there is none.
 */
u64 vswap_tier_cold_bit(void)
{
	struct vswap_backend *pool;
	u64 bit;

	rcu_read_lock();
	pool = READ_ONCE(vswap_tier_table.pool);
	bit = pool ? pool->ops->cold_bit(pool) << SLOT_PAYLOAD_SHIFT : 0;
	rcu_read_unlock();
	return bit;
}

/* Free places in the swap files behind a pool. */
static unsigned long room_behind(const struct vswap_backend *pool)
{
	struct vswap_backend *b;
	unsigned long room = 0;
	unsigned int n;

	for (n = 0; (b = tier_get(n)); n++) {
		unsigned long used, capacity;

		if (b->tier <= pool->tier || READ_ONCE(b->state) != BACKEND_ON)
			continue;
		used = vswap_backend_sum(b, BACKEND_USED_PAGES);
		capacity = b->ops->capacity(b);
		room += capacity > used ? capacity - used : 0;
	}
	return room;
}

/* What a pool could take that was full; just below its limit it goes on to refuse pages. */
static unsigned long room_again(struct vswap_backend *pool)
{
	unsigned long used = vswap_backend_sum(pool, BACKEND_USED_PAGES);
	unsigned long capacity = pool->ops->capacity(pool);

	return pool->ops->fullness(pool) <= ROOMY_PERCENT && capacity > used ? capacity - used : 0;
}

/**
 * vswap_tier_room_for_refused() - what a pool that was full, and the swap files behind it, could
 *	still take
 *
 * Context: process.
 * Return: pages.
 */
unsigned long vswap_tier_room_for_refused(void)
{
	int entered = vswap_tier_enter();
	struct vswap_backend *pool = READ_ONCE(vswap_tier_table.pool);
	unsigned long room = pool ? room_behind(pool) + room_again(pool) : 0;

	vswap_tier_leave(entered);
	return room;
}

/**
 * vswap_tier_shrinkable() - how much of the pool's memory write-back could give back
 *
 * Context: process, reclaim included; a look at a few counters.
 * Return: pages of memory, no more than the swap files behind the pool have room for.
 */
unsigned long vswap_tier_shrinkable(void)
{
	int entered = vswap_tier_enter();
	struct vswap_backend *pool = READ_ONCE(vswap_tier_table.pool);
	unsigned long room = pool ? room_behind(pool) : 0, pages = 0;

	if (room)
		pages = pool->ops->memory(pool) >> PAGE_SHIFT;
	vswap_tier_leave(entered);
	return min(pages, room);
}

/**
 * vswap_tier_pool_fullness() - how full the pool is
 *
 * Context: any.
 * Return: percent of its limit, 0 without a pool.
 */
unsigned int vswap_tier_pool_fullness(void)
{
	struct vswap_backend *pool;
	unsigned int percent = 0;

	rcu_read_lock();
	pool = READ_ONCE(vswap_tier_table.pool);
	if (pool)
		percent = pool->ops->fullness(pool);
	rcu_read_unlock();
	return percent;
}

/**
 * vswap_tier_pool_excess() - how many pages are too many in the pool
 * @percent: of its limit
 *
 * Context: any.
 * Return: pages that would have to go, about, for it to be less full than that.
 */
unsigned long vswap_tier_pool_excess(unsigned int percent)
{
	struct vswap_backend *pool;
	unsigned long pages = 0;
	unsigned int full;

	rcu_read_lock();
	pool = READ_ONCE(vswap_tier_table.pool);
	full = pool ? pool->ops->fullness(pool) : 0;
	if (pool && full >= percent)
		pages = vswap_backend_sum(pool, BACKEND_USED_PAGES);
	/* One more than is needed, rather than one less. */
	if (pages && full)
		pages = pages * (full - percent + 1) / full + 1;
	rcu_read_unlock();
	return pages;
}

/**
 * vswap_tier_tidy_pool() - the same as vswap_tier_compact_pool(), if it is worth it
 *
 * Context: process, may sleep.
 * Return: false: it will be worth it before long, though nothing changes.
 */
bool vswap_tier_tidy_pool(void)
{
	int entered = vswap_tier_enter();
	struct vswap_backend *pool = READ_ONCE(vswap_tier_table.pool);
	bool is_tidy = !pool || pool->ops->tidy(pool);

	vswap_tier_leave(entered);
	return is_tidy;
}

/**
 * vswap_tier_compact_pool() - let the pool give back the memory in its holes
 *
 * Context: process, may sleep.
 */
void vswap_tier_compact_pool(void)
{
	int entered = vswap_tier_enter();
	struct vswap_backend *pool = READ_ONCE(vswap_tier_table.pool);

	if (pool)
		pool->ops->compact(pool);
	vswap_tier_leave(entered);
}

/**
 * vswap_tier_loose_pages() - what a sweep of the pool would give back
 * @is_short: to those who are short of memory
 *
 * Context: any.
 * Return: pages; 0: it isn't worth a sweep.
 */
unsigned long vswap_tier_loose_pages(bool is_short)
{
	struct vswap_backend *pool;
	unsigned long pages;

	rcu_read_lock();
	pool = READ_ONCE(vswap_tier_table.pool);
	pages = pool ? pool->ops->loose_pages(pool, is_short) : 0;
	rcu_read_unlock();
	return pages;
}

/**
 * vswap_tier_sweep_begin() - choose objects of the pool that had better be elsewhere in it
 *
 * Context: process, may sleep; one sweep at a time. The pool may go meanwhile.
 * Return: how many these are, at most.
 */
unsigned long vswap_tier_sweep_begin(void)
{
	int entered = vswap_tier_enter();
	struct vswap_backend *pool = READ_ONCE(vswap_tier_table.pool);
	unsigned long nr = pool ? pool->ops->sweep_begin(pool) : 0;

	vswap_tier_leave(entered);
	return nr;
}

/**
 * vswap_tier_is_poor() - is what a word stands for one of them
 * @word: a bare word that a slot had a moment ago
 *
 * Context: process, within vswap_tier_enter().
 */
bool vswap_tier_is_poor(u64 word)
{
	struct vswap_backend *pool = READ_ONCE(vswap_tier_table.pool);

	return slot_tag(word) == SLOT_POOL && pool && pool->ops->is_poor(pool, slot_payload(word));
}

/**
 * vswap_tier_sweep_end() - the reverse of vswap_tier_sweep_begin()
 *
 * Context: process, may sleep.
 */
void vswap_tier_sweep_end(void)
{
	int entered = vswap_tier_enter();
	struct vswap_backend *pool = READ_ONCE(vswap_tier_table.pool);

	if (pool)
		pool->ops->sweep_end(pool);
	vswap_tier_leave(entered);
}

/* One that takes no pages can hold no more than it has. */
static unsigned long backend_capacity(struct vswap_backend *b)
{
	return READ_ONCE(b->state) == BACKEND_ON ? b->ops->capacity(b) :
						   vswap_backend_sum(b, BACKEND_USED_PAGES);
}

static unsigned long backend_used(struct vswap_backend *b)
{
	return vswap_backend_sum(b, BACKEND_USED_PAGES);
}

static unsigned long stranded_pages(struct vswap_backend *b)
{
	return tier_is_stranded(b) ? backend_used(b) : 0;
}

/* @pages: of one backend; a constant, so that no call is an indirect one. */
static __always_inline unsigned long sum_of_all(unsigned long (*pages)(struct vswap_backend *b))
{
	int entered = vswap_tier_enter();
	struct vswap_backend *b;
	unsigned long sum = 0;
	unsigned int n;

	for (n = 0; (b = tier_get(n)); n++)
		sum += pages(b);
	vswap_tier_leave(entered);
	return sum;
}

/**
 * vswap_tier_capacity() - what the backends can hold
 *
 * Context: process.
 * Return: pages, those held now included, by the backends' present estimates.
 */
unsigned long vswap_tier_capacity(void)
{
	return sum_of_all(backend_capacity);
}

/**
 * vswap_tier_used() - what the backends hold
 *
 * Context: any; not exact while pages move.
 * Return: pages.
 */
unsigned long vswap_tier_used(void)
{
	return sum_of_all(backend_used);
}

/* Pages that the backends but @b could still take, by their present estimates. */
static unsigned long room_outside(struct vswap_backend *b)
{
	struct vswap_backend *other;
	unsigned long room = 0;
	unsigned int n;

	for (n = 0; (other = tier_get(n)); n++) {
		unsigned long used = vswap_backend_sum(other, BACKEND_USED_PAGES);
		unsigned long capacity = backend_capacity(other);

		if (other != b)
			room += capacity > used ? capacity - used : 0;
	}
	return room;
}

/**
 * vswap_tier_room() - what the backends could still take
 *
 * Context: process.
 * Return: pages, by their present estimates.
 */
unsigned long vswap_tier_room(void)
{
	int entered = vswap_tier_enter();
	unsigned long room = room_outside(NULL);

	vswap_tier_leave(entered);
	return room;
}

/**
 * vswap_tier_stranded() - what backends hold that have failed
 *
 * Context: process.
 * Return: pages.
 */
unsigned long vswap_tier_stranded(void)
{
	return sum_of_all(stranded_pages);
}

/**
 * vswap_tier_check_room() - would the pages of a backend fit elsewhere
 * @name: its name
 *
 * Nothing changes, and nothing is waited for.
 *
 * Context: process.
 * Return: 0; -ENOSPC: they would not; -ENOENT: there is none; -EBUSY: somebody else just
 * changes it.
 */
int vswap_tier_check_room(const char *name)
{
	int entered = vswap_tier_enter(), err = 0;
	struct vswap_backend *b = vswap_tier_find(name);

	if (!b)
		err = -ENOENT;
	else if (tier_is_claimed(b))
		err = -EBUSY;
	else if (vswap_backend_sum(b, BACKEND_USED_PAGES) > room_outside(b))
		err = -ENOSPC;
	vswap_tier_leave(entered);
	return err;
}
