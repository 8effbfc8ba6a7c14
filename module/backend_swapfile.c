// SPDX-License-Identifier: GPL-2.0
/*
 * A swap file or partition as a backend: its places, and what it says of itself. Payload of a
 * stored page: its page in the file.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/sysfs.h>

#include "swapfile.h"

/* ---- Places ---- */

static int swapfile_store_run(struct vswap_backend *b, unsigned int nr, u32 slot, u64 *payload)
{
	struct swapfile *sf = b->private;
	u32 place;
	int got = filemap_alloc(&sf->slots, raw_smp_processor_id(), nr, slot, &place);

	if (got < 0)
		return got;
	vswap_backend_count(b, BACKEND_USED_PAGES, got);
	vswap_backend_count(b, BACKEND_PAGES_OUT, got);
	*payload = place;
	return got;
}

static int swapfile_store(struct vswap_backend *b, struct page *page, u32 slot,
			  enum vswap_pool_choice choice, u64 *payload)
{
	return min(swapfile_store_run(b, 1, slot, payload), 0);
}

static void swapfile_free(struct vswap_backend *b, u64 payload)
{
	struct swapfile *sf = b->private;

	WARN_ON_ONCE(filemap_free(&sf->slots, payload, 1));
	vswap_backend_count(b, BACKEND_USED_PAGES, -1);
}

static int swapfile_store_packed(struct vswap_backend *b, unsigned int nr, u64 *payload)
{
	struct swapfile *sf = b->private;
	u32 place;
	int err = filemap_alloc_packed(&sf->slots, raw_smp_processor_id(), nr, &place);

	if (err)
		return err;
	vswap_backend_count(b, BACKEND_USED_PAGES, nr);
	vswap_backend_count(b, BACKEND_PAGES_OUT, nr);
	vswap_backend_count(b, BACKEND_PACKED_PAGES, nr);
	vswap_backend_count(b, BACKEND_PACKED_BLOCKS, 1);
	*payload = place;
	return 0;
}

static bool swapfile_put_packed(struct vswap_backend *b, u64 payload)
{
	struct swapfile *sf = b->private;
	int left = filemap_put_packed(&sf->slots, payload);

	if (WARN_ON_ONCE(left < 0))
		return false;
	if (!left)
		vswap_backend_count(b, BACKEND_PACKED_BLOCKS, -1);
	vswap_backend_count(b, BACKEND_PACKED_PAGES, -1);
	vswap_backend_count(b, BACKEND_USED_PAGES, -1);
	return !left;
}

static bool swapfile_next(struct vswap_backend *b, u64 *payload, u32 *slot)
{
	struct swapfile *sf = b->private;
	u32 place = *payload;

	for (;; place++) {
		place = filemap_next(&sf->slots, place, slot);
		*payload = place;
		if (place >= READ_ONCE(sf->slots.nr_slots))
			return false;
		if (!filemap_is_packed(*slot))
			return true;
		cond_resched();
	}
}

/* ---- What it says of itself ---- */

/* The pages it holds, however packed, and one for each place that is free. */
static unsigned long swapfile_capacity(struct vswap_backend *b)
{
	struct swapfile *sf = b->private;
	u32 capacity = filemap_capacity(&sf->slots), used = filemap_used(&sf->slots);

	return vswap_backend_sum(b, BACKEND_USED_PAGES) + capacity - min(used, capacity);
}

static u64 swapfile_memory(struct vswap_backend *b)
{
	struct swapfile *sf = b->private;
	const struct extents *extents;
	u64 room;

	rcu_read_lock();
	extents = rcu_dereference(sf->extents);
	room = extents ? extents->room : 0;
	rcu_read_unlock();
	return (u64)READ_ONCE(sf->slots.nr_held) *
		(PAGE_SIZE + sizeof(struct filemap_chunk)) +
	       (u64)READ_ONCE(sf->slots.nr_chunks) * sizeof(struct filemap_chunk *) +
	       room * sizeof(struct extent) + READ_ONCE(sf->crypt_memory);
}

static ssize_t show_path(struct vswap_backend *b, char *buf)
{
	struct swapfile *sf = b->private;

	return sysfs_emit(buf, "%s\n", sf->path);
}

static ssize_t show_size_pages(struct vswap_backend *b, char *buf)
{
	struct swapfile *sf = b->private;

	return sysfs_emit(buf, "%u\n", sf->nr_pages);
}

static ssize_t show_bad_pages(struct vswap_backend *b, char *buf)
{
	struct swapfile *sf = b->private;

	return sysfs_emit(buf, "%u\n", sf->slots.nr_bad);
}

static ssize_t show_extents(struct vswap_backend *b, char *buf)
{
	struct swapfile *sf = b->private;
	const struct extents *extents;
	u32 nr;

	rcu_read_lock();
	extents = rcu_dereference(sf->extents);
	nr = extents ? extents->nr : 0;
	rcu_read_unlock();
	return sysfs_emit(buf, "%u\n", nr);
}

static ssize_t show_encrypted(struct vswap_backend *b, char *buf)
{
	struct swapfile *sf = b->private;

	return sysfs_emit(buf, "%d\n", sf->encrypt);
}

static const struct vswap_backend_attr swapfile_attrs[] = {
	{ "path", show_path },
	{ "size_pages", show_size_pages },
	{ "bad_pages", show_bad_pages },
	{ "extents", show_extents },
	{ "encrypted", show_encrypted },
	{}
};

const struct vswap_backend_ops vswap_swapfile_ops = {
	.type = "swapfile",
	.tag = SLOT_FILE,
	.attrs = swapfile_attrs,
	.open = vswap_swapfile_open,
	.close = vswap_swapfile_close,
	.attach = vswap_swapfile_attach,
	.detach = vswap_swapfile_detach,
	.store = swapfile_store,
	.store_run = swapfile_store_run,
	.store_packed = swapfile_store_packed,
	.put_packed = swapfile_put_packed,
	.submit = vswap_swapfile_submit,
	.free = swapfile_free,
	.next = swapfile_next,
	.resize = vswap_swapfile_resize,
	.capacity = swapfile_capacity,
	.memory = swapfile_memory,
};
