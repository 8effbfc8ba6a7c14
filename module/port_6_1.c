// SPDX-License-Identifier: GPL-2.0
/*
 * Port to kernels of the 6.1 family: swap_map and cluster_info in struct
 * swap_info_struct, the swap cache in xarrays of 64 MiB, swap_cgroup beside them, a
 * bit per slot for frontswap, slot cache, hooks by ftrace.
 *
 * Any hook may be skipped, when a tracer on the same function is re-entered. What
 * the original then does with our area is made harmless:
 *  - add_to_avail_list: puts the area on the list of areas to allocate from, until
 *    the next allocation or free takes it off;
 *  - swap_writepage, swap_readpage: the bits for frontswap are real and looked at,
 *    and block I/O reaches our device, which serves it;
 *  - free_swap_slot: parks the slot, swap_range_free comes later;
 *  - swap_range_free: calls swap_slot_free_notify, see port_area_slot_freed().
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/blkdev.h>
#include <linux/crypto.h>
#include <linux/delayacct.h>
#include <linux/frontswap.h>
#include <linux/memcontrol.h>
#include <linux/pagemap.h>
#include <linux/plist.h>
#include <linux/psi.h>
#include <linux/shrinker.h>
#include <linux/swap.h>
#include <linux/swapops.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <linux/writeback.h>
#include <linux/zsmalloc.h>

#include "port.h"
#include "sparse.h"
#include "vswap_copies.h"
#include "vswap_hooks.h"
#include "vswap_stats.h"
#include "vswap_symbols.h"

/* mm/swap.h, mm/swapfile.c */
#define SWAP_ADDRESS_SPACE_PAGES	PORT_SLOTS_STEP
#define SWAPFILE_CLUSTER		512

/* mm/swap_cgroup.c */
struct swap_cgroup {
	unsigned short id;
};

struct swap_cgroup_ctrl {
	struct page **map;
	unsigned long length;
	spinlock_t lock;
};

#define CGROUP_SLOTS_PER_PAGE	(PAGE_SIZE / sizeof(struct swap_cgroup))

VSWAP_NEEDS("config FRONTSWAP");

/* What is read or written here directly. */
#define SWAP_LAYOUT(field, bits, size, value)				\
	PORT_LAYOUT(field, bits, size, value)				\
	field(swap_info_struct, swap_map, unsigned char *)		\
	field(swap_info_struct, lowest_bit, unsigned int)		\
	field(swap_info_struct, highest_bit, unsigned int)		\
	field(swap_info_struct, inuse_pages, unsigned int)		\
	field(swap_info_struct, avail_lists, struct plist_node [])	\
	field(swap_info_struct, free_clusters, struct swap_cluster_list) \
	field(swap_info_struct, frontswap_map, unsigned long *)		\
	bits(swap_cluster_info, data, unsigned int, 4)			\
	bits(swap_cluster_info, flags, unsigned int, 7)			\
	field(swap_cluster_list, head, struct swap_cluster_info)	\
	field(swap_cluster_list, tail, struct swap_cluster_info)	\
	size(plist_node)						\
	size(plist_head)						\
	size(address_space)						\
	field(address_space, i_pages, struct xarray)			\
	field(address_space, i_mmap_writable, atomic_t)			\
	size(swap_cgroup)						\
	size(swap_cgroup_ctrl)						\
	field(swap_cgroup_ctrl, map, struct page **)			\
	field(swap_cgroup_ctrl, length, unsigned long)			\
	field(task_struct, delays, struct task_delay_info *)		\
	value(SWP_FS_OPS)						\
	value(SWP_SYNCHRONOUS_IO)

VSWAP_LAYOUT(layout, SWAP_LAYOUT)

VSWAP_DATA(struct swap_info_struct *, swap_info)
VSWAP_DATA(spinlock_t, swap_lock)
VSWAP_DATA(spinlock_t, swap_avail_lock)
VSWAP_DATA(struct plist_head *, swap_avail_heads)
VSWAP_DATA(struct plist_head, swap_active_head)
VSWAP_DATA(long, total_swap_pages)
VSWAP_DATA(struct address_space *, swapper_spaces)
VSWAP_DATA(unsigned int, nr_swapper_spaces)
VSWAP_DATA(const struct address_space_operations, swap_aops)
VSWAP_DATA(struct swap_cgroup_ctrl, swap_cgroup_ctrl)
VSWAP_DATA(unsigned long, swapfile_maximum_size)
VSWAP_DATA(struct static_key, delayacct_key)
VSWAP_FUNC(int, __mem_cgroup_try_charge_swap, (struct folio *, swp_entry_t))
VSWAP_FUNC(void, __mem_cgroup_uncharge_swap, (swp_entry_t, unsigned int))
VSWAP_FUNC(bool, folio_free_swap, (struct folio *))
VSWAP_FUNC(void, clear_shadow_from_swap_cache, (int, unsigned long, unsigned long))
VSWAP_FUNC(void, __frontswap_invalidate_page, (unsigned int, unsigned long))
VSWAP_FUNC(void, plist_del, (struct plist_node *, struct plist_head *))
VSWAP_FUNC(struct page *, read_swap_cache_async,
	   (swp_entry_t, gfp_t, struct vm_area_struct *, unsigned long, bool, struct swap_iocb **))
VSWAP_FUNC(int, generic_swapfile_activate, (struct swap_info_struct *, struct file *, sector_t *))
VSWAP_FUNC(void, __delayacct_thrashing_start, (bool *))
VSWAP_FUNC(void, __delayacct_thrashing_end, (bool *))
VSWAP_FUNC(void, __delayacct_swapin_start, (void))
VSWAP_FUNC(void, __delayacct_swapin_end, (void))

