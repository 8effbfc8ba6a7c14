// SPDX-License-Identifier: GPL-2.0
/*
 * Kernels of the 6.1 family: a bit per slot for frontswap beside the swap_map, lists of
 * clusters by index, no large folios but huge pages.
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

#include <linux/frontswap.h>

#include "family/swap_map.h"

/* What is read or written here and by no other family, or not as this. */
#define SWAP_LAYOUT(field, bits, size, value)				\
	field(swap_info_struct, free_clusters, struct swap_cluster_list) \
	bits(swap_cluster_info, data, unsigned int, sizeof(spinlock_t))	\
	bits(swap_cluster_info, flags, unsigned int, sizeof(spinlock_t) + 3) \
	field(swap_cluster_list, head, struct swap_cluster_info)	\
	field(swap_cluster_list, tail, struct swap_cluster_info)

VSWAP_LAYOUT(layout, SWAP_LAYOUT)

VSWAP_FUNC(struct page *, read_swap_cache_async,
	   (swp_entry_t, gfp_t, struct vm_area_struct *, unsigned long, bool, struct swap_iocb **))

static const struct vswap_symbol symbols[] = {
	VSWAP_SYMBOL(read_swap_cache_async),
};

/* ---- Frontswap, by which the kernel's own zswap gets pages ---- */

/* Cloud kernels have none: what comes past our hooks comes to our device there. */
#ifdef CONFIG_FRONTSWAP
#define FRONTSWAP_LAYOUT(field, bits, size, value)			\
	field(swap_info_struct, frontswap_map, unsigned long *)

VSWAP_LAYOUT(frontswap_layout, FRONTSWAP_LAYOUT)

VSWAP_FUNC(void, __frontswap_invalidate_page, (unsigned int, unsigned long))

static const struct vswap_symbol frontswap_symbols[] = {
	VSWAP_SYMBOL(__frontswap_invalidate_page),
};

static int init_frontswap(void)
{
	return vswap_btf_check_layout(frontswap_layout, ARRAY_SIZE(frontswap_layout)) ?:
	       vswap_symbols_resolve(frontswap_symbols, ARRAY_SIZE(frontswap_symbols));
}

static bool looks_right(struct swap_info_struct *si)
{
	return si->frontswap_map;
}

static void adopt_frontswap(struct swap_info_struct *si)
{
	si->frontswap_map = port_area_exchange(ARRAY_BITS, si->frontswap_map);
}

/* Did an original that ran in a hook's stead put the page where we don't look? */
static bool frontswap_has(u32 slot)
{
	unsigned long *map = port_array(ARRAY_BITS);

	return test_bit(slot, map);
}

static void forget_frontswap(u32 slot, unsigned int nr)
{
	unsigned long *map = port_array(ARRAY_BITS);
	u32 end = slot + nr;

	for (slot = find_next_bit(map, end, slot); slot < end;
	     slot = find_next_bit(map, end, slot + 1))
		static_call(k___frontswap_invalidate_page)(port_area.type, slot);
}
#else
static int init_frontswap(void)
{
	return 0;
}

static bool looks_right(struct swap_info_struct *si)
{
	return true;
}

static void adopt_frontswap(struct swap_info_struct *si)
{
}

static bool frontswap_has(u32 slot)
{
	return false;
}

static void forget_frontswap(u32 slot, unsigned int nr)
{
}
#endif

/* ---- Arrays ---- */

static const struct port_array arrays[] = {
	PORT_MAP_ARRAYS,
};

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

static void init_range(u32 from, u32 to)
{
	struct swap_cluster_info *ci = port_array(ARRAY_CLUSTERS);
	u32 i;

	for (i = from / SWAPFILE_CLUSTER; i < to / SWAPFILE_CLUSTER; i++) {
		spin_lock_init(&ci[i].lock);
		reset_cluster(&ci[i]);
	}
}

/* cluster_list_init(): no cluster is free for the kernel. Under si->lock. */
static void reset_free_clusters(struct swap_info_struct *si)
{
	struct swap_cluster_list *list = &si->free_clusters;

	list->head.data = 0;
	list->head.flags = CLUSTER_FLAG_NEXT_NULL;
	list->tail = list->head;
}

/* hook_add_to_avail_list() sees to it that the kernel takes it for full. */
static void adopt(struct swap_info_struct *si)
{
	reset_free_clusters(si);
	adopt_frontswap(si);
}

/* ---- Slots ---- */

static struct swap_cluster_info *cluster_of(u32 slot)
{
	struct swap_cluster_info *clusters = port_array(ARRAY_CLUSTERS);

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
	reset_free_clusters(port_area.si);
}

/*
 * Mirrors swap_range_free(): @nr slots, all in one cluster, whose counts are 0 and
 * whose cgroup has been uncharged. @locked: si->lock is held.
 */
static void release_range(u32 slot, unsigned int nr, bool locked)
{
	vswap_area_forget(slot, nr);
	forget_frontswap(slot, nr);
	port_map_clear_shadow(slot, nr);
	vswap_area_free(slot, nr);
	port_map_uncharge_area(nr, locked);
}

/*
 * Mirrors swap_entry_free(): the last use of @nr slots, all in one cluster and of one
 * cgroup, is gone.
 */
static void free_range(u32 slot, unsigned int nr)
{
	port_map_uncharge_cgroup(slot, nr);
	port_map_set(slot, nr, 0);
	release_range(slot, nr, false);
}

/* The kernel has counted the slot free, and sees to frontswap itself. */
static void slot_freed(u32 slot)
{
	take_back_cluster(slot);
	port_map_copy_used();
}

