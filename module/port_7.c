// SPDX-License-Identifier: GPL-2.0
/*
 * Port to kernels of the 7 family: swap tables in the kernel's clusters, struct
 * swap_ops.
 *
 * The kernel keeps counts, cgroups and the swap cache in tables that come and go with
 * a cluster, and its own allocator hands out the slots. So only the array of clusters
 * has to grow, and of ours there is a word for each slot that was written. Pages come by
 * the area's swap_ops, a slot's end by swap_slot_free_notify. Three hooks: on
 * zswap_swapon(), the place in swapon(2) where the area is complete and not yet seen
 * by anybody; if a tracer keeps that from running, the area stays an ordinary one
 * without a usable page. On zswap_store(), by which pages go; where it is missed they go
 * by swap_ops, or to zswap. And on mem_cgroup_swap_full(), which only decides whether a
 * page that was read back keeps its copy.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <crypto/acompress.h>
#include <linux/blkdev.h>
#include <linux/cpuhotplug.h>
#include <linux/memcontrol.h>
#include <linux/plist.h>
#include <linux/rbtree.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/swap_ops.h>
#include <linux/swapops.h>
#include <linux/timer.h>
#include <linux/uio.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <linux/zsmalloc.h>

#include "port.h"
#include "sparse.h"
#include "vswap_copies.h"
#include "vswap_hooks.h"
#include "vswap_symbols.h"

/* mm/swap.h, mm/swap_table.h, mm/swapfile.c, mm/zswap.c */
#define SWAPFILE_CLUSTER		512
#define ZSWAP_ADDRESS_SPACE_PAGES	PORT_SLOTS_STEP
#define SWP_TB_BAD			((~0UL) << 3)
#define SWAP_USAGE_OFFLIST_BIT		(1UL << (BITS_PER_LONG - 2))

enum swap_cluster_flags {
	CLUSTER_FLAG_NONE,
	CLUSTER_FLAG_FREE,
	CLUSTER_FLAG_NONFULL,
};

/* mm/swap_table.h: of each slot the id of the cgroup it is charged to. */
struct swap_memcg_table {
	unsigned short id[SWAPFILE_CLUSTER];
};

/* mm/swap.h, with CONFIG_MEMCG and the zero bit inside the table. */
struct swap_cluster_info {
	spinlock_t lock;
	u16 count;
	u8 flags;
	u8 order;
	atomic_long_t *table;
	unsigned int *extend_table;
	struct swap_memcg_table *memcg_table;
	struct list_head list;
};

/*
 * Zero pages take slots, and nobody tells us: now and then each CPU that isn't idle looks
 * whether any were taken, and how many clusters the kernel has left. 256 MiB of slots last
 * for longer than that.
 */
#define WATCH_PERIOD	msecs_to_jiffies(100)
#define LOW_CLUSTERS	128U

/* As many of the clusters that the kernel takes next have a table beforehand. */
#define READY_CLUSTERS	4U

/* What is read or written here directly. */
#define SWAP_LAYOUT(field, bits, size, value)				\
	PORT_LAYOUT(field, bits, size, value)				\
	field(swap_info_struct, free_clusters, struct list_head)	\
	field(swap_info_struct, inuse_pages, atomic_long_t)		\
	field(swap_info_struct, avail_list, struct plist_node)		\
	field(swap_info_struct, ops, const struct swap_ops *)		\
	field(swap_cluster_info, count, u16)				\
	field(swap_cluster_info, flags, u8)				\
	field(swap_cluster_info, order, u8)				\
	field(swap_cluster_info, table, atomic_long_t *)		\
	field(swap_cluster_info, extend_table, unsigned int *)		\
	field(swap_cluster_info, memcg_table, struct swap_memcg_table *) \
	field(swap_cluster_info, list, struct list_head)		\
	size(swap_memcg_table)						\
	field(swap_memcg_table, id, unsigned short [512])		\
	size(xarray)							\
	size(swap_ops)							\
	field(swap_ops, flags, unsigned int)				\
	field(swap_ops, can_merge, bool (*)(struct folio *, struct folio *, size_t, int)) \
	field(swap_ops, submit_write, void (*)(struct swap_io_ctx *))	\
	field(swap_ops, submit_read, void (*)(struct swap_io_ctx *))	\
	field(swap_io_ctx, sio, struct swap_iocb *)			\
	field(swap_iocb, iocb, struct kiocb)				\
	field(swap_iocb, bvecs, struct bio_vec [32])			\
	field(swap_iocb, nr_bvecs, int)					\
	field(swap_iocb, len, int)					\
	field(kiocb, ki_complete, void (*)(struct kiocb *, long))	\
	field(kiocb, private, void *)					\
	size(bio_vec)							\
	field(bio_vec, bv_page, struct page *)				\
	field(bio_vec, bv_offset, unsigned int)				\
	field(folio, swap, swp_entry_t)					\
	field(mem_cgroup, css, struct cgroup_subsys_state)		\
	field(mem_cgroup, zswap_writeback, bool)			\
	value(CLUSTER_FLAG_NONE)					\
	value(CLUSTER_FLAG_FREE)					\
	value(CLUSTER_FLAG_NONFULL)					\
	value(SWP_SYNCHRONOUS_IO)

VSWAP_LAYOUT(layout, SWAP_LAYOUT)

VSWAP_DATA(struct swap_info_struct *, swap_info)
VSWAP_DATA(spinlock_t, swap_lock)
VSWAP_DATA(spinlock_t, swap_avail_lock)
VSWAP_DATA(struct plist_head, swap_avail_head)
VSWAP_DATA(struct plist_head, swap_active_head)
VSWAP_DATA(long, total_swap_pages)
VSWAP_DATA(struct xarray *, zswap_trees)
VSWAP_DATA(unsigned int, nr_zswap_trees)
VSWAP_DATA(unsigned long, swapfile_maximum_size)
VSWAP_FUNC(void, plist_add, (struct plist_node *, struct plist_head *))
VSWAP_FUNC(void, plist_del, (struct plist_node *, struct plist_head *))
VSWAP_FUNC(struct mem_cgroup *, mem_cgroup_from_private_id, (unsigned short))
VSWAP_FUNC(void, count_memcg_events, (struct mem_cgroup *, enum vm_event_item, unsigned long))
VSWAP_FUNC(void, zswap_invalidate, (swp_entry_t))
VSWAP_FUNC(int, generic_swapfile_activate, (struct swap_info_struct *, struct file *, sector_t *))

