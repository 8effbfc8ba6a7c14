// SPDX-License-Identifier: GPL-2.0
/*
 * The swap area: a tiny block device with a swap header, for swapon(2) to activate;
 * behind it virtual slots that grow while they are used. One area at a time; what
 * the kernel keeps per slot is the port's business.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/delay.h>
#include <linux/highmem.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/shrinker.h>
#include <linux/swap.h>
#include <linux/swapops.h>
#include <linux/workqueue.h>

#include "port.h"
#include "slots.h"
#include "sparse.h"
#include "vswap_area.h"
#include "vswap_io.h"
#include "vswap_mover.h"
#include "vswap_stats.h"
#include "vswap_tier.h"

/*
 * Grow while fewer clusters than this are free, or fewer than two for each CPU: 64
 * MiB of slots, what can be evicted until a worker runs.
 */
#define LOW_WATER	32U

/* The most it grows by at once: 4 GiB of slots. */
#define MAX_STEP	(64 * PORT_SLOTS_STEP)

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

/* How often a rescue that found no room looks if there is some. */
#define RESCUE_PERIOD	HZ

/* After how many pages of a processor's, out or taken back from the pool, that is looked at. */
#define POOL_LOOK_PAGES	16

/* How often the capacity is looked at while pages move. */
#define CAPACITY_PERIOD	msecs_to_jiffies(200)

/*
 * @lock: serialises preparing, growing and retiring
 * @prepared: slots and arrays are there
 * @limit: slots it may ever have
 * @low_water: it grows while fewer clusters than this are free
 * @step: slots it begins with, and the least it grows by
 * @clusters: memory for @slots.clusters
 * @slots: the virtual slots
 * @disk: /dev/vswap0
 * @major: its major number
 * @header: its first page
 * @grow: makes more slots
 * @capacity: keeps the advertised capacity true
 * @last_activity: what it compares with to see if anything moves
 * @full: does so at once
 * @grow_steps, @grow_failures: counters
 * @pool_is_short: it keeps no copies of pages in memory, see is_short()
 * @write_back: keeps the pool below its high mark
 * @rest_until: it rests until then, in jiffies
 * @shrink: writes back what reclaim wants
 * @wanted: how many pages that is
 * @idle: writes back what is idle
 * @rescue: moves away what failed backends hold
 * @rescue_kicked: something has changed for it
 * @rescue_room: the room with which it last got nowhere
 * @params: see there; belongs to the caller of vswap_area_start(), and is NULL while there
 *	is nobody to tell of changes
 * @high_percent, @low_percent: see there
 * @bio_work, @bios, @bio_lock: swap I/O that reached the device, see serve_bios()
 */
static struct {
	struct mutex lock;
	bool prepared;
	u32 limit;
	u32 low_water;
	u32 step;
	struct sparse_array clusters;
	struct slots slots;
	struct gendisk *disk;
	int major;
	union swap_header *header;
	struct work_struct grow;
	struct delayed_work capacity;
	struct work_struct full;
	long last_activity;
	unsigned long grow_steps;
	unsigned long grow_failures;
	bool pool_is_short;
	struct work_struct write_back;
	unsigned long rest_until;
	struct work_struct shrink;
	atomic_long_t wanted;
	struct delayed_work idle;
	const struct vswap_area_params *params;
	struct delayed_work rescue;
	bool rescue_kicked;
	unsigned long rescue_room;
	bool paused;
	unsigned int high_percent;
	unsigned int low_percent;
	struct work_struct bio_work;
	struct bio_list bios;
	spinlock_t bio_lock;
} area = { .lock = __MUTEX_INITIALIZER(area.lock) };

/*
 * All may be needed when no memory is left to start a worker. Growing may itself
 * wait for reclaim, and reclaim for @bio_queue; writing back waits for a disk. So
 * these are three.
 *
 * Between the snapshot for a hibernation and the power-off nothing may come to a swap file that
 * memory in the snapshot doesn't know of. Nobody reclaims then, or frees; only @mover_queue
 * would go on, and is frozen. The others mustn't be, since making room for the snapshot swaps
 * out.
 */
static struct workqueue_struct *queue, *bio_queue, *mover_queue;

/* ---- Slots ---- */

/* PF_MEMALLOC lends reclaim the reserves; a table makes 512 pages free. */
static void *table_alloc(void)
{
	return (void *)get_zeroed_page(GFP_NOIO | __GFP_NOWARN);
}

static void table_free(void *page)
{
	free_page((unsigned long)page);
}

static void want_growth(void *owner)
{
	queue_work(queue, &area.grow);
}

static const struct slots_ops slots_ops = {
	.page_alloc = table_alloc,
	.page_free = table_free,
	.want_growth = want_growth,
};

/*
 * A pool that was short stays so until half of that is left: copies that come and go would keep
 * it just below the mark otherwise, where they take the place of pages that are on the disk.
 */
static bool is_short(unsigned int percent)
{
	bool was_short = READ_ONCE(area.pool_is_short);

	return percent >= (was_short ? area.low_percent / 2 : area.low_percent) &&
	       vswap_tier_writes_back();
}

static void look_at_pool(void)
{
	unsigned int percent = vswap_tier_pool_fullness();
	bool now_short = is_short(percent);

	if (now_short != READ_ONCE(area.pool_is_short))
		WRITE_ONCE(area.pool_is_short, now_short);
	if (area.high_percent && percent >= area.high_percent &&
	    time_after_eq(jiffies, READ_ONCE(area.rest_until)))
		queue_work(mover_queue, &area.write_back);
}

static DEFINE_PER_CPU(unsigned int, pages_moved);

