// SPDX-License-Identifier: GPL-2.0
/*
 * A place of 47 bits is, of zsmalloc, (handle - PAGE_OFFSET) / 8: a handle is a kernel pointer
 * into the direct map, 8-byte aligned, and where that begins depends on the paging depth. Of a
 * slab, it is the offset from its first byte, or, of what takes a whole page, the page's number.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <linux/zsmalloc.h>

#include "kernel/compat/copy.h"
#include "objects.h"
#include "port.h"
#include "sparse.h"
#include "vslab.h"

#define HANDLE_SHIFT	3

/* zram's flags. A page of a slab has an address of its own, and can't be moved. */
#define ZS_GFP		(GFP_NOIO | __GFP_NOWARN | __GFP_HIGHMEM | __GFP_MOVABLE)
#define SLAB_GFP	(GFP_NOIO | __GFP_NOWARN)

/* Empty segments that keep their pages. */
#define KEEP_EMPTY	2

/**
 * struct slab - pages for a vslab
 * @v: which places there are
 * @segments: what @v knows of each
 * @growth: serialises the growth of @segments
 * @range: where all of them are
 * @pages: how many pages are there
 * @limit: so many may be
 * @reap: gives back empty segments
 */
struct slab {
	struct vslab v;
	struct sparse_array segments;
	struct mutex growth;
	struct sparse_array range;
	atomic_long_t pages;
	unsigned long limit;
	struct work_struct reap;
};

/* One of both. */
struct objects {
	struct zs_pool *zs;
	struct slab *slab;
};

/*
 * Without access to the reserves, storing a page would fail just when it is needed most; it frees
 * a page at once. Who isn't reclaim must not become it here: others' reclaim waits for the stream
 * that it has locked, and would never make the memory free that it waits for.
 */
static gfp_t in_reclaim(gfp_t gfp)
{
	return current->flags & PF_MEMALLOC ? gfp : gfp & ~__GFP_DIRECT_RECLAIM;
}

/* ---- Pages of a slab ---- */

static void *slab_address(struct slab *slab, u64 offset)
{
	return slab->range.base + offset;
}

static u64 segment_offset(u32 segment)
{
	return (u64)segment << VSLAB_SEGMENT_SHIFT;
}

static bool charge_page(struct slab *slab)
{
	if (atomic_long_inc_return(&slab->pages) <= READ_ONCE(slab->limit))
		return true;
	atomic_long_dec(&slab->pages);
	return false;
}

static void uncharge_pages(struct slab *slab, unsigned int nr)
{
	atomic_long_sub(nr, &slab->pages);
}

/* What is allocated here, in reclaim or not, must not wait for it. */
static int grow_segments(void *owner, u32 segment)
{
	struct slab *slab = owner;
	size_t bytes = ((size_t)segment + 1) * sizeof(struct vslab_segment);
	unsigned int noreclaim;
	int err = 0;

	if (READ_ONCE(slab->segments.mapped) >= bytes)
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
	new = alloc_page(in_reclaim(SLAB_GFP));
	err = -ENOMEM;
	if (!new)
		goto err_uncharge;
	/* Seldom, a page of page tables. */
	noreclaim = memalloc_noreclaim_save();
	err = sparse_map_page(addr, new);
	memalloc_noreclaim_restore(noreclaim);
	if (!err)
		return 0;
	__free_page(new);
err_uncharge:
	uncharge_pages(slab, 1);
	return err;
}

static void unmap_pages(void *owner, u32 segment, unsigned int nr)
{
	struct slab *slab = owner;
	void *addr = slab_address(slab, segment_offset(segment));
	struct page *pages[VSLAB_SEGMENT_PAGES];
	unsigned int i;

	for (i = 0; i < nr; i++)
		pages[i] = vmalloc_to_page(addr + i * PAGE_SIZE);
	sparse_unmap(addr, nr * PAGE_SIZE);
	for (i = 0; i < nr; i++)
		__free_page(pages[i]);
	uncharge_pages(slab, nr);
}

