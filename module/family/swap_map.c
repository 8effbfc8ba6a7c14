// SPDX-License-Identifier: GPL-2.0
/*
 * Families with a swap_map: arrays of a byte, a bit and a cluster's lock per slot in struct
 * swap_info_struct, the swap cache in xarrays of 64 MiB, swap_cgroup beside them, a slot
 * cache. Slots are ours to hand out: the kernel takes the area for full.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/blkdev.h>
#include <linux/delayacct.h>
#include <linux/pagemap.h>
#include <linux/plist.h>
#include <linux/psi.h>
#include <linux/sched.h>
#include <linux/vmalloc.h>

#include "family/swap_map.h"
#include "vswap_stats.h"

/* mm/swap_cgroup.c */
struct swap_cgroup_ctrl {
	struct page **map;
	unsigned long length;
	spinlock_t lock;
};

/* What is read or written here and in the families. */
#define MAP_LAYOUT(field, bits, size, value)				\
	field(swap_info_struct, swap_map, unsigned char *)		\
	field(swap_info_struct, lowest_bit, unsigned int)		\
	field(swap_info_struct, highest_bit, unsigned int)		\
	field(swap_info_struct, inuse_pages, unsigned int)		\
	field(swap_info_struct, avail_lists, struct plist_node [])	\
	size(swap_cluster_info)						\
	field(swap_cluster_info, lock, spinlock_t)			\
	size(plist_node)						\
	size(plist_head)						\
	size(address_space)						\
	field(address_space, i_pages, struct xarray)			\
	field(address_space, i_mmap_writable, atomic_t)			\
	size(swap_cgroup)						\
	size(swap_cgroup_ctrl)						\
	field(swap_cgroup_ctrl, map, struct page **)			\
	field(swap_cgroup_ctrl, length, unsigned long)			\
	field(task_struct, delays, struct task_delay_info *)

VSWAP_LAYOUT(layout, MAP_LAYOUT)

VSWAP_DATA(spinlock_t, swap_avail_lock)
VSWAP_DATA(struct plist_head *, swap_avail_heads)
VSWAP_DATA(struct address_space *, swapper_spaces)
VSWAP_DATA(unsigned int, nr_swapper_spaces)
VSWAP_DATA(const struct address_space_operations, swap_aops)
VSWAP_DATA(struct swap_cgroup_ctrl, swap_cgroup_ctrl)
VSWAP_DATA(struct static_key, delayacct_key)
VSWAP_FUNC(int, __mem_cgroup_try_charge_swap, (struct folio *, swp_entry_t))
VSWAP_FUNC(void, __mem_cgroup_uncharge_swap, (swp_entry_t, unsigned int))
VSWAP_FUNC(unsigned short, lookup_swap_cgroup_id, (swp_entry_t))
VSWAP_FUNC(struct mem_cgroup *, mem_cgroup_from_id, (unsigned short))
VSWAP_FUNC(bool, folio_free_swap, (struct folio *))
VSWAP_FUNC(void, clear_shadow_from_swap_cache, (int, unsigned long, unsigned long))
VSWAP_FUNC(void, plist_del, (struct plist_node *, struct plist_head *))
VSWAP_FUNC(void, __delayacct_thrashing_start, (bool *))
VSWAP_FUNC(void, __delayacct_thrashing_end, (bool *))
VSWAP_FUNC(void, __delayacct_swapin_start, (void))
VSWAP_FUNC(void, __delayacct_swapin_end, (void))

static const struct vswap_symbol symbols[] = {
	VSWAP_SYMBOL(swap_avail_lock),
	VSWAP_SYMBOL(swap_avail_heads),
	VSWAP_SYMBOL(swapper_spaces),
	VSWAP_SYMBOL(nr_swapper_spaces),
	VSWAP_SYMBOL(swap_aops),
	VSWAP_SYMBOL(swap_cgroup_ctrl),
	VSWAP_SYMBOL(delayacct_key),
	VSWAP_SYMBOL(__mem_cgroup_try_charge_swap),
	VSWAP_SYMBOL(__mem_cgroup_uncharge_swap),
	VSWAP_SYMBOL(lookup_swap_cgroup_id),
	VSWAP_SYMBOL(mem_cgroup_from_id),
	VSWAP_SYMBOL(folio_free_swap),
	VSWAP_SYMBOL(clear_shadow_from_swap_cache),
	VSWAP_SYMBOL(plist_del),
	VSWAP_SYMBOL(__delayacct_thrashing_start),
	VSWAP_SYMBOL(__delayacct_thrashing_end),
	VSWAP_SYMBOL(__delayacct_swapin_start),
	VSWAP_SYMBOL(__delayacct_swapin_end),
};