/* Pages that are stored again have their slots already: these say nothing of the pool. */
static void count_moved(unsigned int nr)
{
	if (this_cpu_add_return(pages_moved, nr) % POOL_LOOK_PAGES < nr)
		look_at_pool();
}

/* While pages move: is there capacity as advertised, and room in the pool. */
static void look_at_backends(void)
{
	queue_delayed_work(queue, &area.capacity, CAPACITY_PERIOD);
	look_at_pool();
}

/* What slots_touch() is told. */
static u32 seconds(void)
{
	return jiffies / HZ;
}

/**
 * vswap_area_alloc() - slots for a folio
 * @order: of the folio
 *
 * Context: reclaim, may sleep; within port_area_get().
 * Return: the first of 1 << @order slots, or -errno.
 */
s64 vswap_area_alloc(unsigned int order)
{
	s64 slot = slots_alloc(&area.slots, raw_smp_processor_id(), order);

	/* Now and then is enough: once in a cluster. */
	if (slot < 0 || !(slot % SLOTS_PER_CLUSTER))
		look_at_backends();
	return slot;
}

/**
 * vswap_area_forget() - drop what slots hold, keep the slots
 * @slot: the first
 * @nr: how many, all in one cluster
 *
 * Context: any.
 */
void vswap_area_forget(u32 slot, unsigned int nr)
{
	vswap_slots_forget(&area.slots, slot, nr);
}

/**
 * vswap_area_free() - give slots back
 * @slot: the first, after vswap_area_forget()
 * @nr: how many, all in one cluster
 *
 * Context: any.
 */
void vswap_area_free(u32 slot, unsigned int nr)
{
	WARN_ON_ONCE(slots_free(&area.slots, slot, nr));
}

/**
 * vswap_area_out() - store a folio
 * @slot: its first slot
 * @folio: see vswap_folio_out()
 * @opf: likewise
 *
 * Return: see vswap_folio_out().
 */
int vswap_area_out(u32 slot, struct folio *folio, blk_opf_t opf)
{
	int err;

	slots_touch(&area.slots, slot, seconds());
	count_moved(folio_nr_pages(folio));
	err = vswap_folio_out(&area.slots, slot, folio, opf);
	/* No room: say so at once, so that reclaim stops trying. */
	if (err)
		queue_work(queue, &area.full);
	return err;
}

/**
 * vswap_area_in() - read a folio back
 * @slot: its first slot
 * @folio: see vswap_folio_in()
 */
void vswap_area_in(u32 slot, struct folio *folio)
{
	unsigned int nr = folio_nr_pages(folio);

	if (vswap_folio_in(&area.slots, slot, folio, READ_ONCE(area.pool_is_short)))
		count_moved(nr);
}

static int take_slots(u32 slot, struct folio *folio)
{
	int err = slots_take(&area.slots, slot, folio_nr_pages(folio));

	if (err)
		return err;
	slots_touch(&area.slots, slot, seconds());
	count_moved(folio_nr_pages(folio));
	return 0;
}

static void look_after_write(u32 slot, int err)
{
	/* No room: say so at once, so that reclaim stops trying. */
	if (err)
		queue_work(queue, &area.full);
	/* Now and then is enough: once in a cluster. */
	else if (!(slot % SLOTS_PER_CLUSTER))
		vswap_area_look();
}

/**
 * vswap_area_write() - store a folio under writeback whose slots the kernel chose
 * @slot: its first slot
 * @folio: see vswap_folio_write()
 * @end: likewise
 * @data: likewise
 */
void vswap_area_write(u32 slot, struct folio *folio, vswap_end_fn end, void *data)
{
	int err = take_slots(slot, folio);

	if (err)
		end(data, err);
	else
		err = vswap_folio_write(&area.slots, slot, folio, end, data);
	look_after_write(slot, err);
}

/**
 * vswap_area_store() - store a locked folio whose slots the kernel chose
 * @slot: its first slot
 * @folio: see vswap_folio_store()
 *
 * Return: see vswap_folio_store().
 */
int vswap_area_store(u32 slot, struct folio *folio)
{
	int err = take_slots(slot, folio) ?: vswap_folio_store(&area.slots, slot, folio);

	look_after_write(slot, err);
	return err;
}

/**
 * vswap_area_read() - read a folio of the swap cache back
 * @slot: its first slot
 * @folio: see vswap_folio_read()
 * @end: likewise
 * @data: likewise
 */
void vswap_area_read(u32 slot, struct folio *folio, vswap_end_fn end, void *data)
{
	unsigned int nr = folio_nr_pages(folio);

	if (vswap_folio_read(&area.slots, slot, folio, READ_ONCE(area.pool_is_short), end, data))
		count_moved(nr);
}

/**
 * vswap_area_release_slot() - the kernel has freed a slot that it chose
 * @slot: the slot; it may never have been written
 *
 * Context: any; nobody else uses the slot.
 */
void vswap_area_release_slot(u32 slot)
{
	u64 *word = slot_word_ptr(&area.slots, slot);

	if (!word || !READ_ONCE(*word))
		return;
	vswap_area_forget(slot, 1);
	vswap_area_free(slot, 1);
}

/**
 * vswap_area_look() - look whether slots and capacity are as they should be
 *
 * Context: any.
 */
void vswap_area_look(void)
{
	queue_work(queue, &area.grow);
	look_at_backends();
}

/**
 * vswap_area_set_zero() - a slot's page is all zero
 * @slot: a slot the caller owns
 *
 * Context: any.
 */
void vswap_area_set_zero(u32 slot)
{
	vswap_slots_forget(&area.slots, slot, 1);
	/* Zero fits a word: nothing is allocated. */
	slot_set_fill(&area.slots, slot, 0);
	vswap_stat_add(VSWAP_FILL_PAGES, 1);
}

