// SPDX-License-Identifier: GPL-2.0
/*
 * Write-back: the oldest pages of the pool go to a swap file. Evacuation: all pages of
 * a backend go to others.
 *
 * Slots are handed out front to back, so the pages of a cluster were evicted at
 * about the same time: clusters are the measure of age, the oldest first. A page
 * that was read back since a mover last came by stays for another round. Evacuation
 * goes through a file front to back instead, and takes hot pages as well.
 *
 * Each batch: mark words busy, copy the pages, find places for them, write and wait,
 * flip the words of those that nobody touched meanwhile, wait for readers of the
 * old words, release what is outdated. Slots are the same before and after; see
 * slots.h for who releases what.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mutex.h>

#include "port.h"
#include "vswap_io.h"
#include "vswap_mover.h"
#include "vswap_stats.h"
#include "vswap_tier.h"
#include "vswap_trace.h"

/*
 * Pages moved together: 512 KiB, in one piece of I/O if their places allow it; fewer where
 * memory is in pieces when they are needed first.
 */
#define MAX_BATCH_ORDER	7
#define MAX_BATCH	(1 << MAX_BATCH_ORDER)

/*
 * @lock: one batch at a time
 * @slot: where the next one begins, for what goes by age
 * @pages: what is on its way, contiguous
 * @order: there are 1 << @order of them
 * @moves: their slots and old words
 * @words: their new words, 0 where there is none
 * @read: which of them could be read
 */
static struct {
	struct mutex lock;
	u32 slot;
	struct page *pages;
	unsigned int order;
	struct slot_move moves[MAX_BATCH];
	u64 words[MAX_BATCH];
	DECLARE_BITMAP(read, MAX_BATCH);
} mover;

static int get_buffer(void)
{
	if (mover.pages)
		return 0;
	for (mover.order = MAX_BATCH_ORDER; mover.order; mover.order--) {
		mover.pages = alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, mover.order);
		if (mover.pages)
			return 0;
	}
	mover.pages = alloc_page(GFP_KERNEL);
	return mover.pages ? 0 : -ENOMEM;
}

/**
 * vswap_mover_start() - get ready to move pages, if there is somewhere to move them
 *
 * Context: process, may sleep; the backends are open.
 * Return: 0 or -ENOMEM.
 */
int vswap_mover_start(void)
{
	mutex_init(&mover.lock);
	mover.slot = 0;
	return vswap_tier_writes_back() ? get_buffer() : 0;
}

/**
 * vswap_mover_stop() - the reverse of vswap_mover_start()
 *
 * Context: process; no batch is under way.
 */
void vswap_mover_stop(void)
{
	if (mover.pages)
		__free_pages(mover.pages, mover.order);
	mover.pages = NULL;
}

/* ---- Copying ---- */

static bool load_one(unsigned int i)
{
	u64 word = mover.moves[i].word;
	struct vswap_backend *b = vswap_tier_backend(word);

	return !b->ops->load(b, mover.pages + i, slot_payload(word));
}

/* What the moves stand for in the pool. */
static void read_from_pool(unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		__assign_bit(i, mover.read, load_one(i));
}

/* In a file: all at once, or where that fails, one by one, to see which. */
static void read_from_file(unsigned int nr)
{
	u64 *words = mover.words;
	unsigned int i;

	for (i = 0; i < nr; i++)
		words[i] = mover.moves[i].word;
	if (!vswap_words_read(words, mover.pages, nr)) {
		bitmap_fill(mover.read, nr);
		return;
	}
	for (i = 0; i < nr; i++)
		__assign_bit(i, mover.read, !vswap_words_read(words + i, mover.pages + i, 1));
}

typedef int (*place_fn)(struct page *page, u32 slot, struct vswap_backend *from, u64 *word);

/*
 * Find places for those that could be read. Returns how many found one; @err is set to
 * the last reason for one that didn't.
 */
static unsigned int place_batch(unsigned int nr, struct vswap_backend *from, place_fn place,
				int *err)
{
	int entered = vswap_tier_enter(), ret;
	unsigned int i, placed = 0;

	for (i = 0; i < nr; i++) {
		mover.words[i] = 0;
		if (!test_bit(i, mover.read))
			continue;
		ret = place(mover.pages + i, mover.moves[i].slot, from, &mover.words[i]);
		if (ret)
			*err = ret;
		else
			placed++;
	}
	vswap_tier_leave(entered);
	return placed;
}

