/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between swap_table.c, which is for the families whose areas have a table in each cluster, and
 * where the kernel allocates the slots, and the one of them that is built.
 */
#ifndef VSWAP_FAMILY_SWAP_TABLE_H
#define VSWAP_FAMILY_SWAP_TABLE_H

#include <linux/swap.h>
#include <linux/vm_event_item.h>

#include "family/area.h"
#include "family/hooks.h"
#include "family/movable.h"
#include "family/zswap.h"

enum {
	ARRAY_CLUSTERS,		/* si->cluster_info: per 512 slots */
	ARRAY_TREES,		/* zswap_trees[type]: per 16384 */
	PORT_TABLE_NR_ARRAYS,
};

extern const struct port_array port_table_arrays[PORT_TABLE_NR_ARRAYS];

int port_table_init(const struct port_family *family);
int port_table_start(void);
void port_table_stop(void);
int port_table_populate(u32 from, u32 to);
bool port_table_looks_right(struct swap_info_struct *si);
void port_table_adopt(struct swap_info_struct *si);
void port_table_publish(u32 from, u32 to);
bool port_table_is_short(u32 nr_free, u32 low_water);
void port_table_make_ready(void);
void port_table_set_pages(struct swap_info_struct *si, unsigned long pages);
unsigned long port_table_used(void);
void port_table_slot_freed(u32 slot);
unsigned short port_table_slot_cgroup(u32 slot);
struct mem_cgroup *port_table_cgroup_by_id(unsigned short id);

/* A family has hooks, redirect and adopt besides. */
#define PORT_TABLE_FAMILY						\
	.arrays = port_table_arrays,					\
	.nr_arrays = PORT_TABLE_NR_ARRAYS,				\
	.cache_only = true,						\
	.kernel_allocates = true,					\
	.start = port_table_start,					\
	.stop = port_table_stop,					\
	.populate = port_table_populate,				\
	.looks_right = port_table_looks_right,				\
	.publish = port_table_publish,					\
	.is_short = port_table_is_short,				\
	.make_ready = port_table_make_ready,				\
	.set_pages = port_table_set_pages,				\
	.used = port_table_used,					\
	.slot_freed = port_table_slot_freed,				\
	.slot_cgroup = port_table_slot_cgroup,				\
	.cgroup_by_id = port_table_cgroup_by_id,			\
	.cgroup_may_leave = port_zswap_writeback_enabled

void port_table_count(struct folio *folio, enum vm_event_item event, unsigned int nr);

extern struct vswap_hook vswap_hook_zswap_swapon;
extern struct vswap_hook vswap_hook_zswap_store;
#ifdef CONFIG_HIBERNATION
extern struct vswap_hook vswap_hook_find_hibernation_swap_type;
extern struct vswap_hook vswap_hook_pin_hibernation_swap_type;

#define PORT_TABLE_IMAGE_HOOKS						\
	&vswap_hook_find_first_swap,					\
	&vswap_hook_find_hibernation_swap_type,				\
	&vswap_hook_pin_hibernation_swap_type,
#else
#define PORT_TABLE_IMAGE_HOOKS
#endif

/* Of functions that all these families have. */
#define PORT_TABLE_HOOKS						\
	&vswap_hook_zswap_swapon,					\
	&vswap_hook_mem_cgroup_swap_full,				\
	&vswap_hook_zswap_store,					\
	PORT_MOVABLE_HOOKS						\
	PORT_TABLE_IMAGE_HOOKS

#endif /* VSWAP_FAMILY_SWAP_TABLE_H */