/**
 * vswap_area_in_ram() - can a slot be read without a disk
 * @slot: a slot in use
 *
 * Context: any.
 */
bool vswap_area_in_ram(u32 slot)
{
	return !slot_in_file(slots_peek(&area.slots, slot));
}

/**
 * vswap_area_has_copy() - does a page in memory have a copy in RAM besides
 * @slot: its slot
 *
 * Context: any.
 */
bool vswap_area_has_copy(u32 slot)
{
	u64 word = slots_peek(&area.slots, slot);

	return !slot_in_file(word) && slot_tag(word) > SLOT_EMPTY;
}

/* ---- Growth and capacity ---- */

static size_t cluster_bytes(u32 nr_slots)
{
	return (size_t)nr_slots / SLOTS_PER_CLUSTER * sizeof(struct slot_cluster);
}

/*
 * An eighth more, so that few steps do for a large area; but no step that takes much
 * from the reserves: 4 MiB for 4 GiB of slots.
 */
static u32 next_size(u32 now)
{
	u64 step = max(area.step, round_down(min(now / 8, MAX_STEP), PORT_SLOTS_STEP));

	return min_t(u64, now + step, area.limit);
}

/* Slots may be used that there haven't been. */
static void grown(u32 nr_slots)
{
	slots_grow(&area.slots, nr_slots / SLOTS_PER_CLUSTER);
}

static int grow_area(void)
{
	u32 now = port_area_slots();
	u32 next = next_size(now);
	int err;

	if (next == now)
		return 0;
	err = sparse_array_map(&area.clusters, cluster_bytes(next));
	if (err)
		return err;
	/* The device first: block I/O beyond its end is refused. */
	set_capacity(area.disk, (sector_t)next << PAGE_SECTORS_SHIFT);
	err = port_area_grow(next, grown);
	if (!err)
		area.grow_steps++;
	return err;
}

/*
 * Without slots nothing can be swapped out, so growing must not wait for reclaim:
 * it may dip into the reserves, for some 4 bytes for every 4 KiB made free.
 */
static void grow_work(struct work_struct *work)
{
	unsigned int noreclaim;
	int err;

	if (!port_area_get())
		return;
	mutex_lock(&area.lock);
	noreclaim = memalloc_noreclaim_save();
	if (port_area_is_short(READ_ONCE(area.slots.nr_free), area.slots.low_water)) {
		err = grow_area();
		if (err && err != -EBUSY) {
			area.grow_failures++;
			pr_warn_ratelimited("no memory for more virtual slots (%d)\n", err);
		}
	}
	port_area_make_ready();
	memalloc_noreclaim_restore(noreclaim);
	mutex_unlock(&area.lock);
	port_area_put();
}

/* Fill pages and those that the kernel keeps itself need no backend. */
static unsigned long estimate_capacity(unsigned long held, unsigned long fill)
{
	return vswap_tier_capacity() + fill + port_area_zero_pages(held);
}

/*
 * Pages of the swap cache that need no other slot to leave memory. All could be dropped at once
 * but those whose slot holds nothing, because they were taken from the pool, or are on their
 * way, or found no place; of these, as many could be written as there is room for in files.
 * Where the kernel keeps zero pages itself they look the same, and the result is too small.
 */
static unsigned long evictable_pages(unsigned long used, unsigned long held)
{
	unsigned long cached = global_node_page_state(NR_SWAPCACHE);
	unsigned long empty = min(used > held ? used - held : 0, cached);

	return min(cached - empty, used) + min(empty, vswap_tier_room_behind());
}

/*
 * Without a free slot, reclaim looks at no anonymous page, not even at those that need none,
 * and memory runs out. So there are as many free slots as there are such pages: that much room
 * can be had. Not for those that found no place: a full pool would have slots without end.
 */
static unsigned long advertised_capacity(void)
{
	unsigned long fill = vswap_stat_read(VSWAP_FILL_PAGES);
	unsigned long held = vswap_tier_used() + fill;
	unsigned long used = port_area_used();

	return max(estimate_capacity(held, fill), used + evictable_pages(used, held));
}

/* Anything moved since we last looked? */
static bool active(void)
{
	long now = vswap_stat_read(VSWAP_PAGES_OUT) + vswap_stat_read(VSWAP_STORE_FAILURES) +
		   port_area_used();
	bool changed = now != area.last_activity;

	area.last_activity = now;
	return changed;
}

/**
 * vswap_area_update_capacity() - have the kernel see what the backends can hold now
 *
 * Context: process, may sleep.
 */
void vswap_area_update_capacity(void)
{
	if (!port_area_get())
		return;
	port_area_set_capacity(advertised_capacity());
	port_area_put();
}

static void full_work(struct work_struct *work)
{
	vswap_area_update_capacity();
}

static void capacity_work(struct work_struct *work)
{
	unsigned long capacity;

	vswap_tier_tidy_pool();
	if (!port_area_get())
		return;
	capacity = advertised_capacity();
	port_area_set_capacity(capacity);
	if (active() || port_area_used() > capacity - capacity / 8)
		queue_delayed_work(queue, &area.capacity, CAPACITY_PERIOD);
	port_area_put();
}

/* ---- Several batches at once ---- */

#define MAX_BATCHES	VSWAP_EVACUATION_BATCHES

/**
 * struct round - batches that are under way at once, each by a task of its own
 * @batch: one of them, by the task @i; returns 1 if there may be more to do, 0 or -errno
 * @stop: there is nothing more to do, or to be gained
 * @err: the first error
 * @helpers: all tasks but the caller
 */
