// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "kernel/compat/compat.h"
#include "kernel/compat/copy.h"
#include "kernel/compat/movable.h"
#include "pool_slab.h"

static_assert(VSLAB_PAGE_SHIFT == PAGE_SHIFT);

#define SLAB_GFP	(GFP_NOIO | __GFP_NOWARN)

/* Empty segments that keep their pages. */
#define KEEP_EMPTY	2

/* Sets: one for each CPU, one for what moves, one for slab_put_again(). */
#define NR_SETS		(nr_cpu_ids + 2)
#define AGAIN_SET	(nr_cpu_ids + 1)

/* Pages that an open segment of every size takes, about. */
#define AGAIN_PAGES	64

static u64 segment_offset(u32 segment)
{
	return (u64)segment << VSLAB_SEGMENT_SHIFT;
}

/* What takes the place of something larger may take a 64th more than the limit before that goes. */
static unsigned long limit_of(const struct slab *slab)
{
	unsigned long limit = READ_ONCE(slab->limit);

	return READ_ONCE(slab->again_by) == current ? limit + limit / 64 + AGAIN_PAGES : limit;
}

static bool charge_page(struct slab *slab)
{
	if (atomic_long_inc_return(&slab->pages) <= limit_of(slab))
		return true;
	atomic_long_dec(&slab->pages);
	return false;
}

static void uncharge_pages(struct slab *slab, unsigned int nr)
{
	atomic_long_sub(nr, &slab->pages);
}

/* ---- Pages that the kernel exchanges ---- */

/* The page is locked. */
static void make_movable(struct slab *slab, struct page *page, void *addr)
{
	port_set_movable(page, &slab->movable, (unsigned long)addr);
}

/* The page is locked. It may be isolated: then who isolated it sees that it is nobody's. */
static void make_immovable(struct page *page)
{
	port_clear_movable(page);
}

/* Who moves our pages has them locked, and may wait for memory: reclaim doesn't wait for him. */
static bool lock_to_free(struct page *page)
{
	if (current->flags & PF_MEMALLOC)
		return trylock_page(page);
	lock_page(page);
	return true;
}

static bool slab_page_isolate(struct page *page, isolate_mode_t mode)
{
	return true;
}

static void slab_page_putback(struct page *page)
{
}

/*
 * Objects don't change while they are there, and their segment is open to nobody meanwhile: it
 * makes no difference which of the pages one sees. Both are locked. Returns false if the segment
 * is open, or empty.
 */
static bool exchange_page(struct slab *slab, struct page *dst, struct page *src)
{
	void *addr = (void *)port_movable_data(src);
	u32 segment = (addr - slab->range.base) >> VSLAB_SEGMENT_SHIFT;

	if (!vslab_pin(&slab->v, segment))
		return false;
	copy_page(page_address(dst), page_address(src));
	sparse_exchange_page(addr, dst);
	get_page(dst);
	make_movable(slab, dst, addr);
	make_immovable(src);
	put_page(src);
	vslab_unpin(&slab->v, segment);
	return true;
}

/*
 * Mirrors zs_page_migrate(). What can't be had may stay so for ever, so the kernel tries again.
 *
 * A segment that becomes empty while it is pinned isn't seen by slab_destroy(). As for those who
 * free the last objects, a grace period lies between that and the end of the pool.
 */
static int slab_page_migrate(struct page *dst, struct page *src, enum migrate_mode mode)
{
	struct slab *slab = container_of(port_movable_ops(src), struct slab, movable);
	bool exchanged;

	rcu_read_lock();
	exchanged = exchange_page(slab, dst, src);
	rcu_read_unlock();
	if (!exchanged && mode != MIGRATE_ASYNC)
		queue_work(port_unbound_wq, slab->wanted);
	return exchanged ? 0 : -EAGAIN;
}

static const struct movable_operations movable = {
	.isolate_page = slab_page_isolate,
	.migrate_page = slab_page_migrate,
	.putback_page = slab_page_putback,
};

/* ---- Pages for a vslab ---- */

