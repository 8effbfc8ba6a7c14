// SPDX-License-Identifier: GPL-2.0
#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/vmalloc.h>

#include "kernel/compat/movable.h"
#include "sparse.h"
#include "vswap_symbols.h"

VSWAP_DATA(struct mm_struct, init_mm)
VSWAP_FUNC(struct vm_struct *, get_vm_area, (unsigned long, unsigned long))
VSWAP_FUNC(void, vunmap_range, (unsigned long, unsigned long))
#if PORT_PAGES_MOVE
VSWAP_FUNC(void, flush_tlb_kernel_range, (unsigned long, unsigned long))
#endif

static const struct vswap_symbol sparse_symbols[] = {
	VSWAP_SYMBOL(init_mm),
	VSWAP_SYMBOL(get_vm_area),
	VSWAP_SYMBOL(vunmap_range),
#if PORT_PAGES_MOVE
	VSWAP_SYMBOL(flush_tlb_kernel_range),
#endif
};

/**
 * sparse_array_init() - find the kernel functions needed here
 *
 * Context: process, may sleep; after vswap_symbols_init().
 * Return: 0, or -ENOEXEC with the reason in the log.
 */
int sparse_array_init(void)
{
	return vswap_symbols_resolve(sparse_symbols, ARRAY_SIZE(sparse_symbols));
}

/**
 * sparse_array_reserve() - reserve addresses; takes no memory worth mentioning
 * @array: zeroed
 * @size: bytes
 *
 * The range is an ordinary VM_MAP area without pages, so that vfree() and kvfree()
 * take it: the kernel may be given @array->base as an array of its own.
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int sparse_array_reserve(struct sparse_array *array, size_t size)
{
	struct vm_struct *area;

	size = PAGE_ALIGN(size);
	area = static_call(k_get_vm_area)(size, VM_MAP);
	if (!area)
		return -ENOMEM;
	array->base = area->addr;
	array->size = size;
	array->mapped = 0;
	xa_init(&array->pages);
	return 0;
}

static int map_page(pte_t *pte, unsigned long addr, void *data)
{
	struct page *page = data;

	set_pte_at(k_init_mm, addr, pte, mk_pte(page, PAGE_KERNEL));
	return 0;
}

/**
 * sparse_map_page() - put a page anywhere into an array
 * @addr: where, on a page's border, where none is; of an array that sparse_array_map() isn't
 *	called for
 * @page: the page, which stays the caller's
 *
 * Context: process, may allocate page tables by GFP_KERNEL.
 * Return: 0 or -ENOMEM.
 */
int sparse_map_page(void *addr, struct page *page)
{
	return apply_to_page_range(k_init_mm, (unsigned long)addr, PAGE_SIZE, map_page, page);
}

/**
 * sparse_unmap() - the reverse of sparse_map_page(), for several pages
 * @addr: the first
 * @bytes: of all of them
 *
 * Context: process; waits until no CPU can see them.
 */
void sparse_unmap(void *addr, size_t bytes)
{
	static_call(k_vunmap_range)((unsigned long)addr, (unsigned long)addr + bytes);
}

#if PORT_PAGES_MOVE
/**
 * sparse_exchange_page() - put another page with the same contents in the place of one
 * @addr: where it is, by sparse_map_page()
 * @page: the other one, which stays the caller's, as the one that was there does
 *
 * Who reads there meanwhile sees one or the other; nobody writes.
 *
 * Context: process, interrupts on; waits until no CPU can see the one that was there.
 */
void sparse_exchange_page(void *addr, struct page *page)
{
	unsigned long start = (unsigned long)addr;

	/* All page tables are there: nothing is allocated, and it can't fail. */
	apply_to_page_range(k_init_mm, start, PAGE_SIZE, map_page, page);
	static_call(k_flush_tlb_kernel_range)(start, start + PAGE_SIZE);
}
#else
void sparse_exchange_page(void *addr, struct page *page)
{
	WARN_ON_ONCE(true);
}
#endif

static int add_page(struct sparse_array *array)
{
	unsigned long addr = (unsigned long)array->base + array->mapped;
	unsigned long index = array->mapped >> PAGE_SHIFT;
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	int err;

	if (!page)
		return -ENOMEM;
	err = xa_err(xa_store(&array->pages, index, page, GFP_KERNEL));
	if (err)
		goto err_page;
	err = sparse_map_page((void *)addr, page);
	if (err)
		goto err_index;
	/* Pairs with whoever looks at it without a lock before he touches the page. */
	smp_store_release(&array->mapped, array->mapped + PAGE_SIZE);
	/* The kernel keeps pointers in it: of swap cache nodes, for one. */
	kmemleak_alloc(page_address(page), PAGE_SIZE, 0, GFP_KERNEL);
	return 0;

err_index:
	xa_erase(&array->pages, index);
err_page:
	__free_page(page);
	return err;
}

/**
 * sparse_array_map() - back the front of the array with zeroed memory
 * @array: the array
 * @bytes: so many bytes from the front at least; what is mapped already stays
 *
 * Context: process, may sleep; one caller at a time for one array.
 * Return: 0; -ENOMEM with as much mapped as could be; -ENOSPC beyond the size.
 */
int sparse_array_map(struct sparse_array *array, size_t bytes)
{
	int err = 0;

	if (bytes > array->size)
		return -ENOSPC;
	while (array->mapped < bytes && !err)
		err = add_page(array);
	return err;
}

/**
 * sparse_array_free_pages() - free the memory behind an array that is unmapped already
 * @array: its addresses have been given to vfree() or kvfree()
 *
 * Context: process, may sleep.
 */
void sparse_array_free_pages(struct sparse_array *array)
{
	unsigned long index;
	struct page *page;

	xa_for_each(&array->pages, index, page) {
		kmemleak_free(page_address(page));
		__free_page(page);
	}
	xa_destroy(&array->pages);
	array->base = NULL;
	array->mapped = 0;
}

/**
 * sparse_array_free() - give back addresses and memory
 * @array: an array, reserved or zeroed
 *
 * Context: process, may sleep.
 */
void sparse_array_free(struct sparse_array *array)
{
	if (!array->base)
		return;
	vfree(array->base);
	sparse_array_free_pages(array);
}
