/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Interfaces of the kernel that change their shape, in one shape. No file here knows a
 * family: each asks for the features that find-port saw in the headers, KERNEL_HAS_*.
 */
#ifndef VSWAP_COMPAT_H
#define VSWAP_COMPAT_H

#include <linux/blkdev.h>
#include <linux/mm_types.h>
#include <linux/module.h>
#include <linux/shrinker.h>
#include <linux/swap.h>
#include <linux/swapops.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct obj_cgroup;
struct port_comp;
struct zs_pool;

/* Newer kernels complain when it is used by its old name. */
#ifdef KERNEL_HAS_SYSTEM_DFL_WQ
#define port_unbound_wq		system_dfl_wq
#else
#define port_unbound_wq		system_unbound_wq
#endif

/* ---- A disk of our own ---- */

#ifdef KERNEL_HAS_BLK_MODE
#define PORT_DISK_OPEN		struct gendisk *disk, blk_mode_t mode
#define PORT_DISK_RELEASE	struct gendisk *disk
#define PORT_MODE_WRITE		BLK_OPEN_WRITE
#define PORT_MODE_EXCLUSIVE	BLK_OPEN_EXCL
#else
#define PORT_DISK_OPEN		struct block_device *bdev, fmode_t mode
#define PORT_DISK_RELEASE	struct gendisk *disk, fmode_t mode
#define PORT_MODE_WRITE		FMODE_WRITE
#define PORT_MODE_EXCLUSIVE	FMODE_EXCL
#endif

/*
 * PORT_DISK_FOPS() makes @name, the operations of a disk:
 *
 *	int opened(bool write, bool exclusive)
 *	void closed(void)
 *	void submit(struct bio *bio)
 *	void slot_freed(u32 slot)	swap_slot_free_notify
 */
#define PORT_DISK_FOPS(name, opened, closed, submit, slot_freed)	\
	static int name##_open(PORT_DISK_OPEN)				\
	{								\
		return opened(mode & PORT_MODE_WRITE, mode & PORT_MODE_EXCLUSIVE); \
	}								\
	static void name##_release(PORT_DISK_RELEASE)			\
	{								\
		closed();						\
	}								\
	static void name##_slot_free_notify(struct block_device *bdev, unsigned long slot) \
	{								\
		slot_freed(slot);					\
	}								\
	static const struct block_device_operations name = {		\
		.owner = THIS_MODULE,					\
		.open = name##_open,					\
		.release = name##_release,				\
		.submit_bio = submit,					\
		.swap_slot_free_notify = name##_slot_free_notify,	\
	}

struct gendisk *port_disk_alloc(const struct block_device_operations *fops);

/* ---- Swap files and partitions ---- */

/*
 * Takes one extent of a swap file, in pages: the file's page @start, @nr of them, at
 * page @block of the device. Returns 0 or -errno.
 */
typedef int (*port_extent_fn)(void *arg, u32 start, u32 nr, u64 block);

int port_swap_file_init(void);
int port_map_file(struct file *file, u32 *nr_pages, struct block_device **bdev,
		  port_extent_fn add, void *arg);
struct block_device *port_bdev_claim(dev_t dev, void *holder, void **claim);
void port_bdev_release(void *claim);

/**
 * port_folio_entry() - the swap entry of a folio
 * @folio: of the swap cache, or about to be read past it
 *
 * Context: the folio is locked.
 */
static inline swp_entry_t port_folio_entry(struct folio *folio)
{
#ifdef KERNEL_HAS_FOLIO_SWAP_ENTRY
	return folio_swap_entry(folio);
#else
	return folio->swap;
#endif
}

/* ---- Memory pressure ---- */

typedef unsigned long (*port_shrink_fn)(struct shrinker *shrinker, struct shrink_control *sc);

int port_shrinker_start(port_shrink_fn count, port_shrink_fn scan, long batch);
void port_shrinker_stop(void);

/* ---- Cgroups that are charged ---- */

/* What is counted in memory.stat; the last one isn't on all kernels. */
enum port_charge_event {
	PORT_CHARGE_OUT,
	PORT_CHARGE_IN,
	PORT_CHARGE_WRITTEN,
};

int port_charge_init(void);
struct obj_cgroup *port_charge_payer(struct folio *folio);
void port_charge_put(struct obj_cgroup *payer);
bool port_charge_may(struct obj_cgroup *payer);
void port_charge_add(struct obj_cgroup *payer, size_t bytes);
void port_charge_sub(struct obj_cgroup *payer, size_t bytes);
void port_charge_count(struct obj_cgroup *payer, enum port_charge_event event);

/* ---- Objects of zsmalloc ---- */

unsigned long port_zs_malloc(struct zs_pool *pool, size_t size, gfp_t gfp);
void port_zs_write(struct zs_pool *pool, unsigned long handle, const void *src, size_t len);
const void *port_zs_read_begin(struct zs_pool *pool, unsigned long handle, size_t len,
			       void *buffer);
void port_zs_read_end(struct zs_pool *pool, unsigned long handle, size_t len, const void *mem);

/* ---- Compressors ---- */

bool port_comp_exists(const char *name);
struct port_comp *port_comp_alloc(const char *name);
void port_comp_free(struct port_comp *comp);
int port_comp_compress(struct port_comp *comp, const void *src, void *dst, unsigned int *len);
int port_comp_decompress(struct port_comp *comp, const void *src, unsigned int len, void *dst);

#endif /* VSWAP_COMPAT_H */
