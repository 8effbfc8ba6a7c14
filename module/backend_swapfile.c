// SPDX-License-Identifier: GPL-2.0
/*
 * A swap file or partition, made by mkswap(8) and owned by this module alone.
 *
 * It is checked as swapon(2) and swapon(8) check it. A file's blocks are mapped
 * when it is opened, so that data goes by bio straight to the device and no file
 * system is entered in reclaim. Payload of a stored page: its page in the file.
 *
 * Encrypted, pages go out by way of bounce pages, since a folio being written can still be
 * read by its users; they come in where they belong, and are decrypted there before anybody
 * is told. Both take a process: what an interrupt says of a read goes to a worker.
 *
 * A request that fails was for several pages, by us or because the block layer has merged it
 * with others. A worker moves each page once more, alone: so a bad sector costs one page, and
 * not its neighbours.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/sysfs.h>
#include <linux/uio.h>
#include <linux/workqueue.h>

#include "backend.h"
#include "batch.h"
#include "crypt.h"
#include "extents.h"
#include "filemap.h"
#include "port.h"
#include "rules.h"

/* Transfers that can always be under way, whatever memory is left. */
#define MIN_BIOS	64

/* After so long free places are discarded, unless they are used again. */
#define DISCARD_DELAY	HZ

/* Encrypted pages that can always be under way, and how many go in one bio. */
#define MIN_BOUNCES	64
#define MAX_BOUNCES	16

/**
 * struct swapfile - an open swap file or partition
 * @file: the file or device
 * @bdev: the device its pages lie on
 * @bdev_claim: what keeps others from a block device
 * @path: the user's name for it; by it a file that was given up is opened again
 * @encrypt: its pages are encrypted
 * @extents: where on @bdev each page lies; exchanged when there are more; NULL while it
 *	isn't attached, as are @file and what else is made for it
 * @slots: which pages are in use
 * @nr_pages: pages of the area, by its header and by what is mapped
 * @bios: bios for @bdev
 * @batcher: brings transfers together, where pages aren't encrypted
 * @crypt: the key for its pages; NULL: they aren't encrypted
 * @crypt_memory: what that takes, in bytes
 * @bounces: for pages on their way out, encrypted
 * @workers: for what interrupts can't do
 * @discard: see struct vswap_backend_params
 * @discards: the device is told of places that are free again
 * @discard_freed: does so
 * @backend: whose this is
 * @claimed: S_SWAPFILE is set by us
 * @activated: ->swap_activate has been called
 */
