// SPDX-License-Identifier: GPL-2.0
/*
 * The end of a read may be an interrupt. What is decompressed by the kernel's library is
 * decompressed right there, if it isn't much; other compressors sleep, so a worker does it. Who
 * waits is told when the pages are there: nobody sees them before. As reads are part of what
 * makes memory free (an area is swapped off, a page is faulted in by who exits), what they need
 * comes from mempools. Whoever has taken from them gives back without waiting for another who
 * takes.
 *
 * Pages that left together are in one block, and are often wanted together, each by itself
 * (readahead). Who wants pages of a block that is being read already waits for that.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/hashtable.h>
#include <linux/highmem.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "codec.h"
#include "packed.h"
#include "vswap_tier.h"
#include "vswap_unpack.h"

/* Blocks that can always be read at once, whatever memory is left. */
#define MIN_BLOCKS	16

/* Pages of one block that one transfer is for, if they are wanted together. */
#define MAX_RUN		16

/*
 * Pages that are decompressed at the end of a read, with interrupts off at worst: LZ4 takes some
 * 3400 instructions for each. More than a block has as a rule; those of large folios, and many
 * who wait for one block, are left to a worker.
 */
#define MAX_AT_ONCE	8

/* Words with these in common are of one block. */
#define SAME_BLOCK	(SLOT_TAG_MASK |						\
			 ((u64)U32_MAX | ~0ULL << PACKED_BACKEND_SHIFT) << SLOT_PAYLOAD_SHIFT)

/**
 * struct unpacking - a block that is read for some of its pages
 * @io: the set of one transfer, of the block
 * @transfer: that one
 * @work: what comes then
 * @node: among those whose block others may wait for
 * @next: another one that waits for this one's block, and has none itself
 * @whole: what is told when the pages are there
 * @block: where the block is read to
 * @page: the first page, the others follow
 * @nr: how many
 * @error: how it ended
 * @words: their slot words
 */
struct unpacking {
	struct vswap_io io;
	struct vswap_transfer transfer;
	struct work_struct work;
	struct hlist_node node;
	struct unpacking *next;
	struct vswap_io *whole;
	struct page *block;
	struct page *page;
	unsigned int nr;
	int error;
	u64 words[MAX_RUN];
};

static struct kmem_cache *cache;
static mempool_t unpackings, blocks;
static struct workqueue_struct *queue;

/* Blocks on their way, and the lock for these and for whom they are awaited by; interrupts off. */
static DEFINE_HASHTABLE(under_way, 6);
static DEFINE_SPINLOCK(under_way_lock);

/**
 * vswap_unpack_start() - get ready to read packed blocks
 *
 * Context: process, may sleep.
 * Return: 0, or -ENOMEM with nothing left behind.
 */
int vswap_unpack_start(void)
{
	/* The flag as in vswap_io_start(): each use sets all that it reads. */
	cache = kmem_cache_create("vswap_unpack", sizeof(struct unpacking), 0,
				  SLAB_TYPESAFE_BY_RCU, NULL);
	queue = alloc_workqueue("vswap_unpack", WQ_MEM_RECLAIM | WQ_HIGHPRI | WQ_UNBOUND, 0);
	if (cache && queue && !mempool_init_slab_pool(&unpackings, MIN_BLOCKS, cache) &&
	    !mempool_init_page_pool(&blocks, MIN_BLOCKS, 0))
		return 0;
	vswap_unpack_stop();
	return -ENOMEM;
}

/**
 * vswap_unpack_stop() - the reverse of vswap_unpack_start()
 *
 * Context: process, may sleep; no read is under way.
 */
void vswap_unpack_stop(void)
{
	/* Works that have told of their last page may still be there. */
	if (queue)
		destroy_workqueue(queue);
	queue = NULL;
	mempool_exit(&blocks);
	mempool_exit(&unpackings);
	kmem_cache_destroy(cache);
	cache = NULL;
}

static int unpack_page(struct codec *codec, const void *block, u64 word, struct page *page)
{
	const void *object = packed_object(block, slot_payload(word));
	void *to;
	int err;

	if (!object)
		return -EIO;
	to = kmap_local_page(page);
	err = codec_unpack(codec, object, packed_length(slot_payload(word)), to);
	kunmap_local(to);
	return err;
}

/* What compressed its pages; NULL: it isn't a block. */
static struct codec *codec_of(const void *block)
{
	int number = packed_codec(block);

	return number < 0 ? NULL : codec_by_number(number);
}

/* Returns how many of the pages aren't there. */
static unsigned int unpack_pages(struct unpacking *u, const void *block)
{
	struct codec *codec = codec_of(block);
	unsigned int i, bad = 0;

	for (i = 0; i < u->nr; i++)
		if (!codec || unpack_page(codec, block, u->words[i], u->page + i))
			bad++;
	return bad;
}

