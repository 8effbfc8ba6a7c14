// SPDX-License-Identifier: GPL-2.0
/*
 * What kernels share whose clusters have a table of all that is known of a slot, with the zero
 * bit in it (7.2, 7).
 *
 * The kernel keeps counts, cgroups and the swap cache in tables that come and go with
 * a cluster, and its own allocator hands out the slots. So only the array of clusters
 * has to grow, and of ours there is a word for each slot that was written. A slot's end comes
 * by swap_slot_free_notify. If a tracer keeps the hook on zswap_swapon() from running, the area
 * stays an ordinary one without a usable page; where that on zswap_store() is missed, pages go
 * the family's way, or to zswap.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/cpuhotplug.h>
#include <linux/memcontrol.h>
#include <linux/plist.h>
#include <linux/slab.h>
#include <linux/timer.h>

#include "family/swap_table.h"

VSWAP_NEEDS("config ZSWAP");
/* As PORT_TABLE_FAMILY has it. */
VSWAP_NEEDS("only swapin cache");

/* mm/swap_table.h, mm/swapfile.c */
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

/* How many of the kernel's clusters are one of ours. */
#define PER_CLUSTER	(SLOTS_PER_CLUSTER / SWAPFILE_CLUSTER)

/* As many of the clusters that the kernel takes next have a table beforehand. */
#define READY_CLUSTERS	(4 * PER_CLUSTER)

/* As text, which is compared with what BTF says. */
#ifdef CONFIG_THP_SWAP
#define MEMCG_IDS(field)	field(swap_memcg_table, id, unsigned short [512])
#else
#define MEMCG_IDS(field)	field(swap_memcg_table, id, unsigned short [256])
#endif

/* What is read or written here and by no other family, or not as this. */
#define SWAP_LAYOUT(field, bits, size, value)				\
	size(swap_cluster_info)						\
	field(swap_cluster_info, lock, spinlock_t)			\
	field(swap_info_struct, free_clusters, struct list_head)	\
	field(swap_info_struct, inuse_pages, atomic_long_t)		\
	field(swap_info_struct, avail_list, struct plist_node)		\
	field(swap_cluster_info, count, u16)				\
	field(swap_cluster_info, flags, u8)				\
	field(swap_cluster_info, order, u8)				\
	field(swap_cluster_info, table, atomic_long_t *)		\
	field(swap_cluster_info, extend_table, unsigned int *)		\
	field(swap_cluster_info, memcg_table, struct swap_memcg_table *) \
	field(swap_cluster_info, list, struct list_head)		\
	size(swap_memcg_table)						\
	MEMCG_IDS(field)						\
	field(folio, swap, swp_entry_t)					\
	value(CLUSTER_FLAG_NONE)					\
	value(CLUSTER_FLAG_FREE)					\
	value(CLUSTER_FLAG_NONFULL)

VSWAP_LAYOUT(layout, SWAP_LAYOUT)

VSWAP_DATA(spinlock_t, swap_avail_lock)
VSWAP_DATA(struct plist_head, swap_avail_head)
VSWAP_FUNC(void, plist_add, (struct plist_node *, struct plist_head *))
VSWAP_FUNC(void, plist_del, (struct plist_node *, struct plist_head *))
VSWAP_FUNC(struct mem_cgroup *, mem_cgroup_from_private_id, (unsigned short))
VSWAP_FUNC(void, count_memcg_events, (struct mem_cgroup *, enum vm_event_item, unsigned long))

#ifdef CONFIG_THP_SWAP
/* mm/swapfile.c: a table is a page. */
static atomic_long_t *alloc_entries(gfp_t gfp)
{
	BUILD_BUG_ON(SWAPFILE_CLUSTER * sizeof(atomic_long_t) != PAGE_SIZE);
	return (void *)__get_free_page(gfp);
}

static void free_entries(atomic_long_t *table)
{
	free_page((unsigned long)table);
}
#else
/* Half a page, of a cache of its own. */
VSWAP_DATA(struct kmem_cache *, swap_table_cachep)

