/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sparse arrays: a large range of kernel addresses, backed by memory only as far
 * as it is used, from the front.
 */
#ifndef VSWAP_SPARSE_H
#define VSWAP_SPARSE_H

#include <linux/mm_types.h>
#include <linux/types.h>
#include <linux/xarray.h>

/**
 * struct sparse_array - an array that grows in place
 * @base: its first byte; NULL while nothing is reserved
 * @size: bytes of addresses reserved
 * @mapped: bytes from @base that are backed by memory; whole pages
 * @pages: the pages behind it, by their index
 */
struct sparse_array {
	void *base;
	size_t size;
	size_t mapped;
	struct xarray pages;
};

int sparse_array_init(void);
int sparse_array_reserve(struct sparse_array *array, size_t size);
int sparse_array_map(struct sparse_array *array, size_t bytes);
void sparse_array_free_pages(struct sparse_array *array);
void sparse_array_free(struct sparse_array *array);
int sparse_map_page(void *addr, struct page *page);
void sparse_unmap(void *addr, size_t bytes);
void sparse_exchange_page(void *addr, struct page *page);

#endif /* VSWAP_SPARSE_H */
