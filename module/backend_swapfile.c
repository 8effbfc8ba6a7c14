// SPDX-License-Identifier: GPL-2.0
/*
 * A swap file or partition, made by mkswap(8) and owned by this module alone.
 *
 * It is checked as swapon(2) and swapon(8) check it. A file's blocks are mapped
 * when it is opened, so that data goes by bio straight to the device and no file
 * system is entered in reclaim. Payload of a stored page: its page in the file.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/sysfs.h>
#include <linux/uio.h>

#include "backend.h"
#include "extents.h"
#include "filemap.h"
#include "port.h"

/* As swapon(8): nobody but the owner may touch a file, other users no device. */
#define INSECURE_FILE	0077
#define INSECURE_DEVICE	0007

/* Smaller ones can't be meant. */
#define MIN_PAGES	(SZ_1M / PAGE_SIZE)

/* Transfers that can always be under way, whatever memory is left. */
#define MIN_BIOS	64

/**
 * struct swapfile - an open swap file or partition
 * @file: the file or device
 * @bdev: the device its pages lie on
 * @bdev_claim: what keeps others from a block device
 * @path: the user's name for it
 * @extents: where on @bdev each page lies
 * @slots: which pages are in use
 * @nr_pages: pages of the area, by its header and by what is mapped
 * @bios: bios for @bdev
 * @claimed: S_SWAPFILE is set by us
 * @activated: ->swap_activate has been called
 */
struct swapfile {
	struct file *file;
	struct block_device *bdev;
	void *bdev_claim;
	char *path;
	struct extents extents;
	struct filemap slots;
	u32 nr_pages;
	struct bio_set bios;
	bool claimed;
	bool activated;
};

static void *filemap_memory(size_t size)
{
	return kvzalloc(size, GFP_NOIO | __GFP_NOWARN);
}

static void filemap_memory_free(void *memory)
{
	kvfree(memory);
}

static const struct filemap_ops filemap_ops = {
	.alloc = filemap_memory,
	.free = filemap_memory_free,
};

/* ---- Pages ---- */

static int swapfile_store(struct vswap_backend *b, struct page *page, u32 slot, bool last,
			  u64 *payload)
{
	struct swapfile *sf = b->private;
	u32 place;
	int nr;

	nr = filemap_alloc(&sf->slots, raw_smp_processor_id(), 1, slot, &place);
	if (nr < 0)
		return nr;
	vswap_backend_count(b, BACKEND_USED_PAGES, 1);
	vswap_backend_count(b, BACKEND_PAGES_OUT, 1);
	*payload = place;
	return 0;
}

static void swapfile_free(struct vswap_backend *b, u64 payload)
{
	struct swapfile *sf = b->private;

	WARN_ON_ONCE(filemap_free(&sf->slots, payload, 1));
	vswap_backend_count(b, BACKEND_USED_PAGES, -1);
}

/*
 * struct transfer - what a bio carries; it lies in front of the bio
 */
struct transfer {
	struct vswap_backend *backend;
	struct vswap_io *io;
	unsigned int nr;
	struct bio bio;
};

static void transfer_done(struct bio *bio)
{
	struct transfer *t = container_of(bio, struct transfer, bio);
	struct swapfile *sf = t->backend->private;
	struct vswap_io *io = t->io;
	int error = blk_status_to_errno(bio->bi_status);

	if (unlikely(error)) {
		bool write = op_is_write(bio_op(bio));

		vswap_backend_count(t->backend, write ? BACKEND_WRITE_ERRORS :
				    BACKEND_READ_ERRORS, t->nr);
		pr_alert_ratelimited("%s: %s error %d on %s, sector %llu\n",
				     t->backend->name, write ? "write" : "read", error,
				     sf->path, (u64)bio->bi_iter.bi_sector);
	}
	bio_put(bio);
	vswap_io_put(io, error);
}

static void swapfile_submit(struct vswap_backend *b, struct vswap_io *io, blk_opf_t opf,
			    struct page *page, unsigned int nr, u64 payload)
{
	struct swapfile *sf = b->private;