static const struct port_map_family *family;

struct port_map port_map;

#define area port_area

/* Pages of swap_cgroup's in the array that ours has replaced. */
static unsigned long nr_original_cgroup;

/* ---- Arrays ---- */

/* swap_cgroup_prepare() for the new slots. The pages become swap_cgroup's own. */
static int add_cgroup_pages(u32 nr)
{
	struct page **map = port_array(ARRAY_CGROUP);

	while (port_map.nr_cgroup < nr / CGROUP_SLOTS_PER_PAGE) {
		struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

		if (!page)
			return -ENOMEM;
		map[port_map.nr_cgroup++] = page;
	}
	return 0;
}

/* init_swap_address_space() for the new slots. */
static void init_spaces(u32 from, u32 to)
{
	struct address_space *spaces = port_array(ARRAY_SPACES);
	u32 i;

	for (i = from / SWAP_ADDRESS_SPACE_PAGES; i < to / SWAP_ADDRESS_SPACE_PAGES; i++) {
		xa_init_flags(&spaces[i].i_pages, XA_FLAGS_LOCK_IRQ);
		atomic_set(&spaces[i].i_mmap_writable, 0);
		spaces[i].a_ops = k_swap_aops;
		mapping_set_no_writeback_tags(&spaces[i]);
	}
}

/**
 * port_map_populate() - see struct port_family
 * @from: the first new slot
 * @to: one behind the last
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int port_map_populate(u32 from, u32 to)
{
	int err = mem_cgroup_disabled() ? 0 : add_cgroup_pages(to);

	if (err)
		return err;
	family->init_range(from, to);
	init_spaces(from, to);
	/* Nobody gets a slot of the first cluster: slot 0 is the header. */
	if (!from)
		memset(port_array(ARRAY_MAP), SWAP_MAP_BAD, SLOTS_PER_CLUSTER);
	return 0;
}

/**
 * port_map_unpopulate() - take back what port_map_populate() gave
 * @nr: down to as many slots; swap_cgroup frees its pages only as far as it knows them
 *
 * Context: any.
 */
void port_map_unpopulate(u32 nr)
{
	struct page **map = port_array(ARRAY_CGROUP);

	while (port_map.nr_cgroup > nr / CGROUP_SLOTS_PER_PAGE)
		__free_page(map[--port_map.nr_cgroup]);
}

/**
 * port_map_discarded() - the arrays are gone
 *
 * Context: process.
 */
void port_map_discarded(void)
{
	port_map.nr_cgroup = 0;
}

/**
 * port_map_memory() - memory that the arrays point to
 *
 * Return: bytes.
 */
u64 port_map_memory(void)
{
	return (u64)port_map.nr_cgroup * PAGE_SIZE;
}

/* ---- Adoption, growth, capacity ---- */

/**
 * port_map_free_original() - free the pages of swap_cgroup's in the small array
 *
 * Context: process.
 */
void port_map_free_original(void)
{
	struct page **cgroup = area.original[ARRAY_CGROUP];

	while (nr_original_cgroup)
		__free_page(cgroup[--nr_original_cgroup]);
}

/* What the kernel takes for the size of its arrays. */
static void set_lengths(u32 nr)
{
	k_nr_swapper_spaces[area.type] = nr / SWAP_ADDRESS_SPACE_PAGES;
	if (!mem_cgroup_disabled())
		k_swap_cgroup_ctrl[area.type].length = nr / CGROUP_SLOTS_PER_PAGE;
	if (family->set_lengths)
		family->set_lengths(nr);
}

/**
 * port_map_looks_right() - is a new area of the shape that this file was written for
 * @si: the area; it has two pages: one address space, one page of cgroup ids, one cluster
 *
 * Context: under swap_lock and si->lock.
 */
bool port_map_looks_right(struct swap_info_struct *si)
{
	int type = si->type;

	return !si->inuse_pages && k_nr_swapper_spaces[type] == 1 &&
	       (mem_cgroup_disabled() || k_swap_cgroup_ctrl[type].length == 1) &&
	       (!family->looks_right || family->looks_right(si));
}

/**
 * port_map_adopt() - exchange what port_map_replace() doesn't
 * @si: the area, just before the kernel publishes it
 *
 * Context: under swap_lock and si->lock.
 */
