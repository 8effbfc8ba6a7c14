// SPDX-License-Identifier: GPL-2.0
/*
 * Pages of ours that can move, on kernels that know by a page's type who moves it: see
 * kernel/compat/movable.h. The page is locked in all that is hooked here. Nothing is to be
 * done when one is put back, by zsmalloc neither.
 */
#include "family/movable.h"
#include "kernel/compat/movable.h"

VSWAP_ORIGINAL(bool, zs_page_isolate, (struct page *, isolate_mode_t))
VSWAP_ORIGINAL(int, zs_page_migrate, (struct page *, struct page *, enum migrate_mode))

static bool hook_zs_page_isolate(struct page *page, isolate_mode_t mode)
{
	const struct movable_operations *ops;
	bool isolated;

	vswap_hook_enter();
	ops = port_movable_ops(page);
	if (ops)
		isolated = ops->isolate_page(page, mode);
	else
		isolated = static_call(original_zs_page_isolate)(page, mode);
	vswap_hook_exit();
	return isolated;
}

struct vswap_hook vswap_hook_zs_page_isolate = VSWAP_HOOK_INIT(zs_page_isolate);

static int hook_zs_page_migrate(struct page *dst, struct page *src, enum migrate_mode mode)
{
	const struct movable_operations *ops;
	int err;

	vswap_hook_enter();
	ops = port_movable_ops(src);
	if (ops)
		err = ops->migrate_page(dst, src, mode);
	else
		err = static_call(original_zs_page_migrate)(dst, src, mode);
	vswap_hook_exit();
	return err;
}

struct vswap_hook vswap_hook_zs_page_migrate = VSWAP_HOOK_INIT(zs_page_migrate);
