/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between swap_map.c, which is for the families whose areas have a swap_map, and where we
 * allocate the slots, and the one of them that is built.
 */
#ifndef VSWAP_FAMILY_SWAP_MAP_H
#define VSWAP_FAMILY_SWAP_MAP_H

#include <linux/memcontrol.h>
#include <linux/swap.h>
#include <linux/writeback.h>

#include "family/area.h"
#include "family/hooks.h"

/* mm/swap.h */
#define SWAP_ADDRESS_SPACE_PAGES	PORT_SLOTS_STEP

/* mm/swap_cgroup.c */
struct swap_cgroup {
	unsigned short id;
};

#define CGROUP_SLOTS_PER_PAGE	(PAGE_SIZE / sizeof(struct swap_cgroup))

/* The arrays; a family may have more behind these. */
enum {
	ARRAY_MAP,		/* si->swap_map: u8 per slot */
	ARRAY_BITS,		/* si->zeromap or si->frontswap_map: bit per slot */
	ARRAY_CLUSTERS,		/* si->cluster_info: per SWAPFILE_CLUSTER */
	ARRAY_SPACES,		/* swapper_spaces[type]: per 16384 */
	ARRAY_CGROUP,		/* swap_cgroup_ctrl[type].map: per 2048 */
	ARRAY_MORE,
};

#define PORT_MAP_ARRAYS							\
	[ARRAY_MAP] = PORT_ARRAY(1, unsigned char),			\
	[ARRAY_BITS] = PORT_ARRAY(BITS_PER_BYTE, u8),			\
	[ARRAY_CLUSTERS] = PORT_ARRAY(SWAPFILE_CLUSTER, struct swap_cluster_info), \
	[ARRAY_SPACES] = PORT_ARRAY(SWAP_ADDRESS_SPACE_PAGES, struct address_space), \
	[ARRAY_CGROUP] = PORT_ARRAY(CGROUP_SLOTS_PER_PAGE, struct page *)

/**
 * struct port_map_family - what such a family has to say besides
 * @init_range: contents of the clusters, and of the arrays behind ARRAY_MORE, for slots
 *	@from up to @to
 * @set_lengths: of those arrays, for @nr slots; may be NULL
 * @looks_right: see struct port_family; may be NULL
 * @adopt: exchange those arrays, reset the kernel's lists of clusters
 * @orders: a bit for each order of a large folio that may have slots here
 * @before_alloc: called within port_area_get(); may be NULL
 * @set_huge: the slots of a whole cluster are those of one folio; may be NULL
 * @free_range: the last use of @nr slots of one folio is gone
 * @slot_freed: something more to do about a slot that the kernel freed; may be NULL
 */
struct port_map_family {
	void (*init_range)(u32 from, u32 to);
	void (*set_lengths)(u32 nr);
	bool (*looks_right)(struct swap_info_struct *si);
	void (*adopt)(struct swap_info_struct *si);
	unsigned long orders;
	void (*before_alloc)(void);
	void (*set_huge)(u32 slot, bool huge);
	void (*free_range)(u32 slot, unsigned int nr);
	void (*slot_freed)(u32 slot);
};

/**
 * struct port_map - what is known of the area in use
 * @used: slots in use
 * @missed: the kernel has freed slots past our hooks
 * @nr_cgroup: pages in ARRAY_CGROUP
 */
struct port_map {
	atomic_t used;
	bool missed;
	u32 nr_cgroup;
};

extern struct port_map port_map;

VSWAP_SHARED_FUNC(void, __mem_cgroup_uncharge_swap, (swp_entry_t, unsigned int))
VSWAP_SHARED_FUNC(void, clear_shadow_from_swap_cache, (int, unsigned long, unsigned long))
VSWAP_SHARED_FUNC(bool, folio_free_swap, (struct folio *))

int port_map_init(const struct port_family *family, const struct port_map_family *map_family);
int port_map_populate(u32 from, u32 to);
void port_map_unpopulate(u32 nr);
void port_map_discarded(void);
bool port_map_looks_right(struct swap_info_struct *si);
void port_map_adopt(struct swap_info_struct *si);
void port_map_free_original(void);
void port_map_publish(u32 from, u32 to);
bool port_map_is_short(u32 nr_free, u32 low_water);
void port_map_set_pages(struct swap_info_struct *si, unsigned long pages);
unsigned long port_map_used(void);
u64 port_map_memory(void);
void port_map_slot_freed(u32 slot);
unsigned short port_map_slot_cgroup(u32 slot);
struct mem_cgroup *port_map_cgroup_by_id(unsigned short id);

