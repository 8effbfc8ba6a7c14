// SPDX-License-Identifier: GPL-2.0
/*
 * It goes through all words once, holds those of objects that are to move as a mover does, has
 * them copied, flips the words, waits for readers, and frees what is outdated.
 */
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/workqueue.h>

#include "backend.h"
#include "port.h"
#include "vswap_round.h"
#include "vswap_stats.h"
#include "vswap_sweep.h"
#include "vswap_tier.h"

/* Objects that are copied between two waits for readers; no fewer than one look finds. */
#define BATCH		256
#define LOOK		64

/* How long the pool is left alone after a sweep. */
#define REST		(HZ / 5)

/**
 * struct sweep - a walk over all slots
 * @round: batches, one after the other
 * @slot: where it goes on
 * @left: objects that are still to move, at most
 * @nr: objects that are being moved
 * @moves: their slots and old words
 * @words: their new words; 0 where there is none, or the slot has it
 */
struct sweep {
	struct vswap_round round;
	u32 slot;
	unsigned long left;
	unsigned int nr;
	struct slot_move moves[BATCH];
	u64 words[BATCH];
};

/*
 * @slots: all of them
 * @swept: called when a sweep has ended
 * @work: the sweep
 * @rest_until: in jiffies
 * @sweep: the one there is
 */
static struct {
	struct slots *slots;
	void (*swept)(void);
	struct work_struct work;
	unsigned long rest_until;
	struct sweep sweep;
} sweeper;

/* ---- A batch ---- */

/* Of the next few slots, those whose objects are to move. */
static void hold_poor(struct sweep *sweep)
{
	u64 words[LOOK];
	unsigned int nr = slots_look(sweeper.slots, sweep->slot, words, LOOK), i;
	int entered = vswap_tier_enter();

	for (i = 0; i < nr; i++) {
		struct slot_move move = { sweep->slot + i, slot_bare(words[i]) };

		if (vswap_tier_is_poor(move.word) &&
		    slots_hold_one(sweeper.slots, move.slot, move.word))
			sweep->moves[sweep->nr++] = move;
	}
	vswap_tier_leave(entered);
	sweep->slot += LOOK;
}

/* Copy one. Returns its new word, or 0: there is no room. */
static u64 copy_one(const struct slot_move *move)
{
	struct vswap_backend *b = vswap_tier_backend(move->word);
	u64 payload;

	if (b->ops->move(b, slot_payload(move->word), &payload))
		return 0;
	return vswap_tier_word(b, payload);
}

/*
 * Afterwards what no slot has is left in @moves and @words. A copy is as long as what it is of, and
 * so nothing changes for who pays for it. Returns how many have moved.
 */
static unsigned int copy_held(struct sweep *sweep)
{
	unsigned int i, moved = 0;

	for (i = 0; i < sweep->nr; i++) {
		u64 word = copy_one(&sweep->moves[i]);

		sweep->words[i] = word;
		switch (slots_let_go(sweeper.slots, &sweep->moves[i], word, true)) {
		case SLOT_MOVED:
			sweep->words[i] = 0;
			moved++;
			break;
		case SLOT_KEPT:
			sweep->moves[i].word = 0;
			break;
		case SLOT_GONE:
			break;
		}
	}
	return moved;
}

/* Nobody waits long: a backend that holds what is to be released stays. */
static void release_held(struct sweep *sweep)
{
	struct vswap_backend *b = NULL;
	unsigned int i;

	for (i = 0; i < sweep->nr && !b; i++)
		if (sweep->moves[i].word)
			b = vswap_tier_backend(sweep->moves[i].word);
	if (b)
		vswap_tier_wait(b);
	for (i = 0; i < sweep->nr; i++) {
		vswap_tier_release(sweep->moves[i].word);
		vswap_tier_release(sweep->words[i]);
	}
}

/* Is there more to do? For vswap_round_run(), as its result. */
static int sweep_batch(struct vswap_round *round, unsigned int i)
{
	struct sweep *sweep = container_of(round, struct sweep, round);
	u32 end = port_area_slots();
	unsigned int moved;

	sweep->nr = 0;
	while (sweep->nr <= BATCH - LOOK && sweep->slot < end) {
		hold_poor(sweep);
		cond_resched();
	}
	if (!sweep->nr)
		return 0;
	moved = copy_held(sweep);
	release_held(sweep);
	vswap_stat_add(VSWAP_SWEPT_PAGES, moved);
	sweep->left -= min_t(unsigned long, sweep->left, sweep->nr);
	/* Where none finds room, the next ones don't, either. */
	return moved && sweep->left;
}

/* ---- The sweep ---- */

static void sweep_work(struct work_struct *work)
{
	/* What it allocates is given back, and more: it doesn't wait for reclaim. */
	unsigned int noreclaim = memalloc_noreclaim_save();
	struct sweep *sweep = &sweeper.sweep;

	sweep->slot = SLOTS_PER_CLUSTER;
	sweep->round = (struct vswap_round){ .batch = sweep_batch };
	sweep->left = vswap_tier_sweep_begin();
	if (sweep->left)
		vswap_round_run(&sweep->round, 1);
	vswap_tier_sweep_end();
	WRITE_ONCE(sweeper.rest_until, jiffies + REST);
	sweeper.swept();
	memalloc_noreclaim_restore(noreclaim);
}

/* Pages that one would give back, if it is worth it, and the pool isn't to rest yet. */
static unsigned long worth(bool is_short)
{
	if (time_before(jiffies, READ_ONCE(sweeper.rest_until)))
		return 0;
	return vswap_tier_loose_pages(is_short);
}

/**
 * vswap_sweep_look() - look whether the pool has holes that are worth a sweep
 *
 * Context: any, but not once vswap_sweep_stop() may have begun: that is when no page is stored,
 * there is no shrinker, and port_area_get() fails.
 */
void vswap_sweep_look(void)
{
	if (worth(false))
		queue_work(vswap_mover_queue, &sweeper.work);
}

/**
 * vswap_sweep_pages() - what vswap_sweep_want() would give back to those who are short of memory
 *
 * Context: as vswap_sweep_look().
 * Return: pages; 0: nothing that is worth it, or it has just been tried.
 */
unsigned long vswap_sweep_pages(void)
{
	return worth(true);
}

/**
 * vswap_sweep_want() - have the pool give back what it can, however little that is
 *
 * Context: any.
 */
void vswap_sweep_want(void)
{
	queue_work(vswap_mover_queue, &sweeper.work);
}

/**
 * vswap_sweep_wait() - the same, and wait for it
 *
 * Context: process, may sleep; no worker of vswap_mover_queue.
 */
void vswap_sweep_wait(void)
{
	vswap_sweep_want();
	flush_work(&sweeper.work);
}

/**
 * vswap_sweep_start() - get ready
 * @slots: those whose pages may be in a pool
 * @swept: called when a sweep has ended, by a worker; the pool may hold more from now on
 *
 * Context: process; the queue is there.
 */
void vswap_sweep_start(struct slots *slots, void (*swept)(void))
{
	sweeper.slots = slots;
	sweeper.swept = swept;
	INIT_WORK(&sweeper.work, sweep_work);
	sweeper.rest_until = jiffies;
}

/**
 * vswap_sweep_stop() - the reverse of vswap_sweep_start()
 *
 * Context: process, may sleep; no page is stored any more.
 */
void vswap_sweep_stop(void)
{
	cancel_work_sync(&sweeper.work);
}
