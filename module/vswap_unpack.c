// SPDX-License-Identifier: GPL-2.0
/*
 * The end of a read is an interrupt; what compresses sleeps. So a worker decompresses, and
 * says then that the transfer has ended: nobody sees the page before. As reads are part of
 * what makes memory free (an area is swapped off, a page is faulted in by who exits), what
 * they need comes from mempools. Whoever has taken from them gives back without waiting
 * for another who takes.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/highmem.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/workqueue.h>

#include "codec.h"
#include "packed.h"
#include "vswap_tier.h"
#include "vswap_unpack.h"

/* Blocks that can always be read at once, whatever memory is left. */
#define MIN_BLOCKS	16

/* Pages of one block that one transfer is for, if they are wanted together. */
#define MAX_RUN		16

/* Words with these in common are of one block. */
#define SAME_BLOCK	(SLOT_TAG_MASK |						\
			 ((u64)U32_MAX | ~0ULL << PACKED_BACKEND_SHIFT) << SLOT_PAYLOAD_SHIFT)

/**
 * struct unpacking - a block that is read for some of its pages
 * @io: the transfer of the block
 * @work: what comes then
 * @whole: what is told when the pages are there
 * @block: where the block is read to
 * @page: the first page, the others follow
 * @nr: how many
 * @words: their slot words
 */
struct unpacking {
	struct vswap_io io;
	struct work_struct work;
	struct vswap_io *whole;
	struct page *block;
	struct page *page;
	unsigned int nr;
	u64 words[MAX_RUN];
};

static mempool_t unpackings, blocks;
static struct workqueue_struct *queue;

/**
 * vswap_unpack_start() - get ready to read packed blocks
 *
 * Context: process, may sleep.
 * Return: 0, or -ENOMEM with nothing left behind.
 */
int vswap_unpack_start(void)
{
	queue = alloc_workqueue("vswap_unpack", WQ_MEM_RECLAIM | WQ_HIGHPRI | WQ_UNBOUND, 0);
	if (queue && !mempool_init_kmalloc_pool(&unpackings, MIN_BLOCKS,
						sizeof(struct unpacking)) &&
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
}

static int unpack_page(struct codec *codec, const void *block, u64 word, struct page *page)
{
	const void *object = packed_object(block, slot_payload(word));
	struct codec_stream *stream;
	void *to;
	int err;

	if (!object)
		return -EIO;
	stream = codec_lock(codec);
	to = kmap_local_page(page);
	err = codec_decompress(stream, object, packed_length(slot_payload(word)), to);
	kunmap_local(to);
	codec_unlock(stream);
	return err;
}

/* Returns how many of the pages aren't there. */
static unsigned int unpack_pages(struct unpacking *u)
{
	const void *block = kmap_local_page(u->block);
	int number = packed_codec(block);
	struct codec *codec = number < 0 ? NULL : codec_by_number(number);
	unsigned int i, bad = 0;

	for (i = 0; i < u->nr; i++)
		if (!codec || unpack_page(codec, block, u->words[i], u->page + i))
			bad++;
	kunmap_local(block);
	return bad;
}

static void unpack_work(struct work_struct *work)
{
	struct unpacking *u = container_of(work, struct unpacking, work);
	struct vswap_io *whole = u->whole;
	int err = READ_ONCE(u->io.error);
	unsigned int bad = err ? 0 : unpack_pages(u);

	if (unlikely(bad)) {
		/* It stays while the words are held, by whoever waits for @whole. */
		struct vswap_backend *b = vswap_tier_backend(u->words[0]);

		vswap_backend_count(b, BACKEND_READ_ERRORS, bad);
		pr_alert_ratelimited("%s: page %u isn't the packed block that was written, %u pages of it are wanted\n",
				     b->name, vswap_tier_file_slot(u->words[0]), bad);
		err = -EIO;
	}
	mempool_free(u->block, &blocks);
	mempool_free(u, &unpackings);
	vswap_io_put(whole, err);
}

static void block_read(struct vswap_io *io)
{
	struct unpacking *u = container_of(io, struct unpacking, io);

	INIT_WORK(&u->work, unpack_work);
	queue_work(queue, &u->work);
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
		if ((u->words[n] ^ first) & SAME_BLOCK)
			break;
	}
	u->block = mempool_alloc(&blocks, GFP_NOIO);
	u->page = page;
	u->nr = n;
	u->whole = io;
	vswap_io_get(io);
	/* One page is counted where the block is. */
	vswap_backend_count(b, BACKEND_PAGES_IN, n - 1);
	vswap_io_init(&u->io, block_read);
	b->ops->submit(b, &u->io, REQ_OP_READ, u->block, 1, vswap_tier_file_slot(first));
	vswap_io_put(&u->io, 0);
	return n;
}