static const struct vswap_symbol symbols[] = {
	VSWAP_SYMBOL(swap_info),
	VSWAP_SYMBOL(swap_lock),
	VSWAP_SYMBOL(swap_avail_lock),
	VSWAP_SYMBOL(swap_avail_heads),
	VSWAP_SYMBOL(swap_active_head),
	VSWAP_SYMBOL(total_swap_pages),
	VSWAP_SYMBOL(swapper_spaces),
	VSWAP_SYMBOL(nr_swapper_spaces),
	VSWAP_SYMBOL(swap_aops),
	VSWAP_SYMBOL(swap_cgroup_ctrl),
	VSWAP_SYMBOL(swapfile_maximum_size),
	VSWAP_SYMBOL(__mem_cgroup_try_charge_swap),
	VSWAP_SYMBOL(__mem_cgroup_uncharge_swap),
	VSWAP_SYMBOL(folio_free_swap),
	VSWAP_SYMBOL(clear_shadow_from_swap_cache),
	VSWAP_SYMBOL(__frontswap_invalidate_page),
	VSWAP_SYMBOL(plist_del),
	VSWAP_SYMBOL(read_swap_cache_async),
	VSWAP_SYMBOL(generic_swapfile_activate),
	VSWAP_SYMBOL(delayacct_key),
	VSWAP_SYMBOL(__delayacct_thrashing_start),
	VSWAP_SYMBOL(__delayacct_thrashing_end),
	VSWAP_SYMBOL(__delayacct_swapin_start),
	VSWAP_SYMBOL(__delayacct_swapin_end),
};

/*
 * The per-slot arrays. Each is one field of the kernel's, in its format; behind
 * each is memory for the first @nr_slots slots and no hole.
 */
struct arrays {
	struct sparse_array map;	/* si->swap_map: u8 per slot */
	struct sparse_array frontswap;	/* si->frontswap_map: bit per slot */
	struct sparse_array clusters;	/* si->cluster_info: per 512 slots */
	struct sparse_array spaces;	/* swapper_spaces[type]: per 16384 */
	struct sparse_array cgroup;	/* swap_cgroup_ctrl[type].map: per 2048 */
};

/* The small arrays swapon(2) made, until a worker frees them. */
struct original_arrays {
	unsigned char *map;
	unsigned long *frontswap;
	struct swap_cluster_info *clusters;
	struct address_space *spaces;
	struct page **cgroup;
	unsigned long nr_cgroup;
};

/*
 * @bdev: our device: the swap area on it is ours
 * @direct: pages with one user bypass the swap cache when they are read back
 * @si: the area, once adopted; swap_info_structs are never freed
 * @type: its swap type
 * @swap_map: the base of @arrays.map while adopted, else NULL; si->swap_map equals
 *	it as long as the area is ours
 * @arrays: reserved and partly mapped between prepare and discard
 * @original: what they replaced
 * @free_original: frees @original
 * @limit: slots that @arrays have addresses for
 * @nr_slots: slots that @arrays have memory for
 * @nr_cgroup: pages in @arrays.cgroup
 * @capacity: si->pages at adoption, pages
 * @used: slots in use
 * @missed: the kernel has freed slots past our hooks
 */
static struct {
	struct block_device *bdev;
	bool direct;
	struct swap_info_struct *si;
	int type;
	unsigned char *swap_map;
	struct arrays arrays;
	struct original_arrays original;
	struct work_struct free_original;
	u32 limit;
	u32 nr_slots;
	u32 nr_cgroup;
	unsigned long capacity;
	atomic_t used;
	bool missed;
} area;

/* ---- Is it ours ---- */

/*
 * The type alone doesn't say so: after swapoff another area may get the number
 * before we know. The pointer does.
 */
static bool is_ours(swp_entry_t entry)
{
	unsigned char *map = READ_ONCE(area.swap_map);

	return map && swp_type(entry) == READ_ONCE(area.type) &&
	       READ_ONCE(area.si->swap_map) == map;
}

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
	/* Pairs with the unlock behind setup_swap_info() in enable_swap_info(). */
	smp_rmb();
	if (area.swap_map && READ_ONCE(si->swap_map) == area.swap_map)
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

static int reserve_arrays(struct arrays *a, u32 limit)
{
	int err;

	err = sparse_array_reserve(&a->map, limit);
	if (!err)
		err = sparse_array_reserve(&a->frontswap, limit / BITS_PER_BYTE);
	if (!err)
		err = sparse_array_reserve(&a->clusters, (size_t)limit / SWAPFILE_CLUSTER *
				     sizeof(struct swap_cluster_info));
	if (!err)
		err = sparse_array_reserve(&a->spaces, (size_t)limit / SWAP_ADDRESS_SPACE_PAGES *
				     sizeof(struct address_space));
	if (!err)
		err = sparse_array_reserve(&a->cgroup, (size_t)limit / CGROUP_SLOTS_PER_PAGE *
				     sizeof(struct page *));
	return err;
}

static int map_arrays(struct arrays *a, u32 nr)
{
	int err;

	err = sparse_array_map(&a->map, nr);
	if (!err)
		err = sparse_array_map(&a->frontswap, nr / BITS_PER_BYTE);
	if (!err)
		err = sparse_array_map(&a->clusters, (size_t)nr / SWAPFILE_CLUSTER *
				 sizeof(struct swap_cluster_info));
	if (!err)
		err = sparse_array_map(&a->spaces, (size_t)nr / SWAP_ADDRESS_SPACE_PAGES *
				 sizeof(struct address_space));
	if (!err)
		err = sparse_array_map(&a->cgroup, (size_t)nr / CGROUP_SLOTS_PER_PAGE *
				 sizeof(struct page *));
	return err;
}

