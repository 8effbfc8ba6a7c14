// SPDX-License-Identifier: GPL-2.0
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/vmstat.h>

#include "vswap_kept.h"

/* What they take of RAM at most: a share, and no more than this. */
#define MAX_SHARE	64
#define MAX_BYTES	SZ_16M

/* KReclaimable in /proc/meminfo, and so in MemAvailable: they go when memory is short. */
static void count(struct page *page, long nr)
{
	mod_node_page_state(page_pgdat(page), NR_KERNEL_MISC_RECLAIMABLE, nr);
}

static void drop_block(struct kept_block *block)
{
	count(block->data, -1);
	__free_page(block->data);
	kfree(block);
}

/* None is kept, and it can be asked, before vswap_kept_start() too. */
struct kept vswap_kept = {
	.lock = __SPIN_LOCK_UNLOCKED(vswap_kept.lock),
	.free = drop_block,
	.ages = LIST_HEAD_INIT(vswap_kept.ages),
};

/**
 * vswap_kept_start() - blocks can be kept from now on
 */
void vswap_kept_start(void)
{
	kept_set_max(&vswap_kept, min(totalram_pages() / MAX_SHARE, MAX_BYTES / PAGE_SIZE));
}

/**
 * vswap_kept_stop() - the reverse of vswap_kept_start()
 *
 * Context: process; no read is under way.
 */
void vswap_kept_stop(void)
{
	kept_set_max(&vswap_kept, 0);
	kept_drop(&vswap_kept, UINT_MAX);
}

/**
 * vswap_kept_add() - keep a block that was read
 * @key: what it is, see kept_add()
 * @page: what was read; ours to keep or free
 * @nr: how many pages are in it
 * @taken: which of them were wanted so far
 *
 * Context: any, interrupts included.
 */
void vswap_kept_add(u64 key, struct page *page, unsigned int nr, u64 taken)
{
	struct kept_block *block;

	/* Without it the block is read once more: no reason to touch reserves. */
	block = kmalloc(sizeof(*block), GFP_NOWAIT | __GFP_NOWARN | __GFP_NOMEMALLOC);
	if (!block) {
		__free_page(page);
		return;
	}
	block->key = key;
	block->data = page;
	block->nr = nr;
	block->taken = taken;
	count(page, 1);
	kept_add(&vswap_kept, block);
}