static atomic_long_t *alloc_entries(gfp_t gfp)
{
	return kmem_cache_alloc(*k_swap_table_cachep, gfp);
}

static void free_entries(atomic_long_t *table)
{
	kmem_cache_free(*k_swap_table_cachep, table);
}
#endif

static const struct vswap_symbol symbols[] = {
#ifndef CONFIG_THP_SWAP
	VSWAP_SYMBOL(swap_table_cachep),
#endif
	VSWAP_SYMBOL(swap_avail_lock),
	VSWAP_SYMBOL(swap_avail_head),
	VSWAP_SYMBOL(plist_add),
	VSWAP_SYMBOL(plist_del),
	VSWAP_SYMBOL(mem_cgroup_from_private_id),
	VSWAP_SYMBOL(count_memcg_events),
};

/* Slots in use when it was looked for them last. */
static unsigned long watched;

/* Of CPU hotplug, by which there is a timer on each CPU. */
static enum cpuhp_state watch_state;

/* ---- Arrays ---- */

const struct port_array port_table_arrays[PORT_TABLE_NR_ARRAYS] = {
	[ARRAY_CLUSTERS] = PORT_ARRAY(SWAPFILE_CLUSTER, struct swap_cluster_info),
	PORT_ZSWAP_ARRAY(ARRAY_TREES)
};

/**
 * port_table_populate() - setup_swap_clusters_info() and zswap_swapon() for the new slots
 * @from: slots that there are
 * @to: slots that there will be
 *
 * Context: process.
 * Return: 0.
 */
int port_table_populate(u32 from, u32 to)
{
	struct swap_cluster_info *ci = port_array(ARRAY_CLUSTERS);
	u32 i;

	for (i = from / SWAPFILE_CLUSTER; i < to / SWAPFILE_CLUSTER; i++) {
		spin_lock_init(&ci[i].lock);
		INIT_LIST_HEAD(&ci[i].list);
		ci[i].flags = CLUSTER_FLAG_FREE;
	}
	port_zswap_init_range(ARRAY_TREES, from, to);
	return 0;
}

/* ---- Adoption, growth, capacity ---- */

/**
 * port_table_looks_right() - is the area of the shape this file was written for
 * @si: the area
 *
 * It has two pages, in one cluster with a table in which all but slot 1 are bad.
 *
 * Context: see port_area_may_adopt().
 */
bool port_table_looks_right(struct swap_info_struct *si)
{
	struct swap_cluster_info *ci = si->cluster_info;

	return ci && ci->table && ci->count == SWAPFILE_CLUSTER - 1 &&
	       ci->flags == CLUSTER_FLAG_NONFULL &&
	       atomic_long_read(&ci->table[0]) == (long)SWP_TB_BAD &&
	       !atomic_long_read(&ci->table[1]) && list_is_singular(&ci->list) &&
	       port_zswap_looks_right(si);
}

/*
 * The first cluster of ours has the header in it, and what it is of the kernel's is off all lists
 * for good. The table there, in which all slots but one are bad, is emptied, and goes to the next:
 * see port_table_make_ready(). There may be no bad slot in an area that is read ahead of: the
 * kernel takes one for a slot in use, and puts a folio there.
 */
static void move_first_cluster(struct swap_info_struct *si, struct swap_cluster_info *to)
{
	struct swap_cluster_info *from = si->cluster_info, *next = to + PER_CLUSTER;
	unsigned int i;

	list_del_init(&from->list);
	for (i = 0; i < PER_CLUSTER; i++) {
		to[i].count = SWAPFILE_CLUSTER;
		to[i].flags = CLUSTER_FLAG_NONE;
	}
	next->table = from->table;
	next->memcg_table = from->memcg_table;
	for (i = 0; i < SWAPFILE_CLUSTER; i++)
		atomic_long_set(&next->table[i], 0);
}