struct round {
	int (*batch)(struct round *round, unsigned int i);
	bool stop;
	int err;
	struct helper {
		struct work_struct work;
		struct round *round;
		unsigned int i;
	} helpers[MAX_BATCHES - 1];
};

static void take_part(struct round *round, unsigned int i)
{
	int ret = 1;

	while (ret > 0 && !READ_ONCE(round->stop))
		ret = round->batch(round, i);
	if (ret < 0)
		cmpxchg(&round->err, 0, ret);
	if (ret <= 0)
		WRITE_ONCE(round->stop, true);
}

static void help(struct work_struct *work)
{
	struct helper *helper = container_of(work, struct helper, work);

	take_part(helper->round, helper->i);
}

/*
 * Go on, @nr batches at a time, until there is nothing to do, or one fails: what others have
 * under way then is finished. Returns 0 or -errno.
 *
 * A helper that hasn't begun isn't waited for: the queue may be frozen, or have no worker.
 */
static int run_round(struct round *round, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr - 1; i++) {
		struct helper *helper = &round->helpers[i];

		helper->round = round;
		helper->i = i + 1;
		INIT_WORK_ONSTACK(&helper->work, help);
		queue_work(mover_queue, &helper->work);
	}
	take_part(round, 0);
	for (i = 0; i < nr - 1; i++) {
		cancel_work_sync(&round->helpers[i].work);
		destroy_work_on_stack(&round->helpers[i].work);
	}
	return round->err;
}

/* ---- Write-back ---- */

/* By a signal, or by a machine that is about to sleep. */
static bool is_interrupted(void)
{
	return signal_pending(current) || READ_ONCE(area.paused);
}

#define NO_COUNT	VSWAP_NR_STATS

/* Pages after which the pool is asked to give back memory, and batches wait for each other. */
#define ROUND_PAGES	(8 * SLOTS_PER_CLUSTER)

/* A batch, unless swapoff(2) was faster. Returns pages moved or -errno. */
static int write_back_batch(void)
{
	int ret;

	if (is_interrupted())
		return -EINTR;
	if (!port_area_get())
		return -ENOENT;
	ret = vswap_mover_write_back(&area.slots);
	port_area_put();
	return ret;
}

/* Have two rounds gone by with nothing found? The first forgives what was accessed. */
static bool is_futile(unsigned long misses)
{
	return misses > 2 * READ_ONCE(area.slots.nr_tables);
}

/**
 * struct write_back - pages that are being written back
 * @round: the batches
 * @begun: pages that have moved, and all of those that batches under way may move
 * @wanted: how many are to
 * @percent: or until the pool is less full than that
 * @count: what counts them, or NO_COUNT
 * @moved: pages that have moved
 * @misses: batches in a row for which nothing was found
 */
