// SPDX-License-Identifier: GPL-2.0
/*
 * Transfers of a page each that lie side by side go to the disk as one bio. The block layer
 * would merge their bios too, but only after each has gone all the way to the request queue;
 * that way is more than a third of what a page costs there.
 *
 * They are gathered for as long as the task has a plug (struct blk_plug), as reclaim and
 * readahead have. Where the plug is pulled because the task is about to sleep, a worker
 * submits: submitting may sleep itself.
 *
 * What a write costs is on the account of the cgroup whose pages these are, whoever reclaims or
 * moves them: only pages of one cgroup go together.
 */
#include <linux/blk-cgroup.h>
#include <linux/blkdev.h>
#include <linux/cgroup.h>
#include <linux/memcontrol.h>
#include <linux/slab.h>

#include "batch.h"
#include "port.h"
#include "vswap_auto.h"

/* As many as the block layer gathers before it sends a request off: 128 KiB. */
#define MAX_BATCH	32

/**
 * struct batch - what a task has gathered for one disk
 * @cb: in the task's plug
 * @transfers: not submitted yet
 * @nr: how many: an empty one would keep neither backend nor module, and isn't left in a plug
 */
struct batch {
	struct blk_plug_cb cb;
	struct list_head transfers;
	unsigned int nr;
};

/* Whose cgroup a transfer belongs to, NULL: to that which it has itself, or to its submitter's. */
static struct folio *folio_of(const struct vswap_transfer *t)
{
	return op_is_write(bio_op(&t->bio)) ? t->io->folio : NULL;
}

#if defined(CONFIG_MEMCG) && defined(CONFIG_BLK_CGROUP)
/* Whose I/O a transfer is, NULL: that of who submits it. Within rcu_read_lock(). */
static struct mem_cgroup *memcg_of(const struct vswap_transfer *t)
{
	struct folio *folio = folio_of(t);

	if (folio)
		return folio_memcg(folio);
	return t->cgroup ? port_cgroup_by_id(t->cgroup) : NULL;
}

/*
 * The cgroup that a transfer is accounted to, to be put; NULL: none. Of one that has been removed
 * it is the next one above that hasn't.
 */
static struct cgroup_subsys_state *get_css(const struct vswap_transfer *t)
{
	struct cgroup_subsys_state *css = NULL;
	struct mem_cgroup *memcg;

	rcu_read_lock();
	memcg = memcg_of(t);
	if (memcg)
		css = cgroup_get_e_css(memcg->css.cgroup, &io_cgrp_subsys);
	rcu_read_unlock();
	return css;
}
#else
static struct cgroup_subsys_state *get_css(const struct vswap_transfer *t)
{
	return NULL;
}
#endif

/**
 * batch_set_disk() - say where a bio goes, and whose it is
 * @bio: one without a device so far
 * @bdev: the disk
 * @t: the transfer that it is for
 *
 * Mirrors bio_set_dev() and mm/page_io.c's bio_associate_blkg_from_page().
 *
 * Context: any; what @t writes is under writeback.
 */
void batch_set_disk(struct bio *bio, struct block_device *bdev, const struct vswap_transfer *t)
{
	struct cgroup_subsys_state *css = get_css(t);

	bio->bi_bdev = bdev;
	/* Who waits for the mover must not wait for the limit of one cgroup. */
	if (t->cgroup && port_io_max_holds_swap())
		bio_set_flag(bio, BIO_BPS_THROTTLED);
	if (css) {
		bio_associate_blkg_from_css(bio, css);
		css_put(css);
	} else {
		bio_associate_blkg(bio);
	}
}

static bool same_cgroup(const struct vswap_transfer *a, const struct vswap_transfer *b)
{
	struct folio *of_a = folio_of(a), *of_b = folio_of(b);
	bool same;

	if (!of_a || !of_b)
		return of_a == of_b && a->cgroup == b->cgroup;
	rcu_read_lock();
	same = folio_memcg(of_a) == folio_memcg(of_b);
	rcu_read_unlock();
	return same;
}

/* Once others see the bios, only the lock keeps the batcher. */
static void submit_later(struct batcher *bt, struct bio_list *bios)
{
	unsigned long flags;

	spin_lock_irqsave(&bt->lock, flags);
	bio_list_merge(&bt->late, bios);
	queue_work(bt->workers, &bt->submit_late);
	spin_unlock_irqrestore(&bt->lock, flags);
}

/**
 * batch_start() - tell the disk
 * @t: with a device
 *
 * Mirrors submit_bio(). A plug is no part of the time that the disk takes.
 *
 * Context: process, may sleep.
 */
void batch_start(struct vswap_transfer *t)
{
	t->began = vswap_auto_clock();
	submit_bio(&t->bio);
}

/**
 * batch_ended() - the disk has answered
 * @t: what batch_start() has started
 *
 * Context: any, interrupts included.
 */
void batch_ended(const struct vswap_transfer *t)
{
	if (vswap_auto_is_on() && !op_is_write(bio_op(&t->bio)))
		vswap_auto_time_read(t->began, t->nr);
}

static void start_all(struct bio_list *bios)
{
	struct bio *bio;

	while ((bio = bio_list_pop(bios)))
		batch_start(container_of(bio, struct vswap_transfer, bio));
}

static void submit_late(struct work_struct *work)
{
	struct batcher *bt = container_of(work, struct batcher, submit_late);
	struct bio_list bios;

	spin_lock_irq(&bt->lock);
	bios = bt->late;
	bio_list_init(&bt->late);
	spin_unlock_irq(&bt->lock);
	start_all(&bios);
}

