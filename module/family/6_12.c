// SPDX-License-Identifier: GPL-2.0
/*
 * Kernels of the 6.12 family: a zeromap beside the swap_map, and zswap trees.
 *
 * Any hook may be skipped, when a tracer on the same function is re-entered. What
 * the original then does with our area is made harmless:
 *  - folio_alloc_swap: the area is on no list of areas to allocate from;
 *  - swap_writepage, swap_read_folio: zeromap and zswap tree are real and looked
 *    at, and block I/O reaches our device, which serves it;
 *  - free_swap_slot: parks the slot, swap_entry_range_free comes later;
 *  - swap_entry_range_free: calls swap_slot_free_notify, see port_area_slot_freed().
 */
#define pr_fmt(fmt) "vswap: " fmt

#include "family/swap_map.h"
#include "family/zswap.h"
#include "kernel/compat/arch.h"

/* A list for each order that a folio with slots may have. */
#ifdef CONFIG_THP_SWAP
#define LISTS_LAYOUT(field)						\
	field(swap_info_struct, nonfull_clusters, struct list_head [10]) \
	field(swap_info_struct, frag_clusters, struct list_head [10])
#else
#define LISTS_LAYOUT(field)						\
	field(swap_info_struct, nonfull_clusters, struct list_head [1])	\
	field(swap_info_struct, frag_clusters, struct list_head [1])
#endif

/* What is read or written here and by no other family, or not as this. */
#define SWAP_LAYOUT(field, bits, size, value)				\
	field(swap_info_struct, zeromap, unsigned long *)		\
	field(swap_info_struct, free_clusters, struct list_head)	\
	field(swap_info_struct, full_clusters, struct list_head)	\
	LISTS_LAYOUT(field)						\
	field(swap_cluster_info, count, u16)				\
	field(swap_cluster_info, flags, u8)				\
	field(swap_cluster_info, list, struct list_head)		\
	field(folio, swap, swp_entry_t)

VSWAP_LAYOUT(layout, SWAP_LAYOUT)

VSWAP_FUNC(struct folio *, read_swap_cache_async,
	   (swp_entry_t, gfp_t, struct vm_area_struct *, unsigned long, struct swap_iocb **))

static const struct vswap_symbol symbols[] = {
	VSWAP_SYMBOL(read_swap_cache_async),
};

enum {
	ARRAY_TREES = ARRAY_MORE,	/* zswap_trees[type]: per 16384 */
};

/* ---- Arrays ---- */

static const struct port_array arrays[] = {
	PORT_MAP_ARRAYS,
	PORT_ZSWAP_ARRAY(ARRAY_TREES)
};

/*
 * setup_clusters() for the new slots. Our allocator keeps clusters of its own; the kernel's
 * are only there for their lock. A count that never reaches 0 keeps them off the kernel's
 * lists.
 */
static void init_range(u32 from, u32 to)
{
	struct swap_cluster_info *ci = port_array(ARRAY_CLUSTERS);
	u32 i;

	for (i = from / SWAPFILE_CLUSTER; i < to / SWAPFILE_CLUSTER; i++) {
		spin_lock_init(&ci[i].lock);
		INIT_LIST_HEAD(&ci[i].list);
		ci[i].count = U16_MAX;
		ci[i].flags = CLUSTER_FLAG_NONFULL;
	}
	port_zswap_init_range(ARRAY_TREES, from, to);
}

static void adopt(struct swap_info_struct *si)
{
	int i;

	port_zswap_adopt(si, ARRAY_TREES);
	INIT_LIST_HEAD(&si->free_clusters);
	INIT_LIST_HEAD(&si->full_clusters);
	for (i = 0; i < SWAP_NR_ORDERS; i++) {
		INIT_LIST_HEAD(&si->nonfull_clusters[i]);
		INIT_LIST_HEAD(&si->frag_clusters[i]);
	}
}

/* ---- Slots ---- */

/* The first of some slots whose page the original swap_writepage() found zero, or @end. */
static inline u32 next_zero_page(u32 slot, u32 end)
{
	const unsigned long *zeromap = port_array(ARRAY_BITS);

	if (likely(end - slot == 1))
		return test_bit(slot, zeromap) ? slot : end;
	return find_next_bit(zeromap, end, slot);
}

static inline void forget_zeromap(u32 slot, unsigned int nr)
{
	u32 end = slot + nr;

	for (slot = next_zero_page(slot, end); slot < end; slot = next_zero_page(slot + 1, end))
		clear_bit(slot, port_array(ARRAY_BITS));
}

/* The original swap_writepage() found these pages zero: then so they are. */
static void take_over_zeromap(u32 slot, unsigned int nr)
{
	u32 end = slot + nr;

	for (slot = next_zero_page(slot, end); slot < end; slot = next_zero_page(slot + 1, end)) {
		vswap_area_set_zero(slot);
		clear_bit(slot, port_array(ARRAY_BITS));
	}
}

/*
 * Mirrors swap_entry_range_free(): the last use of @nr slots, all in one cluster
 * and of one cgroup, is gone. @locked: si->lock is held.
 */
static inline void free_slots(u32 slot, unsigned int nr, bool locked)
{
	vswap_area_forget(slot, nr);
	forget_zeromap(slot, nr);
	port_map_uncharge_cgroup(slot, nr);
	port_map_clear_shadow(slot, nr);
	port_tags_forget(port_area.type, slot, nr);
	port_map_set(slot, nr, 0);
	vswap_area_free(slot, nr);
	port_map_uncharge_area(nr, locked);
}

static void free_range(u32 slot, unsigned int nr)
{
	free_slots(slot, nr, false);
}