/* Let the kernel's allocator have new clusters, but for our very first. Under si->lock. */
static void offer_clusters(struct swap_info_struct *si, u32 from, u32 to)
{
	struct swap_cluster_info *ci = port_array(ARRAY_CLUSTERS);
	u32 i;

	for (i = max(from / SWAPFILE_CLUSTER, PER_CLUSTER); i < to / SWAPFILE_CLUSTER; i++)
		list_add_tail(&ci[i].list, &si->free_clusters);
}

/**
 * port_table_adopt() - exchange the arrays, and offer the clusters
 * @si: the area
 *
 * Context: see port_area_adopt(): nobody else sees it yet.
 */
void port_table_adopt(struct swap_info_struct *si)
{
	WRITE_ONCE(watched, ULONG_MAX);
	move_first_cluster(si, port_array(ARRAY_CLUSTERS));
	/* port_area_state() may look meanwhile. */
	spin_lock(k_swap_lock);
	si->cluster_info = port_area_exchange(ARRAY_CLUSTERS, si->cluster_info);
	spin_unlock(k_swap_lock);
	port_zswap_adopt(si, ARRAY_TREES);
	port_zswap_set_length(port_area.nr_slots);
	spin_lock(&si->lock);
	offer_clusters(si, 0, port_area.nr_slots);
	spin_unlock(&si->lock);
}

/**
 * port_table_publish() - let the kernel see slots
 * @from: that there were
 * @to: that there are
 *
 * Context: under swap_lock and si->lock.
 */
void port_table_publish(u32 from, u32 to)
{
	port_zswap_set_length(to);
	/* The arrays before the size; pairs with get_swap_device(). */
	smp_store_release(&port_area.si->max, to);
	offer_clusters(port_area.si, from, to);
}

/**
 * port_table_used() - slots in use
 *
 * Return: pages.
 */
unsigned long port_table_used(void)
{
	return atomic_long_read(&port_area.si->inuse_pages) & ~SWAP_USAGE_OFFLIST_BIT;
}

