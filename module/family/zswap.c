// SPDX-License-Identifier: GPL-2.0
#include "family/zswap.h"

/* What is read or written here. */
#define ZSWAP_LAYOUT(field, bits, size, value)				\
	size(xarray)							\
	field(mem_cgroup, css, struct cgroup_subsys_state)		\
	field(mem_cgroup, zswap_writeback, bool)

VSWAP_LAYOUT(layout, ZSWAP_LAYOUT)

VSWAP_DATA(struct xarray *, zswap_trees)
VSWAP_DATA(unsigned int, nr_zswap_trees)
VSWAP_FUNC(void, zswap_invalidate, (swp_entry_t))

static const struct vswap_symbol symbols[] = {
	VSWAP_SYMBOL(zswap_trees),
	VSWAP_SYMBOL(nr_zswap_trees),
	VSWAP_SYMBOL(zswap_invalidate),
};

/* Of our area, from before it is adopted. */
struct xarray *port_zswap_trees;

/**
 * port_zswap_init() - find what is relied on here
 *
 * Context: process, may sleep; after port_init().
 * Return: 0, or -ENOEXEC with one line in the log for each thing missing.
 */
int port_zswap_init(void)
{
	return vswap_btf_check_layout(layout, ARRAY_SIZE(layout)) ?:
	       vswap_symbols_resolve(symbols, ARRAY_SIZE(symbols));
}

/**
 * port_zswap_init_range() - zswap_swapon() for new slots
 * @i: the trees in the family's list of arrays
 * @from: the first slot, a multiple of ZSWAP_ADDRESS_SPACE_PAGES
 * @to: one behind the last, likewise
 *
 * Context: process; the kernel doesn't see these slots yet.
 */
void port_zswap_init_range(unsigned int i, u32 from, u32 to)
{
	u32 tree;

	port_zswap_trees = port_array(i);
	for (tree = from / ZSWAP_ADDRESS_SPACE_PAGES; tree < to / ZSWAP_ADDRESS_SPACE_PAGES; tree++)
		xa_init(&port_zswap_trees[tree]);
}

/**
 * port_zswap_looks_right() - has a new area of two pages one tree, with nothing in it
 * @si: the area
 *
 * Context: in swapon(2), before anybody can see the area.
 */
bool port_zswap_looks_right(struct swap_info_struct *si)
{
	return k_nr_zswap_trees[si->type] == 1 && xa_empty(&k_zswap_trees[si->type][0]);
}

/**
 * port_zswap_adopt() - exchange the trees
 * @si: the area
 * @i: the trees in the family's list of arrays
 *
 * Context: in swapon(2), before anybody can see the area; port_zswap_set_length() is due.
 */
void port_zswap_adopt(struct swap_info_struct *si, unsigned int i)
{
	k_zswap_trees[si->type] = port_area_exchange(i, k_zswap_trees[si->type]);
}

/**
 * port_zswap_set_length() - how many trees the kernel may use
 * @nr: for so many slots
 *
 * Context: in swapon(2), or under swap_lock and si->lock.
 */
void port_zswap_set_length(u32 nr)
{
	k_nr_zswap_trees[port_area.type] = nr / ZSWAP_ADDRESS_SPACE_PAGES;
}

/**
 * port_zswap_invalidate() - have zswap forget slots
 * @slot: the first
 * @nr: how many
 *
 * Context: any that the kernel frees a slot in.
 */
void port_zswap_invalidate(u32 slot, unsigned int nr)
{
	while (nr--)
		static_call(k_zswap_invalidate)(swp_entry(port_area.type, slot++));
}

/**
 * port_zswap_writeback_enabled() - may pages of a cgroup leave RAM for a disk
 * @memcg: the cgroup, or NULL: of no cgroup
 *
 * Context: within rcu_read_lock().
 * Return: false if memory.zswap.writeback is 0 there, or in a cgroup above.
 */
bool port_zswap_writeback_enabled(struct mem_cgroup *memcg)
{
	for (; memcg; memcg = parent_mem_cgroup(memcg))
		if (!READ_ONCE(memcg->zswap_writeback))
			return false;
	return true;
}
