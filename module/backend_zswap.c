// SPDX-License-Identifier: GPL-2.0
/*
 * The compressed RAM pool: zsmalloc objects filled by a compressor.
 *
 * Payload of a stored page:
 *
 *   58                              12  11          0
 *  +----------------------------------+--------------+
 *  | (zsmalloc handle - PAGE_OFFSET)/8 |  length - 1  |
 *  +----------------------------------+--------------+
 *
 * A handle is a kernel pointer into the direct map, 8-byte aligned. Where the
 * direct map begins depends on the paging depth, so the distance is kept, not the
 * low bits of the pointer. An object of PAGE_SIZE bytes is the page itself.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/zsmalloc.h>

#include "backend.h"
#include "codec.h"
#include "port.h"

#define LENGTH_BITS	12
#define HANDLE_BITS	(SLOT_PAYLOAD_BITS - LENGTH_BITS)
#define HANDLE_SHIFT	3

/*
 * zram's flags. Without access to the reserves, storing a page would fail just
 * when it is needed most; it frees a page at once.
 */
#define POOL_GFP	(GFP_NOIO | __GFP_NOWARN | __GFP_HIGHMEM | __GFP_MOVABLE)

/*
 * Who isn't reclaim must not become it here: others' reclaim waits for the stream that it
 * has locked, and would never make the memory free that it waits for.
 */
static gfp_t pool_gfp(void)
{
	return current->flags & PF_MEMALLOC ? POOL_GFP : POOL_GFP & ~__GFP_DIRECT_RECLAIM;
}

/* Objects the estimate of a page's size begins with, at half a page each. */
#define ESTIMATE_PRIOR	1024

/* What lies between compressed objects however they are moved: no more than this, mostly. */
#define WASTE_SHIFT	3

/*
 * Holes that are worth moving objects for, of all pages: while nobody waits, and at the limit.
 * There fewer than lie between the high mark and the limit, or pages that have just been used
 * would be refused, and go to a disk, before old ones do.
 */
#define TIDY_SHIFT	3
#define LIMIT_SHIFT	6

/* When to try once more, though the last time has left just as many. */
#define COMPACT_AGAIN	HZ

/**
 * struct pool - the compressed RAM pool
 * @zs: its objects
 * @codec: compresses them
 * @limit: pages it may take
 * @max_size: bytes of an object, while others could take the page
 * @last_max_size: and when nobody else can
 * @compaction: one at a time
 * @compacted: when the last one ended, in jiffies
 * @waste: pages without objects that it left
 */
struct pool {
	struct zs_pool *zs;
	struct codec *codec;
	unsigned long limit;
	unsigned int max_size;
	unsigned int last_max_size;
	struct mutex compaction;
	unsigned long compacted;
	unsigned long waste;
};

static u64 pack(unsigned long handle, unsigned int len)
{
	u64 distance = (handle - PAGE_OFFSET) >> HANDLE_SHIFT;

	return distance << LENGTH_BITS | (len - 1);
}

static unsigned long unpack(u64 payload, unsigned int *len)
{
	*len = (payload & ((1U << LENGTH_BITS) - 1)) + 1;
	return ((payload >> LENGTH_BITS) << HANDLE_SHIFT) + PAGE_OFFSET;
}

/* Is this handle one that pack() can pack? Always, below 1 PiB of RAM. */
static bool packable(unsigned long handle)
{
	return handle >= PAGE_OFFSET &&
	       !((handle - PAGE_OFFSET) >> (HANDLE_BITS + HANDLE_SHIFT)) &&
	       IS_ALIGNED(handle, 1UL << HANDLE_SHIFT);
}

static int put_object(struct pool *pool, const void *src, unsigned int len, u64 *payload)
{
	unsigned long handle = port_zs_malloc(pool->zs, len, pool_gfp());

	if (IS_ERR_VALUE(handle))
		return (int)handle;
	if (WARN_ON_ONCE(!packable(handle))) {
		zs_free(pool->zs, handle);
		return -EIO;
	}
	/* Packed, it doesn't look like a pointer. */
	kmemleak_ignore((void *)handle);
	port_zs_write(pool->zs, handle, src, len);
	*payload = pack(handle, len);
	return 0;
}

