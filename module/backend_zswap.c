// SPDX-License-Identifier: GPL-2.0
/*
 * The compressed RAM pool: objects filled by a compressor.
 *
 * Payload of a stored page:
 *
 *   58                              12  11          0
 *  +----------------------------------+--------------+
 *  |       place, see objects.h       |  length - 1  |
 *  +----------------------------------+--------------+
 *
 * An object of PAGE_SIZE bytes is the page itself.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "backend.h"
#include "codec.h"
#include "kernel/compat/copy.h"
#include "objects.h"
#include "port.h"
#include "rules.h"
#include "vswap_auto.h"

#define LENGTH_BITS	12
/* The longest object is a page. */
static_assert(PAGE_SIZE == 1 << LENGTH_BITS);
#define COLD_BIT	(1ULL << LENGTH_BITS)
#define PLACE_SHIFT	(LENGTH_BITS + 1)
static_assert(OBJECTS_PLACE_BITS + PLACE_SHIFT == SLOT_PAYLOAD_BITS);

/* Objects the estimate of a page's size begins with, at half a page each. */
#define ESTIMATE_PRIOR	1024

/* What lies between compressed objects however they are moved: no more than this, mostly. */
#define WASTE_SHIFT	3
#define SLAB_WASTE_SHIFT	4

/*
 * Holes that are worth moving objects for, of all pages: while nobody waits, and at the limit.
 * There fewer than lie between the high mark and the limit, or pages that have just been used
 * would be refused, and go to a disk, before old ones do.
 */
#define TIDY_SHIFT	3
#define LIMIT_SHIFT	6
/* And while memory is short. */
#define SHRINK_SHIFT	4

/* When to try once more, though the last time has left just as many. */
#define COMPACT_AGAIN	HZ

/**
 * struct pool - the compressed RAM pool
 * @objects: what it holds
 * @codec: compresses them
 * @cold: compresses those that are old once more, or NULL
 * @limit: pages it may take
 * @max_size: bytes of an object, while others could take the page
 * @last_max_size: and when nobody else can
 * @compaction: one at a time
 * @compacted: when the last one ended, in jiffies
 * @waste: pages without objects that it left
 * @closing: what object_pages() was when it began
 * @is_auto: it may take less than @limit, see vswap_auto.h
 * @wanted: let_pages_go()
 * @is_closed: it is about to go, with @objects
 */
struct pool {
	struct objects *objects;
	struct codec *codec;
	struct codec *cold;
	unsigned long limit;
	unsigned int max_size;
	unsigned int last_max_size;
	struct mutex compaction;
	unsigned long compacted;
	unsigned long waste;
	unsigned long closing;
	bool is_auto;
	struct work_struct wanted;
	bool is_closed;
};

static u64 pack(u64 place, unsigned int len, u64 cold)
{
	return place << PLACE_SHIFT | cold | (len - 1);
}

static u64 unpack(u64 payload, unsigned int *len)
{
	*len = (payload & ((1U << LENGTH_BITS) - 1)) + 1;
	return payload >> PLACE_SHIFT;
}

/* Has @cold compressed it, or found that it doesn't shrink? */
static bool is_cold(u64 payload)
{
	return payload & COLD_BIT;
}

static struct codec *codec_of(const struct pool *pool, u64 payload)
{
	return is_cold(payload) ? pool->cold : pool->codec;
}

static void count_object(struct vswap_backend *b, u64 payload, long n)
{
	unsigned int len;

	unpack(payload, &len);
	vswap_backend_count(b, BACKEND_USED_PAGES, n);
	vswap_backend_count(b, BACKEND_COMPRESSED_BYTES, n * (long)len);
	if (len == PAGE_SIZE)
		vswap_backend_count(b, BACKEND_WHOLE_PAGES, n);
	if (is_cold(payload))
		vswap_backend_count(b, BACKEND_COLD_PAGES, n);
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
	unsigned long pages = objects_pages(pool->objects);
	unsigned long objects = object_pages(b);
	unsigned long whole = min(vswap_backend_sum(b, BACKEND_WHOLE_PAGES), objects);
	unsigned int shift = objects_are_slab(pool->objects) ? SLAB_WASTE_SHIFT : WASTE_SHIFT;
	unsigned long needed = objects + max(waste, (objects - whole) >> shift);

	return pages > needed ? pages - needed : 0;
}