void port_map_adopt(struct swap_info_struct *si)
{
	struct swap_cgroup_ctrl *ctrl = &k_swap_cgroup_ctrl[si->type];

	atomic_set(&port_map.used, 0);
	port_map.missed = false;
	k_swapper_spaces[si->type] = port_area_exchange(ARRAY_SPACES, k_swapper_spaces[si->type]);
	if (!mem_cgroup_disabled()) {
		nr_original_cgroup = ctrl->length;
		ctrl->map = port_area_exchange(ARRAY_CGROUP, ctrl->map);
	}
	family->adopt(si);
	set_lengths(area.nr_slots);
	/*
	 * As if it were full: so the kernel keeps it off the list of areas to
	 * allocate from, now and when a failed swapoff puts it back.
	 */
	si->lowest_bit = area.nr_slots;
	si->highest_bit = 0;
}

/**
 * port_map_replace() - for the hook on setup_swap_info()
 * @si: a new area is adopted, one that comes back keeps its arrays
 * @swap_map: the hook's argument, replaced if it is to be
 * @cluster_info: likewise
 * @bits: likewise, or NULL if it has no such argument
 *
 * Context: under swap_lock and si->lock.
 */
void port_map_replace(struct swap_info_struct *si, unsigned char **swap_map,
		      struct swap_cluster_info **cluster_info, unsigned long **bits)
{
	if (!port_area_may_adopt(si, *swap_map))
		return;
	*swap_map = port_area_exchange(ARRAY_MAP, *swap_map);
	*cluster_info = port_area_exchange(ARRAY_CLUSTERS, *cluster_info);
	if (bits)
		*bits = port_area_exchange(ARRAY_BITS, *bits);
	port_area_adopt(si);
}

/**
 * port_map_publish() - let the kernel see slots
 * @from: that there were
 * @to: that there are
 *
 * Context: under swap_lock and si->lock.
 */
void port_map_publish(u32 from, u32 to)
{
	set_lengths(to);
	/* The arrays before the size; pairs with get_swap_device(). */
	smp_store_release(&area.si->max, to);
}

/**
 * port_map_is_short() - see port_area_is_short()
 * @nr_free: clusters without a table
 * @low_water: as many clusters should be free
 */
bool port_map_is_short(u32 nr_free, u32 low_water)
{
	return nr_free < low_water;
}

/**
 * port_map_used() - slots in use
 *
 * Return: pages.
 */
unsigned long port_map_used(void)
{
	return atomic_read(&port_map.used);
}

/**
 * port_map_set_pages() - change what the area advertises
 * @si: the area
 * @pages: as much
 *
 * Context: under swap_lock and si->lock.
 */
void port_map_set_pages(struct swap_info_struct *si, unsigned long pages)
{
	unsigned int used;

	WRITE_ONCE(si->pages, pages);
	/*
	 * Either charge_area() sees this, or we see what it has charged: never
	 * less than is in use, or free swap would be negative.
	 */
	smp_mb();
	used = atomic_read(&port_map.used);
	if (used > si->pages)
		WRITE_ONCE(si->pages, used);
}

/* ---- Slots ---- */

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
	/* Fully ordered; pairs with the barrier in port_map_set_pages(). */
	if (atomic_add_return(nr, &port_map.used) > READ_ONCE(area.si->pages)) {
		atomic_sub(nr, &port_map.used);
		return false;
	}
	port_map_add_inuse(nr, false);
	atomic_long_sub(nr, &nr_swap_pages);
	/* Pairs with swapoff's unlocking si->lock and locking a mutex, in this order. */
	smp_mb__after_atomic();
	if (likely(is_writeok()))
		return true;
	port_map_uncharge_area(nr, false);
	return false;
}

/**
 * port_map_leave_avail_lists() - take the area off the lists of areas to allocate from
 * @si: the area
 *
 * Context: under si->lock, maybe with interrupts off.
 */
void port_map_leave_avail_lists(struct swap_info_struct *si)
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
 * port_map_slot_cgroup() - see port_slot_cgroup()
 * @slot: the slot
 */
unsigned short port_map_slot_cgroup(u32 slot)
{
	return static_call(k_lookup_swap_cgroup_id)(swp_entry(area.type, slot));
}

/**
 * port_map_cgroup_by_id() - see port_cgroup_by_id()
 * @id: the id
 */
struct mem_cgroup *port_map_cgroup_by_id(unsigned short id)
{
	return static_call(k_mem_cgroup_from_id)(id);
}