static const struct vswap_symbol symbols[] = {
	VSWAP_SYMBOL(swap_info),
	VSWAP_SYMBOL(swap_lock),
	VSWAP_SYMBOL(swap_avail_lock),
	VSWAP_SYMBOL(swap_avail_head),
	VSWAP_SYMBOL(swap_active_head),
	VSWAP_SYMBOL(total_swap_pages),
	VSWAP_SYMBOL(zswap_trees),
	VSWAP_SYMBOL(nr_zswap_trees),
	VSWAP_SYMBOL(swapfile_maximum_size),
	VSWAP_SYMBOL(plist_add),
	VSWAP_SYMBOL(plist_del),
	VSWAP_SYMBOL(mem_cgroup_from_private_id),
	VSWAP_SYMBOL(count_memcg_events),
	VSWAP_SYMBOL(zswap_invalidate),
	VSWAP_SYMBOL(generic_swapfile_activate),
};

/*
 * The kernel's arrays, in its format; behind each is memory for the first @nr_slots
 * slots and no hole.
 */
struct arrays {
	struct sparse_array clusters;	/* si->cluster_info: per 512 slots */
	struct sparse_array trees;	/* zswap_trees[type]: per 16384 */
};

/* The small arrays swapon(2) made, until a worker frees them. */
struct original_arrays {
	struct swap_cluster_info *clusters;
	struct xarray *trees;
};

/*
 * @bdev: our device: the swap area on it is ours
 * @direct: the area is synchronous: no readahead, large folios are read whole
 * @si: the area, once adopted; swap_info_structs are never freed
 * @type: its swap type
 * @clusters: the base of @arrays.clusters while adopted, else NULL; si->cluster_info
 *	equals it as long as the area is ours
 * @arrays: reserved and partly mapped between prepare and discard
 * @original: what they replaced
 * @free_original: frees @original
 * @watched: slots in use when it was looked for them last
 * @watch_state: of CPU hotplug, by which there is a timer on each CPU
 * @limit: slots that @arrays have addresses for
 * @nr_slots: slots that @arrays have memory for
 * @capacity: si->pages at adoption, pages
 */
static struct {
	struct block_device *bdev;
	bool direct;
	struct swap_info_struct *si;
	int type;
	struct swap_cluster_info *clusters;
	struct arrays arrays;
	struct original_arrays original;
	struct work_struct free_original;
	unsigned long watched;
	enum cpuhp_state watch_state;
	u32 limit;
	u32 nr_slots;
	unsigned long capacity;
} area;

/**
 * port_area_get() - keep the area from being taken apart
 *
 * Mirrors get_swap_device(): swapoff(2) waits for us.
 *
 * Context: any.
 * Return: true, and port_area_put() is due; false if the area is not on.
 */
bool port_area_get(void)
{
	struct swap_info_struct *si = READ_ONCE(area.si);

	if (!si || !percpu_ref_tryget_live(&si->users))
		return false;
	/* Pairs with the unlock at the end of enable_swap_info(). */
	smp_rmb();
	if (area.clusters && READ_ONCE(si->cluster_info) == area.clusters)
		return true;
	percpu_ref_put(&si->users);
	return false;
}

/**
 * port_area_put() - the reverse of port_area_get()
 *
 * Context: any.
 */
void port_area_put(void)
{
	percpu_ref_put(&area.si->users);
}

/* ---- Arrays ---- */

static size_t clusters_size(u32 nr_slots)
{
	return (size_t)nr_slots / SWAPFILE_CLUSTER * sizeof(struct swap_cluster_info);
}

static size_t trees_size(u32 nr_slots)
{
	return (size_t)nr_slots / ZSWAP_ADDRESS_SPACE_PAGES * sizeof(struct xarray);
}

static int reserve_arrays(struct arrays *a, u32 limit)
{
	int err = sparse_array_reserve(&a->clusters, clusters_size(limit));

	return err ?: sparse_array_reserve(&a->trees, trees_size(limit));
}

static int map_arrays(struct arrays *a, u32 nr)
{
	int err = sparse_array_map(&a->clusters, clusters_size(nr));

	return err ?: sparse_array_map(&a->trees, trees_size(nr));
}

/* setup_swap_clusters_info() for the new slots. */
static void init_clusters(u32 from, u32 to)
{
	struct swap_cluster_info *ci = area.arrays.clusters.base;
	u32 i;

	for (i = from / SWAPFILE_CLUSTER; i < to / SWAPFILE_CLUSTER; i++) {
		spin_lock_init(&ci[i].lock);
		INIT_LIST_HEAD(&ci[i].list);
		ci[i].flags = CLUSTER_FLAG_FREE;
	}
}

/* zswap_swapon() for the new slots. */
static void init_trees(u32 from, u32 to)
{
	struct xarray *trees = area.arrays.trees.base;
	u32 i;

	for (i = from / ZSWAP_ADDRESS_SPACE_PAGES; i < to / ZSWAP_ADDRESS_SPACE_PAGES; i++)
		xa_init(&trees[i]);
}

/* Memory and contents for slots up to @nr; the kernel doesn't see them yet. */
static int populate(u32 nr)
{
	int err = map_arrays(&area.arrays, nr);

	if (err)
		return err;
	init_clusters(area.nr_slots, nr);
	init_trees(area.nr_slots, nr);
	area.nr_slots = nr;
	return 0;
}

/**
 * port_area_prepare() - arrays for an area that is to be swapped on
 * @limit: slots it may ever have, a multiple of PORT_SLOTS_STEP
 * @nr_slots: slots it begins with, likewise
 * @capacity: pages it is to advertise
 *
 * Context: process, may sleep; there is no area.
 * Return: 0 or -ENOMEM with nothing kept.
 */
int port_area_prepare(u32 limit, u32 nr_slots, unsigned long capacity)
{
	int err;

	area.limit = limit;
	area.capacity = capacity;
	err = reserve_arrays(&area.arrays, limit);
	if (!err)
		err = populate(nr_slots);
	if (err)
		port_area_discard();
	return err;
}

/**
 * port_area_discard() - free the arrays
 *
 * Either they were never given to the kernel, or swapoff(2) has unmapped them all, and
 * port_area_is_gone() says so.
 *
 * Context: process, may sleep.
 */
void port_area_discard(void)
{
	struct arrays *a = &area.arrays;

	flush_work(&area.free_original);
	if (area.clusters) {
		sparse_array_free_pages(&a->clusters);
		sparse_array_free_pages(&a->trees);
	} else {
		sparse_array_free(&a->clusters);
		sparse_array_free(&a->trees);
	}
	WRITE_ONCE(area.clusters, NULL);
	area.nr_slots = 0;
}

/* ---- Adoption, growth, capacity ---- */