/* Flip the words, and leave those that no slot has. Returns how many pages moved. */
static unsigned int let_go_batch(struct slots *slots, unsigned int nr, bool written, bool hot)
{
	unsigned int i, moved = 0;

	for (i = 0; i < nr; i++) {
		u64 word = written ? mover.words[i] : 0;

		switch (slots_let_go(slots, &mover.moves[i], word, hot)) {
		case SLOT_MOVED:
			trace_vswap_move(mover.moves[i].slot, mover.moves[i].word, word);
			mover.words[i] = 0;
			moved++;
			break;
		case SLOT_KEPT:
			mover.moves[i].word = 0;
			break;
		case SLOT_GONE:
			break;
		}
	}
	return moved;
}

/* What no slot has: a word of 0 stands for nothing. */
static void release_batch(unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		vswap_tier_release(mover.moves[i].word);
		vswap_tier_release(mover.words[i]);
	}
}

/*
 * What is in the buffer goes where @words say. Returns how many pages moved, or -errno
 * if they couldn't be written.
 */
static int finish_batch(struct slots *slots, unsigned int nr, unsigned int placed, bool hot)
{
	int err = placed ? vswap_words_write(mover.words, mover.pages, nr) : 0;
	unsigned int moved = let_go_batch(slots, nr, !err, hot);

	vswap_tier_wait();
	release_batch(nr);
	return err ?: (int)moved;
}

/* ---- Write-back ---- */

/* Words of the oldest pages, from one cluster. Returns how many, maybe none. */
static unsigned int hold_oldest(struct slots *slots, bool hot)
{
	if (!(mover.slot % SLOTS_PER_CLUSTER))
		mover.slot = slots_oldest(slots);
	if (!mover.slot)
		return 0;
	return slots_hold(slots, &mover.slot, SLOT_POOL, hot, mover.moves, 1U << mover.order);
}

/*
 * Leave out the pages of cgroups that keep theirs in RAM. Returns how many moves are left;
 * the others, behind them, are let go.
 */
static unsigned int leave_out_barred(struct slots *slots, unsigned int nr)
{
	unsigned int i, left = 0, gone = nr;

	for (i = 0; i < nr; i++) {
		if (!port_slot_may_leave(mover.moves[i].slot))
			continue;
		swap(mover.moves[left], mover.moves[i]);
		left++;
	}
	for (i = left; i < gone; ) {
		if (slots_let_go(slots, &mover.moves[i], 0, false) != SLOT_GONE) {
			i++;
			continue;
		}
		gone--;
		swap(mover.moves[i], mover.moves[gone]);
	}
	if (gone < nr)
		vswap_tier_wait();
	for (i = gone; i < nr; i++)
		vswap_tier_release(mover.moves[i].word);
	return left;
}

/* Words of the oldest pages that may go to a disk. Returns how many, maybe none. */
static unsigned int hold_for_disk(struct slots *slots)
{
	unsigned int nr;

	do
		nr = leave_out_barred(slots, hold_oldest(slots, false));
	while (!nr && mover.slot % SLOTS_PER_CLUSTER);
	return nr;
}

static int write_back_held(struct slots *slots, unsigned int nr)
{
	unsigned int placed;
	int err = 0, ret;

	read_from_pool(nr);
	placed = place_batch(nr, vswap_tier_backend(mover.moves[0].word),
			     vswap_tier_place_behind, &err);
	ret = finish_batch(slots, nr, placed, false);
	vswap_stat_add(VSWAP_WRITEBACK_PAGES, max(ret, 0));
	vswap_stat_add(VSWAP_WRITEBACK_FAILURES, ret < 0 ? nr : nr - placed);
	return placed ? ret : -ENOSPC;
}

static int write_back_batch(struct slots *slots)
{
	unsigned int nr = hold_for_disk(slots);

	if (!nr)
		return mover.slot ? 0 : -ENOENT;
	return write_back_held(slots, nr);
}

/**
 * vswap_mover_write_back() - move some of the oldest pages from the pool to a swap file
 * @slots: the slots, which must be kept from going away
 *
 * A page stays in the pool, and its slot as it was, if it is used meanwhile, or if
 * there is no room for it, or if it can't be written.
 *
 * Context: process, may sleep; neither reclaim nor a page under writeback waits for it.
 * Return: how many pages moved, maybe none of the cluster that was looked at; -ENOENT:
 * there is nothing swapped; -ENOSPC: no room; -EIO: the disk failed; -EOPNOTSUPP: no
 * swap file is behind a pool; -ENOMEM.
 */
int vswap_mover_write_back(struct slots *slots)
{
	int ret;

	if (!vswap_tier_writes_back())
		return -EOPNOTSUPP;
	mutex_lock(&mover.lock);
	ret = get_buffer();
	if (!ret)
		ret = write_back_batch(slots);
	mutex_unlock(&mover.lock);
	return ret;
}

