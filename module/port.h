/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between kernel families, and nothing else. One file per family,
 * port_*.c, implements the first part of this header; find-port chooses it by looking
 * for what it relies on. docs/porting.md has the facts of each.
 *
 * The area is one of the kernel's swap areas (a struct swap_info_struct) whose
 * per-slot arrays were exchanged for sparse ones that grow in place. There is one
 * at a time.
 */
#ifndef VSWAP_PORT_H
#define VSWAP_PORT_H

#include <linux/blk_types.h>
#include <linux/blkdev.h>
#include <linux/mm_types.h>
#include <linux/swap.h>
#include <linux/types.h>

#include "vswap_io.h"

/* Slots come in whole swap address spaces of the kernel: 64 MiB. */
#define PORT_SLOTS_STEP		(1U << 14)

/*
 * What all ports, and what is above them, read or write themselves: for VSWAP_LAYOUT().
 * What inline functions of the kernel's headers do isn't in it.
 */
#define PORT_LAYOUT(field, bits, size, value)				\
	size(swap_info_struct)						\
	field(swap_info_struct, users, struct percpu_ref)		\
	field(swap_info_struct, flags, unsigned long)			\
	field(swap_info_struct, prio, short)				\
	field(swap_info_struct, type, signed char)			\
	field(swap_info_struct, max, unsigned int)			\
	field(swap_info_struct, cluster_info, struct swap_cluster_info *) \
	field(swap_info_struct, pages, unsigned int)			\
	field(swap_info_struct, swap_extent_root, struct rb_root)	\
	field(swap_info_struct, bdev, struct block_device *)		\
	field(swap_info_struct, swap_file, struct file *)		\
	field(swap_info_struct, lock, spinlock_t)			\
	size(swap_cluster_info)						\
	field(swap_cluster_info, lock, spinlock_t)			\
	field(swap_extent, rb_node, struct rb_node)			\
	field(swap_extent, start_page, unsigned long)			\
	field(swap_extent, nr_pages, unsigned long)			\
	field(swap_extent, start_block, sector_t)			\
	field(plist_node, prio, int)					\
	field(plist_node, node_list, struct list_head)			\
	field(plist_head, node_list, struct list_head)			\
	field(file, f_mapping, struct address_space *)			\
	field(address_space, a_ops, const struct address_space_operations *) \
	field(address_space_operations, swap_activate,			\
	      int (*)(struct swap_info_struct *, struct file *, sector_t *)) \
	field(address_space_operations, swap_deactivate, void (*)(struct file *)) \
	value(SWP_USED)							\
	value(SWP_WRITEOK)						\
	value(SWP_SOLIDSTATE)						\
	value(SWP_BLKDEV)						\
	value(PSWPIN)							\
	value(PSWPOUT)							\
	value(THP_SWPOUT)

/* ---- What a port offers ---- */

int port_init(void);
int port_start(struct block_device *bdev);
void port_stop(void);

u32 port_slots_limit(void);
int port_highest_priority(void);

int port_area_prepare(u32 limit, u32 nr_slots, unsigned long capacity);
void port_area_discard(void);
bool port_area_is_on(void);
bool port_area_is_adopted(void);
bool port_area_is_gone(void);
bool port_area_get(void);
void port_area_put(void);
int port_area_grow(u32 nr_slots);
u32 port_area_slots(void);
bool port_area_is_short(u32 nr_free, u32 low_water);
void port_area_make_ready(void);
void port_area_set_capacity(unsigned long pages);
unsigned long port_area_used(void);
unsigned long port_area_zero_pages(unsigned long held);
unsigned long port_area_capacity(void);
int port_area_priority(void);
u64 port_area_memory(void);
void port_area_slot_freed(u32 slot);
bool port_slot_may_leave(u32 slot);

/* ---- What a port offers: kernel interfaces that change their shape ---- */

struct shrinker;
struct shrink_control;
struct port_comp;
struct zs_pool;

/*
 * Takes one extent of a swap file, in pages: the file's page @start, @nr of them, at
 * page @block of the device. Returns 0 or -errno.
 */
typedef int (*port_extent_fn)(void *arg, u32 start, u32 nr, u64 block);

int port_shrinker_start(void);
void port_shrinker_stop(void);
struct gendisk *port_disk_alloc(bool direct);
struct block_device *port_bdev_claim(dev_t dev, void *holder, void **claim);
void port_bdev_release(void *claim);
int port_map_file(struct file *file, u32 *nr_pages, struct block_device **bdev,
		  port_extent_fn add, void *arg);
swp_entry_t port_folio_entry(struct folio *folio);

unsigned long port_zs_malloc(struct zs_pool *pool, size_t size, gfp_t gfp);
void port_zs_write(struct zs_pool *pool, unsigned long handle, const void *src, size_t len);
const void *port_zs_read_begin(struct zs_pool *pool, unsigned long handle, size_t len,
			       void *buffer);
void port_zs_read_end(struct zs_pool *pool, unsigned long handle, size_t len, const void *mem);

bool port_comp_exists(const char *name);
struct port_comp *port_comp_alloc(const char *name);
void port_comp_free(struct port_comp *comp);
int port_comp_compress(struct port_comp *comp, const void *src, void *dst, unsigned int *len);
int port_comp_decompress(struct port_comp *comp, const void *src, unsigned int len, void *dst);

/* ---- What a port calls, implemented above it, in vswap_area.c ---- */

int vswap_area_open(bool write, bool exclusive);
void vswap_area_release(void);
void vswap_area_submit_bio(struct bio *bio);
void vswap_area_slot_freed(u32 slot);
void vswap_area_refuse_image(void);
void vswap_area_grown(u32 nr_slots);

/* A pool may be small, and reclaim asks for a small share at first. */
#define VSWAP_SHRINK_BATCH	32
unsigned long vswap_area_shrinkable(struct shrinker *shrinker, struct shrink_control *sc);
unsigned long vswap_area_shrink(struct shrinker *shrinker, struct shrink_control *sc);

/* Where the port allocates: */
s64 vswap_area_alloc(unsigned int order);
void vswap_area_forget(u32 slot, unsigned int nr);
void vswap_area_free(u32 slot, unsigned int nr);
int vswap_area_out(u32 slot, struct folio *folio, blk_opf_t opf);
void vswap_area_in(u32 slot, struct folio *folio);
void vswap_area_set_zero(u32 slot);
bool vswap_area_in_ram(u32 slot);
/* Where the kernel allocates: */
int vswap_area_store(u32 slot, struct folio *folio);
void vswap_area_write(u32 slot, struct folio *folio, vswap_end_fn end, void *data);
void vswap_area_read(u32 slot, struct folio *folio, vswap_end_fn end, void *data);
void vswap_area_release_slot(u32 slot);
void vswap_area_look(void);

#endif /* VSWAP_PORT_H */