static void count_object(struct vswap_backend *b, unsigned int len, long n)
{
	vswap_backend_count(b, BACKEND_USED_PAGES, n);
	vswap_backend_count(b, BACKEND_COMPRESSED_BYTES, n * (long)len);
	if (len == PAGE_SIZE)
		vswap_backend_count(b, BACKEND_WHOLE_PAGES, n);
}

/* ---- Holes ---- */

/* Pages, by what is stored, without what lies between. */
static unsigned long object_pages(struct vswap_backend *b)
{
	return vswap_backend_sum(b, BACKEND_COMPRESSED_BYTES) >> PAGE_SHIFT;
}

/* Pages that are there because of what has been freed, if @waste are there anyway. */
static unsigned long holes(struct vswap_backend *b, unsigned long waste)
{
	struct pool *pool = b->private;
	unsigned long pages = zs_get_total_pages(pool->zs);
	unsigned long objects = object_pages(b);
	unsigned long whole = min(vswap_backend_sum(b, BACKEND_WHOLE_PAGES), objects);
	unsigned long needed = objects + max(waste, (objects - whole) >> WASTE_SHIFT);

	return pages > needed ? pages - needed : 0;
}

/* Pages that there would be without holes. */
static unsigned long pages_needed(struct vswap_backend *b)
{
	struct pool *pool = b->private;
	unsigned long pages = zs_get_total_pages(pool->zs);

	return pages - min(pages, holes(b, READ_ONCE(pool->waste)));
}

/* The caller holds the lock. */
static void compact(struct vswap_backend *b)
{
	struct pool *pool = b->private;
	unsigned long pages, objects;

	zs_compact(pool->zs);
	pages = zs_get_total_pages(pool->zs);
	objects = object_pages(b);
	WRITE_ONCE(pool->waste, pages > objects ? pages - objects : 0);
	WRITE_ONCE(pool->compacted, jiffies);
}

/*
 * Are holes this share of all pages? Those that the last compaction left don't count, but
 * for a while only: what was freed during it is among them.
 */
static bool has_holes(struct vswap_backend *b, unsigned int shift)
{
	struct pool *pool = b->private;
	bool again = time_after(jiffies, READ_ONCE(pool->compacted) + COMPACT_AGAIN);

	return holes(b, again ? 0 : READ_ONCE(pool->waste)) >
	       zs_get_total_pages(pool->zs) >> shift;
}

static void close_holes(struct vswap_backend *b, unsigned int shift)
{
	struct pool *pool = b->private;

	if (!has_holes(b, shift))
		return;
	mutex_lock(&pool->compaction);
	if (has_holes(b, shift))
		compact(b);
	mutex_unlock(&pool->compaction);
}

static void pool_tidy(struct vswap_backend *b)
{
	close_holes(b, TIDY_SHIFT);
}

static void pool_compact(struct vswap_backend *b)
{
	struct pool *pool = b->private;

	mutex_lock(&pool->compaction);
	compact(b);
	mutex_unlock(&pool->compaction);
}

static bool is_full(struct pool *pool)
{
	return zs_get_total_pages(pool->zs) >= READ_ONCE(pool->limit);
}

/* ---- Pages ---- */

/* How long is the object of a page that compresses to @len bytes? Or -errno, as of ->store. */
static int object_length(const struct pool *pool, unsigned int len,
			 enum vswap_pool_choice choice)
{
	if (choice != POOL_IF_SMALL)
		return len <= pool->last_max_size ? len : PAGE_SIZE;
	if (len <= pool->max_size)
		return len;
	return len <= pool->last_max_size ? -EFBIG : -E2BIG;
}

static int pool_store(struct vswap_backend *b, struct page *page, u32 slot,
		      enum vswap_pool_choice choice, u64 *payload)
{
	struct pool *pool = b->private;
	struct codec_stream *stream;
	const void *data, *src;
	unsigned int len;
	int err, ret;

	if (is_full(pool))
		close_holes(b, LIMIT_SHIFT);
	if (is_full(pool))
		return -ENOSPC;