static void free_original(struct work_struct *work)
{
	struct original_arrays *o = &area.original;

	kvfree(o->clusters);
	kvfree(o->trees);
	memset(o, 0, sizeof(*o));
}

/*
 * Is the area of the shape this file was written for? It has two pages, in one cluster
 * with a table in which all but slot 1 are bad.
 */
static bool looks_right(struct swap_info_struct *si)
{
	struct swap_cluster_info *ci = si->cluster_info;

	return si->bdev == area.bdev && si->max == 2 && ci && ci->table &&
	       ci->count == SWAPFILE_CLUSTER - 1 && ci->flags == CLUSTER_FLAG_NONFULL &&
	       atomic_long_read(&ci->table[0]) == (long)SWP_TB_BAD &&
	       !atomic_long_read(&ci->table[1]) && list_is_singular(&ci->list) &&
	       (si->flags & SWP_BLKDEV) && (si->flags & SWP_SOLIDSTATE) &&
	       !RB_EMPTY_ROOT(&si->swap_extent_root) &&
	       k_nr_zswap_trees[si->type] == 1 && xa_empty(&k_zswap_trees[si->type][0]);
}

/* An area on our device that can't be adopted is an ordinary one, without a page to use. */
static bool may_adopt(struct swap_info_struct *si)
{
	if (!area.nr_slots || area.clusters)
		pr_err("the swap area comes before the last one has gone: left alone, no use\n");
	else if (!looks_right(si))
		pr_err("the swap area isn't laid out as expected: left alone, no use\n");
	else
		return true;
	return false;
}

/*
 * The first cluster has the header in it, and is off all lists for good. Its table, in which
 * all slots but one are bad, is emptied, and goes to the second: see make_ready(). There may
 * be no bad slot in an area that is read ahead of: the kernel takes one for a slot in use,
 * and puts a folio there.
 */
static void move_first_cluster(struct swap_info_struct *si, struct swap_cluster_info *to)
{
	struct swap_cluster_info *from = si->cluster_info, *second = to + 1;
	unsigned int i;

	list_del_init(&from->list);
	to->count = SWAPFILE_CLUSTER;
	to->flags = CLUSTER_FLAG_NONE;
	second->table = from->table;
	second->memcg_table = from->memcg_table;
	for (i = 0; i < SWAPFILE_CLUSTER; i++)
		atomic_long_set(&second->table[i], 0);
}

/*
 * Let the kernel's allocator have the clusters from @from on, but for the first. Under
 * si->lock.
 */
static void offer_clusters(struct swap_info_struct *si, u32 from, u32 to)
{
	u32 i;

	for (i = max(from / SWAPFILE_CLUSTER, 1U); i < to / SWAPFILE_CLUSTER; i++)
		list_add_tail(&area.clusters[i].list, &si->free_clusters);
}

static const struct swap_ops swap_ops;

/* Make the area on our device grow in place, before anybody can see it. */
static void adopt(struct swap_info_struct *si)
{
	struct swap_extent *extent = rb_entry(rb_first(&si->swap_extent_root),
					      struct swap_extent, rb_node);

	area.si = si;
	area.watched = ULONG_MAX;
	WRITE_ONCE(area.type, si->type);
	area.original.clusters = si->cluster_info;
	area.original.trees = k_zswap_trees[si->type];
	move_first_cluster(si, area.arrays.clusters.base);
	/* At once, for port_area_is_gone(). */
	spin_lock(k_swap_lock);
	si->cluster_info = area.arrays.clusters.base;
	WRITE_ONCE(area.clusters, area.arrays.clusters.base);
	spin_unlock(k_swap_lock);
	k_zswap_trees[si->type] = area.arrays.trees.base;
	k_nr_zswap_trees[si->type] = area.nr_slots / ZSWAP_ADDRESS_SPACE_PAGES;
	si->ops = &swap_ops;
	if (area.direct)
		si->flags |= SWP_SYNCHRONOUS_IO;
	else
		si->flags &= ~SWP_SYNCHRONOUS_IO;
	/* Where the kernel looks for a slot that isn't in an extent, it is a BUG. */
	extent->nr_pages = area.limit;
	si->pages = area.capacity;
	si->max = area.nr_slots;
	spin_lock(&si->lock);
	offer_clusters(si, 0, area.nr_slots);
	spin_unlock(&si->lock);
	schedule_work(&area.free_original);
}

/**
 * port_area_is_on() - has swapon(2) brought up our area, and is it adopted
 *
 * Context: process.
 */
bool port_area_is_on(void)
{
	if (!port_area_get())
		return false;
	port_area_put();
	return true;
}

/**
 * port_area_is_adopted() - are the arrays in the kernel's hands
 *
 * From swapon(2) until port_area_discard().
 *
 * Context: process.
 */
bool port_area_is_adopted(void)
{
	return READ_ONCE(area.clusters);
}

/**
 * port_area_is_gone() - has swapoff(2) finished with the area's arrays
 *
 * It frees them after it has taken them out of the swap_info_struct, together with the file;
 * only the flags, cleared at the very end, tell. A swap_info_struct that is in use anew has
 * SWP_USED alone, as ours never had, and then a file: which one doesn't matter.
 *
 * Context: process.
 * Return: true if there was an area and port_area_discard() may follow.
 */
bool port_area_is_gone(void)
{
	struct swap_info_struct *si = area.si;
	bool gone;

	if (!area.clusters)
		return false;
	spin_lock(k_swap_lock);
	gone = si->cluster_info != area.clusters &&
	       (!si->flags || si->flags == SWP_USED || si->swap_file);
	spin_unlock(k_swap_lock);
	return gone;
}

/* Hold both locks that guard the size of an area. */
static void lock_area(void)
	__acquires(k_swap_lock) __acquires(&area.si->lock)
{
	spin_lock(k_swap_lock);
	spin_lock(&area.si->lock);
}

static void unlock_area(void)
	__releases(&area.si->lock) __releases(k_swap_lock)
{
	spin_unlock(&area.si->lock);
	spin_unlock(k_swap_lock);
}

/* Is the area ours, and has swapoff not begun? Under lock_area(). */
static bool is_writable(void)
{
	return area.clusters && area.si->cluster_info == area.clusters &&
	       (area.si->flags & SWP_WRITEOK);
}

/* Let the kernel see slots from @before up to @nr. */
static int publish(u32 before, u32 nr)
{
	int err = -EBUSY;

	lock_area();
	if (is_writable()) {
		k_nr_zswap_trees[area.type] = nr / ZSWAP_ADDRESS_SPACE_PAGES;
		/* The arrays before the size; pairs with get_swap_device(). */
		smp_store_release(&area.si->max, nr);
		offer_clusters(area.si, before, nr);
		err = 0;
	}
	unlock_area();
	return err;
}

