// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/limits.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/shrinker.h>
#include <linux/workqueue.h>

#include "port.h"
#include "vswap_auto.h"
#include "vswap_kept.h"
#include "vswap_mover.h"
#include "vswap_round.h"
#include "vswap_space.h"
#include "vswap_stats.h"
#include "vswap_sweep.h"
#include "vswap_tier.h"
#include "vswap_writeback.h"

/*
 * The most pages that are on their way because memory is short: a second's worth of a slow
 * disk, so that what was asked for in a rush isn't written long after it.
 */
#define MAX_SHRINK		4096L

/* A pool may be small, and reclaim asks for a small share at first. */
#define SHRINK_BATCH		32

/* How often is looked for idle pages, in seconds: in a quarter of their time. */
#define MIN_IDLE_PERIOD		1U
#define MAX_IDLE_PERIOD		60U

/* How long the pool is left alone when a look at all of it found nothing to write back. */
#define FUTILE_REST		HZ

#define NO_COUNT	VSWAP_NR_STATS

/* Pages after which the pool is asked to give back memory, and batches wait for each other. */
#define ROUND_PAGES	(8 * SLOTS_PER_CLUSTER)

/*
 * @params: see there; belongs to the caller of vswap_writeback_start(), and is NULL while there
 *	is nobody to tell of changes
 * @lock: serialises changes of @params
 * @write_back: keeps the pool below its high mark
 * @rest_until: it rests until then, in jiffies
 * @shrink: writes back what reclaim wants
 * @wanted: how many pages that is
 * @idle: writes back what is idle
 * @high_percent, @low_percent: see there
 */
static struct {
	const struct vswap_writeback_params *params;
	struct mutex lock;
	struct work_struct write_back;
	unsigned long rest_until;
	struct work_struct shrink;
	atomic_long_t wanted;
	struct delayed_work idle;
	unsigned int high_percent;
	unsigned int low_percent;
} writeback = { .lock = __MUTEX_INITIALIZER(writeback.lock) };

/* ---- The marks ---- */

/* The pool keeps no copies of pages in memory, see is_short(). */
bool vswap_pool_is_short;

DEFINE_PER_CPU(unsigned int, vswap_pages_moved);

/*
 * A pool that was short stays so until half of that is left: copies that come and go would keep
 * it just below the mark otherwise, where they take the place of pages that are on the disk.
 */
static bool is_short(unsigned int percent)
{
	bool was_short = READ_ONCE(vswap_pool_is_short);

	return percent >= (was_short ? writeback.low_percent / 2 : writeback.low_percent) &&
	       vswap_tier_writes_back();
}

/**
 * vswap_writeback_look() - look whether the pool is too full
 *
 * Context: any.
 */
void vswap_writeback_look(void)
{
	unsigned int percent = vswap_tier_pool_fullness();
	bool now_short = is_short(percent);

	vswap_sweep_look();
	/* What was read from a disk as fast as memory, and kept, is as much in the way as a pool. */
	if (vswap_auto_is_on() && vswap_auto_is_aside())
		kept_drop(&vswap_kept, UINT_MAX);
	if (now_short != READ_ONCE(vswap_pool_is_short))
		WRITE_ONCE(vswap_pool_is_short, now_short);
	if (writeback.high_percent && percent >= writeback.high_percent &&
	    time_after_eq(jiffies, READ_ONCE(writeback.rest_until)))
		queue_work(vswap_mover_queue, &writeback.write_back);
}

/* ---- Batches ---- */

/* Have two rounds gone by with nothing found? The first forgives what was accessed. */
static bool is_futile(unsigned long misses)
{
	return misses > 2 * READ_ONCE(vswap_slots.nr_tables);
}

/**
 * struct write_back - pages that are being written back
 * @round: the batches
 * @begun: pages that have moved, and all of those that batches under way may move
 * @wanted: how many are to
 * @percent: or until the pool is less full than that
 * @recompress: what can be smaller in the pool needn't leave it
 * @count: what counts them, or NO_COUNT
 * @moved: pages that have moved
 * @misses: batches in a row for which nothing was found
 */
struct write_back {
	struct vswap_round round;
	atomic_long_t begun;
	long wanted;
	unsigned int percent;
	bool recompress;
	enum vswap_stat count;
	atomic_long_t moved;
	unsigned long misses;
};

/* All may be hot. Races with other tasks make it a little longer, or shorter. */
static bool found_nothing(struct write_back *wb, int moved)
{
	WRITE_ONCE(wb->misses, moved ? 0 : READ_ONCE(wb->misses) + 1);
	return is_futile(READ_ONCE(wb->misses));
}

static bool begin_batch(struct vswap_round *round)
{
	struct write_back *wb = container_of(round, struct write_back, round);

	return atomic_long_fetch_add(VSWAP_BATCH_PAGES, &wb->begun) < wb->wanted &&
	       vswap_tier_pool_fullness() >= wb->percent;
}