struct write_back {
	struct round round;
	atomic_long_t begun;
	long wanted;
	unsigned int percent;
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

/* What it allocates, others have given up: it doesn't wait for reclaim, which may want it. */
static int write_back_next(struct round *round, unsigned int i)
{
	struct write_back *wb = container_of(round, struct write_back, round);
	unsigned int noreclaim;
	int ret;

	if (atomic_long_fetch_add(VSWAP_BATCH_PAGES, &wb->begun) >= wb->wanted ||
	    vswap_tier_pool_fullness() < wb->percent)
		return 0;
	noreclaim = memalloc_noreclaim_save();
	ret = write_back_batch();
	memalloc_noreclaim_restore(noreclaim);
	if (ret < 0)
		return ret;
	atomic_long_sub(VSWAP_BATCH_PAGES - ret, &wb->begun);
	atomic_long_add(ret, &wb->moved);
	if (wb->count != NO_COUNT)
		vswap_stat_add(wb->count, ret);
	cond_resched();
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
	err = run_round(&wb->round, min_t(unsigned int, writers,
					  DIV_ROUND_UP(wb->wanted, VSWAP_BATCH_PAGES)));
	if (atomic_long_read(&wb->moved))
		vswap_tier_compact_pool();
	return err ?: atomic_long_read(&wb->moved);
}

/*
 * Write back @wanted pages, or until the pool is below @percent of its limit, or all is
 * hot. @count: what counts them, or NO_COUNT. Returns 0 or -errno.
 */
static int write_back(unsigned long wanted, unsigned int percent, enum vswap_stat count)
{
	struct write_back wb = {
		.round.batch = write_back_next, .percent = percent, .count = count,
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
		WRITE_ONCE(area.rest_until, jiffies + FUTILE_REST);
	return min(ret, 0L);
}

static void write_back_work(struct work_struct *work)
{
	unsigned int noreclaim = memalloc_noreclaim_save();

	write_back(ULONG_MAX, area.low_percent, NO_COUNT);
	memalloc_noreclaim_restore(noreclaim);
}

/* What reclaim wants by now, and what it wants meanwhile. */
static void shrink_work(struct work_struct *work)
{
	unsigned int noreclaim = memalloc_noreclaim_save();
	unsigned long wanted;

	while ((wanted = atomic_long_xchg(&area.wanted, 0)) &&
	       !write_back(wanted, 0, VSWAP_SHRINKER_PAGES))
		;
	memalloc_noreclaim_restore(noreclaim);
}

/* A shrinker's count_objects: how many pages shrink() could give back. In reclaim. */
static unsigned long shrinkable(struct shrinker *shrinker, struct shrink_control *sc)
{
	const struct vswap_area_params *params = READ_ONCE(area.params);

	if (!params || !READ_ONCE(params->shrinker) || !port_area_is_on() ||
	    time_before(jiffies, READ_ONCE(area.rest_until)))
		return 0;
	return vswap_tier_shrinkable();
}

/*
 * A shrinker's scan_objects: have pages of the pool written back, for lack of memory. A worker
 * does it. Nothing is waited for: reclaim must not depend on a disk here. Returns 0, for nothing
 * is free yet; SHRINK_STOP: more than enough is on its way.
 */
static unsigned long shrink(struct shrinker *shrinker, struct shrink_control *sc)
{
	if (atomic_long_read(&area.wanted) >= MAX_SHRINK)
		return SHRINK_STOP;
	atomic_long_add(sc->nr_to_scan, &area.wanted);
	queue_work(mover_queue, &area.shrink);
	return 0;
}

/* A batch of the next idle cluster, unless swapoff(2) was faster. Returns 0 or -errno. */
static int write_back_idle(u32 *slot, unsigned int idle)
{
	int ret = -ENOENT;

	if (is_interrupted())
		return -EINTR;
	if (!port_area_get())
		return -ENOENT;
	if (!(*slot % SLOTS_PER_CLUSTER))
		*slot = slots_idle(&area.slots, *slot, seconds(), idle);
	if (*slot)
		ret = vswap_mover_write_cluster(&area.slots, slot);
	port_area_put();
	if (ret > 0)
		vswap_stat_add(VSWAP_IDLE_PAGES, ret);
	return min(ret, 0);
}

static void idle_work(struct work_struct *work)
{
	unsigned int noreclaim = memalloc_noreclaim_save();
	const struct vswap_area_params *params = READ_ONCE(area.params);
	unsigned int idle = params ? READ_ONCE(params->idle_seconds) : 0;
	long before = vswap_stat_read(VSWAP_IDLE_PAGES);
	u32 slot = SLOTS_PER_CLUSTER;

	if (idle && vswap_mover_writers_get(0) > 0) {
		while (!write_back_idle(&slot, idle))
			cond_resched();
		vswap_mover_writers_put();
	}
	if (vswap_stat_read(VSWAP_IDLE_PAGES) != before)
		vswap_tier_compact_pool();
	memalloc_noreclaim_restore(noreclaim);
	if (idle)
		queue_delayed_work(mover_queue, &area.idle,
				   clamp(idle / 4, MIN_IDLE_PERIOD, MAX_IDLE_PERIOD) * HZ);
}

/**
 * vswap_area_look_for_idle() - idle pages are to be written back from now on, or no more
 *
 * Context: process, may sleep; any time, also before vswap_area_start().
 */
void vswap_area_look_for_idle(void)
{
	mutex_lock(&area.lock);
	if (area.params && READ_ONCE(area.params->idle_seconds))
		mod_delayed_work(mover_queue, &area.idle, 0);
	mutex_unlock(&area.lock);
}

/**
 * vswap_area_write_back() - write pages of the pool back to a swap file
 * @nr: how many pages; a few more may be
 *
 * Context: process, may sleep; ends early for a signal.
 * Return: 0, also if fewer pages could be found; -ENOSPC: no room; -EIO: the disk
 * failed; -EINTR; -EOPNOTSUPP: no swap file is behind a pool.
 */
int vswap_area_write_back(unsigned long nr)
{
	int err;

	/* Also where there is nothing to write back. */
	if (!vswap_tier_writes_back())
		return -EOPNOTSUPP;
	err = write_back(nr, 0, NO_COUNT);
	return err == -ENOENT ? 0 : err;
}

/* ---- Evacuation ---- */

/* A write error has been survived before; where they go fails altogether after these. */
#define EVACUATION_RETRIES	(2 * BACKEND_MAX_ERRORS)

/* How often in a row a pool may have no memory for any page, 20 ms apart or more. */
#define EVACUATION_PATIENCE	500

struct evacuation {
	struct round round;
	struct vswap_evacuation *walk;
};

/* A batch, unless swapoff(2) was faster. Returns 1 if there may be more, 0 or -errno. */
static int evacuate_batch(struct vswap_evacuation *walk, unsigned int i)
{
	int ret;

	if (is_interrupted())
		return -EINTR;
	/* All slots are free, or will be in a moment. */
	if (!port_area_get())
		return 0;
	ret = vswap_mover_evacuate(&area.slots, walk, i);
	port_area_put();
	cond_resched();
	return ret;
}

static int evacuate_next(struct round *round, unsigned int i)
{
	return evacuate_batch(container_of(round, struct evacuation, round)->walk, i);
}

/* All of what is left, once. Returns 0 or -errno. */
static int evacuate_round(struct vswap_evacuation *walk)
{
	struct evacuation ev = { .round.batch = evacuate_next, .walk = walk };

	return run_round(&ev.round, walk->nr_movers);
}

/* Once round. Returns 0 if it makes sense to go round again, or -errno. */
static int end_of_round(struct vswap_evacuation *walk)
{
	long moved = atomic_long_xchg(&walk->moved, 0);
	long unreadable = atomic_long_xchg(&walk->unreadable, 0);

	walk->round_over = false;
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
 * vswap_area_evacuate() - move all pages of a backend to others
 * @b: a claimed backend
 * @force: give up pages that can't be read
 *
 * Context: process, may sleep; ends early for a signal.
 * Return: 0: it holds no pages; -EINTR; -ENOSPC, -ENOMEM: the others can't hold them;
 * -EIO: some can't be read. What has moved stays moved.
 */
int vswap_area_evacuate(struct vswap_backend *b, bool force)
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
	vswap_area_update_capacity();
	return err;
}

/* Returns whether it makes sense to try again when there is more room. */
static bool rescue_one(struct vswap_backend *b, bool kicked)
{
	int err = vswap_area_evacuate(b, false);

	if (!err)
		pr_info("%s: its pages have moved elsewhere\n", b->name);
	else if (kicked && err != -EINTR)
		pr_warn("%s: %lu pages stay where they are for now (%d)\n", b->name,
			vswap_backend_sum(b, BACKEND_USED_PAGES), err);
	vswap_tier_unclaim(b, BACKEND_FAILED);
	/* Memory may be had at any time. */
	if (err == -ENOMEM)
		area.rescue_room = 0;
	return err == -ENOSPC || err == -ENOMEM;
}

/* All failed backends, each once. Returns as rescue_one(). */
static bool rescue_all(bool kicked)
{
	struct vswap_backend *b;
	unsigned int id = 0;
	bool again = false;

	area.rescue_room = ULONG_MAX;
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
	bool kicked = xchg(&area.rescue_kicked, false), again = true;

	if (!vswap_tier_stranded())
		return;
	if (kicked || vswap_tier_room() > area.rescue_room)
		again = rescue_all(kicked);
	area.rescue_room = min(area.rescue_room, vswap_tier_room());
	if (again)
		queue_delayed_work(mover_queue, &area.rescue, RESCUE_PERIOD);
}

/**
 * vswap_area_rescue() - move away what failed backends hold, as far as that goes now
 *
 * One has failed, or there may be another way for what is left of an earlier one.
 *
 * Context: any.
 */
void vswap_area_rescue(void)
{
	WRITE_ONCE(area.rescue_kicked, true);
	mod_delayed_work(mover_queue, &area.rescue, 0);
}

/**
 * vswap_area_pause() - the machine is about to sleep, or is awake again
 * @paused: nothing is moved between backends until further notice
 *
 * Otherwise a worker that moves pages could keep the machine awake: @mover_queue is frozen when
 * it has ended.
 *
 * Context: process, may sleep.
 */
void vswap_area_pause(bool paused)
{
	WRITE_ONCE(area.paused, paused);
	if (paused)
		return;
	look_at_backends();
	vswap_area_rescue();
}

/**
 * vswap_area_refuse_image() - say that a hibernation found no area for its image but ours
 *
 * Context: any.
 */
void vswap_area_refuse_image(void)
{
	pr_err("hibernation refused: its image can't be on /dev/%s; swapon another area, and name it in /sys/power/resume\n",
	       VSWAP_DEVICE);
}

/* ---- From swapon to swapoff ---- */

static int prepare(void)
{
	int err;

	err = sparse_array_reserve(&area.clusters, cluster_bytes(area.limit));
	if (!err)
		err = sparse_array_map(&area.clusters, cluster_bytes(area.step));
	if (err)
		goto err_clusters;
	err = slots_init(&area.slots, area.clusters.base, nr_cpu_ids, &slots_ops, NULL);
	if (err)
		goto err_clusters;
	area.slots.low_water = area.low_water;
	slots_grow(&area.slots, area.step / SLOTS_PER_CLUSTER);
	set_capacity(area.disk, (sector_t)area.step << PAGE_SECTORS_SHIFT);
	err = port_area_prepare(area.limit, area.step, vswap_tier_capacity());
	if (err)
		goto err_slots;
	area.prepared = true;
	return 0;

err_slots:
	slots_exit(&area.slots);
err_clusters:
	sparse_array_free(&area.clusters);
	return err;
}

static void discard(void)
{
	unsigned long left;

	if (!area.prepared)
		return;
	flush_work(&area.bio_work);
	port_area_discard();
	left = slots_exit(&area.slots);
	if (left)
		pr_err("leak: %lu slots are still in use\n", left);
	sparse_array_free(&area.clusters);
	area.prepared = false;
}

/* The area is no more: nothing of it is kept, nor of what belongs to others. */
static void retire(void)
{
	discard();
	vswap_tier_detach();
}

/*
 * swapoff(2) and the close of the device end in either order: wait until the kernel is through
 * with the area.
 */
static void wait_until_gone(void)
{
	while (port_area_is_adopted() && !port_area_is_gone())
		msleep(20);
}

/*
 * Our device is opened, @exclusive by who has it alone from now on, as an area that is on has it.
 *
 * swapon(2) comes through here, and must find everything ready. It opens the device to
 * write; those who only look at it need nothing. Some kernels let go of it before swapoff(2)
 * has quite ended: what is left to do there needs nothing that is held here.
 */
static int open_device(bool write, bool exclusive)
{
	int err = 0;

	mutex_lock(&area.lock);
	if (exclusive)
		wait_until_gone();
	if (area.prepared && port_area_is_gone())
		retire();
	if (write && !area.prepared) {
		err = vswap_tier_attach();
		if (!err)
			err = prepare();
		if (err)
			vswap_tier_detach();
	}
	mutex_unlock(&area.lock);
	return err;
}

/* Has swapoff(2) finished, or swapon(2) never begun? */
static bool is_unused(void)
{
	return port_area_is_gone() || (!port_area_is_adopted() && !vswap_area_is_open());
}

/* The last thing swapoff(2) does. */
static void close_device(void)
{
	mutex_lock(&area.lock);
	if (area.prepared && is_unused())
		retire();
	mutex_unlock(&area.lock);
}

/* ---- The device ---- */

/* The last use of a slot is gone. Maybe with interrupts off. */
static void slot_freed(u32 slot)
{
	/* Not for an area on our device that was left as it was. */
	if (port_area_is_adopted())
		port_area_slot_freed(slot);
}

/* Copy what the device looks like to everybody else: a swap header, then zeros. */
static void show_header(struct bio_vec *bv, sector_t sector)
{
	size_t offset = sector << SECTOR_SHIFT;
	void *to;

	memzero_page(bv->bv_page, bv->bv_offset, bv->bv_len);
	if (offset >= PAGE_SIZE)
		return;
	to = kmap_local_page(bv->bv_page);
	memcpy(to + bv->bv_offset, (void *)area.header + offset,
	       min_t(size_t, bv->bv_len, PAGE_SIZE - offset));
	kunmap_local(to);
}

/*
 * Is this the kernel reading a page back, and not someone who opened the device?
 * Then the page is locked, has this slot, and belongs to no file.
 */
static bool is_swap_read(struct bio_vec *bv, u32 slot)
{
	struct folio *folio = page_folio(bv->bv_page);

	return slot && bv->bv_len == PAGE_SIZE && !bv->bv_offset && !folio->mapping &&
	       folio_test_locked(folio) &&
	       swp_offset(port_folio_entry(folio)) + folio_page_idx(folio, bv->bv_page) == slot;
}

/* Returns 0, or -errno: the page stays in memory, dirty, and the kernel's log says so. */
static int write_page(u32 slot, struct page *page)
{
	unsigned int noreclaim = memalloc_noreclaim_save();
	/* Where the kernel chose the slot, it may not be in use here yet. */
	int err = slots_take(&area.slots, slot, 1) ?: vswap_page_out(&area.slots, slot, page);

	memalloc_noreclaim_restore(noreclaim);
	look_after_write(slot, err);
	return err;
}

static int serve_page(struct bio *bio, sector_t sector, struct bio_vec *bv)
{
	u32 slot = sector >> PAGE_SECTORS_SHIFT;

	if (op_is_write(bio_op(bio))) {
		if (bv->bv_len != PAGE_SIZE)
			return -EIO;
		vswap_stat_add(VSWAP_BIO_PAGES, 1);
		return write_page(slot, bv->bv_page);
	}
	if (!is_swap_read(bv, slot)) {
		show_header(bv, sector);
		return 0;
	}
	vswap_stat_add(VSWAP_BIO_PAGES, 1);
	return vswap_page_in(&area.slots, slot, bv->bv_page);
}

static void serve_bio(struct bio *bio)
{
	sector_t sector = bio->bi_iter.bi_sector;
	struct bvec_iter iter;
	struct bio_vec bv;
	int err = 0;

	bio_for_each_segment(bv, bio, iter) {
		if (!err)
			err = serve_page(bio, sector, &bv);
		sector += bv.bv_len >> SECTOR_SHIFT;
	}
	bio->bi_status = errno_to_blk_status(err);
	bio_endio(bio);
}

/*
 * Pages come as block I/O only if a tracer kept a hook from running. They may need
 * the disk of a backend, which can't be waited for inside submit_bio(); a worker can.
 */
static void serve_bios(struct work_struct *work)
{
	struct bio_list bios;
	struct bio *bio;

	spin_lock_irq(&area.bio_lock);
	bios = area.bios;
	bio_list_init(&area.bios);
	spin_unlock_irq(&area.bio_lock);
	while ((bio = bio_list_pop(&bios)))
		serve_bio(bio);
}

static void show_bio(struct bio *bio)
{
	sector_t sector = bio->bi_iter.bi_sector;
	struct bvec_iter iter;
	struct bio_vec bv;

	bio_for_each_segment(bv, bio, iter) {
		show_header(&bv, sector);
		sector += bv.bv_len >> SECTOR_SHIFT;
	}
	bio_endio(bio);
}

/* Ended later, except for what can be answered at once. From submit_bio(). */
static void submit(struct bio *bio)
{
	unsigned long flags;
	bool swap_write = bio_op(bio) == REQ_OP_WRITE && (bio->bi_opf & REQ_SWAP);

	if (bio_op(bio) != REQ_OP_READ && !swap_write) {
		bio->bi_status = BLK_STS_NOTSUPP;
		bio_endio(bio);
	} else if (!port_area_is_on() && !swap_write) {
		show_bio(bio);
	} else {
		spin_lock_irqsave(&area.bio_lock, flags);
		bio_list_add(&area.bios, bio);
		spin_unlock_irqrestore(&area.bio_lock, flags);
		queue_work(bio_queue, &area.bio_work);
	}
}

PORT_DISK_FOPS(disk_fops, open_device, close_device, submit, slot_freed);

static void destroy_queues(void)
{
	if (queue)
		destroy_workqueue(queue);
	if (bio_queue)
		destroy_workqueue(bio_queue);
	if (mover_queue)
		destroy_workqueue(mover_queue);
}

static int make_queues(void)
{
	queue = alloc_workqueue("vswap", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	bio_queue = alloc_workqueue("vswap_bio", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	mover_queue = alloc_workqueue("vswap_mover",
				      WQ_MEM_RECLAIM | WQ_UNBOUND | WQ_FREEZABLE, 0);
	if (queue && bio_queue && mover_queue)
		return 0;
	destroy_queues();
	return -ENOMEM;
}

/* What mkswap(8) would write: two pages are enough, the rest is made on demand. */
static int make_header(void)
{
	union swap_header *header = (void *)get_zeroed_page(GFP_KERNEL);

	if (!header)
		return -ENOMEM;
	header->info.version = 1;
	header->info.last_page = 1;
	strscpy(header->info.sws_volume, "vswap", sizeof(header->info.sws_volume));
	memcpy(header->magic.magic, "SWAPSPACE2", 10);
	area.header = header;
	return 0;
}

static struct lock_class_key open_mutex_class;

static int make_disk(bool direct)
{
	struct gendisk *disk;
	int err;

	area.major = register_blkdev(0, "vswap");
	if (area.major < 0)
		return area.major;
	disk = port_disk_alloc(&disk_fops);
	if (IS_ERR(disk)) {
		err = PTR_ERR(disk);
		goto err_major;
	}
	/* swapon(2) comes with it, and opens other devices under it: swap files on them. */
	lockdep_set_class(&disk->open_mutex, &open_mutex_class);
	disk->major = area.major;
	disk->first_minor = 0;
	disk->minors = 1;
	disk->flags |= GENHD_FL_NO_PART;
	strscpy(disk->disk_name, VSWAP_DEVICE, sizeof(disk->disk_name));
	area.disk = disk;
	set_capacity(disk, (sector_t)area.step << PAGE_SECTORS_SHIFT);
	err = port_start(disk->part0, direct);
	if (err)
		goto err_disk;
	err = add_disk(disk);
	if (err)
		goto err_hooks;
	return 0;

err_hooks:
	port_stop();
err_disk:
	put_disk(disk);
	area.disk = NULL;
err_major:
	unregister_blkdev(area.major, "vswap");
	return err;
}

static void set_params(const struct vswap_area_params *params)
{
	mutex_lock(&area.lock);
	WRITE_ONCE(area.params, params);
	mutex_unlock(&area.lock);
}

static u32 choose_limit(u64 max_slots)
{
	u32 limit = port_slots_limit();

	if (max_slots)
		limit = min_t(u64, limit, round_up(max_slots, PORT_SLOTS_STEP));
	return max(limit, area.step);
}

/**
 * vswap_area_start() - hook the kernel and offer /dev/vswap0
 * @params: what the user said about it
 *
 * Context: process, may sleep; backends, vswap_io and vswap_mover are ready.
 * Return: 0, or -errno with nothing left behind.
 */
int vswap_area_start(const struct vswap_area_params *params)
{
	int err;

	spin_lock_init(&area.bio_lock);
	bio_list_init(&area.bios);
	INIT_WORK(&area.grow, grow_work);
	INIT_WORK(&area.bio_work, serve_bios);
	INIT_DELAYED_WORK(&area.capacity, capacity_work);
	INIT_WORK(&area.full, full_work);
	INIT_WORK(&area.write_back, write_back_work);
	INIT_WORK(&area.shrink, shrink_work);
	INIT_DEFERRABLE_WORK(&area.idle, idle_work);
	INIT_DELAYED_WORK(&area.rescue, rescue_work);
	atomic_long_set(&area.wanted, 0);
	area.rest_until = jiffies;
	area.high_percent = params->high_percent;
	area.low_percent = params->low_percent;
	area.low_water = max(LOW_WATER, 2 * num_possible_cpus());
	area.step = round_up(2 * area.low_water * SLOTS_PER_CLUSTER, PORT_SLOTS_STEP);
	area.limit = choose_limit(params->max_slots);

	err = make_queues();
	if (err)
		return err;
	err = make_header();
	if (err)
		goto err_queues;
	err = port_shrinker_start(shrinkable, shrink, SHRINK_BATCH);
	if (err)
		goto err_header;
	err = make_disk(params->direct);
	if (err)
		goto err_shrinker;
	set_params(params);
	vswap_area_look_for_idle();
	return 0;

err_shrinker:
	port_shrinker_stop();
err_header:
	free_page((unsigned long)area.header);
err_queues:
	destroy_queues();
	return err;
}

/**
 * vswap_area_stop() - the reverse of vswap_area_start()
 *
 * Context: process, may sleep; nobody has the device open.
 */
void vswap_area_stop(void)
{
	set_params(NULL);
	port_shrinker_stop();
	cancel_delayed_work_sync(&area.idle);
	del_gendisk(area.disk);
	mutex_lock(&area.lock);
	wait_until_gone();
	discard();
	mutex_unlock(&area.lock);
	port_stop();
	put_disk(area.disk);
	unregister_blkdev(area.major, "vswap");
	cancel_work_sync(&area.grow);
	cancel_work_sync(&area.full);
	cancel_work_sync(&area.write_back);
	cancel_work_sync(&area.shrink);
	cancel_delayed_work_sync(&area.rescue);
	cancel_delayed_work_sync(&area.capacity);
	destroy_queues();
	free_page((unsigned long)area.header);
}

/**
 * vswap_area_is_open() - has anybody the device open, swapon(2) for one
 *
 * Context: process.
 */
bool vswap_area_is_open(void)
{
	return disk_openers(area.disk);
}

/**
 * vswap_area_limit() - bound of the virtual space
 *
 * Return: slots.
 */
u32 vswap_area_limit(void)
{
	return area.limit;
}

/**
 * vswap_area_tables() - clusters that have a table
 *
 * Return: clusters of 512 slots, 0 if there is no area.
 */
u32 vswap_area_tables(void)
{
	return area.prepared ? READ_ONCE(area.slots.nr_tables) : 0;
}

/**
 * vswap_area_memory() - memory taken for virtual slots
 *
 * Return: bytes: tables, clusters, and the kernel's arrays.
 */
u64 vswap_area_memory(void)
{
	u64 pages;

	if (!area.prepared)
		return 0;
	pages = READ_ONCE(area.slots.nr_tables) + READ_ONCE(area.slots.nr_wide);
	return pages * PAGE_SIZE + area.clusters.mapped + port_area_memory();
}

/**
 * vswap_area_grow_steps() - how often the virtual space grew
 */
unsigned long vswap_area_grow_steps(void)
{
	return READ_ONCE(area.grow_steps);
}

/**
 * vswap_area_grow_failures() - how often it should have grown and didn't
 */
unsigned long vswap_area_grow_failures(void)
{
	return READ_ONCE(area.grow_failures);
}