struct swapfile {
	struct file *file;
	struct block_device *bdev;
	void *bdev_claim;
	char *path;
	bool encrypt;
	struct extents __rcu *extents;
	struct filemap slots;
	u32 nr_pages;
	struct bio_set bios;
	struct batcher batcher;
	struct crypt *crypt;
	size_t crypt_memory;
	mempool_t bounces;
	struct workqueue_struct *workers;
	unsigned int discard;
	bool discards;
	struct delayed_work discard_freed;
	struct vswap_backend *backend;
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

static void places_emptied(struct filemap *fm)
{
	struct swapfile *sf = container_of(fm, struct swapfile, slots);

	if (READ_ONCE(sf->discards))
		queue_delayed_work(system_freezable_wq, &sf->discard_freed, DISCARD_DELAY);
}

static const struct filemap_ops discarding_filemap_ops = {
	.alloc = filemap_memory,
	.free = filemap_memory_free,
	.emptied = places_emptied,
};

/* ---- Pages ---- */

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

static void swapfile_put_packed(struct vswap_backend *b, u64 payload)
{
	struct swapfile *sf = b->private;
	int left = filemap_put_packed(&sf->slots, payload);

	if (WARN_ON_ONCE(left < 0))
		return;
	if (!left)
		vswap_backend_count(b, BACKEND_PACKED_BLOCKS, -1);
	vswap_backend_count(b, BACKEND_PACKED_PAGES, -1);
	vswap_backend_count(b, BACKEND_USED_PAGES, -1);
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

/*
 * What can't be written or read alone is not written to again; but if all of the disk
 * fails, it may come back.
 */
static void page_failed(struct vswap_transfer *t, u32 place, int error)
{
	bool write = op_is_write(bio_op(&t->bio));
	struct swapfile *sf = t->backend->private;

	vswap_backend_count(t->backend, write ? BACKEND_WRITE_ERRORS : BACKEND_READ_ERRORS, 1);
	pr_alert_ratelimited("%s: %s error %d on %s, page %u\n", t->backend->name,
			     write ? "write" : "read", error, sf->path, place);
	if (READ_ONCE(t->backend->state) == BACKEND_ON)
		filemap_condemn(&sf->slots, place, 1);
}

static void free_bounces(struct swapfile *sf, struct page **pages, unsigned int nr)
{
	while (nr)
		mempool_free(pages[--nr], &sf->bounces);
}

/* Each is a vector of its own: nothing has merged them. */
static void free_bounces_of(struct vswap_transfer *t)
{
	struct swapfile *sf = t->backend->private;
	unsigned int i;

	for (i = 0; i < t->nr; i++)
		mempool_free(t->bio.bi_io_vec[i].bv_page, &sf->bounces);
}

/* Before its set is told, which may be its memory. */
static void transfer_free(struct vswap_transfer *t)
{
	if (t->in_set)
		bio_uninit(&t->bio);
	else
		bio_put(&t->bio);
}

/* @t is gone afterwards. */
static void finish(struct vswap_transfer *t, int error)
{
	struct swapfile *sf = t->backend->private;
	struct vswap_io *io = t->io;

	if (sf->crypt && op_is_write(bio_op(&t->bio)))
		free_bounces_of(t);
	transfer_free(t);
	vswap_io_put(io, error);
}

static void decrypt_and_finish(struct vswap_transfer *t)
{
	struct swapfile *sf = t->backend->private;
	int error = crypt_decrypt(sf->crypt, bio_first_page_all(&t->bio), t->nr, t->place);

	if (unlikely(error)) {
		vswap_backend_count(t->backend, BACKEND_READ_ERRORS, t->nr);
		pr_alert_ratelimited("%s: error %d decrypting page %u\n", t->backend->name,
				     error, t->place);
	}
	finish(t, error);
}

static void decrypt_work(struct work_struct *work)
{
	decrypt_and_finish(container_of(work, struct vswap_transfer, work));
}

static u64 lookup(struct swapfile *sf, u32 place, u32 *run)
{
	u64 block;

	rcu_read_lock();
	block = extents_lookup(rcu_dereference(sf->extents), place, run);
	rcu_read_unlock();
	return block;
}

/* One page of a transfer, by itself and not merged with others. Returns 0 or -errno. */
static int move_alone(struct vswap_transfer *t, struct page *page, u32 place)
{
	struct swapfile *sf = t->backend->private;
	struct bio_vec vec;
	struct bio bio;
	u32 run;
	int error;

	bio_init(&bio, NULL, &vec, 1, t->bio.bi_opf | REQ_NOMERGE);
	batch_set_disk(&bio, sf->bdev, t);
	bio.bi_iter.bi_sector = lookup(sf, place, &run) << (PAGE_SHIFT - SECTOR_SHIFT);
	__bio_add_page(&bio, page, PAGE_SIZE, 0);
	error = submit_bio_wait(&bio);
	bio_uninit(&bio);
	return error;
}

/* What was to go to a disk that has failed needn't. What is there is read if it can be. */
static bool is_worth_it(struct vswap_transfer *t)
{
	int state = READ_ONCE(t->backend->state);

	return !op_is_write(bio_op(&t->bio)) ||
	       (state != BACKEND_FAILED && state != BACKEND_EVACUATING);
}

/* Moves all pages that can be. Returns 0, or the error of one that can't. */
static int move_each(struct vswap_transfer *t)
{
	struct bvec_iter_all iter;
	struct bio_vec *vec;
	u32 place = t->place;
	int error = 0;

	bio_for_each_segment_all(vec, &t->bio, iter) {
		int err = is_worth_it(t) ? move_alone(t, vec->bv_page, place) : -EIO;

		if (err) {
			page_failed(t, place, err);
			error = err;
		}
		place++;
	}
	return error;
}

static void retry_work(struct work_struct *work)
{
	struct vswap_transfer *t = container_of(work, struct vswap_transfer, work);
	struct swapfile *sf = t->backend->private;
	int error = move_each(t);

	if (error)
		vswap_backend_error(t->backend);
	if (!error && sf->crypt && !op_is_write(bio_op(&t->bio)))
		decrypt_and_finish(t);
	else
		finish(t, error);
}

static void leave_to_worker(struct vswap_transfer *t, work_func_t fn)
{
	struct swapfile *sf = t->backend->private;

	INIT_WORK(&t->work, fn);
	queue_work(sf->workers, &t->work);
}

static void transfer_ended(struct vswap_transfer *t, int error)
{
	struct swapfile *sf = t->backend->private;

	if (unlikely(error))
		leave_to_worker(t, retry_work);
	else if (sf->crypt && !op_is_write(bio_op(&t->bio)))
		leave_to_worker(t, decrypt_work);
	else
		finish(t, 0);
}

static void transfer_done(struct bio *bio)
{
	transfer_ended(container_of(bio, struct vswap_transfer, bio),
		       blk_status_to_errno(bio->bi_status));
}

/* Memory for a transfer, the set's own if it has some. Without a device so far. */
static struct vswap_transfer *new_transfer(struct swapfile *sf, struct vswap_io *io,
					   blk_opf_t opf, unsigned short nr_vecs)
{
	struct vswap_transfer *t = io->spare;
	struct bio *bio;

	if (t && nr_vecs == 1) {
		io->spare = NULL;
		bio_init(&t->bio, NULL, &t->vec, 1, opf);
		t->in_set = true;
		return t;
	}
	bio = bio_alloc_bioset(NULL, nr_vecs, opf, GFP_NOIO, &sf->bios);
	t = container_of(bio, struct vswap_transfer, bio);
	t->in_set = false;
	return t;
}

/* A transfer of @nr pages that lie side by side on the disk, still without them. */
static struct bio *new_bio(struct vswap_backend *b, struct vswap_io *io, blk_opf_t opf,
			   u32 place, unsigned int nr, u64 block, unsigned short nr_vecs)
{
	struct vswap_transfer *t = new_transfer(b->private, io, opf, nr_vecs);
	struct bio *bio = &t->bio;

	bio->bi_iter.bi_sector = block << (PAGE_SHIFT - SECTOR_SHIFT);
	bio->bi_end_io = transfer_done;
	t->backend = b;
	t->io = io;
	t->place = place;
	t->nr = nr;
	vswap_io_get(io);
	return bio;
}

static void submit(struct swapfile *sf, struct bio *bio)
{
	struct vswap_transfer *t = container_of(bio, struct vswap_transfer, bio);

	if (t->in_set && !sf->crypt) {
		batch_submit(&sf->batcher, t);
		return;
	}
	batch_set_disk(bio, sf->bdev, t);
	submit_bio(bio);
}

static void submit_plain(struct vswap_backend *b, struct vswap_io *io, blk_opf_t opf,
			 struct page *page, unsigned int nr, u32 place, u64 block)
{
	struct bio *bio = new_bio(b, io, opf, place, nr, block, 1);

	__bio_add_page(bio, page, nr << PAGE_SHIFT, 0);
	submit(b->private, bio);
}

/*
 * Waits for the first one only: others may wait for those that this task would hold
 * meanwhile. Returns how many there are, at least one.
 */
static unsigned int get_bounces(struct swapfile *sf, struct page **pages, unsigned int nr)
{
	unsigned int i;

	pages[0] = mempool_alloc(&sf->bounces, GFP_NOIO);
	for (i = 1; i < min_t(unsigned int, nr, MAX_BOUNCES); i++) {
		pages[i] = mempool_alloc(&sf->bounces, GFP_NOWAIT | __GFP_NOWARN);
		if (!pages[i])
			break;
	}
	return i;
}

static void encryption_failed(struct vswap_backend *b, struct vswap_io *io, unsigned int nr,
			      u32 place, int error)
{
	vswap_backend_count(b, BACKEND_WRITE_ERRORS, nr);
	pr_alert_ratelimited("%s: error %d encrypting page %u\n", b->name, error, place);
	vswap_io_get(io);
	vswap_io_put(io, error);
}

/*
 * Write as many of @nr pages as there are bounce pages for. Whoever waits for a bio has
 * bounce pages, but nobody with a bio waits for bounce pages. Returns how many.
 */
static unsigned int submit_encrypted(struct vswap_backend *b, struct vswap_io *io,
				     blk_opf_t opf, struct page *page, unsigned int nr,
				     u32 place, u64 block)
{
	struct swapfile *sf = b->private;
	struct page *bounces[MAX_BOUNCES];
	struct bio *bio;
	unsigned int i;
	int err;

	nr = get_bounces(sf, bounces, nr);
	err = crypt_encrypt(sf->crypt, bounces, page, nr, place);
	if (unlikely(err)) {
		free_bounces(sf, bounces, nr);
		encryption_failed(b, io, nr, place, err);
		return nr;
	}
	bio = new_bio(b, io, opf, place, nr, block, nr);
	for (i = 0; i < nr; i++)
		__bio_add_page(bio, bounces[i], PAGE_SIZE, 0);
	submit(sf, bio);
	return nr;
}

static void swapfile_submit(struct vswap_backend *b, struct vswap_io *io, blk_opf_t opf,
			    struct page *page, unsigned int nr, u64 payload)
{
	struct swapfile *sf = b->private;

	if (!op_is_write(opf))
		vswap_backend_count(b, BACKEND_PAGES_IN, nr);
	while (nr) {
		u32 run;
		u64 block = lookup(sf, payload, &run);

		run = min(run, nr);
		if (sf->crypt && op_is_write(opf))
			run = submit_encrypted(b, io, opf, page, run, payload, block);
		else
			submit_plain(b, io, opf, page, run, payload, block);
		page += run;
		payload += run;
		nr -= run;
	}
}

/* ---- Discards ---- */

/* Nobody else uses these places meanwhile. */
static int discard_places(struct swapfile *sf, u32 place, u32 nr)
{
	int err = 0;

	while (nr && !err) {
		u32 run;
		u64 block = lookup(sf, place, &run);

		run = min(run, nr);
		err = blkdev_issue_discard(sf->bdev, block << PAGE_SECTORS_SHIFT,
					   (sector_t)run << PAGE_SECTORS_SHIFT, GFP_NOIO);
		if (!err)
			vswap_backend_count(sf->backend, BACKEND_DISCARDED_PAGES, run);
		place += run;
		nr -= run;
		cond_resched();
	}
	return err;
}

/* It is no more than advice: the file is as good without. */
static void discard_failed(struct swapfile *sf, int err)
{
	pr_warn("%s: %s can't be discarded (%d)\n", sf->backend->name, sf->path, err);
	WRITE_ONCE(sf->discards, false);
}

static void discard_freed(struct work_struct *work)
{
	struct swapfile *sf = container_of(to_delayed_work(work), struct swapfile, discard_freed);
	u32 place, nr;
	int err = 0;

	while (!err && (nr = filemap_take_stale(&sf->slots, &place))) {
		err = discard_places(sf, place, nr);
		filemap_return_stale(&sf->slots, place);
	}
	if (err)
		discard_failed(sf, err);
}

static bool can_discard(struct swapfile *sf)
{
	if (!sf->discard || bdev_max_discard_sectors(sf->bdev))
		return sf->discard;
	pr_info("%s: the device of %s can't discard\n", sf->backend->name, sf->path);
	return false;
}

/* All but the header. */
static void discard_once(struct swapfile *sf)
{
	int err = discard_places(sf, 1, sf->nr_pages - 1);

	if (err)
		discard_failed(sf, err);
}

static int open_places(struct swapfile *sf)
{
	bool can = can_discard(sf);

	sf->discards = can && sf->discard & SWAP_FLAG_DISCARD_PAGES;
	if (can && sf->discard & SWAP_FLAG_DISCARD_ONCE)
		discard_once(sf);
	return filemap_init(&sf->slots, sf->nr_pages, nr_cpu_ids,
			    sf->discards ? &discarding_filemap_ops : &filemap_ops);
}

/* ---- Opening: check, claim, map ---- */

static int refuse(struct vswap_backend *b, const char *path, int err, const char *why)
{
	pr_err("%s: %s: %s (%d)\n", b->name, path, why, err);
	return err;
}

/* -ENXIO, and nothing else, means that it isn't there. */
static int cannot_open(struct vswap_backend *b, const char *path, int err)
{
	switch (err) {
	case -ENOENT:
		return refuse(b, path, -ENXIO, "no such file");
	case -ENXIO:
	case -ENODEV:
	case -ENOMEDIUM:
		return refuse(b, path, -ENXIO, "no such device");
	case -EBUSY:
		return refuse(b, path, err, "in use");
	default:
		return refuse(b, path, err, "can't be opened");
	}
}

/* Open a block device so that nobody else can use it meanwhile. */
static int claim_device(struct vswap_backend *b, struct swapfile *sf)
{
	struct block_device *bdev;

	bdev = port_bdev_claim(file_inode(sf->file)->i_rdev, sf, &sf->bdev_claim);
	if (IS_ERR(bdev))
		return cannot_open(b, sf->path, PTR_ERR(bdev));
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

	if (IS_ENCRYPTED(inode))
		return refuse(b, sf->path, -EINVAL, "encrypted by its file system");
	if (sb_rdonly(inode->i_sb))
		return refuse(b, sf->path, -EROFS, "on a read-only file system");
	sf->bdev = inode->i_sb->s_bdev;
	return 0;
}

/* The name of what the user opened. */
static char *path_of(struct file *file)
{
	char *buffer = kmalloc(PATH_MAX, GFP_KERNEL), *path;

	if (!buffer)
		return NULL;
	path = file_path(file, buffer, PATH_MAX);
	path = kstrdup(IS_ERR(path) ? "?" : path, GFP_KERNEL);
	kfree(buffer);
	return path;
}

/* @given: opened already, or NULL. */
static int open_path(struct vswap_backend *b, struct swapfile *sf, struct file *given)
{
	struct inode *inode;
	const char *why;

	/*
	 * To read: data doesn't go through the file, and one that is open for
	 * writing would keep its file system from being remounted read-only at
	 * shutdown.
	 */
	sf->file = given ? get_file(given) : filp_open(sf->path, O_RDONLY | O_LARGEFILE, 0);
	if (IS_ERR(sf->file)) {
		int err = PTR_ERR(sf->file);

		sf->file = NULL;
		return cannot_open(b, sf->path, err);
	}
	if (!(sf->file->f_mode & FMODE_READ))
		return refuse(b, sf->path, -EBADF, "not open for reading");
	inode = file_inode(sf->file);
	if (!S_ISREG(inode->i_mode) && !S_ISBLK(inode->i_mode))
		return refuse(b, sf->path, -EINVAL, "neither a regular file nor a block device");
	why = rules_check_access(S_ISREG(inode->i_mode), inode->i_mode,
				 uid_eq(inode->i_uid, GLOBAL_ROOT_UID));
	if (why)
		return refuse(b, sf->path, -EPERM, why);
	return S_ISREG(inode->i_mode) ? check_file(b, sf) : claim_device(b, sf);
}

static int read_header(struct vswap_backend *b, struct swapfile *sf,
		       union swap_header *header)
{
	struct rules_header found = { .page = header, .page_size = PAGE_SIZE };
	struct inode *inode = sf->file->f_mapping->host;
	const char *why;
	loff_t pos = 0;
	ssize_t n = kernel_read(sf->file, header, PAGE_SIZE, &pos);

	if (n < 0)
		return refuse(b, sf->path, n, "the swap header can't be read");
	if (n < PAGE_SIZE)
		return refuse(b, sf->path, -EINVAL, RULES_TOO_SMALL);
	why = rules_check_header(&found, i_size_read(inode), S_ISREG(inode->i_mode));
	if (why)
		return refuse(b, sf->path, -EINVAL, why);
	sf->nr_pages = found.nr_pages;
	return 0;
}

static struct extents *new_extents(void)
{
	struct extents *map = kmalloc(sizeof(*map), GFP_KERNEL);

	if (map)
		extents_init(map);
	return map;
}

static void free_extents(struct extents *map)
{
	if (map)
		extents_exit(map);
	kfree(map);
}

static int add_extent(void *arg, u32 start, u32 nr, u64 block)
{
	return extents_add(arg, start, nr, block);
}

/* Where the file's pages lie, by the file system's own word for it. */
static int map_file(struct vswap_backend *b, struct swapfile *sf, struct extents *map,
		    u32 *nr_pages)
{
	int err = port_map_file(sf->file, nr_pages, &sf->bdev, add_extent, map);

	if (!err)
		sf->activated = true;
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
	struct extents *map = new_extents();
	int err;

	RCU_INIT_POINTER(sf->extents, map);
	if (!map)
		return -ENOMEM;
	inode_lock(inode);
	if (IS_SWAPFILE(inode)) {
		err = refuse(b, sf->path, -EBUSY, "in use as swap");
		goto out;
	}
	if (S_ISREG(inode->i_mode) && d_unlinked(sf->file->f_path.dentry)) {
		err = refuse(b, sf->path, -EINVAL, "has been deleted");
		goto out;
	}
	err = S_ISBLK(inode->i_mode) ? extents_add(map, 0, sf->nr_pages, 0) :
				       map_file(b, sf, map, &sf->nr_pages);
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
		/* The file system may have mapped less than the header says. */
		if (badpages[i] < sf->nr_pages)
			err = filemap_mark_bad(&sf->slots, badpages[i]);
	}
	return err;
}

static void close_crypt(struct swapfile *sf)
{
	mempool_exit(&sf->bounces);
	crypt_free(sf->crypt);
	sf->crypt = NULL;
	sf->crypt_memory = 0;
}

static int open_crypt(struct vswap_backend *b, struct swapfile *sf)
{
	struct crypt *crypt = crypt_new();

	if (IS_ERR(crypt)) {
		if (crypt != ERR_PTR(-ENOMEM))
			pr_err("%s: can't encrypt, this kernel gives no %s (%ld)\n", b->name,
			       CRYPT_CIPHER, PTR_ERR(crypt));
		return PTR_ERR(crypt);
	}
	sf->crypt = crypt;
	sf->crypt_memory = MIN_BOUNCES * PAGE_SIZE + crypt_memory(crypt);
	return mempool_init_page_pool(&sf->bounces, MIN_BOUNCES, 0);
}

/* Kernels take shorter names for queues than we for backends. */
static int open_workers(struct vswap_backend *b, struct swapfile *sf)
{
	sf->workers = alloc_workqueue("vswap_%.17s", WQ_MEM_RECLAIM | WQ_HIGHPRI | WQ_UNBOUND, 0,
				      b->name);
	if (!sf->workers)
		return -ENOMEM;
	batcher_init(&sf->batcher, sf->workers, sf->bdev, &sf->bios, transfer_ended);
	return 0;
}

/* Works that have told of their last page may still be there. */
static void close_workers(struct swapfile *sf)
{
	if (!sf->workers)
		return;
	batcher_exit(&sf->batcher);
	destroy_workqueue(sf->workers);
	sf->workers = NULL;
}

static void set_swapfile(struct inode *inode, bool set)
{
	inode_lock(inode);
	inode->i_flags = set ? inode->i_flags | S_SWAPFILE : inode->i_flags & ~S_SWAPFILE;
	inode_unlock(inode);
}

static void close_file(struct swapfile *sf)
{
	struct address_space *mapping = sf->file->f_mapping;

	if (sf->activated && mapping->a_ops->swap_deactivate)
		mapping->a_ops->swap_deactivate(sf->file);
	if (sf->claimed)
		set_swapfile(mapping->host, false);
	if (sf->bdev_claim)
		port_bdev_release(sf->bdev_claim);
	fput(sf->file);
	sf->activated = false;
	sf->claimed = false;
	sf->bdev_claim = NULL;
	sf->bdev = NULL;
	sf->file = NULL;
}

static void forget_places(struct vswap_backend *b, struct swapfile *sf)
{
	if (!sf->slots.chunks)
		return;
	if (filemap_used(&sf->slots))
		pr_err("leak: %s: %u places are still taken\n", b->name,
		       filemap_used(&sf->slots));
	filemap_exit(&sf->slots);
}

/* Who only wants to know what it is may be looking at it. */
static void swapfile_detach(struct vswap_backend *b)
{
	struct swapfile *sf = b->private;
	struct extents *extents;

	/* What is free has been since the last page was. */
	flush_delayed_work(&sf->discard_freed);
	close_workers(sf);
	extents = rcu_replace_pointer(sf->extents, NULL, true);
	if (extents)
		synchronize_rcu();
	free_extents(extents);
	forget_places(b, sf);
	close_crypt(sf);
	bioset_exit(&sf->bios);
	if (sf->file)
		close_file(sf);
}

static void swapfile_close(struct vswap_backend *b)
{
	struct swapfile *sf = b->private;

	if (!sf)
		return;
	swapfile_detach(b);
	kfree(sf->path);
	kfree(sf);
	b->private = NULL;
}

static int open_area(struct vswap_backend *b, struct swapfile *sf, struct file *given,
		     union swap_header *header)
{
	int err = sf->encrypt ? open_crypt(b, sf) : 0;

