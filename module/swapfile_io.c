// SPDX-License-Identifier: GPL-2.0
/*
 * Pages on their way to a swap file and back, by bio straight to the device.
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
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/workqueue.h>

#include "swapfile.h"

/* Of encrypted pages so many go in one bio. */
#define MAX_BOUNCES	16

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

/**
 * vswap_swapfile_lookup() - where a place lies on the disk
 * @sf: the swap file, attached
 * @place: a page of it
 * @run: set to how many pages from there lie side by side
 *
 * Context: any.
 * Return: its block there, in pages.
 */
u64 vswap_swapfile_lookup(struct swapfile *sf, u32 place, u32 *run)
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
	u64 block = vswap_swapfile_lookup(sf, place, &run);
	int error;

	bio_init(&bio, NULL, &vec, 1, t->bio.bi_opf | REQ_NOMERGE);
	batch_set_disk(&bio, sf->bdev, t);
	bio.bi_iter.bi_sector = block << (PAGE_SHIFT - SECTOR_SHIFT);
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

/**
 * vswap_swapfile_transfer_ended() - the disk is through with a transfer
 * @t: the transfer; gone afterwards, or a worker's
 * @error: 0 or -errno
 *
 * Context: any, interrupts included.
 */
void vswap_swapfile_transfer_ended(struct vswap_transfer *t, int error)
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
	struct vswap_transfer *t = container_of(bio, struct vswap_transfer, bio);

	batch_ended(t);
	vswap_swapfile_transfer_ended(t, blk_status_to_errno(bio->bi_status));
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
	t->cgroup = io->cgroup;
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
	batch_start(t);
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

/**
 * vswap_swapfile_submit() - see struct vswap_backend_ops
 * @b: the backend
 * @io: the set that the transfers are in
 * @opf: read or write, and flags
 * @page: the first page in memory
 * @nr: how many, contiguous there and in the file
 * @payload: the first one's place in the file
 *
 * Context: process, may sleep; with access to the reserves.
 */
void vswap_swapfile_submit(struct vswap_backend *b, struct vswap_io *io, blk_opf_t opf,
			   struct page *page, unsigned int nr, u64 payload)
{
	struct swapfile *sf = b->private;

	if (!op_is_write(opf))
		vswap_backend_count(b, BACKEND_PAGES_IN, nr);
	while (nr) {
		u32 run;
		u64 block = vswap_swapfile_lookup(sf, payload, &run);

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
