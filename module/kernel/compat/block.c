// SPDX-License-Identifier: GPL-2.0
/* Block devices: one of our own, and those of others, to be had alone. */
#include <linux/blkdev.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/mm.h>

#include "compat.h"

/* What changes while it is compressed, summed up or encrypted is spoilt: stable writes. */
#ifdef KERNEL_HAS_BLK_FEATURES
static struct gendisk *alloc_disk(void)
{
	struct queue_limits limits = {
		.logical_block_size = PAGE_SIZE,
		.physical_block_size = PAGE_SIZE,
		.features = BLK_FEAT_STABLE_WRITES,
	};

	return blk_alloc_disk(&limits, NUMA_NO_NODE);
}
#else
static struct gendisk *alloc_disk(void)
{
	struct gendisk *disk = blk_alloc_disk(NUMA_NO_NODE);

	if (!disk)
		return ERR_PTR(-ENOMEM);
	blk_queue_flag_set(QUEUE_FLAG_NONROT, disk->queue);
	blk_queue_flag_set(QUEUE_FLAG_STABLE_WRITES, disk->queue);
	blk_queue_logical_block_size(disk->queue, PAGE_SIZE);
	blk_queue_physical_block_size(disk->queue, PAGE_SIZE);
	return disk;
}
#endif

/**
 * port_disk_alloc() - a gendisk of 4 KiB blocks that can be swapped on
 * @fops: its operations, made by PORT_DISK_FOPS()
 *
 * Context: process, may sleep.
 * Return: the disk or ERR_PTR(-errno); put_disk() it.
 */
struct gendisk *port_disk_alloc(const struct block_device_operations *fops)
{
	struct gendisk *disk = alloc_disk();

	if (!IS_ERR(disk))
		disk->fops = fops;
	return disk;
}

#ifdef KERNEL_HAS_BDEV_FILE
static struct block_device *claim_bdev(dev_t dev, void *holder, void **claim)
{
	struct file *file = bdev_file_open_by_dev(dev, BLK_OPEN_READ | BLK_OPEN_WRITE, holder,
						  NULL);

	if (IS_ERR(file))
		return ERR_CAST(file);
	*claim = file;
	return file_bdev(file);
}

static void release_bdev(void *claim)
{
	fput(claim);
}
#else
#define CLAIM_MODE	(FMODE_READ | FMODE_WRITE | FMODE_EXCL)

static struct block_device *claim_bdev(dev_t dev, void *holder, void **claim)
{
	struct block_device *bdev = blkdev_get_by_dev(dev, CLAIM_MODE, holder);

	if (!IS_ERR(bdev))
		*claim = bdev;
	return bdev;
}

static void release_bdev(void *claim)
{
	blkdev_put(claim, CLAIM_MODE);
}
#endif

/**
 * port_bdev_claim() - open a block device so that nobody else can use it meanwhile
 * @dev: its number
 * @holder: who wants it
 * @claim: set to what port_bdev_release() takes
 *
 * Context: process, may sleep.
 * Return: the device or ERR_PTR(-errno), -EBUSY if it is in use.
 */
struct block_device *port_bdev_claim(dev_t dev, void *holder, void **claim)
{
	return claim_bdev(dev, holder, claim);
}

/**
 * port_bdev_release() - the reverse of port_bdev_claim()
 * @claim: what that gave
 *
 * Context: process, may sleep.
 */
void port_bdev_release(void *claim)
{
	release_bdev(claim);
}
