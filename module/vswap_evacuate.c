// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/workqueue.h>

#include "backend.h"
#include "vswap_evacuate.h"
#include "vswap_mover.h"
#include "vswap_round.h"
#include "vswap_space.h"
#include "vswap_tier.h"

/* How often a rescue that found no room looks if there is some. */
#define RESCUE_PERIOD	HZ

/* A write error has been survived before; where they go fails altogether after these. */
#define EVACUATION_RETRIES	(2 * BACKEND_MAX_ERRORS)

/* How often in a row a pool may have no memory for any page, 20 ms apart or more. */
#define EVACUATION_PATIENCE	500

/*
 * @work: moves away what failed backends hold
 * @kicked: something has changed for it
 * @room: the room with which it last got nowhere, in pages
 */
static struct {
	struct delayed_work work;
	bool kicked;
	unsigned long room;
} rescue;

/* ---- One backend ---- */

struct evacuation {
	struct vswap_round round;
	struct vswap_evacuation *walk;
};

static int evacuate_batch(struct vswap_round *round, unsigned int i)
{
	struct evacuation *ev = container_of(round, struct evacuation, round);

	return vswap_mover_evacuate(&vswap_slots, ev->walk, i);
}

/* All of what is left, once. Returns 0 or -errno. */
static int evacuate_round(struct vswap_evacuation *walk)
{
	struct evacuation ev = { .round.batch = evacuate_batch, .walk = walk };
	int err = vswap_round_run(&ev.round, walk->nr_movers);

	/* Without an area all slots are free, or will be in a moment. */
	return err == -ENOENT ? 0 : err;
}

/* Once round. Returns 0 if it makes sense to go round again, or -errno. */
static int end_of_round(struct vswap_evacuation *walk)
{
	long moved = atomic_long_xchg(&walk->moved, 0);
	long unreadable = atomic_long_xchg(&walk->unreadable, 0);

	vswap_mover_evacuation_again(walk);
	/* What is left is just being written, or freed. */
	if (!moved && !unreadable)
		msleep_interruptible(20);
	return !moved && unreadable ? -EIO : 0;
}

/*
 * Pools take what memory is there, and don't wait for it. Reclaim some: here nobody waits for
 * us, and no page is busy with us.
 */
static void reclaim_memory(void)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);

	if (page)
		__free_page(page);
	msleep_interruptible(20);
}

/**
 * struct patience - what an evacuation has put up with
 * @errors: times that pages couldn't be written where they were to go
 * @shortages: times in a row that there was no memory, and no page has gone since
 * @left: pages there were at the last of them
 */
struct patience {
	unsigned int errors;
	unsigned int shortages;
	unsigned long left;
};

/* Is it worth going on after @err, with @left pages? */
static bool survive(struct patience *p, int err, unsigned long left)
{
	if (err == -EIO)
		return p->errors++ < EVACUATION_RETRIES;
	if (err != -ENOMEM)
		return false;
	if (left != p->left)
		p->shortages = 0;
	p->left = left;
	reclaim_memory();
	return p->shortages++ < EVACUATION_PATIENCE;
}

/**
 * vswap_evacuate() - move all pages of a backend to others
 * @b: a claimed backend
 * @force: give up pages that can't be read
 *
 * Context: process, may sleep; ends early for a signal.
 * Return: 0: it holds no pages; -EINTR; -ENOSPC, -ENOMEM: the others can't hold them;
 * -EIO: some can't be read. What has moved stays moved.
 */
int vswap_evacuate(struct vswap_backend *b, bool force)
{
	struct vswap_evacuation walk;
	struct patience patience = {};
	unsigned long left;
	int err = 0;

	vswap_mover_evacuation_init(&walk, b, force);
	while (!err && (left = vswap_backend_sum(b, BACKEND_USED_PAGES))) {
		err = vswap_mover_evacuation_ready(&walk, left) ?: evacuate_round(&walk);
		/* What is under way at once takes memory, too. */
		if (err == -ENOMEM)
			vswap_mover_evacuation_thin(&walk, 1);
		if (err && survive(&patience, err, left))
			err = 0;
		else if (!err)
			err = end_of_round(&walk);
	}
	vswap_mover_evacuation_thin(&walk, 0);
	vswap_space_update_capacity();
	return err;
}

/* ---- Those that have failed ---- */

/* Returns whether it makes sense to try again when there is more room. */
static bool rescue_one(struct vswap_backend *b, bool kicked)
{
	int err = vswap_evacuate(b, false);

	if (!err)
		pr_info("%s: its pages have moved elsewhere\n", b->name);
	else if (kicked && err != -EINTR)
		pr_warn("%s: %lu pages stay where they are for now (%d)\n", b->name,
			vswap_backend_sum(b, BACKEND_USED_PAGES), err);
	vswap_tier_unclaim(b, BACKEND_FAILED);
	/* Memory may be had at any time. */
	if (err == -ENOMEM)
		rescue.room = 0;
	return err == -ENOSPC || err == -ENOMEM;
}

/* All failed backends, each once. Returns as rescue_one(). */
static bool rescue_all(bool kicked)
{
	struct vswap_backend *b;
	unsigned int id = 0;
	bool again = false;

	rescue.room = ULONG_MAX;
	while ((b = vswap_tier_claim_failed(&id)))
		again |= rescue_one(b, kicked);
	return again;
}

/*
 * Nobody says that there is more room: pages are freed one by one. What can't be read waits
 * until somebody has done something about it.
 */
static void rescue_work(struct work_struct *work)
{
	bool kicked = xchg(&rescue.kicked, false), again = true;

	if (!vswap_tier_stranded())
		return;
	if (kicked || vswap_tier_room() > rescue.room)
		again = rescue_all(kicked);
	rescue.room = min(rescue.room, vswap_tier_room());
	if (again)
		queue_delayed_work(vswap_mover_queue, &rescue.work, RESCUE_PERIOD);
}

/**
 * vswap_evacuate_failed() - move away what failed backends hold, as far as that goes now
 *
 * One has failed, or there may be another way for what is left of an earlier one.
 *
 * Context: any.
 */
void vswap_evacuate_failed(void)
{
	WRITE_ONCE(rescue.kicked, true);
	mod_delayed_work(vswap_mover_queue, &rescue.work, 0);
}

/**
 * vswap_evacuate_start() - get ready for backends that fail
 *
 * Context: process; the queue is there.
 */
void vswap_evacuate_start(void)
{
	INIT_DELAYED_WORK(&rescue.work, rescue_work);
}

/**
 * vswap_evacuate_stop() - the reverse of vswap_evacuate_start()
 *
 * Context: process, may sleep; no backend is read from or written to.
 */
void vswap_evacuate_stop(void)
{
	cancel_delayed_work_sync(&rescue.work);
}
