// SPDX-License-Identifier: GPL-2.0
/*
 * A place of 46 bits is, of zsmalloc, (handle - port_direct_map()) / 8: a handle is a kernel
 * pointer into the direct map, 8-byte aligned, and where that begins depends on the paging depth. Of a
 * slab, it is the offset from its first byte, or, of what takes a whole page, the page's number.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/zsmalloc.h>

#include "kernel/compat/arch.h"
#include "objects.h"
#include "pool_slab.h"
#include "port.h"

#define HANDLE_SHIFT	3

/* zram's flags. */
#define ZS_GFP		(GFP_NOIO | __GFP_NOWARN | __GFP_HIGHMEM | __GFP_MOVABLE)

/* One of both. */
struct objects {
	struct zs_pool *zs;
	struct slab *slab;
};

/* ---- Objects of zsmalloc ---- */

static u64 place_of(unsigned long handle)
{
	return (handle - port_direct_map()) >> HANDLE_SHIFT;
}

static unsigned long handle_of(u64 place)
{
	return (place << HANDLE_SHIFT) + port_direct_map();
}

/* Is a handle one that place_of() can take? Always, below 512 TiB of RAM. */
static bool has_place(unsigned long handle)
{
	unsigned long base = port_direct_map();

	return handle >= base && IS_ALIGNED(handle, 1UL << HANDLE_SHIFT) &&
	       !((handle - base) >> (OBJECTS_PLACE_BITS + HANDLE_SHIFT));
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
 * @wanted: likewise; queued when the kernel wants pages that it could have after objects_close()
 *	for all CPUs, and objects_compact()
 *
 * Context: process, may sleep.
 * Return: room for objects, or NULL for lack of memory.
 */
struct objects *objects_create(bool slab, unsigned long limit, struct work_struct *wanted)
{
	struct objects *o = kzalloc(sizeof(*o), GFP_KERNEL);

	if (!o)
		return NULL;
	if (slab)
		o->slab = slab_create(limit, 1ULL << OBJECTS_PLACE_BITS, wanted);
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
 * objects_put_again() - the same, for what takes the place of a larger object
 * @o: the objects
 * @src: the object
 * @len: as of objects_put()
 * @place: likewise
 *
 * Context: process, may sleep; doesn't wait for reclaim.
 * Return: as objects_put().
 */
int objects_put_again(struct objects *o, const void *src, unsigned int len, u64 *place)
{
	if (o->slab)
		return slab_put_again(o->slab, src, len, place);
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
	else
		slab_free(o->slab, place, len);
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
		slab_compact(o->slab);
	else
		zs_compact(o->zs);
}

/**
 * objects_close() - let others have the places that objects_put() has in advance
 * @o: in a slab
 * @cpu: as of objects_put(), which nobody else uses meanwhile
 *
 * Context: any but interrupts.
 */
void objects_close(struct objects *o, unsigned int cpu)
{
	vslab_close(&o->slab->v, cpu);
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
	/* Nothing moves any more. */
	vslab_close(&o->slab->v, nr_cpu_ids);
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
