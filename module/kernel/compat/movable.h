/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages of ours that the kernel may exchange for others, for huge pages and whoever else needs
 * contiguous memory.
 *
 * Older kernels ask the page who moves it. Later ones know by the page's type, and a module has
 * none of its own: there ours have zsmalloc's, and family/movable.c, which stands before
 * zsmalloc's operations, tells them by their mapping, which zsmalloc's never have. Their private
 * word is 0, as of a page that zsmalloc has given up: should a hook be missed, zsmalloc leaves
 * them alone.
 *
 * Only on x86 may a live entry of a page table get another page: arm64 wants it empty in between
 * (break-before-make), and who reads there can't be kept waiting.
 */
#ifndef VSWAP_MOVABLE_H
#define VSWAP_MOVABLE_H

#include <linux/gfp.h>
#include <linux/migrate.h>

#ifdef KERNEL_PAGES_MOVE
#define PORT_PAGES_MOVE		1
/* Else they would lie among pages that can't move, and the kernel keeps those together. */
#define PORT_GFP_MOVABLE	__GFP_MOVABLE

#ifdef KERNEL_HAS_PAGE_MOVABLE

static inline void port_set_movable(struct page *page, const struct movable_operations *ops,
				    unsigned long data)
{
	set_page_private(page, data);
	__SetPageMovable(page, ops);
}

static inline void port_clear_movable(struct page *page)
{
	__ClearPageMovable(page);
	set_page_private(page, 0);
}

static inline const struct movable_operations *port_movable_ops(struct page *page)
{
	return page_movable_ops(page);
}

static inline unsigned long port_movable_data(struct page *page)
{
	return page_private(page);
}

#else /* KERNEL_HAS_PAGE_MOVABLE */

static inline void port_set_movable(struct page *page, const struct movable_operations *ops,
				    unsigned long data)
{
	page->mapping = (void *)ops;
	page->__folio_index = data;
	__SetPageZsmalloc(page);
	SetPageMovableOps(page);
}

/* The type stays until the page is free. */
static inline void port_clear_movable(struct page *page)
{
	page->mapping = NULL;
	page->__folio_index = 0;
}

static inline const struct movable_operations *port_movable_ops(struct page *page)
{
	return (void *)page->mapping;
}

static inline unsigned long port_movable_data(struct page *page)
{
	return page->__folio_index;
}

#endif /* KERNEL_HAS_PAGE_MOVABLE */

#else
#define PORT_PAGES_MOVE		0
#define PORT_GFP_MOVABLE	0

static inline void port_set_movable(struct page *page, const struct movable_operations *ops,
				    unsigned long data)
{
}

static inline void port_clear_movable(struct page *page)
{
}

static inline const struct movable_operations *port_movable_ops(struct page *page)
{
	return NULL;
}

static inline unsigned long port_movable_data(struct page *page)
{
	return 0;
}
#endif

#endif /* VSWAP_MOVABLE_H */