/* swap_cgroup_prepare() for the new slots. The pages become swap_cgroup's own. */
static int add_cgroup_pages(u32 nr)
{
	struct page **map = area.arrays.cgroup.base;

	while (area.nr_cgroup < nr / CGROUP_SLOTS_PER_PAGE) {
		struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

		if (!page)
			return -ENOMEM;
		map[area.nr_cgroup++] = page;
	}
	return 0;
}

/*
 * A cluster as the kernel is to see it. Our allocator keeps clusters of its own; of
 * the kernel's only the lock is used, and the flag for a huge page. A count that never
 * reaches 0 keeps them off the kernel's lists. Under the cluster's lock, or nobody
 * knows it yet.
 */
static void reset_cluster(struct swap_cluster_info *ci)
{
	ci->data = BIT(23);
	ci->flags = 0;
}

static void init_clusters(u32 from, u32 to)
{
	struct swap_cluster_info *ci = area.arrays.clusters.base;
	u32 i;

	for (i = from / SWAPFILE_CLUSTER; i < to / SWAPFILE_CLUSTER; i++) {
		spin_lock_init(&ci[i].lock);
		reset_cluster(&ci[i]);
	}
}

/* init_swap_address_space() for the new slots. */
static void init_spaces(u32 from, u32 to)
{
	struct address_space *spaces = area.arrays.spaces.base;
	u32 i;

	for (i = from / SWAP_ADDRESS_SPACE_PAGES; i < to / SWAP_ADDRESS_SPACE_PAGES; i++) {
		xa_init_flags(&spaces[i].i_pages, XA_FLAGS_LOCK_IRQ);
		atomic_set(&spaces[i].i_mmap_writable, 0);
		spaces[i].a_ops = k_swap_aops;
		mapping_set_no_writeback_tags(&spaces[i]);
	}
}

/* Memory and contents for slots up to @nr; the kernel doesn't see them yet. */
static int populate(u32 nr)
{
	int err = map_arrays(&area.arrays, nr);

	if (!err && !mem_cgroup_disabled())
		err = add_cgroup_pages(nr);
	if (err)
		return err;
	init_clusters(area.nr_slots, nr);
	init_spaces(area.nr_slots, nr);
	area.nr_slots = nr;
	return 0;
}

/* What the kernel takes for the size of its arrays. */
static void set_lengths(u32 nr)
{
	k_nr_swapper_spaces[area.type] = nr / SWAP_ADDRESS_SPACE_PAGES;
	if (!mem_cgroup_disabled())
		k_swap_cgroup_ctrl[area.type].length = nr / CGROUP_SLOTS_PER_PAGE;
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
	if (err) {
		port_area_discard();
		return err;
	}
	/* Nobody gets a slot of the first cluster: slot 0 is the header. */
	memset(area.arrays.map.base, SWAP_MAP_BAD, SWAPFILE_CLUSTER);
	return 0;
}

/* The reverse of add_cgroup_pages(), down to those for @nr slots. */
static void free_cgroup_pages(u32 nr)
{
	struct page **map = area.arrays.cgroup.base;

	while (area.nr_cgroup > nr / CGROUP_SLOTS_PER_PAGE)
		__free_page(map[--area.nr_cgroup]);
}

/**
 * port_area_discard() - free the arrays
 *
 * Either they were never given to the kernel, or swapoff(2) has unmapped them all
 * and freed the pages of swap_cgroup, and port_area_is_gone() says so.
 *
 * Context: process, may sleep.
 */
void port_area_discard(void)
{
	struct arrays *a = &area.arrays;

	flush_work(&area.free_original);
	if (area.swap_map) {
		sparse_array_free_pages(&a->map);
		sparse_array_free_pages(&a->frontswap);
		sparse_array_free_pages(&a->clusters);
		sparse_array_free_pages(&a->spaces);
		if (mem_cgroup_disabled())
			sparse_array_free(&a->cgroup);
		else
			sparse_array_free_pages(&a->cgroup);
	} else {
		if (a->cgroup.base)
			free_cgroup_pages(0);
		sparse_array_free(&a->map);
		sparse_array_free(&a->frontswap);
		sparse_array_free(&a->clusters);
		sparse_array_free(&a->spaces);
		sparse_array_free(&a->cgroup);
	}
	WRITE_ONCE(area.swap_map, NULL);
	area.nr_slots = 0;
	area.nr_cgroup = 0;
}

/* ---- Adoption, growth, capacity ---- */

static void free_original(struct work_struct *work)
{
	struct original_arrays *o = &area.original;
	unsigned long i;

	vfree(o->map);
	kvfree(o->frontswap);
	kvfree(o->clusters);
	kvfree(o->spaces);
	for (i = 0; i < o->nr_cgroup; i++)
		__free_page(o->cgroup[i]);
	vfree(o->cgroup);
	memset(o, 0, sizeof(*o));
}

/* Exchange the arrays that si has no field for. */
static void exchange_side_arrays(int type)
{
	struct original_arrays *o = &area.original;

	o->spaces = k_swapper_spaces[type];
	k_swapper_spaces[type] = area.arrays.spaces.base;
	if (!mem_cgroup_disabled()) {
		o->cgroup = k_swap_cgroup_ctrl[type].map;
		o->nr_cgroup = k_swap_cgroup_ctrl[type].length;
		k_swap_cgroup_ctrl[type].map = area.arrays.cgroup.base;
	}
}

