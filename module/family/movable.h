/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAP_FAMILY_MOVABLE_H
#define VSWAP_FAMILY_MOVABLE_H

#include "vswap_hooks.h"

#ifdef KERNEL_PAGES_MOVE
extern struct vswap_hook vswap_hook_zs_page_isolate;
extern struct vswap_hook vswap_hook_zs_page_migrate;

#define PORT_MOVABLE_HOOKS						\
	&vswap_hook_zs_page_isolate,					\
	&vswap_hook_zs_page_migrate,
#else
#define PORT_MOVABLE_HOOKS
#endif

#endif /* VSWAP_FAMILY_MOVABLE_H */