/* What it allocates, others have given up: it doesn't wait for reclaim, which may want it. */
static int write_back_batch(struct vswap_round *round, unsigned int i)
{
	struct write_back *wb = container_of(round, struct write_back, round);
	unsigned int noreclaim = memalloc_noreclaim_save();
	int ret = vswap_mover_write_back(&vswap_slots, wb->recompress);

	memalloc_noreclaim_restore(noreclaim);
	if (ret < 0)
		return ret;
	atomic_long_sub(VSWAP_BATCH_PAGES - ret, &wb->begun);
	atomic_long_add(ret, &wb->moved);
	if (wb->count != NO_COUNT)
		vswap_stat_add(wb->count, ret);
	return !found_nothing(wb, ret);
}

/*
 * @nr pages, or until there is nothing to write, at most @writers batches at a time. Those
 * that moved less than they might have may leave some for another round. Returns how many
 * moved, or -errno.
 */
static long write_back_round(struct write_back *wb, unsigned long nr, unsigned int writers)
{
	int err;

	wb->wanted = min_t(unsigned long, nr, ROUND_PAGES);
	wb->round.stop = false;
	atomic_long_set(&wb->begun, 0);
	atomic_long_set(&wb->moved, 0);
	err = vswap_round_run(&wb->round, min_t(unsigned int, writers,
						DIV_ROUND_UP(wb->wanted, VSWAP_BATCH_PAGES)));
	if (atomic_long_read(&wb->moved))
		vswap_tier_compact_pool();
	return err ?: atomic_long_read(&wb->moved);
}

/*
 * Write back @wanted pages, or until the pool is below @percent of its limit, or all is
 * hot. @recompress: or those that can be smaller are. @count: what counts them, or NO_COUNT.
 * Returns 0 or -errno.
 */
static int write_back(unsigned long wanted, unsigned int percent, bool recompress,
		      enum vswap_stat count)
{
	struct write_back wb = {
		.round = { .begin = begin_batch, .batch = write_back_batch },
		.percent = percent,
		.recompress = recompress,
		.count = count,
	};
	unsigned long nr = min(wanted, vswap_tier_pool_excess(percent));
	int writers = vswap_mover_writers_get(nr);
	long ret = min(writers, 0);

	if (ret < 0)
		return ret;
	while (ret >= 0 && nr && !is_futile(wb.misses)) {
		ret = write_back_round(&wb, nr, writers);
		wanted -= min_t(unsigned long, wanted, max(ret, 0L));
		nr = min(wanted, vswap_tier_pool_excess(percent));
	}
	vswap_mover_writers_put();
	/*
	 * All may be hot, or their cgroups' to stay in RAM, or the disk full: not to look again
	 * for each page.
	 */
	if (is_futile(wb.misses) || (ret < 0 && ret != -EINTR))
		WRITE_ONCE(writeback.rest_until, jiffies + FUTILE_REST);
	return min(ret, 0L);
}

/* ---- Who wants it ---- */

static void write_back_work(struct work_struct *work)
{
	unsigned int noreclaim = memalloc_noreclaim_save();

	write_back(ULONG_MAX, writeback.low_percent, true, NO_COUNT);
	memalloc_noreclaim_restore(noreclaim);
}

/* What reclaim wants by now, and what it wants meanwhile. */
static void shrink_work(struct work_struct *work)
{
	unsigned int noreclaim = memalloc_noreclaim_save();
	unsigned long wanted;

	while ((wanted = atomic_long_xchg(&writeback.wanted, 0)) &&
	       !write_back(wanted, 0, false, VSWAP_SHRINKER_PAGES))
		;
	vswap_sweep_want();
	memalloc_noreclaim_restore(noreclaim);
}

/* May the pool get smaller for lack of memory? */
static bool pool_shrinks(void)
{
	const struct vswap_writeback_params *params = READ_ONCE(writeback.params);

	return params && READ_ONCE(params->shrinker) && port_area_is_on() &&
	       !time_before(jiffies, READ_ONCE(writeback.rest_until));
}

/* A shrinker's count_objects: how many pages shrink() could give back. In reclaim. */
static unsigned long shrinkable(struct shrinker *shrinker, struct shrink_control *sc)
{
	return kept_count(&vswap_kept) + vswap_sweep_pages() +
	       (pool_shrinks() ? vswap_tier_shrinkable() : 0);
}

/*
 * A shrinker's scan_objects: forget blocks that were read, before anything else; then have the
 * pool's holes closed, and pages of it written back. A worker does it. Nothing is waited for:
 * reclaim must not depend on a disk here. Returns how many pages are free, 0 for those of the pool
 * that aren't yet; SHRINK_STOP: there is nothing to be had, or more than enough on its way.
 */
static unsigned long shrink(struct shrinker *shrinker, struct shrink_control *sc)
{
	unsigned int dropped = kept_drop(&vswap_kept, sc->nr_to_scan);

	if (dropped)
		return dropped;
	if (vswap_sweep_pages())
		vswap_sweep_want();
	if (!pool_shrinks() || atomic_long_read(&writeback.wanted) >= MAX_SHRINK)
		return SHRINK_STOP;
	atomic_long_add(sc->nr_to_scan, &writeback.wanted);
	queue_work(vswap_mover_queue, &writeback.shrink);
	return 0;
}