	if (!op_is_write(opf))
		vswap_backend_count(b, BACKEND_PAGES_IN, nr);
	while (nr) {
		struct transfer *t;
		struct bio *bio;
		u64 block;
		u32 run;

		block = extents_lookup(&sf->extents, payload, &run);
		run = min(run, nr);
		bio = bio_alloc_bioset(sf->bdev, 1, opf, GFP_NOIO, &sf->bios);
		bio->bi_iter.bi_sector = block << (PAGE_SHIFT - SECTOR_SHIFT);
		bio->bi_end_io = transfer_done;
		__bio_add_page(bio, page, run << PAGE_SHIFT, 0);
		t = container_of(bio, struct transfer, bio);
		t->backend = b;
		t->io = io;
		t->nr = run;
		vswap_io_get(io);
		submit_bio(bio);
		page += run;
		payload += run;
		nr -= run;
	}
}

/* ---- Opening: check, claim, map ---- */

static int refuse(struct vswap_backend *b, const char *path, int err, const char *why)
{
	pr_err("%s: %s: %s (%d)\n", b->name, path, why, err);
	return err;
}

/* Open a block device so that nobody else can use it meanwhile. */
static int claim_device(struct vswap_backend *b, struct swapfile *sf)
{
	struct block_device *bdev;

	if (file_inode(sf->file)->i_mode & INSECURE_DEVICE)
		return refuse(b, sf->path, -EPERM, "other users may access it, chmod o= it");
	bdev = port_bdev_claim(file_inode(sf->file)->i_rdev, sf, &sf->bdev_claim);
	if (IS_ERR(bdev))
		return refuse(b, sf->path, PTR_ERR(bdev), PTR_ERR(bdev) == -EBUSY ?
			      "in use" : "the device can't be opened");
	sf->bdev = bdev;
	if (bdev_is_zoned(sf->bdev))
		return refuse(b, sf->path, -EINVAL, "a zoned device can't be swapped to");
	if (bdev_read_only(sf->bdev))
		return refuse(b, sf->path, -EROFS, "read-only");
	return 0;
}

static int check_file(struct vswap_backend *b, struct swapfile *sf)
{
	struct inode *inode = file_inode(sf->file);

	if (inode->i_mode & INSECURE_FILE)
		return refuse(b, sf->path, -EPERM, "other users may access it, chmod 600 it");
	if (!uid_eq(inode->i_uid, GLOBAL_ROOT_UID))
		return refuse(b, sf->path, -EPERM, "not owned by root");
	if (IS_ENCRYPTED(inode))
		return refuse(b, sf->path, -EINVAL, "encrypted by its file system");
	if (sb_rdonly(inode->i_sb))
		return refuse(b, sf->path, -EROFS, "on a read-only file system");
	sf->bdev = inode->i_sb->s_bdev;
	return 0;
}

static int open_path(struct vswap_backend *b, struct swapfile *sf, const char *path)
{
	struct inode *inode;

	sf->path = kstrdup(path, GFP_KERNEL);
	if (!sf->path)
		return -ENOMEM;
	/*
	 * To read: data doesn't go through the file, and one that is open for
	 * writing would keep its file system from being remounted read-only at
	 * shutdown.
	 */
	sf->file = filp_open(path, O_RDONLY | O_LARGEFILE, 0);
	if (IS_ERR(sf->file)) {
		int err = PTR_ERR(sf->file);

		sf->file = NULL;
		return refuse(b, path, err, err == -ENOENT ? "no such file" :
			      "can't be opened");
	}
	inode = file_inode(sf->file);
	if (S_ISBLK(inode->i_mode))
		return claim_device(b, sf);
	if (S_ISREG(inode->i_mode))
		return check_file(b, sf);
	return refuse(b, path, -EINVAL, "neither a regular file nor a block device");
}

/* As read_swap_header() does for headers written on a machine of other endianness. */
static void swab_header(union swap_header *header)
{
	u32 *bad = header->info.badpages;
	u32 i;

	if (swab32(header->info.version) != 1)
		return;
	swab32s(&header->info.version);
	swab32s(&header->info.last_page);
	swab32s(&header->info.nr_badpages);
	for (i = 0; i < min_t(u32, header->info.nr_badpages, MAX_SWAP_BADPAGES); i++)
		swab32s(&bad[i]);
}