/* Pages that there would be without holes. */
static unsigned long pages_needed(struct vswap_backend *b)
{
	struct pool *pool = b->private;
	unsigned long pages = objects_pages(pool->objects);

	return pages - min(pages, holes(b, READ_ONCE(pool->waste)));
}

/* Holes are about to be closed: see is_settled(). */
static void note_objects(struct vswap_backend *b)
{
	struct pool *pool = b->private;

	WRITE_ONCE(pool->closing, object_pages(b));
}

/* Memory has been given back, as much as could be. The caller holds the lock. */
static void note_waste(struct vswap_backend *b)
{
	struct pool *pool = b->private;
	unsigned long pages = objects_pages(pool->objects);
	unsigned long objects = object_pages(b);

	WRITE_ONCE(pool->waste, pages > objects ? pages - objects : 0);
	WRITE_ONCE(pool->compacted, jiffies);
}

/* The same; of a slab, whose objects don't move by that, only what is empty. */
static void compact(struct vswap_backend *b)
{
	struct pool *pool = b->private;

	if (objects_are_slab(pool->objects)) {
		objects_compact(pool->objects);
		return;
	}
	note_objects(b);
	objects_compact(pool->objects);
	note_waste(b);
}

/* Is what the last compaction left waste, or may some of it have been freed during it? */
static bool is_settled(struct vswap_backend *b)
{
	struct pool *pool = b->private;

	return object_pages(b) == READ_ONCE(pool->closing);
}

/*
 * Are holes this share of all pages? Those that the last compaction left don't count; if
 * anything has changed since it began, for a while only.
 */
static bool has_holes(struct vswap_backend *b, unsigned int shift)
{
	struct pool *pool = b->private;
	bool again = time_after(jiffies, READ_ONCE(pool->compacted) + COMPACT_AGAIN) &&
		     !is_settled(b);

	return holes(b, again ? 0 : READ_ONCE(pool->waste)) >
	       objects_pages(pool->objects) >> shift;
}

static void close_holes(struct vswap_backend *b, unsigned int shift)
{
	struct pool *pool = b->private;

	if (objects_are_slab(pool->objects) || !has_holes(b, shift))
		return;
	mutex_lock(&pool->compaction);
	if (has_holes(b, shift))
		compact(b);
	mutex_unlock(&pool->compaction);
}

static bool pool_tidy(struct vswap_backend *b)
{
	struct pool *pool = b->private;

	close_holes(b, TIDY_SHIFT);
	/* A slab has a sweep. What has_holes() doesn't count yet is worth it, too. */
	return holes(b, is_settled(b) ? READ_ONCE(pool->waste) : 0) <=
	       objects_pages(pool->objects) >> TIDY_SHIFT;
}

static void pool_compact(struct vswap_backend *b)
{
	struct pool *pool = b->private;

	mutex_lock(&pool->compaction);
	compact(b);
	mutex_unlock(&pool->compaction);
}

/* Pages that it should take: what it may, or less. */
static unsigned long target(const struct pool *pool)
{
	unsigned long limit = READ_ONCE(pool->limit);

	return vswap_auto_is_on() ? min(limit, vswap_auto_limit()) : limit;
}

/* A page that nobody else takes gets what there may be. */
static bool is_full(const struct pool *pool, enum vswap_pool_choice choice)
{
	return objects_pages(pool->objects) >=
	       (choice == POOL_IF_SMALL ? target(pool) : READ_ONCE(pool->limit));
}

/*
 * Is there no room for a page? Holes of zsmalloc have been closed; those of a slab are room for
 * some objects, and which ones is seen when they are compressed.
 */
static bool has_no_room(struct vswap_backend *b, enum vswap_pool_choice choice)
{
	struct pool *pool = b->private;

	return is_full(pool, choice) &&
	       !(objects_are_slab(pool->objects) && has_holes(b, LIMIT_SHIFT));
}

/* ---- Objects that move, of a slab ---- */

static unsigned long pool_loose_pages(struct vswap_backend *b, bool is_short)
{
	struct pool *pool = b->private;
	unsigned int shift = is_full(pool, POOL_LAST) ? LIMIT_SHIFT : TIDY_SHIFT;

	if (!objects_are_slab(pool->objects) || !has_holes(b, is_short ? SHRINK_SHIFT : shift))
		return 0;
	return holes(b, 0);
}