/* It may be there if a tracer kept hook_add_to_avail_list() from running. */
static void check_avail_lists(void)
{
	struct swap_info_struct *si = port_area.si;

	if (likely(plist_node_empty(&si->avail_lists[numa_node_id()])))
		return;
	spin_lock(&si->lock);
	port_map_leave_avail_lists(si);
	spin_unlock(&si->lock);
}

/* ---- Hooks ---- */

VSWAP_ORIGINAL(void, setup_swap_info,
	       (struct swap_info_struct *, int, unsigned char *, struct swap_cluster_info *))
VSWAP_ORIGINAL(void, add_to_avail_list, (struct swap_info_struct *))
VSWAP_ORIGINAL(void, free_swap_slot, (swp_entry_t))
VSWAP_ORIGINAL(int, swap_writepage, (struct page *, struct writeback_control *))
VSWAP_ORIGINAL(int, swap_readpage, (struct page *, bool, struct swap_iocb **))
VSWAP_ORIGINAL(struct page *, swapin_readahead, (swp_entry_t, gfp_t, struct vm_fault *))

/* A new area on our device is adopted; one that comes back keeps its arrays. */
static void hook_setup_swap_info(struct swap_info_struct *si, int prio,
				 unsigned char *swap_map,
				 struct swap_cluster_info *cluster_info)
{
	vswap_hook_enter();
	port_map_replace(si, &swap_map, &cluster_info, NULL);
	static_call(original_setup_swap_info)(si, prio, swap_map, cluster_info);
	vswap_hook_exit();
}

/*
 * The kernel would offer the area to its own allocator, after swapon(2), a failed
 * swapoff, or a free. Under swap_lock or si->lock.
 */
static void hook_add_to_avail_list(struct swap_info_struct *si)
{
	/* As port_is_ours(). */
	void *map = smp_load_acquire(&port_area.key);

	vswap_hook_enter();
	if (!map || READ_ONCE(si->swap_map) != map)
		static_call(original_add_to_avail_list)(si);
	vswap_hook_exit();
}

static void hook_free_swap_slot(swp_entry_t entry)
{
	vswap_hook_enter();
	if (port_is_ours(entry))
		free_range(swp_offset(entry), 1);
	else
		static_call(original_free_swap_slot)(entry);
	vswap_hook_exit();
}

/*
 * Without huge pages this is a part of its only caller: slots are freed by free_swap_slot(), and
 * what comes past the hook on that one, by swap_slot_free_notify.
 */
#ifdef CONFIG_THP_SWAP
VSWAP_ORIGINAL(void, swap_range_free, (struct swap_info_struct *, unsigned long, unsigned int))

/* Under si->lock: a huge page's slots, or one that free_swap_slot() had parked. */
static void hook_swap_range_free(struct swap_info_struct *si, unsigned long offset,
				 unsigned int nr)
{
	vswap_hook_enter();
	if (port_is_ours(swp_entry(si->type, offset))) {
		take_back_cluster(offset);
		release_range(offset, nr, true);
	} else {
		static_call(original_swap_range_free)(si, offset, nr);
	}
	vswap_hook_exit();
}
#endif

/*
 * Always 0: shmem takes no notice of what swap_writepage() returns, and would leave
 * the folio locked after AOP_WRITEPAGE_ACTIVATE.
 */
static int write_folio(struct folio *folio, struct writeback_control *wbc)
{
	u32 slot = swp_offset(port_folio_entry(folio));

	if (!port_map_free_unused(folio)) {
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
	if (port_is_ours(port_folio_entry(folio)))
		ret = write_folio(folio, wbc);
	else
		ret = static_call(original_swap_writepage)(page, wbc);
	vswap_hook_exit();
	return ret;
}

static int hook_swap_readpage(struct page *page, bool do_poll, struct swap_iocb **plug)
{
	struct folio *folio = page_folio(page);
	swp_entry_t entry = port_folio_entry(folio);
	int ret = 0;

	vswap_hook_enter();
	if (port_is_ours(entry) && likely(!frontswap_has(swp_offset(entry))))
		port_map_read_folio(folio);
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
	if (port_is_ours(entry) && vswap_area_in_ram(swp_offset(entry)))
		page = static_call(k_read_swap_cache_async)(entry, gfp, vmf->vma, vmf->address,
							    false, NULL);
	else
		page = static_call(original_swapin_readahead)(entry, gfp, vmf);
	vswap_hook_exit();
	return page;
}

static struct vswap_hook *const hooks[] = {
	PORT_MAP_HOOKS
	VSWAP_HOOK(add_to_avail_list),
#ifdef CONFIG_THP_SWAP
	VSWAP_HOOK(swap_range_free),
#endif
	VSWAP_HOOK(swap_readpage),
};

VSWAP_REDIRECT(redirect, ftrace_instruction_pointer_set)

/* ---- The family ---- */

static const struct port_map_family map_family = {
	.init_range = init_range,
	.looks_right = looks_right,
	.adopt = adopt,
	/* The kernel knows single pages and huge ones. */
	.orders = BIT(0) | BIT(ilog2(SWAPFILE_CLUSTER)),
	.before_alloc = check_avail_lists,
	.set_huge = set_huge,
	.free_range = free_range,
	.slot_freed = slot_freed,
};

static const struct port_family family = {
	PORT_MAP_FAMILY,
	.arrays = arrays,
	.nr_arrays = ARRAY_SIZE(arrays),
	.io_max_holds_swap = true,
	PORT_FAMILY_HOOKS,
};

/* See port.h. */
int vswap_family_init(void)
{
	return port_map_init(&family, &map_family) ?:
	       vswap_btf_check_layout(layout, ARRAY_SIZE(layout)) ?:
	       vswap_symbols_resolve(symbols, ARRAY_SIZE(symbols)) ?:
	       init_frontswap();
}