/* Mirrors read_swap_header(). */
static int check_header(struct vswap_backend *b, struct swapfile *sf,
			union swap_header *header)
{
	u64 size = i_size_read(sf->file->f_mapping->host) >> PAGE_SHIFT;
	u32 last;

	if (memcmp(header->magic.magic, "SWAPSPACE2", 10))
		return refuse(b, sf->path, -EINVAL, "no swap signature, run mkswap on it");
	swab_header(header);
	last = header->info.last_page;
	if (header->info.version != 1)
		return refuse(b, sf->path, -EINVAL, "swap header of an unknown version");
	if (header->info.nr_badpages > MAX_SWAP_BADPAGES || last == U32_MAX ||
	    (header->info.nr_badpages && S_ISREG(file_inode(sf->file)->i_mode)))
		return refuse(b, sf->path, -EINVAL, "corrupted swap header");
	if ((u64)last + 1 > size)
		return refuse(b, sf->path, -EINVAL, "shorter than its swap header says");
	if ((u64)last + 1 < MIN_PAGES)
		return refuse(b, sf->path, -EINVAL, "too small, at least 1 MiB is needed");
	sf->nr_pages = last + 1;
	return 0;
}

static int read_header(struct vswap_backend *b, struct swapfile *sf,
		       union swap_header *header)
{
	loff_t pos = 0;
	ssize_t n = kernel_read(sf->file, header, PAGE_SIZE, &pos);

	if (n < 0)
		return refuse(b, sf->path, n, "the swap header can't be read");
	if (n < PAGE_SIZE)
		return refuse(b, sf->path, -EINVAL, "too small, at least 1 MiB is needed");
	return check_header(b, sf, header);
}

static int add_extent(void *arg, u32 start, u32 nr, u64 block)
{
	struct swapfile *sf = arg;

	return extents_add(&sf->extents, start, nr, block);
}

/* Where the file's pages lie, by the file system's own word for it. */
static int map_file(struct vswap_backend *b, struct swapfile *sf)
{
	int err = port_map_file(sf->file, &sf->nr_pages, &sf->bdev, add_extent, sf);

	sf->activated = !err;
	if (err == -EOPNOTSUPP)
		return refuse(b, sf->path, -EINVAL, "on a network file system");
	if (err == -EUCLEAN)
		return refuse(b, sf->path, -EINVAL, "its extents make no sense");
	if (err && err != -ENOMEM)
		return refuse(b, sf->path, err,
			      "has holes, or its file system can't hold swap files");
	return err;
}

/*
 * As swapon(2): from here on nobody else can write to, truncate or swap on it. The
 * inode lock keeps others from doing the same at the same time.
 */
static int claim(struct vswap_backend *b, struct swapfile *sf)
{
	struct inode *inode = sf->file->f_mapping->host;
	int err;

	inode_lock(inode);
	if (IS_SWAPFILE(inode)) {
		err = refuse(b, sf->path, -EBUSY, "in use as swap");
		goto out;
	}
	if (S_ISREG(inode->i_mode) && d_unlinked(sf->file->f_path.dentry)) {
		err = refuse(b, sf->path, -ENOENT, "has been deleted");
		goto out;
	}
	err = S_ISBLK(inode->i_mode) ? extents_add(&sf->extents, 0, sf->nr_pages, 0) :
				       map_file(b, sf);
	if (err)
		goto out;
	inode->i_flags |= S_SWAPFILE;
	sf->claimed = true;
	err = inode_drain_writes(inode);
	if (err)
		refuse(b, sf->path, err, "can't be flushed");
out:
	inode_unlock(inode);
	return err;
}

static int mark_bad_pages(struct vswap_backend *b, struct swapfile *sf,
			  const union swap_header *header)
{
	/* Declared with one element, whatever follows. */
	const u32 *badpages = header->info.badpages;
	int err = filemap_mark_bad(&sf->slots, 0);
	u32 i;

	for (i = 0; i < header->info.nr_badpages && !err; i++) {
		u32 bad = badpages[i];

		if (!bad || bad > header->info.last_page)
			return refuse(b, sf->path, -EINVAL, "corrupted swap header");
		if (bad < sf->nr_pages)
			err = filemap_mark_bad(&sf->slots, bad);
	}
	return err;
}