static unsigned long pool_sweep_begin(struct vswap_backend *b)
{
	struct pool *pool = b->private;

	if (!objects_are_slab(pool->objects))
		return 0;
	note_objects(b);
	return objects_choose_poor(pool->objects);
}

static void pool_sweep_end(struct vswap_backend *b)
{
	struct pool *pool = b->private;

	if (!objects_are_slab(pool->objects))
		return;
	objects_forget_poor(pool->objects);
	objects_compact(pool->objects);
	mutex_lock(&pool->compaction);
	note_waste(b);
	mutex_unlock(&pool->compaction);
}

/* The kernel wants pages of a slab for something else: of an open segment, or an empty one. */
static void let_pages_go(struct work_struct *work)
{
	struct pool *pool = container_of(work, struct pool, wanted);
	struct codec_stream *stream;
	unsigned int cpu;

	if (READ_ONCE(pool->is_closed))
		return;
	for_each_possible_cpu(cpu) {
		stream = codec_lock_of(pool->codec, cpu);
		if (!stream)
			continue;
		objects_close(pool->objects, cpu);
		codec_unlock(stream);
	}
	objects_compact(pool->objects);
}

static bool pool_is_poor(struct vswap_backend *b, u64 payload)
{
	struct pool *pool = b->private;
	unsigned int len;
	u64 place = unpack(payload, &len);

	return objects_are_slab(pool->objects) && objects_is_poor(pool->objects, place, len);
}