/**
 * port_area_grow() - more slots
 * @nr_slots: as many in all, a multiple of PORT_SLOTS_STEP
 *
 * Context: process, may sleep; between port_area_get() and port_area_put(); one
 * caller at a time.
 * Return: 0; -ENOMEM; -ENOSPC beyond the limit; -EBUSY while being swapped off.
 */
int port_area_grow(u32 nr_slots)
{
	u32 before = area.nr_slots;
	int err;

	if (nr_slots > area.limit)
		return -ENOSPC;
	err = populate(nr_slots);
	if (!err) {
		/* Before the kernel may choose any of them. */
		vswap_area_grown(nr_slots);
		err = publish(before, nr_slots);
	}
	if (err)
		area.nr_slots = before;
	return err;
}

/**
 * port_area_slots() - slots the area has
 *
 * Return: a multiple of PORT_SLOTS_STEP, 0 if there is no area.
 */
u32 port_area_slots(void)
{
	return area.nr_slots;
}

static unsigned long inuse(void)
{
	return atomic_long_read(&area.si->inuse_pages) & ~SWAP_USAGE_OFFLIST_BIT;
}

/* Has the kernel fewer free clusters than that? */
static bool few_free_clusters(unsigned int wanted)
{
	struct swap_info_struct *si = area.si;
	struct list_head *entry;
	unsigned int nr = 0;

	spin_lock(&si->lock);
	list_for_each(entry, &si->free_clusters)
		if (++nr == wanted)
			break;
	spin_unlock(&si->lock);
	return nr < wanted;
}

/**
 * port_area_is_short() - is it time for more slots
 * @nr_free: clusters without a table
 * @low_water: as many clusters should be free
 *
 * The kernel's allocator decides which cluster to break into. Only half as much again
 * as is in use is added to, lest fragments make the area grow without end.
 *
 * Context: process; between port_area_get() and port_area_put().
 */
bool port_area_is_short(u32 nr_free, u32 low_water)
{
	unsigned long used = inuse();
	u32 wanted = max(low_water, LOW_CLUSTERS);

	return area.nr_slots < used + used / 2 + 2 * wanted * SWAPFILE_CLUSTER &&
	       few_free_clusters(wanted);
}

/*
 * A CPU that is idle takes no slots, and isn't woken: on each there is a timer of its own,
 * which waits for it to be busy.
 */
static DEFINE_PER_CPU(struct timer_list, watch_timer);

static void watch(struct timer_list *timer)
{
	if (port_area_get()) {
		unsigned long used = inuse();

		if (used != READ_ONCE(area.watched)) {
			WRITE_ONCE(area.watched, used);
			vswap_area_look();
		}
		port_area_put();
	}
	mod_timer(timer, jiffies + WATCH_PERIOD);
}

static int start_watch(unsigned int cpu)
{
	struct timer_list *timer = per_cpu_ptr(&watch_timer, cpu);

	timer_setup(timer, watch, TIMER_DEFERRABLE | TIMER_PINNED);
	timer->expires = jiffies + WATCH_PERIOD;
	add_timer_on(timer, cpu);
	return 0;
}

static int stop_watch(unsigned int cpu)
{
	timer_delete_sync(per_cpu_ptr(&watch_timer, cpu));
	return 0;
}

/* A table, and one of cgroups, as of a cluster that is in use; or NULL. */
static atomic_long_t *make_table(struct swap_memcg_table **memcg_table)
{
	const gfp_t gfp = GFP_NOIO | __GFP_NOWARN | __GFP_ZERO;
	atomic_long_t *table;

	*memcg_table = mem_cgroup_disabled() ? NULL : kmalloc(sizeof(**memcg_table), gfp);
	if (!*memcg_table && !mem_cgroup_disabled())
		return NULL;
	table = (void *)__get_free_page(gfp);
	if (!table)
		kfree(*memcg_table);
	return table;
}

/* The kernel takes si->lock inside of a cluster's. */
static bool give_table(struct swap_cluster_info *ci, atomic_long_t *table,
		       struct swap_memcg_table *memcg_table)
{
	bool wanted;

	if (!spin_trylock(&ci->lock))
		return false;
	wanted = !ci->table;
	if (wanted) {
		ci->memcg_table = memcg_table;
		/* Readers don't lock; pairs with rcu_dereference(). */
		smp_store_release(&ci->table, table);
	}
	spin_unlock(&ci->lock);
	return wanted;
}

static bool give_to_next(struct swap_info_struct *si, atomic_long_t *table,
			 struct swap_memcg_table *memcg_table)
{
	struct swap_cluster_info *ci;
	unsigned int nr = 0;
	bool given = false;

	spin_lock(&si->lock);
	list_for_each_entry(ci, &si->free_clusters, list) {
		given = give_table(ci, table, memcg_table);
		if (given || ++nr == READY_CLUSTERS)
			break;
	}
	spin_unlock(&si->lock);
	return given;
}

/**
 * port_area_make_ready() - provide for when there is no memory
 *
 * A cluster gets its table when the first slot of it is taken, and the page of memory for
 * it may not be there when pages have to go out. The kernel does without if there is one.
 *
 * Context: process; between port_area_get() and port_area_put().
 */
void port_area_make_ready(void)
{
	struct swap_memcg_table *memcg_table;
	atomic_long_t *table;

	do {
		table = make_table(&memcg_table);
	} while (table && give_to_next(area.si, table, memcg_table));
	if (table) {
		free_page((unsigned long)table);
		kfree(memcg_table);
	}
}

/*
 * The kernel takes an area off the list to allocate from when exactly si->pages are in
 * use, and puts it back at the next free. Under lock_area() and swap_avail_lock.
 */
static void join_or_leave_avail_list(struct swap_info_struct *si)
{
	bool off = atomic_long_read(&si->inuse_pages) & SWAP_USAGE_OFFLIST_BIT;
	bool full = inuse() >= si->pages;

	if (full && !off) {
		atomic_long_or(SWAP_USAGE_OFFLIST_BIT, &si->inuse_pages);
		static_call(k_plist_del)(&si->avail_list, k_swap_avail_head);
	} else if (!full && off) {
		atomic_long_and(~SWAP_USAGE_OFFLIST_BIT, &si->inuse_pages);
		static_call(k_plist_add)(&si->avail_list, k_swap_avail_head);
	}
}

/**
 * port_area_set_capacity() - change what the area advertises
 * @pages: at least as many as are in use, else that is taken
 *
 * Context: process; not from a hook.
 */
