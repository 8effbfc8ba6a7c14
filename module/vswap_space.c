// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/vmstat.h>
#include <linux/workqueue.h>

#include "port.h"
#include "sparse.h"
#include "vswap_payers.h"
#include "vswap_space.h"
#include "vswap_stats.h"
#include "vswap_sweep.h"
#include "vswap_tier.h"

/*
 * Grow while fewer clusters than this are free, or fewer than two for each CPU: 64
 * MiB of slots, what can be evicted until a worker runs.
 */
#define LOW_WATER	32U

/* The most it grows by at once: 4 GiB of slots. */
#define MAX_STEP	(64 * PORT_SLOTS_STEP)

/* How often the capacity is looked at while pages move. */
#define CAPACITY_PERIOD	msecs_to_jiffies(200)

struct slots vswap_slots;

/*
 * @lock: serialises preparing, growing and discarding
 * @limit: slots there may ever be
 * @low_water: it grows while fewer clusters than this are free
 * @step: slots it begins with, and the least it grows by
 * @clusters: memory for @vswap_slots.clusters
 * @disk: is as large as there are slots
 * @queue: for all of these works, which may be needed when no memory is left to start a
 *	worker; never frozen, since making room for the image of a hibernation swaps out
 * @grow: makes more slots
 * @capacity: keeps the advertised capacity true
 * @last_activity: what it compares with to see if anything moves
 * @full: does so at once
 * @grow_steps, @grow_failures: counters
 */
static struct {
	struct mutex lock;
	u32 limit;
	u32 low_water;
	u32 step;
	struct sparse_array clusters;
	struct gendisk *disk;
	struct workqueue_struct *queue;
	struct work_struct grow;
	struct delayed_work capacity;
	long last_activity;
	struct work_struct full;
	unsigned long grow_steps;
	unsigned long grow_failures;
} space = { .lock = __MUTEX_INITIALIZER(space.lock) };

/* ---- Growth ---- */

static_assert(SLOTS_PER_CLUSTER * sizeof(u64) == PAGE_SIZE);

/* PF_MEMALLOC lends reclaim the reserves; a table makes 512 pages free. */
static void *table_alloc(void)
{
	return (void *)get_zeroed_page(GFP_NOIO | __GFP_NOWARN);
}

static void table_free_rcu(struct rcu_head *head)
{
	__free_page(container_of(head, struct page, rcu_head));
}

/* slots_peek() may be looking. */
static void table_free(void *page)
{
	call_rcu(&virt_to_page(page)->rcu_head, table_free_rcu);
}

static void want_growth(void *owner)
{
	vswap_space_want_slots();
}

static const struct slots_ops slots_ops = {
	.page_alloc = table_alloc,
	.page_free = table_free,
	.want_growth = want_growth,
};

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
	u64 step = max(space.step, round_down(min(now / 8, MAX_STEP), PORT_SLOTS_STEP));

	return min_t(u64, now + step, space.limit);
}

/* Slots may be used that there haven't been. */
static void grown(u32 nr_slots)
{
	slots_grow(&vswap_slots, nr_slots / SLOTS_PER_CLUSTER);
}

static int grow_area(void)
{
	u32 now = port_area_slots();
	u32 next = next_size(now);
	int err;

	if (next == now)
		return 0;
	err = sparse_array_map(&space.clusters, cluster_bytes(next)) ?: vswap_payers_grow(next);
	if (err)
		return err;
	/* The device first: block I/O beyond its end is refused. */
	set_capacity(space.disk, (sector_t)next << PAGE_SECTORS_SHIFT);
	err = port_area_grow(next, grown);
	if (!err)
		space.grow_steps++;
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
	mutex_lock(&space.lock);
	noreclaim = memalloc_noreclaim_save();
	if (port_area_is_short(READ_ONCE(vswap_slots.nr_free), vswap_slots.low_water)) {
		err = grow_area();
		if (err && err != -EBUSY) {
			space.grow_failures++;
			pr_warn_ratelimited("no memory for more virtual slots (%d)\n", err);
		}
	}
	port_area_make_ready();
	memalloc_noreclaim_restore(noreclaim);
	mutex_unlock(&space.lock);
	port_area_put();
}

/**
 * vswap_space_want_slots() - look whether there are enough slots
 *
 * Context: any.
 */
