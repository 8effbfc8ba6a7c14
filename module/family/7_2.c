// SPDX-License-Identifier: GPL-2.0
/*
 * Kernels of the 7.2 family: swap tables in the kernel's clusters, no struct swap_ops.
 *
 * Pages go out where the kernel asks its zswap to store one, and come in where it asks that to
 * load one: behind zero pages and the accounting of stalls, before block I/O. A hook that is
 * missed leaves a page to zswap, which is looked at first, or to block I/O, which reaches our
 * device, and that serves it.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include "family/swap_table.h"

VSWAP_ORIGINAL(int, zswap_load, (struct folio *))

/* PSWPIN is counted for all by vswap_area_in(); for the cgroup while the folio is locked. */
static int load_folio(struct folio *folio)
{
	port_table_count(folio, PSWPIN, folio_nr_pages(folio));
	vswap_area_in(swp_offset(folio->swap), folio);
	return 0;
}

/* Told anything but -ENOENT, the kernel leaves it to us to unlock the folio. */
static int hook_zswap_load(struct folio *folio)
{
	int ret = -ENOENT;
	bool ours;

	vswap_hook_enter();
	ours = port_is_ours(folio->swap);
	if (!ours || unlikely(port_zswap_has(swp_offset(folio->swap))))
		ret = static_call(original_zswap_load)(folio);
	if (ours && ret == -ENOENT)
		ret = load_folio(folio);
	vswap_hook_exit();
	return ret;
}

static struct vswap_hook *const hooks[] = {
	PORT_TABLE_HOOKS
	VSWAP_HOOK(zswap_load),
};

VSWAP_REDIRECT(redirect, ftrace_regs_set_instruction_pointer)

static const struct port_family family = {
	PORT_TABLE_FAMILY,
	.adopt = port_table_adopt,
	PORT_FAMILY_HOOKS,
};

/* See port.h. */
int vswap_family_init(void)
{
	return port_table_init(&family);
}