void port_area_set_capacity(unsigned long pages)
{
	struct swap_info_struct *si = area.si;
	long change;

	if (!si)
		return;
	lock_area();
	if (is_writable()) {
		spin_lock(k_swap_avail_lock);
		change = -(long)si->pages;
		pages = max(min_t(unsigned long, pages, INT_MAX), inuse());
		WRITE_ONCE(si->pages, pages);
		change += si->pages;
		*k_total_swap_pages += change;
		atomic_long_add(change, &nr_swap_pages);
		join_or_leave_avail_list(si);
		spin_unlock(k_swap_avail_lock);
	}
	unlock_area();
}

/**
 * port_area_used() - slots in use
 *
 * Return: pages, 0 if there is no area.
 */
unsigned long port_area_used(void)
{
	return port_area_is_on() ? inuse() : 0;
}

/**
 * port_area_zero_pages() - slots in use that the kernel keeps as zero pages
 * @held: slots in use that we hold something for
 *
 * Return: pages, with those that are on their way to us.
 */
unsigned long port_area_zero_pages(unsigned long held)
{
	unsigned long used = port_area_used();

	return used > held ? used - held : 0;
}

/**
 * port_area_capacity() - what the area advertises
 *
 * Return: pages, 0 if there is no area.
 */
unsigned long port_area_capacity(void)
{
	return port_area_is_on() ? READ_ONCE(area.si->pages) : 0;
}

/**
 * port_area_priority() - the area's swap priority
 *
 * Return: the priority, -1 if there is no area.
 */
int port_area_priority(void)
{
	return port_area_is_on() ? READ_ONCE(area.si->prio) : -1;
}

/**
 * port_area_memory() - memory behind the arrays
 *
 * Return: bytes, without the tables that the kernel has in its clusters.
 */
u64 port_area_memory(void)
{
	return area.arrays.clusters.mapped + area.arrays.trees.mapped;
}

/* ---- Pages ---- */

/**
 * port_area_slot_freed() - the last use of a slot is gone
 * @slot: the slot
 *
 * Context: swap_slot_free_notify: under the cluster's lock, maybe with interrupts off.
 */
void port_area_slot_freed(u32 slot)
{
	vswap_area_release_slot(slot);
}

/* memory.zswap.writeback of a cgroup, and of those above it. NULL: of no cgroup. */
static bool cgroup_lets_go(struct mem_cgroup *memcg)
{
	for (; memcg; memcg = parent_mem_cgroup(memcg))
		if (!READ_ONCE(memcg->zswap_writeback))
			return false;
	return true;
}

static unsigned short slot_cgroup_id(u32 slot)
{
	struct swap_cluster_info *ci = &area.clusters[slot / SWAPFILE_CLUSTER];
	unsigned short id = 0;

	/* The table comes and goes with the cluster's first and last slot. */
	spin_lock(&ci->lock);
	if (ci->memcg_table)
		id = ci->memcg_table->id[slot % SWAPFILE_CLUSTER];
	spin_unlock(&ci->lock);
	return id;
}

/**
 * port_slot_may_leave() - may a slot's page leave RAM for a disk
 * @slot: any slot below those there are
 *
 * Mirrors mem_cgroup_zswap_writeback_enabled(), which looks only where the kernel's own
 * zswap is enabled.
 *
 * Context: process; within port_area_get(), or by the slot's owner.
 * Return: false if the cgroup to which the slot is charged has memory.zswap.writeback 0.
 */
bool port_slot_may_leave(u32 slot)
{
	unsigned short id;
	bool may;

	if (mem_cgroup_disabled())
		return true;
	id = slot_cgroup_id(slot);
	rcu_read_lock();
	may = cgroup_lets_go(static_call(k_mem_cgroup_from_private_id)(id));
	rcu_read_unlock();
	return may;
}

static void write_end(void *data, int error)
{
	struct swap_iocb *sio = data;

	sio->iocb.ki_complete(&sio->iocb, error ?: sio->len);
}

/* One folio, under writeback. The kernel's own completion is for files. */
static void submit_write(struct swap_io_ctx *ctx)
{
	struct swap_iocb *sio = ctx->sio;
	struct folio *folio = page_folio(sio->bvecs[0].bv_page);
	struct iov_iter unused;

	swap_fs_prepare_rw(ctx, WRITE, &unused);
	vswap_area_write(swp_offset(folio->swap), folio, write_end, sio);
}

/* Of a request's folios, how many are still being read. */
static atomic_long_t *unread(struct swap_iocb *sio)
{
	BUILD_BUG_ON(sizeof(atomic_long_t) != sizeof(sio->iocb.private));
	return (atomic_long_t *)&sio->iocb.private;
}

static bool all_uptodate(const struct swap_iocb *sio)
{
	int i;

	for (i = 0; i < sio->nr_bvecs; i++)
		if (!folio_test_uptodate(page_folio(sio->bvecs[i].bv_page)))
			return false;
	return true;
}

/*
 * One folio of a request has been read. When all have, the kernel unlocks them; in case of an
 * error it leaves those that are up to date as they are.
 */
static void read_end(void *data, int error)
{
	struct bio_vec *bvec = data;
	struct swap_iocb *sio = container_of(bvec - bvec->bv_offset, struct swap_iocb, bvecs[0]);

	if (!error)
		folio_mark_uptodate(page_folio(bvec->bv_page));
	if (atomic_long_dec_and_test(unread(sio)))
		sio->iocb.ki_complete(&sio->iocb, all_uptodate(sio) ? sio->len : -EIO);
}

/*
 * Several folios, locked. The kernel has pulled its plug before the last ones of a readahead
 * come. An offset of a bvec is 0 for a folio, and of no use: so the bvec's place is put there.
 */
static void submit_read(struct swap_io_ctx *ctx)
{
	struct swap_iocb *sio = ctx->sio;
	int i, nr = sio->nr_bvecs;
	struct iov_iter unused;
	struct blk_plug plug;

	swap_fs_prepare_rw(ctx, READ, &unused);
	atomic_long_set(unread(sio), nr);
	blk_start_plug(&plug);
	for (i = 0; i < nr; i++) {
		struct folio *folio = page_folio(sio->bvecs[i].bv_page);

		sio->bvecs[i].bv_offset = i;
		vswap_area_read(swp_offset(folio->swap), folio, read_end, &sio->bvecs[i]);
	}
	blk_finish_plug(&plug);
}

/*
 * Folios that are written fail one by one. Those that are read in one request are unlocked
 * together: only neighbours that have to come from a disk, none that is in RAM, waits.
 */
static bool can_merge(struct folio *folio, struct folio *prev_folio, size_t prev_folio_size,
		      int rw)
{
	pgoff_t slot = swp_offset(folio->swap), before = swp_offset(prev_folio->swap);

	return rw == READ && slot == before + (prev_folio_size >> PAGE_SHIFT) &&
	       !vswap_area_in_ram(slot) && !vswap_area_in_ram(before);
}

