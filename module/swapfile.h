/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A swap file or partition as a backend: what backend_swapfile.c, which knows its places, has
 * below it: how the file is claimed, what its disk may forget, how pages go there and back.
 */
#ifndef VSWAP_SWAPFILE_H
#define VSWAP_SWAPFILE_H

#include <linux/bio.h>
#include <linux/mempool.h>
#include <linux/workqueue.h>

#include "backend.h"
#include "batch.h"
#include "crypt.h"
#include "extents.h"
#include "filemap.h"

/* Encrypted pages that can always be under way. */
#define VSWAP_SWAPFILE_BOUNCES	64

/**
 * struct swapfile - an open swap file or partition
 * @file: the file or device
 * @bdev: the device its pages lie on
 * @bdev_claim: what keeps others from a block device
 * @path: the user's name for it; by it a file that was given up is opened again
 * @encrypt: its pages are encrypted
 * @extents: where on @bdev each page lies; exchanged when there are more; NULL while it
 *	isn't attached, as are @file and what else is made for it
 * @slots: which pages are in use
 * @nr_pages: pages of the area, by its header and by what is mapped
 * @bios: bios for @bdev
 * @batcher: brings transfers together, where pages aren't encrypted
 * @crypt: the key for its pages; NULL: they aren't encrypted
 * @crypt_memory: what that takes, in bytes
 * @bounces: for pages on their way out, encrypted
 * @workers: for what interrupts can't do
 * @discard: see struct vswap_backend_params
 * @discards: the device is told of places that are free again
 * @discard_freed: does so
 * @backend: whose this is
 * @claimed: S_SWAPFILE is set by us
 * @activated: ->swap_activate has been called
 */
struct swapfile {
	struct file *file;
	struct block_device *bdev;
	void *bdev_claim;
	char *path;
	bool encrypt;
	struct extents __rcu *extents;
	struct filemap slots;
	u32 nr_pages;
	struct bio_set bios;
	struct batcher batcher;
	struct crypt *crypt;
	size_t crypt_memory;
	mempool_t bounces;
	struct workqueue_struct *workers;
	unsigned int discard;
	bool discards;
	struct delayed_work discard_freed;
	struct vswap_backend *backend;
	bool claimed;
	bool activated;
};

/* swapfile_claim.c */
int vswap_swapfile_open(struct vswap_backend *b, const struct vswap_backend_params *params);
void vswap_swapfile_close(struct vswap_backend *b);
int vswap_swapfile_attach(struct vswap_backend *b);
void vswap_swapfile_detach(struct vswap_backend *b);
int vswap_swapfile_resize(struct vswap_backend *b, u64 bytes, struct file *file);

/* swapfile_discard.c */
int vswap_swapfile_open_places(struct swapfile *sf);
void vswap_swapfile_discard_freed(struct work_struct *work);

/* swapfile_io.c */
u64 vswap_swapfile_lookup(struct swapfile *sf, u32 place, u32 *run);
void vswap_swapfile_submit(struct vswap_backend *b, struct vswap_io *io, blk_opf_t opf,
			   struct page *page, unsigned int nr, u64 payload);
void vswap_swapfile_transfer_ended(struct vswap_transfer *t, int error);

#endif /* VSWAP_SWAPFILE_H */