#define PORT_MAP_FAMILY							\
	.populate = port_map_populate,					\
	.unpopulate = port_map_unpopulate,				\
	.discarded = port_map_discarded,				\
	.looks_right = port_map_looks_right,				\
	.adopt = port_map_adopt,					\
	.free_original = port_map_free_original,			\
	.publish = port_map_publish,					\
	.is_short = port_map_is_short,					\
	.set_pages = port_map_set_pages,				\
	.used = port_map_used,						\
	.memory = port_map_memory,					\
	.slot_freed = port_map_slot_freed,				\
	.slot_cgroup = port_map_slot_cgroup,				\
	.cgroup_by_id = port_map_cgroup_by_id

void port_map_replace(struct swap_info_struct *si, unsigned char **swap_map,
		      struct swap_cluster_info **cluster_info, unsigned long **bits);
void port_map_leave_avail_lists(struct swap_info_struct *si);
void port_map_read_folio(struct folio *folio);

extern struct vswap_hook vswap_hook_folio_alloc_swap;
#ifdef CONFIG_HIBERNATION
extern struct vswap_hook vswap_hook_swap_type_of;

#define PORT_MAP_IMAGE_HOOKS						\
	&vswap_hook_find_first_swap,					\
	&vswap_hook_swap_type_of,
#else
#define PORT_MAP_IMAGE_HOOKS
#endif

/* Of functions that all these families have, by prototypes of their own. */
#define PORT_MAP_HOOKS							\
	VSWAP_HOOK(setup_swap_info),					\
	&vswap_hook_folio_alloc_swap,					\
	VSWAP_HOOK(free_swap_slot),					\
	VSWAP_HOOK(swap_writepage),					\
	VSWAP_HOOK(swapin_readahead),					\
	&vswap_hook_mem_cgroup_swap_full,				\
	PORT_MAP_IMAGE_HOOKS

/* ---- Slots ---- */

/*
 * si->inuse_pages is the kernel's, under si->lock. With every allocation and every
 * free of this area here, atomics do instead: on @used, and on the kernel's copy of it.
 *
 * Once the kernel has changed its copy itself, not atomically, it may again: only
 * under its lock can the two be kept the same.
 */
static inline void port_map_copy_used(void)
{
	WRITE_ONCE(port_area.si->inuse_pages, atomic_read(&port_map.used));
}

/* @locked: si->lock is held. */
static inline void port_map_add_inuse(int nr, bool locked)
{
	struct swap_info_struct *si = port_area.si;

	BUILD_BUG_ON(sizeof(si->inuse_pages) != sizeof(atomic_t));
	if (likely(!READ_ONCE(port_map.missed))) {
		atomic_add(nr, (atomic_t *)&si->inuse_pages);
	} else if (locked) {
		port_map_copy_used();
	} else {
		spin_lock(&si->lock);
		port_map_copy_used();
		spin_unlock(&si->lock);
	}
}

/* @locked: si->lock is held. */
static inline void port_map_uncharge_area(unsigned int nr, bool locked)
{
	atomic_long_add(nr, &nr_swap_pages);
	/* try_to_unuse() must see 0 only after all else was cleaned up. */
	smp_mb__before_atomic();
	atomic_sub(nr, &port_map.used);
	port_map_add_inuse(-(int)nr, locked);
}

static inline void port_map_set(u32 slot, unsigned int nr, unsigned char count)
{
	unsigned char *map = port_area.key;

	if (likely(nr == 1))
		WRITE_ONCE(map[slot], count);
	else
		memset(map + slot, count, nr);
}

static inline void port_map_uncharge_cgroup(u32 slot, unsigned int nr)
{
	if (!mem_cgroup_disabled())
		static_call(k___mem_cgroup_uncharge_swap)(swp_entry(port_area.type, slot), nr);
}

static inline void port_map_clear_shadow(u32 slot, unsigned int nr)
{
	static_call(k_clear_shadow_from_swap_cache)(port_area.type, slot, slot + nr - 1);
}

/*
 * Has the folio no user any more? Where its first page has one, and so most often, a
 * look without the lock says it: if that one goes just now, a write was in vain.
 */
static inline bool port_map_free_unused(struct folio *folio)
{
	unsigned char *map = port_area.key;
	u8 count = READ_ONCE(map[swp_offset(port_folio_entry(folio))]);

	return !(count & ~SWAP_HAS_CACHE) && static_call(k_folio_free_swap)(folio);
}

#endif /* VSWAP_FAMILY_SWAP_MAP_H */