static const struct swap_ops swap_ops = {
	.can_merge = can_merge,
	.submit_write = submit_write,
	.submit_read = submit_read,
};

/* ---- Hooks ---- */

VSWAP_ORIGINAL(int, zswap_swapon, (int, unsigned long))
VSWAP_ORIGINAL(bool, mem_cgroup_swap_full, (struct folio *))
VSWAP_ORIGINAL(bool, zswap_store, (struct folio *))
#ifdef CONFIG_HIBERNATION
VSWAP_ORIGINAL(int, find_first_swap, (dev_t *))
VSWAP_ORIGINAL(int, find_hibernation_swap_type, (dev_t, sector_t))
VSWAP_ORIGINAL(int, pin_hibernation_swap_type, (dev_t, sector_t))
#endif

/* swapon(2) has set up the area, and nobody else sees it yet. */
static int hook_zswap_swapon(int type, unsigned long nr_pages)
{
	struct swap_info_struct *si;
	int err;

	vswap_hook_enter();
	err = static_call(original_zswap_swapon)(type, nr_pages);
	si = k_swap_info[type];
	if (!err && si->bdev == area.bdev && may_adopt(si))
		adopt(si);
	vswap_hook_exit();
	return err;
}

/* The type alone doesn't say so: another area may have got the number after swapoff. */
static bool is_ours(swp_entry_t entry)
{
	struct swap_cluster_info *clusters = READ_ONCE(area.clusters);

	return clusters && swp_type(entry) == READ_ONCE(area.type) &&
	       READ_ONCE(area.si->cluster_info) == clusters;
}

/*
 * Asked whether a clean folio is to give its slot back. Slots are plenty; it is the
 * memory of the copy that counts.
 */
static bool hook_mem_cgroup_swap_full(struct folio *folio)
{
	bool full;

	vswap_hook_enter();
	full = static_call(original_mem_cgroup_swap_full)(folio);
	if (full && folio_test_swapcache(folio) && is_ours(folio->swap) &&
	    vswap_area_in_ram(swp_offset(folio->swap)))
		full = !vswap_copies_pay(folio, inuse(), READ_ONCE(area.si->pages));
	vswap_hook_exit();
	return full;
}

/* What zswap holds of slots that are written anew; loads look there first. */
static void forget_zswap(u32 slot, unsigned int nr)
{
	struct xarray *trees = area.arrays.trees.base;

	if (likely(xa_empty(&trees[slot / ZSWAP_ADDRESS_SPACE_PAGES])))
		return;
	while (nr--)
		static_call(k_zswap_invalidate)(swp_entry(area.type, slot++));
}

/* count_memcg_folio_events(), as for a folio that is submitted. */
static void count_for_cgroup(struct folio *folio, unsigned int nr)
{
	struct mem_cgroup *memcg;

	if (!folio_memcg_charged(folio))
		return;
	rcu_read_lock();
	memcg = folio_memcg(folio);
	static_call(k_count_memcg_events)(memcg, PSWPOUT, nr);
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	if (folio_test_pmd_mappable(folio))
		static_call(k_count_memcg_events)(memcg, THP_SWPOUT, 1);
#endif
	rcu_read_unlock();
}

/* One that can't be stored stays dirty: to be tried again at once would be in vain. */
static void store_folio(struct folio *folio)
{
	u32 slot = swp_offset(folio->swap);
	unsigned int nr = folio_nr_pages(folio);

	forget_zswap(slot, nr);
	if (!vswap_area_store(slot, folio))
		count_for_cgroup(folio, nr);
	else
		folio_mark_dirty(folio);
}

/*
 * Whether zswap takes a folio is the last that is asked before it becomes a request. That is
 * submitted when the next folio comes: too late for reclaim, which is through with this one
 * then. Told that it was taken, the kernel unlocks it.
 */
static bool hook_zswap_store(struct folio *folio)
{
	bool stored = true;

	vswap_hook_enter();
	if (is_ours(folio->swap))
		store_folio(folio);
	else
		stored = static_call(original_zswap_store)(folio);
	vswap_hook_exit();
	return stored;
}

#ifdef CONFIG_HIBERNATION
/*
 * The image of a hibernation would go past us to a device that takes no writes, and be looked
 * for where we aren't yet: it is for another area. The kernel takes the first, so without ours.
 */
static int hook_find_first_swap(dev_t *device)
{
	struct swap_info_struct *si;
	bool refused = false;
	int type, found = -ENODEV;

	vswap_hook_enter();
	spin_lock(k_swap_lock);
	for (type = 0; type < MAX_SWAPFILES && found < 0; type++) {
		si = k_swap_info[type];
		if (!si || !(si->flags & SWP_WRITEOK) || !si->bdev)
			continue;
		if (si->bdev == area.bdev) {
			refused = true;
			continue;
		}
		*device = si->bdev->bd_dev;
		found = type;
	}
	spin_unlock(k_swap_lock);
	if (refused && found < 0)
		vswap_area_refuse_image();
	vswap_hook_exit();
	return found;
}

/* The area that the user wants to have the image. Ours is as good as none. */
static int hook_find_hibernation_swap_type(dev_t device, sector_t offset)
{
	int type = -ENODEV;

	vswap_hook_enter();
	if (device == area.bdev->bd_dev)
		vswap_area_refuse_image();
	else
		type = static_call(original_find_hibernation_swap_type)(device, offset);
	vswap_hook_exit();
	return type;
}

/* The same, for a program that writes the image itself. */
static int hook_pin_hibernation_swap_type(dev_t device, sector_t offset)
{
	int type = -ENODEV;

	vswap_hook_enter();
	if (device == area.bdev->bd_dev)
		vswap_area_refuse_image();
	else
		type = static_call(original_pin_hibernation_swap_type)(device, offset);
	vswap_hook_exit();
	return type;
}
#endif

static struct vswap_hook hooks[] = {
	VSWAP_HOOK(zswap_swapon),
	VSWAP_HOOK(mem_cgroup_swap_full),
	VSWAP_HOOK(zswap_store),
#ifdef CONFIG_HIBERNATION
	VSWAP_HOOK(find_first_swap),
	VSWAP_HOOK(find_hibernation_swap_type),
	VSWAP_HOOK(pin_hibernation_swap_type),
#endif
};

VSWAP_REDIRECT(redirect, ftrace_regs_set_instruction_pointer)

/* ---- Start and stop ---- */