/**
 * port_map_slot_freed() - the kernel freed a slot past our hooks
 * @slot: the slot
 *
 * From swap_range_free(), which has cleared the slot's entry in swap_map, counts it free
 * itself, and may have put the area on the list to allocate from: take it off again.
 *
 * Context: swap_slot_free_notify: under si->lock, maybe with interrupts off.
 */
void port_map_slot_freed(u32 slot)
{
	WRITE_ONCE(port_map.missed, true);
	vswap_area_forget(slot, 1);
	vswap_area_free(slot, 1);
	atomic_dec(&port_map.used);
	if (family->slot_freed)
		family->slot_freed(slot);
	port_map_leave_avail_lists(area.si);
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

static void set_huge(u32 slot, unsigned int nr, bool huge)
{
	if (nr == SWAPFILE_CLUSTER && family->set_huge)
		family->set_huge(slot, huge);
}

/* Without CONFIG_THP_SWAP the kernel splits a folio before its pages get slots. */
static bool takes_order(unsigned int order)
{
	return !order || (IS_ENABLED(CONFIG_THP_SWAP) && family->orders & BIT(order));
}

/* @refused: the folio's cgroup may have no more swap, here or elsewhere. */
static swp_entry_t alloc_entry(struct folio *folio, bool *refused)
{
	unsigned int nr = folio_nr_pages(folio);
	swp_entry_t entry = {};
	s64 slot;

	if (!is_writeok() || !takes_order(folio_order(folio)))
		return entry;
	if (!charge_area(nr)) {
		vswap_stat_add(VSWAP_ALLOC_FAILURES, 1);
		return entry;
	}
	slot = vswap_area_alloc(folio_order(folio));
	if (slot < 0) {
		vswap_stat_add(VSWAP_ALLOC_FAILURES, 1);
		port_map_uncharge_area(nr, false);
		return entry;
	}
	port_map_set(slot, nr, SWAP_HAS_CACHE);
	set_huge(slot, nr, true);
	entry = swp_entry(area.type, slot);
	if (!mem_cgroup_disabled() &&
	    static_call(k___mem_cgroup_try_charge_swap)(folio, entry)) {
		set_huge(slot, nr, false);
		family->free_range(slot, nr);
		*refused = true;
		entry.val = 0;
	}
	return entry;
}

/* ---- Hooks ---- */

VSWAP_ORIGINAL(swp_entry_t, folio_alloc_swap, (struct folio *))

/* Ours if it is on, has room, and no other area has a higher priority. */
static swp_entry_t alloc_from_best(struct folio *folio)
{
	swp_entry_t entry = {};
	bool refused = false;

	if (!port_area_tryget())
		return static_call(original_folio_alloc_swap)(folio);
	if (family->before_alloc)
		family->before_alloc();
	if (unlikely(outranked()))
		entry = static_call(original_folio_alloc_swap)(folio);
	if (!entry.val)
		entry = alloc_entry(folio, &refused);
	percpu_ref_put(&area.si->users);
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

struct vswap_hook vswap_hook_folio_alloc_swap = VSWAP_HOOK_INIT(folio_alloc_swap);

#ifdef CONFIG_HIBERNATION
VSWAP_ORIGINAL(int, swap_type_of, (dev_t, sector_t))

/* The area that the user wants to have the image. Ours is as good as none. */
static int hook_swap_type_of(dev_t device, sector_t offset)
{
	int type = -ENODEV;

	vswap_hook_enter();
	if (!vswap_hook_refuses_image(device))
		type = static_call(original_swap_type_of)(device, offset);
	vswap_hook_exit();
	return type;
}

struct vswap_hook vswap_hook_swap_type_of = VSWAP_HOOK_INIT(swap_type_of);
#endif

/* ---- Reading ---- */

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

/**
 * port_map_read_folio() - read a folio back
 * @folio: locked
 *
 * Context: process, may sleep.
 */
void port_map_read_folio(struct folio *folio)
{
	struct stall stall;

	stall_begin(&stall, folio);
	vswap_area_in(swp_offset(port_folio_entry(folio)), folio);
	stall_end(&stall);
}

/**
 * port_map_init() - port_init(), and find what is relied on here
 * @of: the family
 * @map_of: what it has to say besides
 *
 * Context: process, may sleep; after vswap_symbols_init().
 * Return: 0, or -ENOEXEC with one line in the log for each thing missing.
 */
int port_map_init(const struct port_family *of, const struct port_map_family *map_of)
{
	family = map_of;
	return port_init(of) ?:
	       vswap_btf_check_layout(layout, ARRAY_SIZE(layout)) ?:
	       vswap_symbols_resolve(symbols, ARRAY_SIZE(symbols));
}