/* Has the kernel fewer free clusters than that? */
static bool few_free_clusters(unsigned int wanted)
{
	struct swap_info_struct *si = port_area.si;
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
 * port_table_is_short() - see port_area_is_short()
 * @nr_free: clusters without a table
 * @low_water: as many clusters should be free
 *
 * The kernel's allocator decides which cluster to break into. Only half as much again
 * as is in use is added to, lest fragments make the area grow without end.
 */
bool port_table_is_short(u32 nr_free, u32 low_water)
{
	unsigned long used = port_table_used();
	u32 wanted = max(low_water, LOW_CLUSTERS);

	return port_area.nr_slots < used + used / 2 + 2 * wanted * SLOTS_PER_CLUSTER &&
	       few_free_clusters(wanted * PER_CLUSTER);
}

/*
 * A CPU that is idle takes no slots, and isn't woken: on each there is a timer of its own,
 * which waits for it to be busy.
 */
static DEFINE_PER_CPU(struct timer_list, watch_timer);

static void watch(struct timer_list *timer)
{
	if (port_area_get()) {
		unsigned long used = port_table_used();

		if (used != READ_ONCE(watched)) {
			WRITE_ONCE(watched, used);
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
	table = alloc_entries(gfp);
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
 * port_table_make_ready() - see port_area_make_ready()
 *
 * A cluster gets its table when the first slot of it is taken, and the page of memory for
 * it may not be there when pages have to go out. The kernel does without if there is one.
 *
 * Context: process, may sleep.
 */
void port_table_make_ready(void)
{
	struct swap_memcg_table *memcg_table;
	atomic_long_t *table;

	do {
		table = make_table(&memcg_table);
	} while (table && give_to_next(port_area.si, table, memcg_table));
	if (table) {
		free_entries(table);
		kfree(memcg_table);
	}
}

/*
 * The kernel takes an area off the list to allocate from when exactly si->pages are in
 * use, and puts it back at the next free. Under swap_lock, si->lock and swap_avail_lock.
 */
static void join_or_leave_avail_list(struct swap_info_struct *si)
{
	bool off = atomic_long_read(&si->inuse_pages) & SWAP_USAGE_OFFLIST_BIT;
	bool full = port_table_used() >= si->pages;

	if (full && !off) {
		atomic_long_or(SWAP_USAGE_OFFLIST_BIT, &si->inuse_pages);
		static_call(k_plist_del)(&si->avail_list, k_swap_avail_head);
	} else if (!full && off) {
		atomic_long_and(~SWAP_USAGE_OFFLIST_BIT, &si->inuse_pages);
		static_call(k_plist_add)(&si->avail_list, k_swap_avail_head);
	}
}

/**
 * port_table_set_pages() - change what the area advertises
 * @si: the area
 * @pages: as much, or what is in use
 *
 * Context: under swap_lock and si->lock.
 */
void port_table_set_pages(struct swap_info_struct *si, unsigned long pages)
{
	spin_lock(k_swap_avail_lock);
	WRITE_ONCE(si->pages, max(pages, port_table_used()));
	join_or_leave_avail_list(si);
	spin_unlock(k_swap_avail_lock);
}

static struct swap_cluster_info *cluster_of(u32 slot)
{
	struct swap_cluster_info *clusters = port_array(ARRAY_CLUSTERS);

	return &clusters[slot / SWAPFILE_CLUSTER];
}

/**
 * port_table_slot_freed() - the kernel frees slots, and tells of them one by one
 * @slot: the one that it tells of
 *
 * From swap_range_free(), called by __swap_cluster_free_entries() with the entries of all of
 * them empty already. A slot whose entry is empty and that holds something is one that we are
 * still to be told of: it goes at once, and is found to hold nothing then.
 *
 * Context: under the cluster's lock.
 */
void port_table_slot_freed(u32 slot)
{
	unsigned int i = slot % SWAPFILE_CLUSTER, left = SWAPFILE_CLUSTER - i, nr = 0;
	atomic_long_t *entry = cluster_of(slot)->table + i;
	const u64 *word;

	/* The lock alone doesn't keep the words: a cluster of ours may be two of the kernel's. */
	rcu_read_lock();
	word = vswap_area_words(slot);
	while (word && nr < left && READ_ONCE(word[nr]) && !atomic_long_read(entry + nr))
		nr++;
	rcu_read_unlock();
	if (!nr)
		return;
	vswap_area_forget(slot, nr);
	vswap_area_free(slot, nr);
}

/* ---- Cgroups ---- */

/**
 * port_table_slot_cgroup() - see port_slot_cgroup()
 * @slot: the slot
 */
unsigned short port_table_slot_cgroup(u32 slot)
{
	struct swap_cluster_info *ci = cluster_of(slot);
	unsigned short id = 0;

	/* The table comes and goes with the cluster's first and last slot. */
	spin_lock(&ci->lock);
	if (ci->memcg_table)
		id = ci->memcg_table->id[slot % SWAPFILE_CLUSTER];
	spin_unlock(&ci->lock);
	return id;
}

/**
 * port_table_cgroup_by_id() - see port_cgroup_by_id()
 * @id: the id
 */
struct mem_cgroup *port_table_cgroup_by_id(unsigned short id)
{
	return static_call(k_mem_cgroup_from_private_id)(id);
}

/**
 * port_table_count() - count_memcg_folio_events()
 * @folio: the folio
 * @event: what has happened to it
 * @nr: how often
 *
 * Context: any.
 */
void port_table_count(struct folio *folio, enum vm_event_item event, unsigned int nr)
{
	if (!folio_memcg_charged(folio))
		return;
	rcu_read_lock();
	static_call(k_count_memcg_events)(folio_memcg(folio), event, nr);
	rcu_read_unlock();
}

/* ---- Hooks ---- */

VSWAP_ORIGINAL(int, zswap_swapon, (int, unsigned long))
VSWAP_ORIGINAL(bool, zswap_store, (struct folio *))
#ifdef CONFIG_HIBERNATION
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
	if (!err && port_area_may_adopt(si, si->cluster_info))
		port_area_adopt(si);
	vswap_hook_exit();
	return err;
}

struct vswap_hook vswap_hook_zswap_swapon = VSWAP_HOOK_INIT(zswap_swapon);

/* As for a folio that is submitted. */
static void count_stored(struct folio *folio, unsigned int nr)
{
	port_table_count(folio, PSWPOUT, nr);
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	if (folio_test_pmd_mappable(folio))
		port_table_count(folio, THP_SWPOUT, 1);
#endif
}

/* One that can't be stored stays dirty: to be tried again at once would be in vain. */
static void store_folio(struct folio *folio)
{
	u32 slot = swp_offset(folio->swap);
	unsigned int nr = folio_nr_pages(folio);

	port_zswap_forget(slot, nr);
	if (!vswap_area_store(slot, folio))
		count_stored(folio, nr);
	else
		folio_mark_dirty(folio);
}

/*
 * Whether zswap takes a folio is the last that is asked before it becomes a request. Where
 * there are swap_ops, that is submitted when the next folio comes: too late for reclaim, which
 * is through with this one then. Told that it was taken, the kernel unlocks it.
 */
static bool hook_zswap_store(struct folio *folio)
{
	bool stored = true;

	vswap_hook_enter();
	if (port_is_ours(folio->swap))
		store_folio(folio);
	else
		stored = static_call(original_zswap_store)(folio);
	vswap_hook_exit();
	return stored;
}

struct vswap_hook vswap_hook_zswap_store = VSWAP_HOOK_INIT(zswap_store);

#ifdef CONFIG_HIBERNATION
/* The area that the user wants to have the image. Ours is as good as none. */
static int hook_find_hibernation_swap_type(dev_t device, sector_t offset)
{
	int type = -ENODEV;

	vswap_hook_enter();
	if (!vswap_hook_refuses_image(device))
		type = static_call(original_find_hibernation_swap_type)(device, offset);
	vswap_hook_exit();
	return type;
}

struct vswap_hook vswap_hook_find_hibernation_swap_type =
	VSWAP_HOOK_INIT(find_hibernation_swap_type);

/* The same, for a program that writes the image itself. */
static int hook_pin_hibernation_swap_type(dev_t device, sector_t offset)
{
	int type = -ENODEV;

	vswap_hook_enter();
	if (!vswap_hook_refuses_image(device))
		type = static_call(original_pin_hibernation_swap_type)(device, offset);
	vswap_hook_exit();
	return type;
}

struct vswap_hook vswap_hook_pin_hibernation_swap_type =
	VSWAP_HOOK_INIT(pin_hibernation_swap_type);
#endif

/* ---- Start and stop ---- */

/**
 * port_table_start() - watch how many slots are taken
 *
 * Context: process, may sleep.
 * Return: 0 or -errno.
 */
int port_table_start(void)
{
	int err = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "vswap:watch", start_watch, stop_watch);

	watch_state = err;
	return min(err, 0);
}

/**
 * port_table_stop() - the reverse of port_table_start()
 *
 * Context: process, may sleep.
 */
void port_table_stop(void)
{
	cpuhp_remove_state(watch_state);
}

/**
 * port_table_init() - port_init(), and find what is relied on here
 * @of: the family
 *
 * Context: process, may sleep; after vswap_symbols_init().
 * Return: 0, or -ENOEXEC with one line in the log for each thing missing.
 */
int port_table_init(const struct port_family *of)
{
	return port_init(of) ?:
	       vswap_btf_check_layout(layout, ARRAY_SIZE(layout)) ?:
	       vswap_symbols_resolve(symbols, ARRAY_SIZE(symbols)) ?:
	       port_zswap_init();
}
