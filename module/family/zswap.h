/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's own zswap, for the families in which it has a tree for each 64 MiB of an area.
 *
 * Nothing of ours goes there unless a tracer keeps a hook from running; then the trees have to
 * be real, and are looked at. Of its settings one counts for us: memory.zswap.writeback.
 */
#ifndef VSWAP_FAMILY_ZSWAP_H
#define VSWAP_FAMILY_ZSWAP_H

#include <linux/memcontrol.h>
#include <linux/xarray.h>

#include "family/area.h"

/* mm/swap.h, mm/zswap.c */
#define ZSWAP_ADDRESS_SPACE_PAGES	PORT_SLOTS_STEP

/* Cloud kernels have none: what comes past our hooks comes to our device there. */
#ifdef CONFIG_ZSWAP

/* zswap_trees[type] in the family's list of arrays, of which it is number @i. */
#define PORT_ZSWAP_ARRAY(i)						\
	[i] = PORT_ARRAY(ZSWAP_ADDRESS_SPACE_PAGES, struct xarray),

extern struct xarray *port_zswap_trees;

int port_zswap_init(void);
void port_zswap_init_range(unsigned int i, u32 from, u32 to);
bool port_zswap_looks_right(struct swap_info_struct *si);
void port_zswap_adopt(struct swap_info_struct *si, unsigned int i);
void port_zswap_set_length(u32 nr);
void port_zswap_invalidate(u32 slot, unsigned int nr);
bool port_zswap_writeback_enabled(struct mem_cgroup *memcg);

/* Did an original that ran in a hook's stead put something where we don't look? */
static inline bool port_zswap_has(u32 slot)
{
	return !xa_empty(&port_zswap_trees[slot / ZSWAP_ADDRESS_SPACE_PAGES]);
}

#else /* CONFIG_ZSWAP */

#define PORT_ZSWAP_ARRAY(i)

static inline int port_zswap_init(void)
{
	return 0;
}

static inline void port_zswap_init_range(unsigned int i, u32 from, u32 to)
{
}

static inline bool port_zswap_looks_right(struct swap_info_struct *si)
{
	return true;
}

static inline void port_zswap_adopt(struct swap_info_struct *si, unsigned int i)
{
}

static inline void port_zswap_set_length(u32 nr)
{
}

static inline void port_zswap_invalidate(u32 slot, unsigned int nr)
{
}

static inline bool port_zswap_writeback_enabled(struct mem_cgroup *memcg)
{
	return true;
}

static inline bool port_zswap_has(u32 slot)
{
	return false;
}

#endif /* CONFIG_ZSWAP */

/* What zswap holds of slots that are written anew or freed, all in one tree. */
static inline void port_zswap_forget(u32 slot, unsigned int nr)
{
	if (unlikely(port_zswap_has(slot)))
		port_zswap_invalidate(slot, nr);
}

#endif /* VSWAP_FAMILY_ZSWAP_H */
