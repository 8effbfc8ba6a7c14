/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAP_BATCH_H
#define VSWAP_BATCH_H

#include <linux/bio.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "backend.h"

/**
 * struct batcher - brings transfers of neighbours on one disk together
 * @bdev: the disk
 * @bios: for bios with several transfers; in front of each is a struct vswap_transfer
 * @end: told how a transfer has ended that went with others, 0 or -errno, and maybe not by its
 *	own fault; any context. It has the transfer then
 * @lock: protects @late
 * @late: bios that could not be submitted where they were made
 * @submit_late: submits those
 * @workers: what @submit_late runs on
 */
struct batcher {
	struct block_device *bdev;
	struct bio_set *bios;
	void (*end)(struct vswap_transfer *t, int error);
	spinlock_t lock;
	struct bio_list late;
	struct work_struct submit_late;
	struct workqueue_struct *workers;
};

void batcher_init(struct batcher *bt, struct workqueue_struct *workers,
		  struct block_device *bdev, struct bio_set *bios,
		  void (*end)(struct vswap_transfer *t, int error));
void batcher_exit(struct batcher *bt);
void batch_start(struct vswap_transfer *t);
void batch_ended(const struct vswap_transfer *t);
void batch_submit(struct batcher *bt, struct vswap_transfer *t);
void batch_set_disk(struct bio *bio, struct block_device *bdev, const struct vswap_transfer *t);

#endif