/* What is allocated here, in reclaim or not, must not wait for it. */
static int grow_segments(void *owner, u32 segment)
{
	struct slab *slab = owner;
	size_t bytes = ((size_t)segment + 1) * sizeof(struct vslab_segment);
	unsigned int noreclaim;
	int err = 0;

	/* Pairs with add_page(). */
	if (smp_load_acquire(&slab->segments.mapped) >= bytes)
		return 0;
	noreclaim = memalloc_noreclaim_save();
	mutex_lock(&slab->growth);
	err = sparse_array_map(&slab->segments, bytes);
	mutex_unlock(&slab->growth);
	memalloc_noreclaim_restore(noreclaim);
	return err;
}

static int map_page(void *owner, u32 segment, unsigned int page)
{
	struct slab *slab = owner;
	void *addr = slab_address(slab, segment_offset(segment)) + page * PAGE_SIZE;
	unsigned int noreclaim;
	struct page *new;
	int err;

	if (!charge_page(slab))
		return -ENOSPC;
	new = alloc_page(in_reclaim(SLAB_GFP | PORT_GFP_MOVABLE));
	err = -ENOMEM;
	if (!new)
		goto err_uncharge;
	/* Seldom, a page of page tables. */
	noreclaim = memalloc_noreclaim_save();
	err = sparse_map_page(addr, new);
	memalloc_noreclaim_restore(noreclaim);
	if (err)
		goto err_page;
	/* Nobody else knows the page yet. */
	lock_page(new);
	make_movable(slab, new, addr);
	unlock_page(new);
	return 0;

err_page:
	__free_page(new);
err_uncharge:
	uncharge_pages(slab, 1);
	return err;
}

/* From the last one on, as far as they can be had; returns how many are left. */
static unsigned int unmap_pages(void *owner, u32 segment, unsigned int nr)
{
	struct slab *slab = owner;
	void *addr = slab_address(slab, segment_offset(segment));
	struct page *page, *pages[VSLAB_SEGMENT_PAGES];
	unsigned int i, left;

	for (left = nr; left; left--) {
		/* One that has just been exchanged is locked until that is over. */
		page = vmalloc_to_page(addr + (left - 1) * PAGE_SIZE);
		if (!lock_to_free(page))
			break;
		make_immovable(page);
		unlock_page(page);
		pages[left - 1] = page;
	}
	if (left == nr)
		return left;
	sparse_unmap(addr + left * PAGE_SIZE, (nr - left) * PAGE_SIZE);
	for (i = left; i < nr; i++)
		__free_page(pages[i]);
	uncharge_pages(slab, nr - left);
	return left;
}

static void many_empty(void *owner)
{
	struct slab *slab = owner;

	queue_work(port_unbound_wq, &slab->reap);
}

static const struct vslab_ops slab_ops = {
	.grow = grow_segments,
	.map = map_page,
	.unmap = unmap_pages,
	.many_empty = many_empty,
};

static void reap_work(struct work_struct *work)
{
	vslab_reap(&container_of(work, struct slab, reap)->v, KEEP_EMPTY);
}

/*
 * Segments for twice the memory there is: they need not be full, nor all their pages there. With
 * KASAN, an eighth of the addresses is memory.
 */
static u64 max_segments(unsigned long limit)
{
	unsigned long pages = IS_ENABLED(CONFIG_KASAN) ? limit + limit / 2 : 2 * totalram_pages();

	return pages / VSLAB_SEGMENT_PAGES + 256;
}

/**
 * slab_create() - begin without objects
 * @limit: pages that it may take
 * @max_bytes: of addresses: what a place can tell
 * @wanted: see struct slab; it is to call vslab_close() for all sets, and vslab_reap()
 *
 * Context: process, may sleep.
 * Return: the slab, or NULL for lack of memory.
 */
struct slab *slab_create(unsigned long limit, u64 max_bytes, struct work_struct *wanted)
{
	struct slab *slab = kzalloc(sizeof(*slab), GFP_KERNEL);
	u32 nr = min(max_segments(limit), max_bytes >> VSLAB_SEGMENT_SHIFT);