/**
 * struct idle_walk - a look at all clusters for those that are idle
 * @round: batches, one after the other
 * @idle: seconds for which nobody has used them
 * @slot: where it goes on
 */
struct idle_walk {
	struct vswap_round round;
	unsigned int idle;
	u32 slot;
};

/* A batch of the next idle cluster. */
static int write_back_idle(struct vswap_round *round, unsigned int i)
{
	struct idle_walk *walk = container_of(round, struct idle_walk, round);
	int ret;

	if (!(walk->slot % SLOTS_PER_CLUSTER))
		walk->slot = slots_idle(&vswap_slots, walk->slot, vswap_space_seconds(),
					walk->idle);
	if (!walk->slot)
		return 0;
	ret = vswap_mover_write_cluster(&vswap_slots, &walk->slot);
	if (ret > 0)
		vswap_stat_add(VSWAP_IDLE_PAGES, ret);
	return ret < 0 ? ret : 1;
}

static void idle_work(struct work_struct *work)
{
	unsigned int noreclaim = memalloc_noreclaim_save();
	const struct vswap_writeback_params *params = READ_ONCE(writeback.params);
	struct idle_walk walk = {
		.round.batch = write_back_idle,
		.idle = params ? READ_ONCE(params->idle_seconds) : 0,
		.slot = SLOTS_PER_CLUSTER,
	};
	long before = vswap_stat_read(VSWAP_IDLE_PAGES);

	if (walk.idle && vswap_mover_writers_get(0) > 0) {
		vswap_round_run(&walk.round, 1);
		vswap_mover_writers_put();
	}
	if (vswap_stat_read(VSWAP_IDLE_PAGES) != before) {
		vswap_tier_compact_pool();
		vswap_sweep_want();
	}
	memalloc_noreclaim_restore(noreclaim);
	if (walk.idle)
		queue_delayed_work(vswap_mover_queue, &writeback.idle,
				   clamp(walk.idle / 4, MIN_IDLE_PERIOD, MAX_IDLE_PERIOD) * HZ);
}

/**
 * vswap_writeback_look_for_idle() - idle pages are to be written back from now on, or no more
 *
 * Context: process, may sleep; any time, also before vswap_writeback_start().
 */
void vswap_writeback_look_for_idle(void)
{
	mutex_lock(&writeback.lock);
	if (writeback.params && READ_ONCE(writeback.params->idle_seconds))
		mod_delayed_work(vswap_mover_queue, &writeback.idle, 0);
	mutex_unlock(&writeback.lock);
}

/**
 * vswap_writeback_pages() - write pages of the pool back to a swap file
 * @nr: how many pages; a few more may be
 *
 * Context: process, may sleep; ends early for a signal.
 * Return: 0, also if fewer pages could be found; -ENOSPC: no room; -EIO: the disk
 * failed; -EINTR; -EOPNOTSUPP: no swap file is behind a pool.
 */
int vswap_writeback_pages(unsigned long nr)
{
	int err;

	/* Also where there is nothing to write back. */
	if (!vswap_tier_writes_back())
		return -EOPNOTSUPP;
	err = write_back(nr, 0, false, NO_COUNT);
	vswap_sweep_wait();
	return err == -ENOENT ? 0 : err;
}

static void set_params(const struct vswap_writeback_params *params)
{
	mutex_lock(&writeback.lock);
	WRITE_ONCE(writeback.params, params);
	mutex_unlock(&writeback.lock);
}

/**
 * vswap_writeback_start() - write pages back from now on
 * @params: what the user said about it
 *
 * Context: process, may sleep; the queue, the backends and vswap_mover are ready.
 * Return: 0, or -errno with nothing left behind.
 */
int vswap_writeback_start(const struct vswap_writeback_params *params)
{
	int err;

	vswap_sweep_start(&vswap_slots, vswap_space_want_capacity);
	INIT_WORK(&writeback.write_back, write_back_work);
	INIT_WORK(&writeback.shrink, shrink_work);
	INIT_DEFERRABLE_WORK(&writeback.idle, idle_work);
	atomic_long_set(&writeback.wanted, 0);
	writeback.rest_until = jiffies;
	writeback.high_percent = params->high_percent;
	writeback.low_percent = params->low_percent;
	err = port_shrinker_start(shrinkable, shrink, SHRINK_BATCH);
	if (err)
		return err;
	set_params(params);
	vswap_writeback_look_for_idle();
	return 0;
}

/**
 * vswap_writeback_stop() - the reverse of vswap_writeback_start()
 *
 * Context: process, may sleep; no page is stored any more.
 */
void vswap_writeback_stop(void)
{
	set_params(NULL);
	port_shrinker_stop();
	cancel_delayed_work_sync(&writeback.idle);
	cancel_work_sync(&writeback.write_back);
	cancel_work_sync(&writeback.shrink);
	vswap_sweep_stop();
}