static void tell_of_bad(struct unpacking *u, unsigned int bad)
{
	/* It stays while the words are held, by whoever waits for @whole. */
	struct vswap_backend *b = vswap_tier_backend(u->words[0]);

	vswap_backend_count(b, BACKEND_READ_ERRORS, bad);
	vswap_backend_error(b);
	pr_alert_ratelimited("%s: page %u isn't the packed block that was written, %u pages of it are wanted\n",
			     b->name, vswap_tier_file_slot(u->words[0]), bad);
}

/* The pages that the block was read for, as far as they are there. Returns 0 or -EIO. */
static int unpack(struct unpacking *u, const void *block)
{
	unsigned int bad = unpack_pages(u, block);

	if (likely(!bad))
		return 0;
	tell_of_bad(u, bad);
	return -EIO;
}

/* Whoever is told may be the last who keeps the pools. */
static void tell_all(struct unpacking *u)
{
	struct unpacking *next;

	for (; u; u = next) {
		struct vswap_io *whole = u->whole;
		int error = u->error;

		next = u->next;
		mempool_free(u, &unpackings);
		vswap_io_put(whole, error);
	}
}

/* All who wait for a block have their pages, or an error. */
static void serve_all(struct unpacking *first)
{
	const void *block = kmap_local_page(first->block);
	int err = READ_ONCE(first->io.error);
	struct unpacking *u;

	for (u = first; u; u = u->next)
		u->error = err ?: unpack(u, block);
	kunmap_local(block);
	mempool_free(first->block, &blocks);
	tell_all(first);
}

static void unpack_work(struct work_struct *work)
{
	serve_all(container_of(work, struct unpacking, work));
}

/* Is what is to be done for a block fit for an interrupt? */
static bool is_short(const struct unpacking *first)
{
	const void *block = kmap_local_page(first->block);
	const struct codec *codec = codec_of(block);
	const struct unpacking *u;
	unsigned int nr = 0;

	kunmap_local(block);
	for (u = first; u; u = u->next)
		nr += u->nr;
	return nr <= MAX_AT_ONCE && (!codec || codec_is_stateless(codec));
}

static void block_read(struct vswap_io *io)
{
	struct unpacking *first = container_of(io, struct unpacking, io);
	unsigned long flags;

	/* From now on nobody can wait for it. */
	spin_lock_irqsave(&under_way_lock, flags);
	hash_del(&first->node);
	spin_unlock_irqrestore(&under_way_lock, flags);

	if (is_short(first)) {
		serve_all(first);
		return;
	}
	INIT_WORK(&first->work, unpack_work);
	queue_work(queue, &first->work);
}

static unsigned long block_key(u64 word)
{
	return word & SAME_BLOCK;
}

/*
 * Wait for a block that is being read already, or have others wait for this one's. As long
 * as a page of it is being read, a block stays what it is. Returns whether there is one.
 */
static bool join(struct unpacking *u)
{
	unsigned long key = block_key(u->words[0]);
	struct unpacking *first;
	unsigned long flags;
	bool found = false;

	spin_lock_irqsave(&under_way_lock, flags);
	hash_for_each_possible(under_way, first, node, key) {
		found = block_key(first->words[0]) == key;
		if (found)
			break;
	}
	if (found) {
		u->next = first->next;
		first->next = u;
	} else {
		hash_add(under_way, &u->node, key);
	}
	spin_unlock_irqrestore(&under_way_lock, flags);
	return found;
}

static void read_block(struct unpacking *u, struct vswap_backend *b)
{
	u->block = mempool_alloc(&blocks, GFP_NOIO);
	vswap_io_init(&u->io, block_read);
	u->io.spare = &u->transfer;
	b->ops->submit(b, &u->io, REQ_OP_READ, u->block, 1, vswap_tier_file_slot(u->words[0]));
	vswap_io_put(&u->io, 0);
}

/**
 * vswap_unpack() - start reading pages of a packed block
 * @words: slot words of the pages, the first one and maybe others of the same block
 * @nr: how many words there are, at least one
 * @first: what the first of them was seen to be, of tag SLOT_PACKED
 * @io: told when the pages are there, or couldn't be read
 * @page: where to read the first page to; the others follow
 *
 * Context: process, may sleep; must not depend on reclaim. What the words stand for stays
 * until @io has been told.
 * Return: how many pages that are, at least one.
 */
unsigned int vswap_unpack(const u64 *words, unsigned int nr, u64 first, struct vswap_io *io,
			  struct page *page)
{
	struct unpacking *u = mempool_alloc(&unpackings, GFP_NOIO);
	struct vswap_backend *b = vswap_tier_backend(first);
	unsigned int n;

	u->words[0] = first;
	for (n = 1; n < min_t(unsigned int, nr, MAX_RUN); n++) {
		u->words[n] = READ_ONCE(words[n]);
		if (block_key(u->words[n]) != block_key(first))
			break;
	}
	u->page = page;
	u->nr = n;
	u->next = NULL;
	u->whole = io;
	vswap_io_get(io);
	if (join(u)) {
		vswap_backend_count(b, BACKEND_PAGES_IN, n);
		return n;
	}
	/* One page is counted where the block is. */
	vswap_backend_count(b, BACKEND_PAGES_IN, n - 1);
	read_block(u, b);
	return n;
}