/* ---- Hooks ---- */

VSWAP_ORIGINAL(void, setup_swap_info,
	       (struct swap_info_struct *, int, unsigned char *,
		struct swap_cluster_info *, unsigned long *))
VSWAP_ORIGINAL(void, free_swap_slot, (swp_entry_t))
VSWAP_ORIGINAL(void, swap_entry_range_free, (struct swap_info_struct *, swp_entry_t, unsigned int))
VSWAP_ORIGINAL(int, swap_writepage, (struct page *, struct writeback_control *))
VSWAP_ORIGINAL(void, swap_read_folio, (struct folio *, struct swap_iocb **))
VSWAP_ORIGINAL(struct folio *, swapin_readahead, (swp_entry_t, gfp_t, struct vm_fault *))

/* A new area on our device is adopted; one that comes back keeps its arrays. */
static void hook_setup_swap_info(struct swap_info_struct *si, int prio,
				 unsigned char *swap_map,
				 struct swap_cluster_info *cluster_info,
				 unsigned long *zeromap)
{
	vswap_hook_enter();
	port_map_replace(si, &swap_map, &cluster_info, &zeromap);
	static_call(original_setup_swap_info)(si, prio, swap_map, cluster_info, zeromap);
	vswap_hook_exit();
}

static void hook_free_swap_slot(swp_entry_t entry)
{
	vswap_hook_enter();
	if (port_is_ours(entry)) {
		port_zswap_forget(swp_offset(entry), 1);
		free_slots(swp_offset(entry), 1, false);
	} else {
		static_call(original_free_swap_slot)(entry);
	}
	vswap_hook_exit();
}

/* Under si->lock. Its callers have seen to zswap. */
static void hook_swap_entry_range_free(struct swap_info_struct *si, swp_entry_t entry,
				       unsigned int nr)
{
	vswap_hook_enter();
	if (port_is_ours(entry))
		free_slots(swp_offset(entry), nr, true);
	else
		static_call(original_swap_entry_range_free)(si, entry, nr);
	vswap_hook_exit();
}

static int write_folio(struct folio *folio, struct writeback_control *wbc)
{
	u32 slot = swp_offset(folio->swap);
	unsigned int nr = folio_nr_pages(folio);
	int err;

	if (port_map_free_unused(folio)) {
		folio_unlock(folio);
		return 0;
	}
	err = port_tags_save(folio);
	if (err) {
		folio_mark_dirty(folio);
		folio_unlock(folio);
		return err;
	}
	forget_zeromap(slot, nr);
	port_zswap_forget(slot, nr);
	if (!vswap_area_out(slot, folio, wbc_to_write_flags(wbc)))
		return 0;
	/* Still in memory, still dirty: reclaim is to look for another page. */
	folio_mark_dirty(folio);
	return AOP_WRITEPAGE_ACTIVATE;
}

static int hook_swap_writepage(struct page *page, struct writeback_control *wbc)
{
	struct folio *folio = page_folio(page);
	int ret;

	vswap_hook_enter();
	if (port_is_ours(folio->swap))
		ret = write_folio(folio, wbc);
	else
		ret = static_call(original_swap_writepage)(page, wbc);
	vswap_hook_exit();
	return ret;
}

static void read_folio(struct folio *folio)
{
	take_over_zeromap(swp_offset(folio->swap), folio_nr_pages(folio));
	port_map_read_folio(folio);
}

static void hook_swap_read_folio(struct folio *folio, struct swap_iocb **plug)
{
	vswap_hook_enter();
	if (port_is_ours(folio->swap) && likely(!port_zswap_has(swp_offset(folio->swap))))
		read_folio(folio);
	else
		static_call(original_swap_read_folio)(folio, plug);
	vswap_hook_exit();
}

/* Reading ahead pays where it saves seeks: not for pages that are in RAM. */
static struct folio *hook_swapin_readahead(swp_entry_t entry, gfp_t gfp,
					   struct vm_fault *vmf)
{
	struct folio *folio;

	vswap_hook_enter();
	if (port_is_ours(entry) && vswap_area_in_ram(swp_offset(entry)))
		folio = static_call(k_read_swap_cache_async)(entry, gfp, vmf->vma,
							     vmf->address, NULL);
	else
		folio = static_call(original_swapin_readahead)(entry, gfp, vmf);
	vswap_hook_exit();
	return folio;
}

static struct vswap_hook *const hooks[] = {
	PORT_MAP_HOOKS
	VSWAP_HOOK(swap_entry_range_free),
	VSWAP_HOOK(swap_read_folio),
};

VSWAP_REDIRECT(redirect, ftrace_regs_set_instruction_pointer)

/* ---- The family ---- */

static const struct port_map_family map_family = {
	.init_range = init_range,
	.set_lengths = port_zswap_set_length,
	.looks_right = port_zswap_looks_right,
	.adopt = adopt,
	.orders = ~0UL,
	.free_range = free_range,
};

static const struct port_family family = {
	PORT_MAP_FAMILY,
	.arrays = arrays,
	.nr_arrays = ARRAY_SIZE(arrays),
	PORT_FAMILY_HOOKS,
	.cgroup_may_leave = port_zswap_writeback_enabled,
};

/* See port.h. */
int vswap_family_init(void)
{
	return port_map_init(&family, &map_family) ?:
	       vswap_btf_check_layout(layout, ARRAY_SIZE(layout)) ?:
	       vswap_symbols_resolve(symbols, ARRAY_SIZE(symbols)) ?:
	       port_zswap_init() ?:
	       port_tags_init();
}