	if (!err)
		err = open_path(b, sf, given);
	if (!err)
		err = read_header(b, sf, header);
	if (!err)
		err = claim(b, sf);
	if (!err)
		err = open_places(sf);
	if (!err)
		err = mark_bad_pages(b, sf, header);
	if (!err)
		err = bioset_init(&sf->bios, MIN_BIOS, offsetof(struct vswap_transfer, bio),
				  BIOSET_NEED_BVECS);
	if (!err)
		err = open_workers(b, sf);
	return err;
}

/* @given: opened already, or NULL. */
static int attach(struct vswap_backend *b, struct file *given)
{
	struct swapfile *sf = b->private;
	union swap_header *header = (void *)get_zeroed_page(GFP_KERNEL);
	int err = header ? open_area(b, sf, given, header) : -ENOMEM;

	free_page((unsigned long)header);
	if (err == -ENOMEM)
		pr_err("%s: no memory\n", b->name);
	if (err)
		swapfile_detach(b);
	return err;
}

static int swapfile_attach(struct vswap_backend *b)
{
	return attach(b, NULL);
}

static int swapfile_open(struct vswap_backend *b, const struct vswap_backend_params *params)
{
	struct swapfile *sf = kzalloc(sizeof(*sf), GFP_KERNEL);
	int err;

	b->private = sf;
	if (!sf)
		return -ENOMEM;
	sf->backend = b;
	sf->encrypt = params->encrypt;
	sf->discard = params->discard;
	INIT_DELAYED_WORK(&sf->discard_freed, discard_freed);
	sf->path = params->file ? path_of(params->file) : kstrdup(params->path, GFP_KERNEL);
	err = sf->path ? attach(b, params->file) : -ENOMEM;
	if (err)
		swapfile_close(b);
	return err;
}

/* ---- Growing ---- */

/* So that the next one who opens it sees its size. */
static int write_header(struct file *file, u32 nr_pages)
{
	union swap_header *header = (void *)get_zeroed_page(GFP_KERNEL);
	loff_t pos = 0;
	ssize_t n;

	if (!header)
		return -ENOMEM;
	n = kernel_read(file, header, PAGE_SIZE, &pos);
	if (n == PAGE_SIZE) {
		bool swab = swab32(header->info.version) == 1;

		header->info.last_page = swab ? swab32(nr_pages - 1) : nr_pages - 1;
		pos = 0;
		n = kernel_write(file, header, PAGE_SIZE, &pos);
	}
	free_page((unsigned long)header);
	if (n == PAGE_SIZE)
		return 0;
	return n < 0 ? n : -EIO;
}

/* Nobody may write to a swap file: for as long as this takes, it is none. */
static int lengthen(struct file *file, u32 nr_pages)
{
	struct inode *inode = file->f_mapping->host;
	int err = 0;

	set_swapfile(inode, false);
	if (S_ISREG(inode->i_mode))
		err = vfs_fallocate(file, 0, 0, (loff_t)nr_pages << PAGE_SHIFT);
	if (!err)
		err = write_header(file, nr_pages);
	if (!err)
		err = vfs_fsync(file, 0);
	set_swapfile(inode, true);
	return err;
}

/* Are all pages that @old has where they were? */
static bool extends(const struct extents *new, const struct extents *old)
{
	u32 i, run;

	for (i = 0; i < old->nr; i++) {
		const struct extent *e = &old->ext[i];

		if (extents_lookup(new, e->page, &run) != e->block || run < e->nr)
			return false;
	}
	return true;
}

/* @nr_pages: in: pages of the file, out: those that are mapped. */
static int map_longer(struct vswap_backend *b, struct swapfile *sf, struct extents *map,
		      u32 *nr_pages)
{
	const struct extents *old = rcu_dereference_protected(sf->extents, true);
	struct inode *inode = sf->file->f_mapping->host;
	int err;

	if (S_ISBLK(inode->i_mode))
		return extents_add(map, 0, *nr_pages, 0);
	inode_lock(inode);
	err = map_file(b, sf, map, nr_pages);
	inode_unlock(inode);
	if (!err && (*nr_pages < sf->nr_pages || !extends(map, old)))
		err = refuse(b, sf->path, -EUCLEAN, "its file system has moved it");
	return err;
}

static int check_growth(struct vswap_backend *b, struct swapfile *sf, u64 nr_pages,
			struct file *file)
{
	struct inode *inode = sf->file->f_mapping->host;