	stream = codec_lock(pool->codec);
	data = kmap_local_page(page);
	if (choice == POOL_WHOLE || codec_compress(stream, data, &len))
		len = PAGE_SIZE;
	ret = object_length(pool, len, choice);
	src = ret == PAGE_SIZE ? data : stream->buffer;
	err = ret < 0 ? ret : put_object(pool, src, ret, payload);
	kunmap_local(data);
	codec_unlock(stream);

	if (!err) {
		count_object(b, ret, 1);
		vswap_backend_count(b, BACKEND_PAGES_OUT, 1);
	}
	return err;
}

static int unpack_object(struct codec_stream *stream, const void *src, unsigned int len,
			 void *dst)
{
	if (len == PAGE_SIZE) {
		memcpy(dst, src, PAGE_SIZE);
		return 0;
	}
	return codec_decompress(stream, src, len, dst);
}

static int pool_load(struct vswap_backend *b, struct page *page, u64 payload)
{
	struct pool *pool = b->private;
	struct codec_stream *stream;
	unsigned long handle;
	const void *src;
	unsigned int len;
	void *dst;
	int err;

	handle = unpack(payload, &len);
	stream = codec_lock(pool->codec);
	dst = kmap_local_page(page);
	src = port_zs_read_begin(pool->zs, handle, len, stream->buffer);
	err = unpack_object(stream, src, len, dst);
	port_zs_read_end(pool->zs, handle, len, src);
	kunmap_local(dst);
	codec_unlock(stream);
	return err;
}

static unsigned int pool_length(struct vswap_backend *b, u64 payload)
{
	unsigned int len;

	unpack(payload, &len);
	return len;
}

static void pool_fetch(struct vswap_backend *b, u64 payload, void *dst)
{
	struct pool *pool = b->private;
	unsigned long handle;
	unsigned int len;
	const void *src;

	handle = unpack(payload, &len);
	src = port_zs_read_begin(pool->zs, handle, len, dst);
	/* It may have been put together there. */
	if (src != dst)
		memcpy(dst, src, len);
	port_zs_read_end(pool->zs, handle, len, src);
}

static unsigned int pool_codec(struct vswap_backend *b)
{
	struct pool *pool = b->private;

	return codec_number(pool->codec);
}

static void pool_free(struct vswap_backend *b, u64 payload)
{
	struct pool *pool = b->private;
	unsigned int len;

	/* Its locks are taken with interrupts on. */
	WARN_ON_ONCE(in_hardirq());
	zs_free(pool->zs, unpack(payload, &len));
	count_object(b, len, -1);
}

/* ---- Room ---- */

/*
 * What the pool holds, and what the rest of its memory will hold if pages go on
 * to shrink as they did. Holes are room: before a page is refused they are closed.
 */
static unsigned long pool_capacity(struct vswap_backend *b)
{
	struct pool *pool = b->private;
	unsigned long stored = vswap_backend_sum(b, BACKEND_USED_PAGES);
	unsigned long pages = pages_needed(b);
	unsigned long limit = READ_ONCE(pool->limit);
	u64 left = limit > pages ? limit - pages : 0;

	return stored + div64_u64(left * (stored + ESTIMATE_PRIOR),
				  pages + ESTIMATE_PRIOR / 2);
}

static unsigned int pool_fullness(struct vswap_backend *b)
{
	struct pool *pool = b->private;

	return pages_needed(b) * 100 / READ_ONCE(pool->limit);
}

/* A limit that was given at run time. */
static int check_limit(u64 bytes)
{
	if (bytes >= PAGE_SIZE && bytes >> PAGE_SHIFT <= totalram_pages())
		return 0;
	pr_err("a pool of %llu bytes: less than a page, or more than the machine's memory\n", bytes);
	return -EINVAL;
}

/* Pages above a lower limit stay until they are freed or written back. */
static int pool_resize(struct vswap_backend *b, u64 bytes, struct file *file)
{
	struct pool *pool = b->private;

	if (file || check_limit(bytes))
		return -EINVAL;
	WRITE_ONCE(pool->limit, bytes >> PAGE_SHIFT);
	return 0;
}