	if (!slab)
		return NULL;
	mutex_init(&slab->growth);
	mutex_init(&slab->again);
	INIT_WORK(&slab->reap, reap_work);
	slab->limit = limit;
	slab->movable = movable;
	slab->wanted = wanted;
	if (!sparse_array_reserve(&slab->segments, nr * sizeof(struct vslab_segment)) &&
	    !sparse_array_reserve(&slab->range, segment_offset(nr)) &&
	    !vslab_init(&slab->v, slab->segments.base, nr, NR_SETS, &slab_ops, slab))
		return slab;
	slab_destroy(slab);
	return NULL;
}

/**
 * slab_destroy() - the reverse of slab_create()
 * @slab: with all objects freed, an RCU grace period ago
 *
 * Context: process, may sleep.
 */
void slab_destroy(struct slab *slab)
{
	if (slab->v.sets) {
		vslab_exit(&slab->v);
		cancel_work_sync(&slab->reap);
		vslab_reap(&slab->v, 0);
	}
	WARN_ON_ONCE(atomic_long_read(&slab->pages));
	sparse_array_free(&slab->range);
	sparse_array_free(&slab->segments);
	kfree(slab);
}

/* ---- Objects ---- */

/* Its number is the place, so it can't be exchanged. */
static int put_whole(struct slab *slab, const void *src, u64 *place)
{
	struct page *page;

	if (!charge_page(slab))
		return -ENOSPC;
	page = alloc_page(in_reclaim(SLAB_GFP));
	if (!page) {
		uncharge_pages(slab, 1);
		return -ENOMEM;
	}
	port_copy(page_address(page), src, PAGE_SIZE);
	*place = page_to_pfn(page);
	return 0;
}

/**
 * slab_put() - copy an object there: see objects_put()
 * @slab: the slab
 * @set: a number up to nr_cpu_ids that nobody else uses meanwhile
 * @src: the object
 * @len: its length in bytes: PAGE_SIZE, or up to VSLAB_MAX_OBJECT
 * @place: set to where it is
 *
 * Context: process, reclaim too; may sleep, doesn't wait for reclaim.
 * Return: 0, -ENOMEM; -ENOSPC: the limit.
 */
int slab_put(struct slab *slab, unsigned int set, const void *src, unsigned int len, u64 *place)
{
	s64 offset;

	if (len == PAGE_SIZE)
		return put_whole(slab, src, place);
	offset = vslab_alloc(&slab->v, set, len);
	if (offset < 0)
		return (int)offset;
	port_copy(slab_address(slab, offset), src, len);
	*place = offset;
	return 0;
}

/**
 * slab_put_again() - the same, for what takes the place of a larger object
 * @slab: the slab
 * @src: the object
 * @len: as of slab_put()
 * @place: likewise
 *
 * It finds room though the limit is reached: the larger one goes only when nobody reads it.
 *
 * Context: process, may sleep, doesn't wait for reclaim.
 * Return: as slab_put().
 */
int slab_put_again(struct slab *slab, const void *src, unsigned int len, u64 *place)
{
	int err;

	mutex_lock(&slab->again);
	WRITE_ONCE(slab->again_by, current);
	err = slab_put(slab, AGAIN_SET, src, len, place);
	WRITE_ONCE(slab->again_by, NULL);
	mutex_unlock(&slab->again);
	return err;
}

/**
 * slab_compact() - give back empty segments
 * @slab: the slab
 *
 * Context: process, may sleep.
 */
void slab_compact(struct slab *slab)
{
	mutex_lock(&slab->again);
	vslab_close(&slab->v, AGAIN_SET);
	mutex_unlock(&slab->again);
	vslab_reap(&slab->v, 0);
}

/**
 * slab_free_whole() - forget an object of PAGE_SIZE
 * @slab: the slab
 * @place: what slab_put() said
 *
 * Context: any but hard interrupts; interrupts may be off.
 */
void slab_free_whole(struct slab *slab, u64 place)
{
	__free_page(pfn_to_page(place));
	uncharge_pages(slab, 1);
}