	if (!file || file->f_mapping->host != inode)
		return refuse(b, sf->path, -EINVAL, "another file was given to resize it");
	if (!(file->f_mode & FMODE_READ) || !(file->f_mode & FMODE_WRITE))
		return refuse(b, sf->path, -EBADF, "not open for reading and writing");
	if (nr_pages < sf->nr_pages || nr_pages >= U32_MAX)
		return refuse(b, sf->path, -EINVAL, "a swap file can only grow");
	if (S_ISBLK(inode->i_mode) && nr_pages > (u64)i_size_read(inode) >> PAGE_SHIFT)
		return refuse(b, sf->path, -ENOSPC, "the device is smaller");
	/* These keep a record of the blocks of swap files. */
	if (sf->file->f_mapping->a_ops->swap_deactivate)
		return refuse(b, sf->path, -EOPNOTSUPP, "its file system can't grow swap files");
	return 0;
}

static int swapfile_resize(struct vswap_backend *b, u64 bytes, struct file *file)
{
	struct swapfile *sf = b->private;
	u32 nr_pages = bytes >> PAGE_SHIFT;
	struct extents *map;
	int err;

	err = check_growth(b, sf, bytes >> PAGE_SHIFT, file);
	if (err || nr_pages == sf->nr_pages)
		return err;
	err = lengthen(file, nr_pages);
	if (err)
		return refuse(b, sf->path, err, "can't be made longer");
	map = new_extents();
	err = map ? map_longer(b, sf, map, &nr_pages) : -ENOMEM;
	if (!err) {
		/* Before there are places that it has to find. */
		map = rcu_replace_pointer(sf->extents, map, true);
		synchronize_rcu();
		err = filemap_grow(&sf->slots, nr_pages);
	}
	if (!err)
		sf->nr_pages = nr_pages;
	free_extents(map);
	return err;
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

static ssize_t show_packed_pages(struct vswap_backend *b, char *buf)
{
	return sysfs_emit(buf, "%lu\n", vswap_backend_sum(b, BACKEND_PACKED_PAGES));
}

static ssize_t show_packed_blocks(struct vswap_backend *b, char *buf)
{
	return sysfs_emit(buf, "%lu\n", vswap_backend_sum(b, BACKEND_PACKED_BLOCKS));
}

static ssize_t show_discarded_pages(struct vswap_backend *b, char *buf)
{
	return sysfs_emit(buf, "%lu\n", vswap_backend_sum(b, BACKEND_DISCARDED_PAGES));
}

static ssize_t show_encrypted(struct vswap_backend *b, char *buf)
{
	struct swapfile *sf = b->private;

	return sysfs_emit(buf, "%d\n", sf->encrypt);
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
	{ "packed_pages", show_packed_pages },
	{ "packed_blocks", show_packed_blocks },
	{ "discarded_pages", show_discarded_pages },
	{ "encrypted", show_encrypted },
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
	.attach = swapfile_attach,
	.detach = swapfile_detach,
	.store = swapfile_store,
	.store_run = swapfile_store_run,
	.store_packed = swapfile_store_packed,
	.put_packed = swapfile_put_packed,
	.submit = swapfile_submit,
	.free = swapfile_free,
	.next = swapfile_next,
	.resize = swapfile_resize,
	.capacity = swapfile_capacity,
	.memory = swapfile_memory,
};