void vswap_space_want_slots(void)
{
	queue_work(space.queue, &space.grow);
}

/* ---- Capacity ---- */

/* Fill pages and those that the kernel keeps itself need no backend. */
static unsigned long estimate_capacity(unsigned long held, unsigned long fill)
{
	return vswap_tier_capacity() + fill + port_area_zero_pages(held);
}

/*
 * Pages of the swap cache that need no other slot to leave memory. All could be dropped at once
 * but those whose slot holds nothing, because they were taken from the pool, or are on their
 * way, or found no place; of these, as many could be written as there is room for by now.
 * Where the kernel keeps zero pages itself they look the same, and the result is too small.
 */
static unsigned long evictable_pages(unsigned long used, unsigned long held)
{
	unsigned long cached = global_node_page_state(NR_SWAPCACHE);
	unsigned long empty = min(used > held ? used - held : 0, cached);

	return min(cached - empty, used) + min(empty, vswap_tier_room_for_refused());
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
	bool changed = now != space.last_activity;

	space.last_activity = now;
	return changed;
}

/**
 * vswap_space_update_capacity() - have the kernel see what the backends can hold now
 *
 * Context: process, may sleep.
 */
void vswap_space_update_capacity(void)
{
	if (!port_area_get())
		return;
	port_area_set_capacity(advertised_capacity());
	port_area_put();
}

static void full_work(struct work_struct *work)
{
	vswap_space_update_capacity();
}

static void capacity_work(struct work_struct *work)
{
	bool is_tidy = vswap_tier_tidy_pool();
	unsigned long capacity;

	if (!port_area_get())
		return;
	vswap_sweep_look();
	capacity = advertised_capacity();
	port_area_set_capacity(capacity);
	if (active() || !is_tidy || port_area_used() > capacity - capacity / 8)
		queue_delayed_work(space.queue, &space.capacity, CAPACITY_PERIOD);
	port_area_put();
}

/**
 * vswap_space_want_capacity() - pages move: look before long whether capacity is as advertised
 *
 * Context: any.
 */
void vswap_space_want_capacity(void)
{
	queue_delayed_work(space.queue, &space.capacity, CAPACITY_PERIOD);
}

/**
 * vswap_space_is_full() - a page found no room
 *
 * It is said at once, so that reclaim stops trying.
 *
 * Context: any.
 */
void vswap_space_is_full(void)
{
	queue_work(space.queue, &space.full);
}

/* ---- From swapon to swapoff ---- */

static int prepare(void)
{
	int err;

	err = sparse_array_reserve(&space.clusters, cluster_bytes(space.limit));
	if (!err)
		err = sparse_array_map(&space.clusters, cluster_bytes(space.step));
	if (err)
		goto err_clusters;
	err = vswap_payers_prepare(space.limit, space.step);
	if (err)
		goto err_clusters;
	err = slots_init(&vswap_slots, space.clusters.base, nr_cpu_ids, &slots_ops, NULL);
	if (err)
		goto err_payers;
	vswap_slots.low_water = space.low_water;
	slots_grow(&vswap_slots, space.step / SLOTS_PER_CLUSTER);
	set_capacity(space.disk, (sector_t)space.step << PAGE_SECTORS_SHIFT);
	err = port_area_prepare(space.limit, space.step, vswap_tier_capacity());
	if (err)
		goto err_slots;
	return 0;

err_slots:
	slots_exit(&vswap_slots);
err_payers:
	vswap_payers_discard();
err_clusters:
	sparse_array_free(&space.clusters);
	return err;
}

/**
 * vswap_space_prepare() - memory for the first slots, and for the kernel's arrays
 * @disk: our device
 *
 * Context: process, may sleep; the area is PORT_AREA_NONE.
 * Return: 0, and the area is PORT_AREA_PREPARED; or -ENOMEM with nothing kept.
 */
int vswap_space_prepare(struct gendisk *disk)
{
	int err;

	mutex_lock(&space.lock);
	space.disk = disk;
	err = prepare();
	mutex_unlock(&space.lock);
	return err;
}

/**
 * vswap_space_discard() - the reverse of vswap_space_prepare()
 *
 * Context: process, may sleep; the area is PORT_AREA_GONE, or nobody but us knows of it.
 */