/*
 * Are the kernel's arrays of the shape this file was written for? The area has two
 * pages: one address space, one page of cgroup ids, one cluster.
 */
static bool looks_right(struct swap_info_struct *si)
{
	int type = si->type;

	return k_swap_info[type] == si && si->max == 2 && !si->inuse_pages &&
	       (si->flags & SWP_BLKDEV) && (si->flags & SWP_SOLIDSTATE) &&
	       k_nr_swapper_spaces[type] == 1 && si->frontswap_map &&
	       (mem_cgroup_disabled() || k_swap_cgroup_ctrl[type].length == 1) &&
	       !RB_EMPTY_ROOT(&si->swap_extent_root);
}

/* An area on our device that can't be adopted is an ordinary one, without a page to use. */
static bool may_adopt(struct swap_info_struct *si)
{
	if (!area.nr_slots || area.swap_map)
		pr_err("the swap area comes before the last one has gone: left alone, no use\n");
	else if (!looks_right(si))
		pr_err("the swap area isn't laid out as expected: left alone, no use\n");
	else
		return true;
	return false;
}

/* cluster_list_init(): no cluster is free for the kernel. Under si->lock. */
static void reset_free_clusters(struct swap_info_struct *si)
{
	struct swap_cluster_list *list = &si->free_clusters;

	list->head.data = 0;
	list->head.flags = CLUSTER_FLAG_NEXT_NULL;
	list->tail = list->head;
}

/*
 * Make the area on our device grow in place, just before the kernel publishes it.
 * Under swap_lock and si->lock.
 */
static void adopt(struct swap_info_struct *si)
{
	struct swap_extent *extent = rb_entry(rb_first(&si->swap_extent_root),
					      struct swap_extent, rb_node);

	area.si = si;
	atomic_set(&area.used, 0);
	area.missed = false;
	WRITE_ONCE(area.type, si->type);
	exchange_side_arrays(si->type);
	set_lengths(area.nr_slots);
	reset_free_clusters(si);
	area.original.frontswap = si->frontswap_map;
	si->frontswap_map = area.arrays.frontswap.base;
	if (area.direct)
		si->flags |= SWP_SYNCHRONOUS_IO;
	extent->nr_pages = area.limit;
	si->pages = area.capacity;
	si->max = area.nr_slots;
	/* As if it were full; hook_add_to_avail_list() sees to the rest. */
	si->lowest_bit = si->max;
	si->highest_bit = 0;
	WRITE_ONCE(area.swap_map, area.arrays.map.base);
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
	return READ_ONCE(area.swap_map);
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

	if (!area.swap_map)
		return false;
	spin_lock(k_swap_lock);
	gone = si->swap_map != area.swap_map &&
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
	return area.swap_map && area.si->swap_map == area.swap_map &&
	       (area.si->flags & SWP_WRITEOK);
}

