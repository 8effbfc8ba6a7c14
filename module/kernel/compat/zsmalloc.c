// SPDX-License-Identifier: GPL-2.0
/* Objects of zsmalloc were mapped, and are copied now. */
#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/string.h>
#include <linux/zsmalloc.h>

#include "compat.h"
#include "copy.h"

/**
 * port_zs_malloc() - an object of a pool
 * @pool: the pool
 * @size: bytes, up to a page
 * @gfp: how to allocate
 *
 * Context: as @gfp says.
 * Return: a handle, or an error that IS_ERR_VALUE() tells.
 */
unsigned long port_zs_malloc(struct zs_pool *pool, size_t size, gfp_t gfp)
{
#ifdef KERNEL_HAS_ZS_MAP_OBJECT
	return zs_malloc(pool, size, gfp);
#else
	return zs_malloc(pool, size, gfp, numa_node_id());
#endif
}

/**
 * port_zs_write() - fill an object
 * @pool: the pool
 * @handle: the object
 * @src: its new contents
 * @len: bytes, as many as it was allocated with
 *
 * Context: any but interrupts; doesn't sleep.
 */
void port_zs_write(struct zs_pool *pool, unsigned long handle, const void *src, size_t len)
{
#ifdef KERNEL_HAS_ZS_MAP_OBJECT
	port_copy(zs_map_object(pool, handle, ZS_MM_WO), src, len);
	zs_unmap_object(pool, handle);
#else
	zs_obj_write(pool, handle, (void *)src, len);
#endif
}

/**
 * port_zs_read_begin() - look at an object
 * @pool: the pool
 * @handle: the object
 * @len: its length in bytes
 * @buffer: @len bytes that may be used for it
 *
 * Context: any but interrupts; no sleeping until port_zs_read_end().
 * Return: its contents.
 */
const void *port_zs_read_begin(struct zs_pool *pool, unsigned long handle, size_t len,
			       void *buffer)
{
#ifdef KERNEL_HAS_ZS_MAP_OBJECT
	return zs_map_object(pool, handle, ZS_MM_RO);
#else
	return zs_obj_read_begin(pool, handle, len, buffer);
#endif
}

/**
 * port_zs_read_end() - the reverse of port_zs_read_begin()
 * @pool: the pool
 * @handle: the object
 * @len: its length in bytes
 * @mem: what that returned
 */
void port_zs_read_end(struct zs_pool *pool, unsigned long handle, size_t len, const void *mem)
{
#ifdef KERNEL_HAS_ZS_MAP_OBJECT
	zs_unmap_object(pool, handle);
#else
	zs_obj_read_end(pool, handle, len, (void *)mem);
#endif
}