static u64 pool_memory(struct vswap_backend *b)
{
	struct pool *pool = b->private;

	return ((u64)zs_get_total_pages(pool->zs) << PAGE_SHIFT) + codec_memory(pool->codec);
}

static unsigned long limit_pages(const struct vswap_backend_params *params)
{
	if (params->pool_bytes)
		return params->pool_bytes >> PAGE_SHIFT;
	if (params->pool_mb)
		return (unsigned long)params->pool_mb << (20 - PAGE_SHIFT);
	return totalram_pages() * params->pool_percent / 100;
}

/* What rules_check_params() can't know. */
static int check_params(const struct vswap_backend_params *params)
{
	if (params->pool_bytes && check_limit(params->pool_bytes))
		return -EINVAL;
	if (!port_comp_exists(params->compressor)) {
		pr_err("zswap_compressor=%s: this kernel has no such compressor\n",
		       params->compressor);
		return -EOPNOTSUPP;
	}
	return 0;
}

static void pool_close(struct vswap_backend *b)
{
	struct pool *pool = b->private;

	if (!pool)
		return;
	if (pool->zs)
		zs_destroy_pool(pool->zs);
	kfree(pool);
	b->private = NULL;
}

static int pool_open(struct vswap_backend *b, const struct vswap_backend_params *params)
{
	struct pool *pool;
	int err;

	err = check_params(params);
	if (err)
		return err;
	pool = kzalloc(sizeof(*pool), GFP_KERNEL);
	if (!pool)
		return -ENOMEM;
	b->private = pool;
	mutex_init(&pool->compaction);
	pool->compacted = jiffies;
	pool->limit = limit_pages(params);
	pool->codec = codec_get(params->compressor);
	err = PTR_ERR_OR_ZERO(pool->codec);
	if (err)
		goto err_close;
	pool->zs = zs_create_pool("vswap");
	err = -ENOMEM;
	if (!pool->zs)
		goto err_close;
	pool->max_size = PAGE_SIZE * params->page_percent / 100;
	/* An object of PAGE_SIZE means a page that was not compressed. */
	pool->max_size = min_t(unsigned int, pool->max_size, PAGE_SIZE - 1);
	/* A larger object takes a whole page, as the page itself does. */
	pool->last_max_size = max_t(unsigned int, pool->max_size,
				    min_t(size_t, zs_huge_class_size(pool->zs), PAGE_SIZE) - 1);
	return 0;

err_close:
	pr_err("%s: the pool can't be set up (%d)\n", b->name, err);
	pool_close(b);
	return err;
}

static ssize_t show_compressor(struct vswap_backend *b, char *buf)
{
	struct pool *pool = b->private;

	return sysfs_emit(buf, "%s\n", codec_name(pool->codec));
}

static ssize_t show_limit_bytes(struct vswap_backend *b, char *buf)
{
	struct pool *pool = b->private;

	return sysfs_emit(buf, "%llu\n", (u64)READ_ONCE(pool->limit) << PAGE_SHIFT);
}

static ssize_t show_pool_bytes(struct vswap_backend *b, char *buf)
{
	struct pool *pool = b->private;

	return sysfs_emit(buf, "%llu\n", (u64)zs_get_total_pages(pool->zs) << PAGE_SHIFT);
}

static const struct vswap_backend_attr pool_attrs[] = {
	{ "compressor", show_compressor },
	{ "limit_bytes", show_limit_bytes },
	{ "pool_bytes", show_pool_bytes },
	{}
};

const struct vswap_backend_ops vswap_zswap_ops = {
	.type = "zswap",
	.tag = SLOT_POOL,
	.attrs = pool_attrs,
	.open = pool_open,
	.close = pool_close,
	.store = pool_store,
	.load = pool_load,
	.length = pool_length,
	.fetch = pool_fetch,
	.codec = pool_codec,
	.free = pool_free,
	.capacity = pool_capacity,
	.resize = pool_resize,
	.fullness = pool_fullness,
	.tidy = pool_tidy,
	.compact = pool_compact,
	.memory = pool_memory,
};