static int pool_move(struct vswap_backend *b, u64 payload, u64 *new_payload)
{
	struct pool *pool = b->private;
	unsigned int len;
	u64 place = unpack(payload, &len);
	int err = objects_move(pool->objects, place, len, &place);

	if (err)
		return err;
	*new_payload = pack(place, len, payload & COLD_BIT);
	count_object(b, *new_payload, 1);
	return 0;
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

static __always_inline int store_page(struct vswap_backend *b, struct page *page,
				      enum vswap_pool_choice choice, u64 *payload)
{
	struct pool *pool = b->private;
	struct codec_stream *stream;
	const void *data, *src;
	unsigned int len;
	u64 place;
	int err, ret;

	if (is_full(pool, choice))
		close_holes(b, LIMIT_SHIFT);
	if (has_no_room(b, choice))
		return -ENOSPC;

	stream = codec_lock(pool->codec);
	data = kmap_local_page(page);
	if (choice == POOL_WHOLE || codec_compress(stream, data, &len))
		len = PAGE_SIZE;
	ret = object_length(pool, len, choice);
	src = ret == PAGE_SIZE ? data : stream->buffer;
	err = ret < 0 ? ret : objects_put(pool->objects, stream->cpu, src, ret, &place);
	kunmap_local(data);
	codec_unlock(stream);

	if (!err) {
		*payload = pack(place, ret, 0);
		count_object(b, *payload, 1);
		vswap_backend_count(b, BACKEND_PAGES_OUT, 1);
	}
	return err;
}

/* Look how large it should be. */
static void look(struct vswap_backend *b)
{
	struct pool *pool = b->private;
	struct vswap_auto_pool now = {
		.pages = objects_pages(pool->objects),
		.held = vswap_backend_sum(b, BACKEND_USED_PAGES),
		.stores = vswap_backend_sum(b, BACKEND_PAGES_OUT),
		.hits = vswap_backend_sum(b, BACKEND_PAGES_IN),
	};

	vswap_auto_look(&now);
}

static noinline int store_and_look(struct vswap_backend *b, struct page *page,
				   enum vswap_pool_choice choice, u64 *payload)
{
	bool turn = vswap_auto_turn();
	u64 began;
	int err;

	if (turn)
		look(b);
	if (choice == POOL_IF_SMALL && !vswap_auto_welcome())
		return -ENOSPC;
	began = vswap_auto_clock();
	err = store_page(b, page, choice, payload);
	if (!err)
		vswap_auto_time(VSWAP_AUTO_STORE, began);
	return err;
}

static int pool_store(struct vswap_backend *b, struct page *page, u32 slot,
		      enum vswap_pool_choice choice, u64 *payload)
{
	if (vswap_auto_is_on())
		return store_and_look(b, page, choice, payload);
	return store_page(b, page, choice, payload);
}

/* An object that can be read where it is, by a compressor that needs no stream. */
static int load_in_place(struct codec *codec, const void *src, unsigned int len, void *dst)
{
	if (len != PAGE_SIZE)
		return codec_unpack(codec, src, len, dst);
	port_copy(dst, src, PAGE_SIZE);
	return 0;
}

static int load_by_stream(struct pool *pool, struct codec *codec, u64 place, unsigned int len,
			  void *dst)
{
	struct codec_stream *stream = codec_lock(codec);
	const void *src = objects_read_begin(pool->objects, place, len, stream->buffer);
	int err = 0;

	if (len == PAGE_SIZE)
		port_copy(dst, src, PAGE_SIZE);
	else
		err = codec_decompress(stream, src, len, dst);
	objects_read_end(pool->objects, place, len, src);
	codec_unlock(stream);
	return err;
}

static int pool_load(struct vswap_backend *b, struct page *page, u64 payload)
{
	struct pool *pool = b->private;
	struct codec *codec = codec_of(pool, payload);
	unsigned int len;
	u64 place = unpack(payload, &len);
	void *dst = kmap_local_page(page);
	u64 began = vswap_auto_clock();
	int err;

	if (objects_are_slab(pool->objects) && codec_is_stateless(codec))
		err = load_in_place(codec, objects_read_begin(pool->objects, place, len, NULL),
				    len, dst);
	else
		err = load_by_stream(pool, codec, place, len, dst);
	kunmap_local(dst);
	if (vswap_auto_is_on())
		vswap_auto_time(VSWAP_AUTO_LOAD, began);
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
	unsigned int len;
	u64 place = unpack(payload, &len);
	const void *src = objects_read_begin(pool->objects, place, len, dst);

	/* It may have been put together there. */
	if (src != dst)
		port_copy(dst, src, len);
	objects_read_end(pool->objects, place, len, src);
}

static unsigned int pool_codec(struct vswap_backend *b, u64 payload)
{
	return codec_number(codec_of(b->private, payload));
}

static void pool_free(struct vswap_backend *b, u64 payload)
{
	struct pool *pool = b->private;
	unsigned int len;
	u64 place = unpack(payload, &len);

	/* Its locks are taken with interrupts on. */
	WARN_ON_ONCE(in_hardirq());
	objects_free(pool->objects, place, len);
	count_object(b, payload, -1);
}

/* ---- What is old ---- */

static u64 pool_cold_bit(struct vswap_backend *b)
{
	struct pool *pool = b->private;

	return pool->cold ? COLD_BIT : 0;
}

/* A page that takes a whole one is copied, so that it is known: nobody tries again. */
static int pool_recompress(struct vswap_backend *b, struct page *page, u64 payload,
			   u64 *new_payload)
{
	struct pool *pool = b->private;
	unsigned int old = pool_length(b, payload), len;
	struct codec_stream *stream;
	const void *data;
	u64 place;
	int err;

	if (!pool->cold || is_cold(payload))
		return -EALREADY;
	err = pool_load(b, page, payload);
	if (err)
		return err;
	stream = codec_lock(pool->cold);
	data = kmap_local_page(page);
	if (codec_compress(stream, data, &len) || len > pool->last_max_size)
		len = PAGE_SIZE;
	err = -E2BIG;
	if (len < old || old == PAGE_SIZE)
		err = objects_put_again(pool->objects, len == PAGE_SIZE ? data : stream->buffer,
					len, &place);
	kunmap_local(data);
	codec_unlock(stream);
	if (err)
		return err;
	*new_payload = pack(place, len, COLD_BIT);
	count_object(b, *new_payload, 1);
	return 0;
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

	return pages_needed(b) * 100 / target(pool);
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
	objects_set_limit(pool->objects, bytes >> PAGE_SHIFT);
	if (pool->is_auto)
		vswap_auto_set_most(bytes >> PAGE_SHIFT);
	return 0;
}

static u64 pool_memory(struct vswap_backend *b)
{
	struct pool *pool = b->private;

	return ((u64)objects_pages(pool->objects) << PAGE_SHIFT) +
	       objects_metadata(pool->objects) + codec_memory(pool->codec) +
	       (pool->cold ? codec_memory(pool->cold) : 0);
}

static unsigned long limit_pages(const struct vswap_backend_params *params)
{
	if (params->pool_bytes)
		return params->pool_bytes >> PAGE_SHIFT;
	if (params->pool_mb)
		return (unsigned long)params->pool_mb << (20 - PAGE_SHIFT);
	return totalram_pages() * params->pool_percent / 100;
}

static bool has_cold(const struct vswap_backend_params *params)
{
	return rules_has_cold(params->compressor, params->cold_compressor);
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
	if (has_cold(params) && !port_comp_exists(params->cold_compressor)) {
		pr_err("zswap_cold_compressor=%s: this kernel has no such compressor\n",
		       params->cold_compressor);
		return -EOPNOTSUPP;
	}
	return 0;
}

/* What compresses, and what does so once more. */
static int get_codecs(struct pool *pool, const struct vswap_backend_params *params)
{
	pool->codec = codec_get(params->compressor);
	if (IS_ERR(pool->codec))
		return PTR_ERR(pool->codec);
	if (!has_cold(params))
		return 0;
	pool->cold = codec_get(params->cold_compressor);
	return PTR_ERR_OR_ZERO(pool->cold);
}

static void pool_close(struct vswap_backend *b)
{
	struct pool *pool = b->private;

	if (!pool)
		return;
	if (pool->is_auto)
		vswap_auto_stop();
	WRITE_ONCE(pool->is_closed, true);
	cancel_work_sync(&pool->wanted);
	objects_destroy(pool->objects);
	/* It may have been queued once more, as long as there were pages. */
	cancel_work_sync(&pool->wanted);
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
	INIT_WORK(&pool->wanted, let_pages_go);
	pool->compacted = jiffies;
	pool->limit = limit_pages(params);
	err = get_codecs(pool, params);
	if (err)
		goto err_close;
	pool->objects = objects_create(params->slab, pool->limit, &pool->wanted);
	err = -ENOMEM;
	if (!pool->objects)
		goto err_close;
	pool->max_size = PAGE_SIZE * params->page_percent / 100;
	/* An object of PAGE_SIZE means a page that was not compressed. */
	pool->max_size = min_t(unsigned int, pool->max_size, PAGE_SIZE - 1);
	/* A larger object takes a whole page, as the page itself does. */
	pool->last_max_size = objects_max_size(pool->objects);
	if (objects_are_slab(pool->objects))
		pool->max_size = min(pool->max_size, pool->last_max_size);
	pool->last_max_size = max(pool->max_size, pool->last_max_size);
	err = params->pool_auto ? vswap_auto_start(pool->limit) : 0;
	if (err)
		goto err_close;
	pool->is_auto = params->pool_auto;
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

static ssize_t show_cold_compressor(struct vswap_backend *b, char *buf)
{
	struct pool *pool = b->private;

	return sysfs_emit(buf, "%s\n", pool->cold ? codec_name(pool->cold) : "none");
}

static ssize_t show_allocator(struct vswap_backend *b, char *buf)
{
	struct pool *pool = b->private;

	return sysfs_emit(buf, "%s\n", objects_are_slab(pool->objects) ? "slab" : "zsmalloc");
}

static ssize_t show_limit_bytes(struct vswap_backend *b, char *buf)
{
	struct pool *pool = b->private;

	return sysfs_emit(buf, "%llu\n", (u64)READ_ONCE(pool->limit) << PAGE_SHIFT);
}

static ssize_t show_target_bytes(struct vswap_backend *b, char *buf)
{
	return sysfs_emit(buf, "%llu\n", (u64)target(b->private) << PAGE_SHIFT);
}

static ssize_t show_pool_bytes(struct vswap_backend *b, char *buf)
{
	struct pool *pool = b->private;

	return sysfs_emit(buf, "%llu\n", (u64)objects_pages(pool->objects) << PAGE_SHIFT);
}

static const struct vswap_backend_attr pool_attrs[] = {
	{ "allocator", show_allocator },
	{ "cold_compressor", show_cold_compressor },
	{ "compressor", show_compressor },
	{ "limit_bytes", show_limit_bytes },
	{ "target_bytes", show_target_bytes },
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
	.loose_pages = pool_loose_pages,
	.sweep_begin = pool_sweep_begin,
	.sweep_end = pool_sweep_end,
	.is_poor = pool_is_poor,
	.move = pool_move,
	.cold_bit = pool_cold_bit,
	.recompress = pool_recompress,
	.memory = pool_memory,
};