static void many_empty(void *owner)
{
	struct slab *slab = owner;

	queue_work(system_unbound_wq, &slab->reap);
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

/* ---- Objects of a slab ---- */

static int slab_put_whole(struct slab *slab, const void *src, u64 *place)
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

static int slab_put(struct slab *slab, unsigned int set, const void *src, unsigned int len,
		    u64 *place)
{
	s64 offset;

	if (len == PAGE_SIZE)
		return slab_put_whole(slab, src, place);
	offset = vslab_alloc(&slab->v, set, len);
	if (offset < 0)
		return (int)offset;
	port_copy(slab_address(slab, offset), src, len);
	*place = offset;
	return 0;
}

static const void *slab_object(struct slab *slab, u64 place, unsigned int len)
{
	return len == PAGE_SIZE ? page_address(pfn_to_page(place)) : slab_address(slab, place);
}

static void slab_free_whole(struct slab *slab, u64 place)
{
	__free_page(pfn_to_page(place));
	uncharge_pages(slab, 1);
}

static void slab_destroy(struct slab *slab)
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

/*
 * Segments for twice the memory there is: they need not be full, nor all their pages there. With
 * KASAN, an eighth of the addresses is memory.
 */
static u32 max_segments(unsigned long limit)
{
	unsigned long pages = IS_ENABLED(CONFIG_KASAN) ? limit + limit / 2 : 2 * totalram_pages();

	return min(pages / VSLAB_SEGMENT_PAGES + 256UL,
		   (1UL << OBJECTS_PLACE_BITS) >> VSLAB_SEGMENT_SHIFT);
}

/* One more set than there are CPUs: the last is for what moves. */
static struct slab *slab_create(unsigned long limit)
{
	struct slab *slab = kzalloc(sizeof(*slab), GFP_KERNEL);
	u32 nr = max_segments(limit);

	if (!slab)
		return NULL;
	mutex_init(&slab->growth);
	INIT_WORK(&slab->reap, reap_work);
	slab->limit = limit;
	if (!sparse_array_reserve(&slab->segments, nr * sizeof(struct vslab_segment)) &&
	    !sparse_array_reserve(&slab->range, segment_offset(nr)) &&
	    !vslab_init(&slab->v, slab->segments.base, nr, nr_cpu_ids + 1, &slab_ops, slab))
		return slab;
	slab_destroy(slab);
	return NULL;
}

/* ---- Objects of zsmalloc ---- */

static u64 place_of(unsigned long handle)
{
	return (handle - PAGE_OFFSET) >> HANDLE_SHIFT;
}

static unsigned long handle_of(u64 place)
{
	return (place << HANDLE_SHIFT) + PAGE_OFFSET;
}

/* Is a handle one that place_of() can take? Always, below 1 PiB of RAM. */
static bool has_place(unsigned long handle)
{
	return handle >= PAGE_OFFSET && IS_ALIGNED(handle, 1UL << HANDLE_SHIFT) &&
	       !((handle - PAGE_OFFSET) >> (OBJECTS_PLACE_BITS + HANDLE_SHIFT));
}

static int zs_put(struct zs_pool *zs, const void *src, unsigned int len, u64 *place)
{
	unsigned long handle = port_zs_malloc(zs, len, in_reclaim(ZS_GFP));

	if (IS_ERR_VALUE(handle))
		return (int)handle;
	if (WARN_ON_ONCE(!has_place(handle))) {
		zs_free(zs, handle);
		return -EIO;
	}
	/* Packed, it doesn't look like a pointer. */
	kmemleak_ignore((void *)handle);
	port_zs_write(zs, handle, src, len);
	*place = place_of(handle);
	return 0;
}

/* ---- Both ---- */

/**
 * objects_create() - begin without objects
 * @slab: in a slab; else in zsmalloc
 * @limit: pages that it may take; of a slab only
 *
 * Context: process, may sleep.
 * Return: room for objects, or NULL for lack of memory.
 */
struct objects *objects_create(bool slab, unsigned long limit)
{
	struct objects *o = kzalloc(sizeof(*o), GFP_KERNEL);

	if (!o)
		return NULL;
	if (slab)
		o->slab = slab_create(limit);
	else
		o->zs = zs_create_pool("vswap");
	if (o->slab || o->zs)
		return o;
	kfree(o);
	return NULL;
}

/**
 * objects_destroy() - the reverse of objects_create()
 * @o: what it returned, with all objects freed; or NULL
 *
 * Context: process, may sleep.
 */
void objects_destroy(struct objects *o)
{
	if (!o)
		return;
	if (o->slab)
		slab_destroy(o->slab);
	else
		zs_destroy_pool(o->zs);
	kfree(o);
}

/**
 * objects_set_limit() - a slab may take so much
 * @o: the objects
 * @pages: how many
 *
 * Context: any.
 */
void objects_set_limit(struct objects *o, unsigned long pages)
{
	if (o->slab)
		WRITE_ONCE(o->slab->limit, pages);
}

/**
 * objects_max_size() - from which size on an object had better be a whole page
 * @o: the objects
 *
 * Return: bytes of the largest one that takes less.
 */
unsigned int objects_max_size(const struct objects *o)
{
	if (o->slab)
		return VSLAB_MAX_OBJECT;
	return min_t(size_t, zs_huge_class_size(o->zs), PAGE_SIZE) - 1;
}

/**
 * objects_are_slab() - do objects stay where they are
 * @o: the objects
 */
bool objects_are_slab(const struct objects *o)
{
	return o->slab;
}

/**
 * objects_put() - copy an object there
 * @o: the objects
 * @cpu: a number below nr_cpu_ids that nobody else uses meanwhile
 * @src: the object
 * @len: its length in bytes: PAGE_SIZE, or up to objects_max_size()
 * @place: set to where it is, in OBJECTS_PLACE_BITS bits
 *
 * Context: process, reclaim too; may sleep, doesn't wait for reclaim.
 * Return: 0, -ENOMEM; -ENOSPC: a slab's limit; -EIO: an address that no place can tell.
 */
int objects_put(struct objects *o, unsigned int cpu, const void *src, unsigned int len,
		u64 *place)
{
	if (o->slab)
		return slab_put(o->slab, cpu, src, len, place);
	return zs_put(o->zs, src, len, place);
}

/**
 * objects_read_begin() - look at an object
 * @o: the objects
 * @place: what objects_put() said
 * @len: likewise
 * @buffer: @len bytes that may be used for it; of a slab it isn't
 *
 * Context: any but interrupts; no sleeping until objects_read_end(), but with a slab.
 * Return: its contents.
 */
const void *objects_read_begin(struct objects *o, u64 place, unsigned int len, void *buffer)
{
	if (o->slab)
		return slab_object(o->slab, place, len);
	return port_zs_read_begin(o->zs, handle_of(place), len, buffer);
}

/**
 * objects_read_end() - the reverse of objects_read_begin()
 * @o: the objects
 * @place: as there
 * @len: as there
 * @src: what it returned
 */
void objects_read_end(struct objects *o, u64 place, unsigned int len, const void *src)
{
	if (o->zs)
		port_zs_read_end(o->zs, handle_of(place), len, src);
}

/**
 * objects_free() - forget an object
 * @o: the objects
 * @place: what objects_put() said
 * @len: likewise
 *
 * Context: any but hard interrupts; interrupts may be off.
 */
void objects_free(struct objects *o, u64 place, unsigned int len)
{
	if (o->zs)
		zs_free(o->zs, handle_of(place));
	else if (len == PAGE_SIZE)
		slab_free_whole(o->slab, place);
	else
		vslab_free(&o->slab->v, place);
}

/**
 * objects_pages() - memory that objects take
 * @o: the objects
 *
 * Context: any.
 * Return: pages, with what lies between objects.
 */
unsigned long objects_pages(const struct objects *o)
{
	return o->slab ? atomic_long_read(&o->slab->pages) : zs_get_total_pages(o->zs);
}

/**
 * objects_metadata() - memory besides
 * @o: the objects
 *
 * Context: any.
 * Return: bytes; of zsmalloc, whose own it is, 0.
 */
size_t objects_metadata(const struct objects *o)
{
	return o->slab ? READ_ONCE(o->slab->segments.mapped) +
			 o->slab->v.nr_sets * sizeof(struct vslab_set) : 0;
}

/**
 * objects_compact() - give back pages without objects
 * @o: the objects
 *
 * zsmalloc moves objects for that.
 *
 * Context: process, may sleep.
 */
void objects_compact(struct objects *o)
{
	if (o->slab)
		vslab_reap(&o->slab->v, 0);
	else
		zs_compact(o->zs);
}

/**
 * objects_is_poor() - would memory be free if an object were elsewhere
 * @o: in a slab
 * @place: of an object that was there, and may be gone
 * @len: its length in bytes
 *
 * Context: any; after objects_choose_poor().
 */
bool objects_is_poor(const struct objects *o, u64 place, unsigned int len)
{
	return len != PAGE_SIZE && vslab_is_poor(&o->slab->v, place);
}

/**
 * objects_choose_poor() - choose segments whose objects are to move
 * @o: in a slab
 *
 * Context: process; one at a time, until objects_forget_poor().
 * Return: how many objects these are, at most.
 */
unsigned long objects_choose_poor(struct objects *o)
{
	return vslab_choose_poor(&o->slab->v);
}

/**
 * objects_forget_poor() - the reverse of objects_choose_poor(), whatever has moved
 * @o: in a slab
 *
 * Context: process.
 */
void objects_forget_poor(struct objects *o)
{
	vslab_forget_poor(&o->slab->v);
}

/**
 * objects_move() - copy an object elsewhere
 * @o: in a slab
 * @place: where it is, and stays until it is freed
 * @len: its length in bytes
 * @new_place: set to where the copy is
 *
 * Context: process; one at a time.
 * Return: as objects_put().
 */
int objects_move(struct objects *o, u64 place, unsigned int len, u64 *new_place)
{
	return slab_put(o->slab, nr_cpu_ids, slab_object(o->slab, place, len), len, new_place);
}
