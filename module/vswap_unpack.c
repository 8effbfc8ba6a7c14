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
 * (readahead). Who wants pages of a block that is being read already waits for that. Or a
 * little later: so the block is kept as it was read, and a page that is found in it is
 * checked and decompressed as if it came from the disk just now. A block stays what it is as
 * long as a page of it is being read. So it is put among those that are kept before anybody is
 * told that it was read, and is looked for only by who is just reading a page of it.
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
#include "vswap_kept.h"
#include "vswap_stats.h"
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

/* For a block that may be kept: without memory there are those that can always be had. */
#define GFP_SPARE	(GFP_NOWAIT | __GFP_NOWARN | __GFP_NORETRY | __GFP_NOMEMALLOC)

/**
 * struct wanted - pages of one block
 * @page: where to read the first one to, the others follow
 * @nr: how many
 * @words: their slot words
 */
struct wanted {
	struct page *page;
	unsigned int nr;
	u64 words[MAX_RUN];
};

/**
 * struct unpacking - a block that is read for some of its pages
 * @io: the set of one transfer, of the block
 * @transfer: that one
 * @work: what comes then
 * @node: among those whose block others may wait for
 * @next: another one that waits for this one's block, and has none itself
 * @whole: what is told when the pages are there
 * @block: where the block is read to
 * @is_spare: it may be kept, for it isn't one of those that can always be had
 * @error: how it ended
 * @wanted: the pages
 */
struct unpacking {
	struct vswap_io io;
	struct vswap_transfer transfer;
	struct work_struct work;
	struct hlist_node node;
	struct unpacking *next;
	struct vswap_io *whole;
	struct page *block;
	bool is_spare;
	int error;
	struct wanted wanted;
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
	    !mempool_init_page_pool(&blocks, MIN_BLOCKS, 0)) {
		vswap_kept_start();
		return 0;
	}
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
	vswap_kept_stop();
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
static unsigned int unpack_pages(const struct wanted *w, const void *block)
{
	struct codec *codec = codec_of(block);
	unsigned int i, bad = 0;

	for (i = 0; i < w->nr; i++)
		if (!codec || unpack_page(codec, block, w->words[i], w->page + i))
			bad++;
	return bad;
}

/* A bit for each of the pages, as kept.h wants them. */
static u64 wanted_bits(const struct wanted *w)
{
	unsigned int i;
	u64 bits = 0;

	for (i = 0; i < w->nr; i++)
		bits |= kept_bit(packed_offset(slot_payload(w->words[i])) / PACKED_ALIGN);
	return bits;
}

static void tell_of_bad(const struct wanted *w, unsigned int bad)
{
	/* It stays while the words are held, by whoever waits for the pages. */
	struct vswap_backend *b = vswap_tier_backend(w->words[0]);

	vswap_backend_count(b, BACKEND_READ_ERRORS, bad);
	vswap_backend_error(b);
	pr_alert_ratelimited("%s: page %u isn't the packed block that was written, %u pages of it are wanted\n",
			     b->name, vswap_tier_file_slot(w->words[0]), bad);
}