void vswap_space_discard(void)
{
	unsigned long left;

	mutex_lock(&space.lock);
	port_area_discard();
	left = slots_exit(&vswap_slots);
	if (left)
		pr_err("leak: %lu slots are still in use\n", left);
	vswap_payers_discard();
	sparse_array_free(&space.clusters);
	mutex_unlock(&space.lock);
}

static u32 choose_limit(u64 max_slots)
{
	u32 limit = port_slots_limit();

	if (max_slots)
		limit = min_t(u64, limit, round_up(max_slots, PORT_SLOTS_STEP));
	return max(limit, space.step);
}

/**
 * vswap_space_start() - get ready for an area
 * @max_slots: bound of the space, 0 for what the kernel can address
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vswap_space_start(u64 max_slots)
{
	INIT_WORK(&space.grow, grow_work);
	INIT_DELAYED_WORK(&space.capacity, capacity_work);
	INIT_WORK(&space.full, full_work);
	space.low_water = max(LOW_WATER, 2 * num_possible_cpus());
	space.step = round_up(2 * space.low_water * SLOTS_PER_CLUSTER, PORT_SLOTS_STEP);
	space.limit = choose_limit(max_slots);
	space.queue = alloc_workqueue("vswap", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	return space.queue ? 0 : -ENOMEM;
}

/**
 * vswap_space_stop() - the reverse of vswap_space_start()
 *
 * Context: process, may sleep; the area is PORT_AREA_NONE, and nobody looks after it.
 */
void vswap_space_stop(void)
{
	cancel_work_sync(&space.grow);
	cancel_work_sync(&space.full);
	cancel_delayed_work_sync(&space.capacity);
	destroy_workqueue(space.queue);
	/* Tables that are being freed want table_free_rcu(). */
	rcu_barrier();
}

/* ---- What it says of itself ---- */

/**
 * vswap_space_first_slots() - what an area begins with
 *
 * Context: any.
 * Return: slots.
 */
u32 vswap_space_first_slots(void)
{
	return space.step;
}

/**
 * vswap_space_limit() - bound of the virtual space
 *
 * Return: slots.
 */
u32 vswap_space_limit(void)
{
	return space.limit;
}

/**
 * vswap_space_tables() - clusters that have a table
 *
 * Return: clusters of 512 slots, 0 if there is no area.
 */
u32 vswap_space_tables(void)
{
	return port_area_slots() ? READ_ONCE(vswap_slots.nr_tables) : 0;
}

/**
 * vswap_space_memory() - memory taken for virtual slots
 *
 * Return: bytes: tables, clusters, and the kernel's arrays.
 */
u64 vswap_space_memory(void)
{
	u64 pages;

	if (!port_area_slots())
		return 0;
	pages = READ_ONCE(vswap_slots.nr_tables) + READ_ONCE(vswap_slots.nr_wide);
	return pages * PAGE_SIZE + space.clusters.mapped + vswap_payers_memory() +
	       port_area_memory();
}

/**
 * vswap_space_grow_steps() - how often the virtual space grew
 */
unsigned long vswap_space_grow_steps(void)
{
	return READ_ONCE(space.grow_steps);
}

/**
 * vswap_space_grow_failures() - how often it should have grown and didn't
 */
unsigned long vswap_space_grow_failures(void)
{
	return READ_ONCE(space.grow_failures);
}

/**
 * vswap_space_look_at() - where pages lie
 * @slot: the first page's slot; there may be no such one
 * @places: set to what there is
 * @nr: how many there is room for, at most VSWAP_LOOK_SLOTS
 *
 * Nobody is kept from using the slots meanwhile.
 *
 * Context: process; outside of vswap_tier_enter().
 * Return: entries set; 0 if there is no such slot, or no area.
 */
unsigned int vswap_space_look_at(u64 slot, struct vswap_place *places, unsigned int nr)
{
	u64 words[VSWAP_LOOK_SLOTS];
	unsigned int i;
	int entered;

	if (slot >= U32_MAX || !port_area_get())
		return 0;
	/* What is seen in here stays, as far as backends go. */
	entered = vswap_tier_enter();
	nr = slots_look(&vswap_slots, slot, words, min_t(unsigned int, nr, VSWAP_LOOK_SLOTS));
	for (i = 0; i < nr; i++)
		places[i] = vswap_tier_place_of(words[i]);
	vswap_tier_leave(entered);
	port_area_put();
	return nr;
}