/* Let the kernel see slots up to @nr. */
static int publish(u32 nr)
{
	int err = -EBUSY;

	lock_area();
	if (is_writable()) {
		set_lengths(nr);
		/* The arrays before the size; pairs with get_swap_device(). */
		smp_store_release(&area.si->max, nr);
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
	if (!err)
		err = publish(nr_slots);
	if (err) {
		/* swap_cgroup frees its pages only as far as it knows them. */
		free_cgroup_pages(before);
		area.nr_slots = before;
		return err;
	}
	vswap_area_grown(nr_slots);
	return 0;
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

/**
 * port_area_is_short() - is it time for more slots
 * @nr_free: clusters without a table
 * @low_water: as many clusters should be free
 *
 * Context: process; between port_area_get() and port_area_put().
 */
bool port_area_is_short(u32 nr_free, u32 low_water)
{
	return nr_free < low_water;
}

/**
 * port_area_make_ready() - provide for when there is no memory
 *
 * There is memory behind all that the kernel needs for a slot.
 *
 * Context: process; between port_area_get() and port_area_put().
 */
void port_area_make_ready(void)
{
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
	unsigned int used;
	long change;

	if (!si)
		return;
	lock_area();
	if (is_writable()) {
		change = -(long)si->pages;
		WRITE_ONCE(si->pages, min_t(unsigned long, pages, INT_MAX));
		/*
		 * Either charge_area() sees this, or we see what it has charged: never
		 * less than is in use, or free swap would be negative.
		 */
		smp_mb();
		used = atomic_read(&area.used);
		if (used > si->pages)
			WRITE_ONCE(si->pages, used);
		change += si->pages;
		*k_total_swap_pages += change;
		atomic_long_add(change, &nr_swap_pages);
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
	return port_area_is_on() ? atomic_read(&area.used) : 0;
}

/**
 * port_area_zero_pages() - slots in use that the kernel keeps as zero pages
 * @held: slots in use that we hold something for
 *
 * Return: pages; none, all come to us.
 */
unsigned long port_area_zero_pages(unsigned long held)
{
	return 0;
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
 * Return: bytes.
 */
u64 port_area_memory(void)
{
	struct arrays *a = &area.arrays;

	return a->map.mapped + a->frontswap.mapped + a->clusters.mapped + a->spaces.mapped +
	       a->cgroup.mapped + (u64)area.nr_cgroup * PAGE_SIZE;
}

/* ---- Slots ---- */

/*
 * si->inuse_pages is the kernel's, under si->lock. With every allocation and every
 * free of this area here, atomics do instead: on @area.used, and on the kernel's
 * copy of it.
 */
static atomic_t *inuse_pages(void)
{
	BUILD_BUG_ON(sizeof(area.si->inuse_pages) != sizeof(atomic_t));
	return (atomic_t *)&area.si->inuse_pages;
}

/*
 * Once the kernel has changed its copy itself, not atomically, it may again: only
 * under its lock can the two be kept the same.
 */
static void copy_used(void)
{
	WRITE_ONCE(area.si->inuse_pages, atomic_read(&area.used));
}

/* @locked: si->lock is held. */
static void add_inuse(int nr, bool locked)
{
	if (likely(!READ_ONCE(area.missed))) {
		atomic_add(nr, inuse_pages());
	} else if (locked) {
		copy_used();
	} else {
		spin_lock(&area.si->lock);
		copy_used();
		spin_unlock(&area.si->lock);
	}
}

/* @locked: si->lock is held. */
static void uncharge_area(unsigned int nr, bool locked)
{
	atomic_long_add(nr, &nr_swap_pages);
	/* try_to_unuse() must see 0 only after all else was cleaned up. */
	smp_mb__before_atomic();
	atomic_sub(nr, &area.used);
	add_inuse(-(int)nr, locked);
}

/* Has swapoff(2) not begun? */
static bool is_writeok(void)
{
	return READ_ONCE(area.si->flags) & SWP_WRITEOK;
}

/*
 * Reserve room for @nr pages within what the area advertises. swapoff(2) takes SWP_WRITEOK
 * away, and then looks whether anything is in use: so the flag counts only once the pages
 * are. Either that look finds them, or they are given back here.
 */
static bool charge_area(unsigned int nr)
{
	/* Fully ordered; pairs with the barrier in port_area_set_capacity(). */
	if (atomic_add_return(nr, &area.used) > READ_ONCE(area.si->pages)) {
		atomic_sub(nr, &area.used);
		return false;
	}
	add_inuse(nr, false);
	atomic_long_sub(nr, &nr_swap_pages);
	/* Pairs with swapoff's unlocking si->lock and locking a mutex, in this order. */
	smp_mb__after_atomic();
	if (likely(is_writeok()))
		return true;
	uncharge_area(nr, false);
	return false;
}

/* Did an original that ran in a hook's stead put the page where we don't look? */
static bool frontswap_has(u32 slot)
{
	unsigned long *map = area.arrays.frontswap.base;

	return test_bit(slot, map);
}

static void forget_frontswap(u32 slot, unsigned int nr)
{
	unsigned long *map = area.arrays.frontswap.base;
	u32 end = slot + nr;

	for (slot = find_next_bit(map, end, slot); slot < end;
	     slot = find_next_bit(map, end, slot + 1))
		static_call(k___frontswap_invalidate_page)(area.type, slot);
}

static void set_map(u32 slot, unsigned int nr, unsigned char count)
{
	if (likely(nr == 1))
		WRITE_ONCE(area.swap_map[slot], count);
	else
		memset(area.swap_map + slot, count, nr);
}

static struct swap_cluster_info *cluster_of(u32 slot)
{
	struct swap_cluster_info *clusters = area.arrays.clusters.base;

	return &clusters[slot / SWAPFILE_CLUSTER];
}

/*
 * The flag by which the kernel knows that a cluster's slots are those of one huge page
 * in the swap cache. The kernel itself takes it away.
 */
static void set_huge(u32 slot, bool huge)
{
	struct swap_cluster_info *ci = cluster_of(slot);

	spin_lock(&ci->lock);
	ci->flags = huge ? CLUSTER_FLAG_HUGE : 0;
	spin_unlock(&ci->lock);
}

/*
 * swap_free_cluster() has put the cluster of a huge page on the kernel's list of free
 * ones. That list stays empty. Under si->lock.
 */
static void take_back_cluster(u32 slot)
{
	struct swap_cluster_info *ci = cluster_of(slot);

	spin_lock(&ci->lock);
	if (ci->flags & CLUSTER_FLAG_FREE)
		reset_cluster(ci);
	spin_unlock(&ci->lock);
	reset_free_clusters(area.si);
}

/*
 * Mirrors swap_range_free(): @nr slots, all in one cluster, whose counts are 0 and
 * whose cgroup has been uncharged. @locked: si->lock is held.
 */
static void release_range(u32 slot, unsigned int nr, bool locked)
{
	vswap_area_forget(slot, nr);
	forget_frontswap(slot, nr);
	static_call(k_clear_shadow_from_swap_cache)(area.type, slot, slot + nr - 1);
	vswap_area_free(slot, nr);
	uncharge_area(nr, locked);
}

/*
 * Mirrors swap_entry_free(): the last use of @nr slots, all in one cluster and of one
 * cgroup, is gone.
 */
static void free_range(u32 slot, unsigned int nr)
{
	if (!mem_cgroup_disabled())
		static_call(k___mem_cgroup_uncharge_swap)(swp_entry(area.type, slot), nr);
	set_map(slot, nr, 0);
	release_range(slot, nr, false);
}

/* Take the area off the list of areas to allocate from. Under si->lock. */
static void leave_avail_lists(struct swap_info_struct *si)
{
	int nid;

	si->lowest_bit = si->max;
	WRITE_ONCE(si->highest_bit, 0);
	spin_lock(k_swap_avail_lock);
	for_each_node(nid)
		if (!plist_node_empty(&si->avail_lists[nid]))
			static_call(k_plist_del)(&si->avail_lists[nid],
						 &(*k_swap_avail_heads)[nid]);
	spin_unlock(k_swap_avail_lock);
}

/**
 * port_area_slot_freed() - the kernel freed a slot past our hooks
 * @slot: the slot
 *
 * From swap_range_free(), which has counted the slot free, may have put the area on
 * the list to allocate from, and sees to frontswap itself.
 *
 * Context: swap_slot_free_notify: under si->lock, maybe with interrupts off.
 */
void port_area_slot_freed(u32 slot)
{
	WRITE_ONCE(area.missed, true);
	take_back_cluster(slot);
	vswap_area_forget(slot, 1);
	vswap_area_free(slot, 1);
	atomic_dec(&area.used);
	copy_used();
	leave_avail_lists(area.si);
}

/**
 * port_slot_may_leave() - may a slot's page leave RAM for a disk
 * @slot: any slot below those there are
 *
 * Context: any.
 * Return: true: cgroups have no memory.zswap.writeback on these kernels.
 */
bool port_slot_may_leave(u32 slot)
{
	return true;
}

/*
 * Is there an area of higher priority to allocate from? A look without the lock: a
 * swap_info_struct is never freed, and a wrong answer is only a worse choice.
 */
static bool outranked(void)
{
	struct list_head *head = &(*k_swap_avail_heads)[numa_node_id()].node_list;
	struct list_head *first = READ_ONCE(head->next);

	return first != head &&
	       -list_entry(first, struct plist_node, node_list)->prio >
	       READ_ONCE(area.si->prio);
}

/* Only single pages and huge ones: the kernel knows no others. */
static bool is_supported(unsigned int order)
{
	return !order || (1U << order) == SWAPFILE_CLUSTER;
}

/* @refused: the folio's cgroup may have no more swap, here or elsewhere. */
static swp_entry_t alloc_entry(struct folio *folio, bool *refused)
{
	unsigned int nr = folio_nr_pages(folio);
	swp_entry_t entry = {};
	s64 slot;

	if (!is_writeok() || !is_supported(folio_order(folio)))
		return entry;
	if (!charge_area(nr)) {
		vswap_stat_add(VSWAP_ALLOC_FAILURES, 1);
		return entry;
	}
	slot = vswap_area_alloc(folio_order(folio));
	if (slot < 0) {
		vswap_stat_add(VSWAP_ALLOC_FAILURES, 1);
		uncharge_area(nr, false);
		return entry;
	}
	set_map(slot, nr, SWAP_HAS_CACHE);
	if (nr == SWAPFILE_CLUSTER)
		set_huge(slot, true);
	entry = swp_entry(area.type, slot);
	if (!mem_cgroup_disabled() &&
	    static_call(k___mem_cgroup_try_charge_swap)(folio, entry)) {
		if (nr == SWAPFILE_CLUSTER)
			set_huge(slot, false);
		free_range(slot, nr);
		*refused = true;
		entry.val = 0;
	}
	return entry;
}

/* ---- Hooks ---- */

VSWAP_ORIGINAL(void, setup_swap_info,
	       (struct swap_info_struct *, int, unsigned char *, struct swap_cluster_info *))
VSWAP_ORIGINAL(void, add_to_avail_list, (struct swap_info_struct *))
VSWAP_ORIGINAL(swp_entry_t, folio_alloc_swap, (struct folio *))
VSWAP_ORIGINAL(void, free_swap_slot, (swp_entry_t))
VSWAP_ORIGINAL(void, swap_range_free, (struct swap_info_struct *, unsigned long, unsigned int))
VSWAP_ORIGINAL(int, swap_writepage, (struct page *, struct writeback_control *))
VSWAP_ORIGINAL(int, swap_readpage, (struct page *, bool, struct swap_iocb **))
VSWAP_ORIGINAL(struct page *, swapin_readahead, (swp_entry_t, gfp_t, struct vm_fault *))
VSWAP_ORIGINAL(bool, mem_cgroup_swap_full, (struct folio *))
#ifdef CONFIG_HIBERNATION
VSWAP_ORIGINAL(int, find_first_swap, (dev_t *))
VSWAP_ORIGINAL(int, swap_type_of, (dev_t, sector_t))
#endif

/*
 * Each stands between vswap_hook_enter() and vswap_hook_exit(), the original
 * included: that one may sleep too, and has to find us here when it returns.
 */

/* A new area on our device is adopted; one that comes back keeps its arrays. */
static void hook_setup_swap_info(struct swap_info_struct *si, int prio,
				 unsigned char *swap_map,
				 struct swap_cluster_info *cluster_info)
{
	vswap_hook_enter();
	if (si->bdev == area.bdev && swap_map != area.swap_map) {
		if (may_adopt(si)) {
			area.original.map = swap_map;
			area.original.clusters = cluster_info;
			adopt(si);
			swap_map = area.arrays.map.base;
			cluster_info = area.arrays.clusters.base;
			schedule_work(&area.free_original);
		}
	}
	static_call(original_setup_swap_info)(si, prio, swap_map, cluster_info);
	vswap_hook_exit();
}

/*
 * The kernel would offer the area to its own allocator, after swapon(2), a failed
 * swapoff, or a free. Under swap_lock or si->lock.
 */
static void hook_add_to_avail_list(struct swap_info_struct *si)
{
	unsigned char *map = READ_ONCE(area.swap_map);

	vswap_hook_enter();
	if (!map || READ_ONCE(si->swap_map) != map)
		static_call(original_add_to_avail_list)(si);
	vswap_hook_exit();
}

/* It may be there if a tracer kept hook_add_to_avail_list() from running. */
static void check_avail_lists(void)
{
	struct swap_info_struct *si = area.si;

	if (likely(plist_node_empty(&si->avail_lists[numa_node_id()])))
		return;
	spin_lock(&si->lock);
	leave_avail_lists(si);
	spin_unlock(&si->lock);
}

/* Ours if it is on, has room, and no other area has a higher priority. */
static swp_entry_t alloc_from_best(struct folio *folio)
{
	swp_entry_t entry = {};
	bool refused = false;

	if (!port_area_get())
		return static_call(original_folio_alloc_swap)(folio);
	check_avail_lists();
	if (unlikely(outranked()))
		entry = static_call(original_folio_alloc_swap)(folio);
	if (!entry.val)
		entry = alloc_entry(folio, &refused);
	port_area_put();
	if (entry.val || refused)
		return entry;
	return static_call(original_folio_alloc_swap)(folio);
}

static swp_entry_t hook_folio_alloc_swap(struct folio *folio)
{
	swp_entry_t entry;

	vswap_hook_enter();
	entry = alloc_from_best(folio);
	vswap_hook_exit();
	return entry;
}

static void hook_free_swap_slot(swp_entry_t entry)
{
	vswap_hook_enter();
	if (is_ours(entry))
		free_range(swp_offset(entry), 1);
	else
		static_call(original_free_swap_slot)(entry);
	vswap_hook_exit();
}

/* Under si->lock: a huge page's slots, or one that free_swap_slot() had parked. */
static void hook_swap_range_free(struct swap_info_struct *si, unsigned long offset,
				 unsigned int nr)
{
	vswap_hook_enter();
	if (is_ours(swp_entry(si->type, offset))) {
		take_back_cluster(offset);
		release_range(offset, nr, true);
	} else {
		static_call(original_swap_range_free)(si, offset, nr);
	}
	vswap_hook_exit();
}

/*
 * Has the folio no user any more? Where its first page has one, and so most often, a
 * look without the lock says it: if that one goes just now, a write was in vain.
 */
static bool free_unused(struct folio *folio)
{
	u8 count = READ_ONCE(area.swap_map[swp_offset(port_folio_entry(folio))]);

	return !(count & ~SWAP_HAS_CACHE) && static_call(k_folio_free_swap)(folio);
}

/*
 * Always 0: shmem takes no notice of what swap_writepage() returns, and would leave
 * the folio locked after AOP_WRITEPAGE_ACTIVATE.
 */
static int write_folio(struct folio *folio, struct writeback_control *wbc)
{
	u32 slot = swp_offset(port_folio_entry(folio));

	if (!free_unused(folio)) {
		forget_frontswap(slot, folio_nr_pages(folio));
		if (!vswap_area_out(slot, folio, wbc_to_write_flags(wbc)))
			return 0;
		/* Still in memory, still dirty: reclaim is to look for another page. */
		folio_mark_dirty(folio);
	}
	folio_unlock(folio);
	return 0;
}

static int hook_swap_writepage(struct page *page, struct writeback_control *wbc)
{
	struct folio *folio = page_folio(page);
	int ret;

	vswap_hook_enter();
	if (is_ours(port_folio_entry(folio)))
		ret = write_folio(folio, wbc);
	else
		ret = static_call(original_swap_writepage)(page, wbc);
	vswap_hook_exit();
	return ret;
}

/*
 * The accounting around a read, as in the original: the time counts as a memory
 * stall of the task, and of a thrashing one if the page was in its working set.
 */
struct stall {
	bool workingset;
	bool delayacct;
	bool in_thrashing;
	unsigned long pflags;
};

static void stall_begin(struct stall *stall, struct folio *folio)
{
	stall->workingset = folio_test_workingset(folio);
	stall->delayacct = static_key_enabled(k_delayacct_key) && current->delays;
	if (stall->workingset) {
		if (stall->delayacct)
			static_call(k___delayacct_thrashing_start)(&stall->in_thrashing);
		psi_memstall_enter(&stall->pflags);
	}
	if (stall->delayacct)
		static_call(k___delayacct_swapin_start)();
}

static void stall_end(struct stall *stall)
{
	if (stall->workingset) {
		if (stall->delayacct)
			static_call(k___delayacct_thrashing_end)(&stall->in_thrashing);
		psi_memstall_leave(&stall->pflags);
	}
	if (stall->delayacct)
		static_call(k___delayacct_swapin_end)();
}

static void read_folio(struct folio *folio)
{
	struct stall stall;

	stall_begin(&stall, folio);
	vswap_area_in(swp_offset(port_folio_entry(folio)), folio);
	stall_end(&stall);
}

static int hook_swap_readpage(struct page *page, bool do_poll, struct swap_iocb **plug)
{
	struct folio *folio = page_folio(page);
	swp_entry_t entry = port_folio_entry(folio);
	int ret = 0;

	vswap_hook_enter();
	if (is_ours(entry) && likely(!frontswap_has(swp_offset(entry))))
		read_folio(folio);
	else
		ret = static_call(original_swap_readpage)(page, do_poll, plug);
	vswap_hook_exit();
	return ret;
}

/* Reading ahead pays where it saves seeks: not for pages that are in RAM. */
static struct page *hook_swapin_readahead(swp_entry_t entry, gfp_t gfp, struct vm_fault *vmf)
{
	struct page *page;

	vswap_hook_enter();
	if (is_ours(entry) && vswap_area_in_ram(swp_offset(entry)))
		page = static_call(k_read_swap_cache_async)(entry, gfp, vmf->vma, vmf->address,
							    false, NULL);
	else
		page = static_call(original_swapin_readahead)(entry, gfp, vmf);
	vswap_hook_exit();
	return page;
}

/*
 * Asked whether a clean folio is to give its slot back. Slots are plenty; it is the
 * memory of the copy that counts.
 */
static bool hook_mem_cgroup_swap_full(struct folio *folio)
{
	swp_entry_t entry = port_folio_entry(folio);
	bool full;

	vswap_hook_enter();
	full = static_call(original_mem_cgroup_swap_full)(folio);
	if (full && folio_test_swapcache(folio) && is_ours(entry) &&
	    vswap_area_in_ram(swp_offset(entry)))
		full = !vswap_copies_pay(folio, atomic_read(&area.used),
					 READ_ONCE(area.si->pages));
	vswap_hook_exit();
	return full;
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
static int hook_swap_type_of(dev_t device, sector_t offset)
{
	int type = -ENODEV;

	vswap_hook_enter();
	if (device == area.bdev->bd_dev)
		vswap_area_refuse_image();
	else
		type = static_call(original_swap_type_of)(device, offset);
	vswap_hook_exit();
	return type;
}
#endif

static struct vswap_hook hooks[] = {
	VSWAP_HOOK(setup_swap_info),
	VSWAP_HOOK(add_to_avail_list),
	VSWAP_HOOK(folio_alloc_swap),
	VSWAP_HOOK(free_swap_slot),
	VSWAP_HOOK(swap_range_free),
	VSWAP_HOOK(swap_writepage),
	VSWAP_HOOK(swap_readpage),
	VSWAP_HOOK(swapin_readahead),
	VSWAP_HOOK(mem_cgroup_swap_full),
#ifdef CONFIG_HIBERNATION
	VSWAP_HOOK(find_first_swap),
	VSWAP_HOOK(swap_type_of),
#endif
};

VSWAP_REDIRECT(redirect, ftrace_instruction_pointer_set)

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
	area.bdev = bdev;
	return vswap_hooks_install(hooks, ARRAY_SIZE(hooks), redirect);
}

/**
 * port_stop() - take the hooks out
 *
 * Context: process, may sleep; the area is not on.
 */
void port_stop(void)
{
	vswap_hooks_remove(hooks, ARRAY_SIZE(hooks));
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
	sis->highest_bit = *nr_pages - 1;

	err = activate(sis);
	if (!err) {
		if ((sis->flags & SWP_FS_OPS) || !sis->bdev)
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

#define CLAIM_MODE	(FMODE_READ | FMODE_WRITE | FMODE_EXCL)

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
	struct block_device *bdev = blkdev_get_by_dev(dev, CLAIM_MODE, holder);

	if (!IS_ERR(bdev))
		*claim = bdev;
	return bdev;
}

/**
 * port_bdev_release() - the reverse of port_bdev_claim()
 * @claim: what that gave
 *
 * Context: process, may sleep.
 */
void port_bdev_release(void *claim)
{
	blkdev_put(claim, CLAIM_MODE);
}

/* ---- Our device ---- */

static int disk_open(struct block_device *bdev, fmode_t mode)
{
	return vswap_area_open(mode & FMODE_WRITE, mode & FMODE_EXCL);
}

static void disk_release(struct gendisk *disk, fmode_t mode)
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

static struct shrinker shrinker = {
	.count_objects = vswap_area_shrinkable,
	.scan_objects = vswap_area_shrink,
	.seeks = DEFAULT_SEEKS,
	.batch = VSWAP_SHRINK_BATCH,
};

/**
 * port_shrinker_start() - have vswap_area_shrink() called when memory is short
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int port_shrinker_start(void)
{
	return register_shrinker(&shrinker, "vswap");
}

/**
 * port_shrinker_stop() - the reverse of port_shrinker_start()
 *
 * Context: process, may sleep; waits for those who are called.
 */
void port_shrinker_stop(void)
{
	unregister_shrinker(&shrinker);
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
	struct gendisk *disk = blk_alloc_disk(NUMA_NO_NODE);

	if (!disk)
		return ERR_PTR(-ENOMEM);
	blk_queue_flag_set(QUEUE_FLAG_NONROT, disk->queue);
	/* What changes while it is compressed, summed up or encrypted is spoilt. */
	blk_queue_flag_set(QUEUE_FLAG_STABLE_WRITES, disk->queue);
	blk_queue_logical_block_size(disk->queue, PAGE_SIZE);
	blk_queue_physical_block_size(disk->queue, PAGE_SIZE);
	disk->fops = &disk_fops;
	area.direct = direct;
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
	return folio_swap_entry(folio);
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
	return zs_malloc(pool, size, gfp);
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
	memcpy(zs_map_object(pool, handle, ZS_MM_WO), src, len);
	zs_unmap_object(pool, handle);
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
	return zs_map_object(pool, handle, ZS_MM_RO);
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
	zs_unmap_object(pool, handle);
}

/* ---- Compressors ---- */

static struct crypto_comp *crypto_of(struct port_comp *comp)
{
	return (struct crypto_comp *)comp;
}

/**
 * port_comp_exists() - has this kernel such a compressor
 * @name: of the crypto API, as "lz4"
 *
 * Context: process, may sleep: it may be in a module that is loaded for it.
 */
bool port_comp_exists(const char *name)
{
	return crypto_has_comp(name, 0, 0);
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
	return (struct port_comp *)crypto_alloc_comp(name, 0, 0);
}

/**
 * port_comp_free() - the reverse of port_comp_alloc()
 * @comp: the state
 */
void port_comp_free(struct port_comp *comp)
{
	crypto_free_comp(crypto_of(comp));
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
	return crypto_comp_compress(crypto_of(comp), src, PAGE_SIZE, dst, len);
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
	unsigned int out = PAGE_SIZE;

	if (crypto_comp_decompress(crypto_of(comp), src, len, dst, &out) || out != PAGE_SIZE)
		return -EIO;
	return 0;
}