/**
 * port_init() - find everything this file relies on
 *
 * Context: process, may sleep; after vswap_symbols_init().
 * Return: 0, or -ENOEXEC with one line in the log for each thing missing.
 */
int port_init(void)
{
	INIT_WORK(&area.free_original, free_original);
	return vswap_btf_check_layout(layout, ARRAY_SIZE(layout)) ?:
	       vswap_copies_init() ?:
	       vswap_symbols_resolve(symbols, ARRAY_SIZE(symbols));
}

/**
 * port_start() - hook the kernel
 * @bdev: our device; the swap area on it will be adopted
 *
 * Context: process, may sleep.
 * Return: 0, or -errno with one line in the log and no hook left in.
 */
int port_start(struct block_device *bdev)
{
	int err;

	area.bdev = bdev;
	err = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "vswap:watch", start_watch, stop_watch);
	if (err < 0)
		return err;
	area.watch_state = err;
	err = vswap_hooks_install(hooks, ARRAY_SIZE(hooks), redirect);
	if (err)
		cpuhp_remove_state(area.watch_state);
	return err;
}

/**
 * port_stop() - take the hooks out
 *
 * Context: process, may sleep; the area is not on.
 */
void port_stop(void)
{
	vswap_hooks_remove(hooks, ARRAY_SIZE(hooks));
	cpuhp_remove_state(area.watch_state);
}

/**
 * port_slots_limit() - slots this kernel can address in one swap area
 *
 * Return: a multiple of PORT_SLOTS_STEP.
 */
u32 port_slots_limit(void)
{
	unsigned long limit = min_t(unsigned long, *k_swapfile_maximum_size, U32_MAX);

	return round_down(limit, PORT_SLOTS_STEP);
}

/**
 * port_highest_priority() - of all swap areas in use
 *
 * Context: process.
 * Return: the highest, or -1 if no area has one of 0 or more.
 */
int port_highest_priority(void)
{
	int prio = -1;

	spin_lock(k_swap_lock);
	if (!plist_head_empty(k_swap_active_head))
		prio = -plist_first(k_swap_active_head)->prio;
	spin_unlock(k_swap_lock);
	return max(prio, -1);
}

/* ---- Swap files ---- */

static void free_extents(struct rb_root *root)
{
	struct rb_node *node;

	while ((node = rb_first(root))) {
		rb_erase(node, root);
		kfree(rb_entry(node, struct swap_extent, rb_node));
	}
}

static int pass_extents(struct rb_root *root, port_extent_fn add, void *arg)
{
	struct rb_node *node;
	int err = 0;

	for (node = rb_first(root); node && !err; node = rb_next(node)) {
		struct swap_extent *se = rb_entry(node, struct swap_extent, rb_node);

		err = add(arg, se->start_page, se->nr_pages, se->start_block);
	}
	return err ? -EUCLEAN : 0;
}

/* As in setup_swap_extents(). */
static int activate(struct swap_info_struct *sis)
{
	const struct address_space_operations *aops = sis->swap_file->f_mapping->a_ops;
	sector_t span;
	int err;

	if (aops->swap_activate)
		err = aops->swap_activate(sis, sis->swap_file, &span);
	else
		err = static_call(k_generic_swapfile_activate)(sis, sis->swap_file, &span);
	return min(err, 0);
}

static void deactivate(struct file *file)
{
	if (file->f_mapping->a_ops->swap_deactivate)
		file->f_mapping->a_ops->swap_deactivate(file);
}

/**
 * port_map_file() - where the pages of a swap file lie
 * @file: a regular file; on success its a_ops->swap_deactivate() is due, if it has one
 * @nr_pages: in: pages of the area, out: those that are mapped
 * @bdev: in: the file system's device, out: that of the extents
 * @add: gets each extent, in order
 * @arg: for @add
 *
 * Has the file system map the file as for swapon(2), into a swap_info_struct that
 * only it and we see.
 *
 * Context: process, may sleep, inode lock held.
 * Return: 0; -EOPNOTSUPP if pages only go through the file system; -EUCLEAN if @add
 * refused; -ENOMEM; or what the file system says, -EINVAL for a file with holes.
 */
int port_map_file(struct file *file, u32 *nr_pages, struct block_device **bdev,
		  port_extent_fn add, void *arg)
{
	struct swap_info_struct *sis = kzalloc(sizeof(*sis), GFP_KERNEL);
	int err;

	if (!sis)
		return -ENOMEM;
	spin_lock_init(&sis->lock);
	sis->flags = SWP_USED;
	sis->bdev = *bdev;
	sis->swap_file = file;
	sis->swap_extent_root = RB_ROOT;
	sis->max = *nr_pages;
	sis->pages = *nr_pages - 1;

	err = activate(sis);
	if (!err) {
		/* A file system that wants its pages itself says so by its operations. */
		if (sis->ops || !sis->bdev)
			err = -EOPNOTSUPP;
		else
			err = pass_extents(&sis->swap_extent_root, add, arg);
		if (err)
			deactivate(file);
	}
	if (!err) {
		*bdev = sis->bdev;
		*nr_pages = min(*nr_pages, sis->max);
	}
	free_extents(&sis->swap_extent_root);
	kfree(sis);
	return err;
}

/**
 * port_bdev_claim() - open a block device so that nobody else can use it meanwhile
 * @dev: its number
 * @holder: who wants it
 * @claim: set to what port_bdev_release() takes
 *
 * Context: process, may sleep.
 * Return: the device or ERR_PTR(-errno), -EBUSY if it is in use.
 */
struct block_device *port_bdev_claim(dev_t dev, void *holder, void **claim)
{
	struct file *file = bdev_file_open_by_dev(dev, BLK_OPEN_READ | BLK_OPEN_WRITE, holder,
						  NULL);

	if (IS_ERR(file))
		return ERR_CAST(file);
	*claim = file;
	return file_bdev(file);
}

/**
 * port_bdev_release() - the reverse of port_bdev_claim()
 * @claim: what that gave
 *
 * Context: process, may sleep.
 */
void port_bdev_release(void *claim)
{
	fput(claim);
}

/* ---- Our device ---- */

static int disk_open(struct gendisk *disk, blk_mode_t mode)
{
	return vswap_area_open(mode & BLK_OPEN_WRITE, mode & BLK_OPEN_EXCL);
}

static void disk_release(struct gendisk *disk)
{
	vswap_area_release();
}

static void disk_slot_free_notify(struct block_device *bdev, unsigned long slot)
{
	vswap_area_slot_freed(slot);
}

static const struct block_device_operations disk_fops = {
	.owner = THIS_MODULE,
	.open = disk_open,
	.release = disk_release,
	.submit_bio = vswap_area_submit_bio,
	.swap_slot_free_notify = disk_slot_free_notify,
};

