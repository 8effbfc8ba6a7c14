/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages of ours that the kernel may exchange for others, for huge pages and whoever else needs
 * contiguous memory. Later kernels know by name who has such pages, and a module isn't among
 * them; ours stay where they are there.
 */
#ifndef VSWAP_MOVABLE_H
#define VSWAP_MOVABLE_H

#include <linux/gfp.h>
#include <linux/migrate.h>

/*
 * Only on x86 may a live entry of a page table get another page: arm64 wants it empty in between
 * (break-before-make), and who reads there can't be kept waiting.
 */
#if defined(KERNEL_HAS_PAGE_MOVABLE) && defined(CONFIG_COMPACTION) && defined(CONFIG_X86)
#define PORT_PAGES_MOVE		1
#define PORT_GFP_MOVABLE	__GFP_MOVABLE

static inline void port_set_movable(struct page *page, const struct movable_operations *ops)
{
	__SetPageMovable(page, ops);
}

static inline void port_clear_movable(struct page *page)
{
	__ClearPageMovable(page);
}

static inline const struct movable_operations *port_movable_ops(struct page *page)
{
	return page_movable_ops(page);
}
#else
#define PORT_PAGES_MOVE		0
#define PORT_GFP_MOVABLE	0

static inline void port_set_movable(struct page *page, const struct movable_operations *ops)
{
}

static inline void port_clear_movable(struct page *page)
{
}

static inline const struct movable_operations *port_movable_ops(struct page *page)
{
	return NULL;
}
#endif

#endif /* VSWAP_MOVABLE_H */