static void swapfile_close(struct vswap_backend *b)
{
	struct swapfile *sf = b->private;

	if (!sf)
		return;
	if (sf->slots.chunks)
		filemap_exit(&sf->slots);
	extents_exit(&sf->extents);
	bioset_exit(&sf->bios);
	if (sf->file) {
		struct address_space *mapping = sf->file->f_mapping;

		if (sf->activated && mapping->a_ops->swap_deactivate)
			mapping->a_ops->swap_deactivate(sf->file);
		if (sf->claimed) {
			inode_lock(mapping->host);
			mapping->host->i_flags &= ~S_SWAPFILE;
			inode_unlock(mapping->host);
		}
		if (sf->bdev_claim)
			port_bdev_release(sf->bdev_claim);
		fput(sf->file);
	}
	kfree(sf->path);
	kfree(sf);
	b->private = NULL;
}

static int open_area(struct vswap_backend *b, struct swapfile *sf, const char *path,
		     union swap_header *header)
{
	int err;

	err = open_path(b, sf, path);
	if (!err)
		err = read_header(b, sf, header);
	if (!err)
		err = claim(b, sf);
	if (!err)
		err = filemap_init(&sf->slots, sf->nr_pages, nr_cpu_ids, &filemap_ops);
	if (!err)
		err = mark_bad_pages(b, sf, header);
	if (!err)
		err = bioset_init(&sf->bios, MIN_BIOS, offsetof(struct transfer, bio),
				  BIOSET_NEED_BVECS);
	return err;
}

static int swapfile_open(struct vswap_backend *b, const struct vswap_backend_params *params)
{
	struct swapfile *sf = kzalloc(sizeof(*sf), GFP_KERNEL);
	union swap_header *header = (void *)get_zeroed_page(GFP_KERNEL);
	int err = -ENOMEM;

	b->private = sf;
	if (sf && header) {
		extents_init(&sf->extents);
		err = open_area(b, sf, params->path, header);
	}
	free_page((unsigned long)header);
	if (err) {
		if (err == -ENOMEM)
			pr_err("%s: no memory\n", b->name);
		swapfile_close(b);
	}
	return err;
}

/* ---- What it says of itself ---- */

static unsigned long swapfile_capacity(struct vswap_backend *b)
{
	struct swapfile *sf = b->private;

	return filemap_capacity(&sf->slots);
}

static u64 swapfile_memory(struct vswap_backend *b)
{
	struct swapfile *sf = b->private;

	return (u64)READ_ONCE(sf->slots.nr_held) *
		(PAGE_SIZE + sizeof(struct filemap_chunk)) +
	       (u64)sf->slots.nr_chunks * sizeof(struct filemap_chunk *) +
	       (u64)sf->extents.room * sizeof(struct extent);
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

	return sysfs_emit(buf, "%u\n", sf->extents.nr);
}

static ssize_t show_read_errors(struct vswap_backend *b, char *buf)
{
	return sysfs_emit(buf, "%lu\n", vswap_backend_sum(b, BACKEND_READ_ERRORS));
}

static ssize_t show_write_errors(struct vswap_backend *b, char *buf)
{
	return sysfs_emit(buf, "%lu\n", vswap_backend_sum(b, BACKEND_WRITE_ERRORS));
}

static const struct vswap_backend_attr swapfile_attrs[] = {
	{ "path", show_path },
	{ "size_pages", show_size_pages },
	{ "bad_pages", show_bad_pages },
	{ "extents", show_extents },
	{ "read_errors", show_read_errors },
	{ "write_errors", show_write_errors },
	{}
};

const struct vswap_backend_ops vswap_swapfile_ops = {
	.type = "swapfile",
	.tag = SLOT_FILE,
	.attrs = swapfile_attrs,
	.open = swapfile_open,
	.close = swapfile_close,
	.store = swapfile_store,
	.submit = swapfile_submit,
	.free = swapfile_free,
	.capacity = swapfile_capacity,
	.memory = swapfile_memory,
};
