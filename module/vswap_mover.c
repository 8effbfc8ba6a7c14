// SPDX-License-Identifier: GPL-2.0
/*
 * Write-back: the oldest pages of the pool go to a swap file.
 *
 * Slots are handed out front to back, so the pages of a cluster were evicted at
 * about the same time: clusters are the measure of age, the oldest first. A page
 * that was read back since a mover last came by stays for another round.
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

#include "vswap_io.h"
#include "vswap_mover.h"
#include "vswap_stats.h"
#include "vswap_tier.h"

/*
 * Pages moved together: 128 KiB, in one piece of I/O if their places allow it; fewer where
 * memory is in pieces when the module is loaded.
 */
#define MAX_BATCH_ORDER	5
#define MAX_BATCH	(1 << MAX_BATCH_ORDER)

/*
 * @lock: one batch at a time
 * @slot: where the next one begins
 * @pages: what is on its way, contiguous
 * @order: there are 1 << @order of them
 * @moves: their slots and old words
 * @words: their new words, 0 where there is none
 */
static struct {
	struct mutex lock;
	u32 slot;
	struct page *pages;
	unsigned int order;
	struct slot_move moves[MAX_BATCH];
	u64 words[MAX_BATCH];
} mover;

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
	if (!vswap_tier_writes_back())
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

/* Words of the oldest pages, from one cluster. Returns how many, maybe none. */
static unsigned int hold_batch(struct slots *slots)
{
	if (!(mover.slot % SLOTS_PER_CLUSTER))
		mover.slot = slots_oldest(slots);
	if (!mover.slot)
		return 0;
	return slots_hold(slots, &mover.slot, SLOT_POOL, mover.moves, 1U << mover.order);
}

/* Copy a page and find a place for it. Returns its new word, 0 if it has to stay. */
static u64 copy_page_out(const struct slot_move *move, struct page *page)
{
	struct vswap_backend *pool = vswap_tier_backend(move->word);
	u64 word;

	if (pool->ops->load(pool, page, slot_payload(move->word)))
		return 0;
	return vswap_tier_place_on_disk(page, move->slot, &word) ? 0 : word;
}

/* Returns how many of the batch found a place. */
static unsigned int copy_batch(unsigned int nr)
{
	unsigned int i, placed = 0;

	for (i = 0; i < nr; i++) {
		mover.words[i] = copy_page_out(&mover.moves[i], mover.pages + i);
		placed += !!mover.words[i];
	}
	return placed;
}

/* Flip the words, and leave those that no slot has. Returns how many pages moved. */
static unsigned int let_go_batch(struct slots *slots, unsigned int nr, bool written)
{
	unsigned int i, moved = 0;

	for (i = 0; i < nr; i++) {
		u64 word = written ? mover.words[i] : 0;

		switch (slots_let_go(slots, &mover.moves[i], word)) {
		case SLOT_MOVED:
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

static int move_batch(struct slots *slots)
{
	unsigned int nr = hold_batch(slots), placed, moved;
	int err = 0;

	if (!nr)
		return mover.slot ? 0 : -ENOENT;
	placed = copy_batch(nr);
	if (placed)
		err = vswap_words_write(mover.words, mover.pages, nr);
	moved = let_go_batch(slots, nr, !err);
	vswap_io_wait_for_readers();
	release_batch(nr);
	vswap_stat_add(VSWAP_WRITEBACK_PAGES, moved);
	vswap_stat_add(VSWAP_WRITEBACK_FAILURES, err ? nr : nr - placed);
	if (err)
		return err;
	return placed ? (int)moved : -ENOSPC;
}

/**
 * vswap_mover_batch() - move some of the oldest pages from the pool to a swap file
 * @slots: the slots, which must be kept from going away
 *
 * A page stays in the pool, and its slot as it was, if it is used meanwhile, or if
 * there is no room for it, or if it can't be written.
 *
 * Context: process, may sleep; neither reclaim nor a page under writeback waits for it.
 * Return: how many pages moved, maybe none of the cluster that was looked at; -ENOENT:
 * there is nothing swapped; -ENOSPC: no room; -EIO: the disk failed; -EOPNOTSUPP: no
 * swap file is behind a pool.
 */
int vswap_mover_batch(struct slots *slots)
{
	int ret;

	if (!mover.pages)
		return -EOPNOTSUPP;
	mutex_lock(&mover.lock);
	ret = move_batch(slots);
	mutex_unlock(&mover.lock);
	return ret;
}