/**
 * vswap_mover_write_cluster() - move some pages of a cluster from the pool to a swap file
 * @slots: as for vswap_mover_write_back()
 * @slot: where to begin; set to where to go on, the first slot of the next cluster when
 *	this one is through
 *
 * Context: as for vswap_mover_write_back().
 * Return: likewise, but for -ENOENT.
 */
int vswap_mover_write_cluster(struct slots *slots, u32 *slot)
{
	unsigned int nr;
	int ret;

	if (!vswap_tier_writes_back())
		return -EOPNOTSUPP;
	mutex_lock(&mover.lock);
	ret = get_buffer();
	if (!ret) {
		nr = slots_hold(slots, slot, SLOT_POOL, false, mover.moves, 1U << mover.order);
		nr = leave_out_barred(slots, nr);
		ret = nr ? write_back_held(slots, nr) : 0;
	}
	mutex_unlock(&mover.lock);
	return ret;
}

/* ---- Evacuation ---- */

/*
 * Words of the next places in use. Those that aren't in their slot's word are just being
 * filled or freed. Returns how many, maybe none; @walk->place says if there are more.
 */
static unsigned int hold_places(struct slots *slots, struct vswap_evacuation *walk)
{
	struct vswap_backend *b = walk->from;
	unsigned int nr = 0;
	u32 slot;

	while (nr < 1U << mover.order) {
		if (!b->ops->next(b, &walk->place, &slot)) {
			walk->place = 0;
			break;
		}
		mover.moves[nr] = (struct slot_move){ slot, vswap_tier_word(b, walk->place) };
		nr += slots_hold_one(slots, slot, mover.moves[nr].word);
		walk->place++;
	}
	return nr;
}

/* The same for a pool: cluster by cluster. @walk->place counts them. */
static unsigned int hold_clusters(struct slots *slots, struct vswap_evacuation *walk)
{
	unsigned int nr = 0;

	while (!nr) {
		nr = hold_oldest(slots, true);
		if (mover.slot && mover.slot % SLOTS_PER_CLUSTER)
			continue;
		walk->place++;
		if (!mover.slot || walk->place > READ_ONCE(slots->nr_tables)) {
			walk->place = 0;
			break;
		}
	}
	return nr;
}

/* Pages that can't be read: their slots hold nothing from now on. */
static void give_up_unread(struct slots *slots, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (!test_bit(i, mover.read))
			mover.words[i] = slot_word(SLOT_EMPTY, 0);
}

static int evacuate_batch(struct slots *slots, struct vswap_evacuation *walk)
{
	bool is_pool = walk->from->ops->tag == SLOT_POOL;
	unsigned int nr = is_pool ? hold_clusters(slots, walk) : hold_places(slots, walk);
	unsigned int placed, unread;
	int err = 0, ret;

	if (!nr)
		return 0;
	if (is_pool)
		read_from_pool(nr);
	else
		read_from_file(nr);
	placed = place_batch(nr, walk->from, vswap_tier_place_elsewhere, &err);
	unread = nr - bitmap_weight(mover.read, nr);
	if (walk->force)
		give_up_unread(slots, nr);
	ret = finish_batch(slots, nr, placed, true);
	if (ret < 0)
		return ret;
	if (walk->force)
		vswap_stat_add(VSWAP_READ_ERRORS, unread);
	else
		walk->unreadable += unread;
	walk->moved += ret;
	vswap_stat_add(VSWAP_MOVED_PAGES, ret);
	vswap_backend_count(walk->from, BACKEND_MOVED_PAGES, ret);
	return err;
}

/**
 * vswap_mover_evacuate() - move some pages of a backend to others
 * @slots: the slots, which must be kept from going away
 * @walk: zeroed but for @walk->from and @walk->force at first; goes on from call to call,
 *	and is at the front again, @walk->place 0, when all has been looked at
 *
 * Pages that are just being written, or that find no room, or can't be read, are left.
 *
 * Context: process, may sleep; neither reclaim nor a page under writeback waits for it.
 * Return: 0; -ENOSPC, -ENOMEM: no room for some; -EIO: where they went to failed.
 */
int vswap_mover_evacuate(struct slots *slots, struct vswap_evacuation *walk)
{
	int ret;

	mutex_lock(&mover.lock);
	ret = get_buffer();
	if (!ret)
		ret = evacuate_batch(slots, walk);
	mutex_unlock(&mover.lock);
	return ret;
}