/* The pages that the block was read for, as far as they are there. Returns 0 or -EIO. */
static int unpack(const struct wanted *w, const void *block)
{
	unsigned int bad = unpack_pages(w, block);

	if (likely(!bad))
		return 0;
	tell_of_bad(w, bad);
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

/* Keep what was read, or give it back. @nr: pages that are in it; @taken: those read so far. */
static void put_block(struct unpacking *first, unsigned int nr, u64 taken, bool is_good)
{
	u64 key = vswap_tier_block_key(first->wanted.words[0]);

	if (is_good && first->is_spare)
		vswap_kept_add(key, first->block, nr, taken);
	else
		mempool_free(first->block, &blocks);
}

/* All who wait for a block have their pages, or an error. */
static void serve_all(struct unpacking *first)
{
	const void *block = kmap_local_page(first->block);
	unsigned int nr = packed_count(block);
	int err = READ_ONCE(first->io.error);
	struct unpacking *u;
	bool is_good = true;
	u64 taken = 0;

	for (u = first; u; u = u->next) {
		u->error = err ?: unpack(&u->wanted, block);
		is_good &= !u->error;
		taken |= wanted_bits(&u->wanted);
	}
	kunmap_local(block);
	put_block(first, nr, taken, is_good);
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
		nr += u->wanted.nr;
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

/*
 * Wait for a block that is being read already, or have others wait for this one's. Returns
 * whether there is one.
 */
static bool join(struct unpacking *u)
{
	unsigned long key = vswap_tier_block_key(u->wanted.words[0]);
	struct unpacking *first;
	unsigned long flags;
	bool found = false;

	spin_lock_irqsave(&under_way_lock, flags);
	hash_for_each_possible(under_way, first, node, key) {
		found = vswap_tier_block_key(first->wanted.words[0]) == key;
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
	u->block = alloc_page(GFP_SPARE);
	u->is_spare = u->block;
	if (!u->block)
		u->block = mempool_alloc(&blocks, GFP_NOIO);
	vswap_io_init(&u->io, block_read);
	u->io.spare = &u->transfer;
	b->ops->submit(b, &u->io, REQ_OP_READ, u->block, 1,
		       vswap_tier_file_slot(u->wanted.words[0]));
	vswap_io_put(&u->io, 0);
}

/* They aren't at hand. */
static void unpack_from_disk(const struct wanted *w, struct vswap_backend *b,
			     struct vswap_io *io)
{
	struct unpacking *u = mempool_alloc(&unpackings, GFP_NOIO);

	u->wanted.page = w->page;
	u->wanted.nr = w->nr;
	memcpy(u->wanted.words, w->words, w->nr * sizeof(w->words[0]));
	u->next = NULL;
	u->whole = io;
	vswap_io_get(io);
	if (join(u)) {
		vswap_backend_count(b, BACKEND_PAGES_IN, w->nr);
		return;
	}
	/* One page is counted where the block is. */
	vswap_backend_count(b, BACKEND_PAGES_IN, w->nr - 1);
	read_block(u, b);
}

/*
 * Pages of a block that is kept. Returns whether they are there: if it isn't what it has to be,
 * the disk is asked.
 */
static bool unpack_kept(const struct wanted *w, struct vswap_backend *b)
{
	u64 key = vswap_tier_block_key(w->words[0]);
	struct kept_block *kept = kept_get(&vswap_kept, key);
	const void *block;
	unsigned int bad;

	if (!kept)
		return false;
	block = kmap_local_page(kept->data);
	bad = unpack_pages(w, block);
	kunmap_local(block);
	if (unlikely(bad))
		kept_forget(&vswap_kept, key);
	kept_put(&vswap_kept, kept, wanted_bits(w));
	if (unlikely(bad))
		return false;
	vswap_stat_add(VSWAP_PACKED_HITS, w->nr);
	vswap_backend_count(b, BACKEND_PAGES_IN, w->nr);
	return true;
}

/* Those of @nr words that are of one block with the first of them, which was seen to be @first. */
static void gather(struct wanted *w, const u64 *words, unsigned int nr, u64 first)
{
	unsigned int n;

	w->words[0] = first;
	for (n = 1; n < min_t(unsigned int, nr, MAX_RUN); n++) {
		w->words[n] = READ_ONCE(words[n]);
		if (slot_tag(w->words[n]) != SLOT_PACKED ||
		    vswap_tier_block_key(w->words[n]) != vswap_tier_block_key(first))
			break;
	}
	w->nr = n;
}

/**
 * vswap_unpack() - start reading pages of a packed block
 * @words: slot words of the pages, the first one and maybe others of the same block
 * @nr: how many words there are, at least one
 * @first: what the first of them was seen to be, of tag SLOT_PACKED
 * @io: told when the pages are there, or couldn't be read; if they aren't there at once
 * @page: where to read the first page to; the others follow
 *
 * Context: process, may sleep; must not depend on reclaim. What the words stand for stays
 * until @io has been told.
 * Return: how many pages that are, at least one.
 */
unsigned int vswap_unpack(const u64 *words, unsigned int nr, u64 first, struct vswap_io *io,
			  struct page *page)
{
	struct vswap_backend *b = vswap_tier_backend(first);
	struct wanted w;

	gather(&w, words, nr, first);
	w.page = page;
	if (!unpack_kept(&w, b))
		unpack_from_disk(&w, b, io);
	return w.nr;
}
