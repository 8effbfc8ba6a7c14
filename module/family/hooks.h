/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAP_FAMILY_HOOKS_H
#define VSWAP_FAMILY_HOOKS_H

#include "vswap_hooks.h"

extern struct vswap_hook vswap_hook_mem_cgroup_swap_full;

#ifdef CONFIG_HIBERNATION
extern struct vswap_hook vswap_hook_find_first_swap;

bool vswap_hook_refuses_image(dev_t device);
#endif

#endif /* VSWAP_FAMILY_HOOKS_H */