/* ---- Memory pressure ---- */

static struct shrinker *shrinker;

/**
 * port_shrinker_start() - have vswap_area_shrink() called when memory is short
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int port_shrinker_start(void)
{
	shrinker = shrinker_alloc(0, "vswap");
	if (!shrinker)
		return -ENOMEM;
	shrinker->count_objects = vswap_area_shrinkable;
	shrinker->scan_objects = vswap_area_shrink;
	shrinker->batch = VSWAP_SHRINK_BATCH;
	shrinker_register(shrinker);
	return 0;
}

/**
 * port_shrinker_stop() - the reverse of port_shrinker_start()
 *
 * Context: process, may sleep; waits for those who are called.
 */
void port_shrinker_stop(void)
{
	shrinker_free(shrinker);
}

/**
 * port_disk_alloc() - a gendisk of 4 KiB blocks that can be swapped on
 * @direct: pages with one user bypass the swap cache when they are read back
 *
 * Context: process, may sleep.
 * Return: the disk, with its operations, or ERR_PTR(-errno); put_disk() it.
 */
struct gendisk *port_disk_alloc(bool direct)
{
	struct queue_limits limits = {
		.logical_block_size = PAGE_SIZE,
		.physical_block_size = PAGE_SIZE,
		/* What changes while it is compressed, summed up or encrypted is spoilt. */
		.features = BLK_FEAT_STABLE_WRITES,
	};
	struct gendisk *disk = blk_alloc_disk(&limits, NUMA_NO_NODE);

	area.direct = direct;
	if (!IS_ERR(disk))
		disk->fops = &disk_fops;
	return disk;
}

/**
 * port_folio_entry() - the swap entry of a folio
 * @folio: of the swap cache, or about to be read past it
 *
 * Context: the folio is locked.
 */
swp_entry_t port_folio_entry(struct folio *folio)
{
	return folio->swap;
}

/* ---- Objects of zsmalloc ---- */

/**
 * port_zs_malloc() - an object of a pool
 * @pool: the pool
 * @size: bytes, up to a page
 * @gfp: how to allocate
 *
 * Context: as @gfp says.
 * Return: a handle, or an error that IS_ERR_VALUE() tells.
 */
unsigned long port_zs_malloc(struct zs_pool *pool, size_t size, gfp_t gfp)
{
	return zs_malloc(pool, size, gfp, numa_node_id());
}

/**
 * port_zs_write() - fill an object
 * @pool: the pool
 * @handle: the object
 * @src: its new contents
 * @len: bytes, as many as it was allocated with
 *
 * Context: any but interrupts; doesn't sleep.
 */
void port_zs_write(struct zs_pool *pool, unsigned long handle, const void *src, size_t len)
{
	zs_obj_write(pool, handle, (void *)src, len);
}

/**
 * port_zs_read_begin() - look at an object
 * @pool: the pool
 * @handle: the object
 * @len: its length in bytes
 * @buffer: @len bytes that may be used for it
 *
 * Context: any but interrupts; no sleeping until port_zs_read_end().
 * Return: its contents.
 */
const void *port_zs_read_begin(struct zs_pool *pool, unsigned long handle, size_t len,
			       void *buffer)
{
	return zs_obj_read_begin(pool, handle, len, buffer);
}

/**
 * port_zs_read_end() - the reverse of port_zs_read_begin()
 * @pool: the pool
 * @handle: the object
 * @len: its length in bytes
 * @mem: what that returned
 */
void port_zs_read_end(struct zs_pool *pool, unsigned long handle, size_t len, const void *mem)
{
	zs_obj_read_end(pool, handle, len, (void *)mem);
}

/* ---- Compressors ---- */

/* Hardware that compresses later is no use: pages are wanted at once. */
#define NOT_ASYNC	CRYPTO_ALG_ASYNC

static struct acomp_req *request_of(struct port_comp *comp)
{
	return (struct acomp_req *)comp;
}

/**
 * port_comp_exists() - has this kernel such a compressor
 * @name: of the crypto API, as "lz4"
 *
 * Context: process, may sleep: it may be in a module that is loaded for it.
 */
bool port_comp_exists(const char *name)
{
	return crypto_has_acomp(name, 0, NOT_ASYNC);
}

/**
 * port_comp_alloc() - state of a compressor for one user at a time
 * @name: of the crypto API
 *
 * Context: process, may sleep.
 * Return: the state or ERR_PTR(-errno).
 */
struct port_comp *port_comp_alloc(const char *name)
{
	struct crypto_acomp *tfm = crypto_alloc_acomp(name, 0, NOT_ASYNC);
	struct acomp_req *req;

	if (IS_ERR(tfm))
		return ERR_CAST(tfm);
	req = acomp_request_alloc(tfm);
	if (!req) {
		crypto_free_acomp(tfm);
		return ERR_PTR(-ENOMEM);
	}
	acomp_request_set_callback(req, 0, NULL, NULL);
	return (struct port_comp *)req;
}

/**
 * port_comp_free() - the reverse of port_comp_alloc()
 * @comp: the state
 */
void port_comp_free(struct port_comp *comp)
{
	struct crypto_acomp *tfm = crypto_acomp_reqtfm(request_of(comp));

	acomp_request_free(request_of(comp));
	crypto_free_acomp(tfm);
}

/**
 * port_comp_compress() - compress a page
 * @comp: the state
 * @src: the page
 * @dst: where to
 * @len: in: room at @dst, out: what it became, bytes
 *
 * Context: may not sleep.
 * Return: 0 or -errno.
 */
int port_comp_compress(struct port_comp *comp, const void *src, void *dst, unsigned int *len)
{
	struct acomp_req *req = request_of(comp);
	int err;

	acomp_request_set_src_nondma(req, src, PAGE_SIZE);
	acomp_request_set_dst_nondma(req, dst, *len);
	err = crypto_acomp_compress(req);
	*len = req->dlen;
	return err;
}

/**
 * port_comp_decompress() - the reverse of port_comp_compress()
 * @comp: the state
 * @src: the compressed page
 * @len: its length in bytes
 * @dst: a page
 *
 * Context: may not sleep.
 * Return: 0, or -EIO if that isn't a compressed page.
 */
int port_comp_decompress(struct port_comp *comp, const void *src, unsigned int len, void *dst)
{
	struct acomp_req *req = request_of(comp);

	acomp_request_set_src_nondma(req, src, len);
	acomp_request_set_dst_nondma(req, dst, PAGE_SIZE);
	if (crypto_acomp_decompress(req) || req->dlen != PAGE_SIZE)
		return -EIO;
	return 0;
}
