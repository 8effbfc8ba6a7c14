// SPDX-License-Identifier: GPL-2.0
/* Hooks that are the same in all families; each lists those it has. */
#include "family/area.h"
#include "family/hooks.h"
#include "vswap_copies.h"

VSWAP_ORIGINAL(bool, mem_cgroup_swap_full, (struct folio *))

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
	if (full && folio_test_swapcache(folio) && port_is_ours(entry) &&
	    vswap_area_has_copy(swp_offset(entry)))
		full = !vswap_copies_pay(folio, port_area_used(), READ_ONCE(port_area.si->pages));
	vswap_hook_exit();
	return full;
}

struct vswap_hook vswap_hook_mem_cgroup_swap_full = VSWAP_HOOK_INIT(mem_cgroup_swap_full);

#ifdef CONFIG_HIBERNATION
VSWAP_ORIGINAL(int, find_first_swap, (dev_t *))

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
		if (si->bdev == port_area.bdev) {
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

struct vswap_hook vswap_hook_find_first_swap = VSWAP_HOOK_INIT(find_first_swap);

/**
 * vswap_hook_refuses_image() - is our device to have the image of a hibernation
 * @device: that the user has named
 *
 * Context: process.
 * Return: true, and it has been said that it can't.
 */
bool vswap_hook_refuses_image(dev_t device)
{
	if (device != port_area.bdev->bd_dev)
		return false;
	vswap_area_refuse_image();
	return true;
}
#endif
