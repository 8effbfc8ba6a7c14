// SPDX-License-Identifier: GPL-2.0
/*
 * What a disk is told that it may forget: of a swap file that is opened, and of what is free
 * again in it. See filemap.h for places that are just being discarded.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/blkdev.h>
#include <linux/mm.h>
#include <linux/swap.h>
#include <linux/workqueue.h>

#include "swapfile.h"

/* After so long free places are discarded, unless they are used again. */
#define DISCARD_DELAY	HZ

static void *filemap_memory(size_t size)
{
	return kvzalloc(size, GFP_NOIO | __GFP_NOWARN);
}

static void filemap_memory_free(void *memory)
{
	kvfree(memory);
}

static const struct filemap_ops filemap_ops = {
	.alloc = filemap_memory,
	.free = filemap_memory_free,
};

static void places_emptied(struct filemap *fm)
{
	struct swapfile *sf = container_of(fm, struct swapfile, slots);

	if (READ_ONCE(sf->discards))
		queue_delayed_work(system_freezable_wq, &sf->discard_freed, DISCARD_DELAY);
}

static const struct filemap_ops discarding_filemap_ops = {
	.alloc = filemap_memory,
	.free = filemap_memory_free,
	.emptied = places_emptied,
};

/* Nobody else uses these places meanwhile. */
static int discard_places(struct swapfile *sf, u32 place, u32 nr)
{
	int err = 0;

	while (nr && !err) {
		u32 run;
		u64 block = vswap_swapfile_lookup(sf, place, &run);

		run = min(run, nr);
		err = blkdev_issue_discard(sf->bdev, block << PAGE_SECTORS_SHIFT,
					   (sector_t)run << PAGE_SECTORS_SHIFT, GFP_NOIO);
		if (!err)
			vswap_backend_count(sf->backend, BACKEND_DISCARDED_PAGES, run);
		place += run;
		nr -= run;
		cond_resched();
	}
	return err;
}

/* It is no more than advice: the file is as good without. */
static void discard_failed(struct swapfile *sf, int err)
{
	pr_warn("%s: %s can't be discarded (%d)\n", sf->backend->name, sf->path, err);
	WRITE_ONCE(sf->discards, false);
}

/**
 * vswap_swapfile_discard_freed() - tell the disk of places that are still free
 * @work: @discard_freed of a swap file
 *
 * Context: process, may sleep; from a queue.
 */
void vswap_swapfile_discard_freed(struct work_struct *work)
{
	struct swapfile *sf = container_of(to_delayed_work(work), struct swapfile, discard_freed);
	u32 place, nr;
	int err = 0;

	while (!err && (nr = filemap_take_stale(&sf->slots, &place))) {
		err = discard_places(sf, place, nr);
		filemap_return_stale(&sf->slots, place);
	}
	if (err)
		discard_failed(sf, err);
}

static bool can_discard(struct swapfile *sf)
{
	if (!sf->discard || bdev_max_discard_sectors(sf->bdev))
		return sf->discard;
	pr_info("%s: the device of %s can't discard\n", sf->backend->name, sf->path);
	return false;
}

/* All but the header. */
static void discard_once(struct swapfile *sf)
{
	int err = discard_places(sf, 1, sf->nr_pages - 1);

	if (err)
		discard_failed(sf, err);
}

/**
 * vswap_swapfile_open_places() - set up the map of places, all free; discard them if asked to
 * @sf: the swap file, just claimed
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vswap_swapfile_open_places(struct swapfile *sf)
{
	bool can = can_discard(sf);

	sf->discards = can && sf->discard & SWAP_FLAG_DISCARD_PAGES;
	if (can && sf->discard & SWAP_FLAG_DISCARD_ONCE)
		discard_once(sf);
	return filemap_init(&sf->slots, sf->nr_pages, nr_cpu_ids,
			    sf->discards ? &discarding_filemap_ops : &filemap_ops);
}