/* The last who is told may be the last who kept the backend, and with it @bios. */
static void merged_done(struct bio *bio)
{
	struct vswap_transfer *merged = container_of(bio, struct vswap_transfer, bio);
	struct batcher *bt = bio->bi_private;
	int error = blk_status_to_errno(bio->bi_status);
	struct vswap_transfer *t, *next;
	LIST_HEAD(transfers);

	batch_ended(merged);
	list_splice(&merged->batch, &transfers);
	bio_put(bio);
	list_for_each_entry_safe(t, next, &transfers, batch)
		bt->end(t, error);
}

/* Does @t follow the one before it in the list of a batch? */
static bool follows(const struct vswap_transfer *t)
{
	const struct vswap_transfer *before = list_prev_entry(t, batch);

	return t->bio.bi_opf == before->bio.bi_opf &&
	       t->bio.bi_iter.bi_sector ==
	       before->bio.bi_iter.bi_sector + (before->bio.bi_iter.bi_size >> SECTOR_SHIFT) &&
	       same_cgroup(t, before);
}

/* Moves the first of @from, and those that lie behind it, to @run; returns how many. */
static unsigned int take_run(struct list_head *from, struct list_head *run)
{
	struct vswap_transfer *t = list_first_entry(from, struct vswap_transfer, batch);
	unsigned int nr = 1;

	while (!list_is_last(&t->batch, from) && follows(list_next_entry(t, batch))) {
		t = list_next_entry(t, batch);
		nr++;
	}
	list_cut_position(run, from, &t->batch);
	return nr;
}

/* NULL without memory for it: each goes alone then. */
static struct bio *merged_bio(struct batcher *bt, struct list_head *run, unsigned int nr)
{
	struct vswap_transfer *t = list_first_entry(run, struct vswap_transfer, batch), *merged;
	struct bio *bio = bio_alloc_bioset(NULL, nr, t->bio.bi_opf,
					   GFP_NOWAIT | __GFP_NOWARN, bt->bios);

	if (!bio)
		return NULL;
	batch_set_disk(bio, bt->bdev, t);
	bio->bi_iter.bi_sector = t->bio.bi_iter.bi_sector;
	bio->bi_end_io = merged_done;
	bio->bi_private = bt;
	list_for_each_entry(t, run, batch)
		__bio_add_page(bio, t->vec.bv_page, t->vec.bv_len, t->vec.bv_offset);
	merged = container_of(bio, struct vswap_transfer, bio);
	merged->nr = nr;
	INIT_LIST_HEAD(&merged->batch);
	list_splice(run, &merged->batch);
	return bio;
}

/* Makes bios of all @transfers. */
static void make_bios(struct batcher *bt, struct list_head *transfers, struct bio_list *bios)
{
	struct vswap_transfer *t, *next;

	bio_list_init(bios);
	while (!list_empty(transfers)) {
		LIST_HEAD(run);
		unsigned int nr = take_run(transfers, &run);
		struct bio *bio = nr > 1 ? merged_bio(bt, &run, nr) : NULL;

		if (bio)
			bio_list_add(bios, bio);
		else
			list_for_each_entry_safe(t, next, &run, batch) {
				batch_set_disk(&t->bio, bt->bdev, t);
				bio_list_add(bios, &t->bio);
			}
	}
}

static void submit_batch(struct batcher *bt, struct batch *batch, bool from_schedule)
{
	struct bio_list bios;

	make_bios(bt, &batch->transfers, &bios);
	kfree(batch);
	if (from_schedule)
		submit_later(bt, &bios);
	else
		start_all(&bios);
}

static void unplug(struct blk_plug_cb *cb, bool from_schedule)
{
	submit_batch(cb->data, container_of(cb, struct batch, cb), from_schedule);
}

/**
 * batch_submit() - start a transfer, together with its neighbours if some follow
 * @bt: of its disk
 * @t: one that lasts until @bt->end is told of it; its bio has no device yet, and one vector
 *
 * Mirrors submit_bio() with blk_attempt_plug_merge().
 *
 * Context: process, may sleep. Where the task has a plug, the disk hears of it only when
 * that is pulled, at the latest when the task sleeps. What went with others is told to
 * @bt->end; all else ends as its own bio does.
 */
void batch_submit(struct batcher *bt, struct vswap_transfer *t)
{
	struct blk_plug_cb *cb = blk_check_plugged(unplug, bt, sizeof(struct batch));
	struct batch *batch;

	if (!cb) {
		batch_set_disk(&t->bio, bt->bdev, t);
		batch_start(t);
		return;
	}
	batch = container_of(cb, struct batch, cb);
	if (!batch->nr)
		INIT_LIST_HEAD(&batch->transfers);
	list_add_tail(&t->batch, &batch->transfers);
	if (++batch->nr < MAX_BATCH)
		return;
	list_del(&cb->list);
	submit_batch(bt, batch, false);
}

/**
 * batcher_init() - get ready
 * @bt: to be set up
 * @workers: as in struct batcher
 * @bdev: the disk
 * @bios: as in struct batcher
 * @end: as in struct batcher
 */
void batcher_init(struct batcher *bt, struct workqueue_struct *workers,
		  struct block_device *bdev, struct bio_set *bios,
		  void (*end)(struct vswap_transfer *t, int error))
{
	bt->bdev = bdev;
	bt->bios = bios;
	bt->end = end;
	bt->workers = workers;
	spin_lock_init(&bt->lock);
	bio_list_init(&bt->late);
	INIT_WORK(&bt->submit_late, submit_late);
}

/**
 * batcher_exit() - the reverse of batcher_init()
 * @bt: without transfers under way; its workers' queue is to be destroyed next
 *
 * Context: process.
 */
void batcher_exit(struct batcher *bt)
{
	/* Who submitted the last one later may not be out of there yet. */
	spin_lock_irq(&bt->lock);
	spin_unlock_irq(&bt->lock);
}
