// SPDX-License-Identifier: GPL-2.0
/*
 * Which backend takes a page, and what a slot word stands for.
 */
#include <linux/errno.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>

#include "packed.h"
#include "port.h"
#include "tier.h"
#include "vswap_kept.h"
#include "vswap_payers.h"

/*
 * Those of one tier take turns after so many pages: what is evicted together lies
 * together.
 */
#define TURN_PAGES		64

static DEFINE_PER_CPU(unsigned int, turns);

/**
 * vswap_tier_word() - the slot word of a page
 * @b: the backend that holds it
 * @payload: what the backend calls its place
 *
 * Return: the word.
 */
u64 vswap_tier_word(struct vswap_backend *b, u64 payload)
{
	if (b->ops->tag == SLOT_FILE)
		payload |= (u64)b->id << VSWAP_FILE_NUMBER_SHIFT;
	return slot_word(b->ops->tag, payload);
}

/* The word without what only the tier put there. */
static u64 backend_payload(struct vswap_backend *b, u64 word)
{
	return b->ops->tag == SLOT_FILE ? vswap_tier_file_slot(word) : slot_payload(word);
}

static void count_refusal(struct vswap_backend *b, int err)
{
	if (err == -E2BIG || err == -EFBIG)
		vswap_backend_count(b, BACKEND_REJECTED_INCOMPRESSIBLE, 1);
	else if (err == -ENOSPC)
		vswap_backend_count(b, BACKEND_REJECTED_FULL, 1);
}

/**
 * struct offer - a page that looks for a place
 * @page: the page; NULL: a block of pages
 * @slot: its virtual slot; of a block: how many pages
 * @from: not in this backend; NULL: in any
 * @choice: for a pool
 * @is_dense: a pool has found that it doesn't shrink
 * @nr: so many pages side by side, in slots side by side: a swap file may take several; 0: one
 * @word: set to the slot word when a backend has taken it; anything else before
 */
struct offer {
	struct page *page;
	u32 slot;
	struct vswap_backend *from;
	enum vswap_pool_choice choice;
	bool is_dense;
	unsigned int nr;
	u64 *word;
};

/* Sets @offer->nr to how many it takes. */
static noinline int store_run(struct vswap_backend *b, struct offer *offer)
{
	int ret = b->ops->store_run(b, offer->nr, offer->slot, offer->word);

	if (ret < 0)
		return ret;
	offer->nr = ret;
	return 0;
}

static int store(struct vswap_backend *b, struct offer *offer)
{
	if (offer->nr > 1 && b->ops->store_run)
		return store_run(b, offer);
	if (offer->page)
		return b->ops->store(b, offer->page, offer->slot, offer->choice, offer->word);
	return b->ops->store_packed ? b->ops->store_packed(b, offer->slot, offer->word) : -ENOSPC;
}

/*
 * On a disk, and not from one, though the page's cgroup keeps its pages in RAM? Blocks are of
 * pages that may go there.
 */
static bool is_barred(const struct vswap_backend *b, const struct offer *offer)
{
	return b->ops->submit && offer->page && !(offer->from && offer->from->ops->submit) &&
	       !port_slot_may_leave(offer->slot);
}

/* In a pool, and not from one, though its payer has there what memory.zswap.max allows? */
static noinline bool is_too_dear(const struct vswap_backend *b, const struct offer *offer)
{
	return b->ops->tag == SLOT_POOL && offer->page &&
	       !(offer->from && offer->from->ops->tag == SLOT_POOL) &&
	       !vswap_slot_may_charge(offer->slot);
}

static int try_backend(struct vswap_backend *b, struct offer *offer)
{
	int err;

	if (b == offer->from || READ_ONCE(b->state) != BACKEND_ON || is_barred(b, offer))
		return -ENOSPC;
	if (vswap_payers_are_on() && is_too_dear(b, offer))
		return -ENOSPC;
	err = store(b, offer);
	if (!err) {
		*offer->word = vswap_tier_word(b, *offer->word);
		return 0;
	}
	if (err == -E2BIG)
		offer->is_dense = true;
	/* But for a full one, it may well take the others. */
	if (err != -ENOSPC)
		offer->nr = 0;
	count_refusal(b, err);
	return err;
}

/* @nr backends of one tier, which take turns. */
static noinline int try_tier(struct vswap_backend * const *backend, unsigned int nr,
			     struct offer *offer)
{
	unsigned int first = this_cpu_inc_return(turns), turn = first / TURN_PAGES, i;
	int err = -ENOSPC;

	/* No more than the turn has left. */
	offer->nr = min(offer->nr, TURN_PAGES - first % TURN_PAGES);
	for (i = 0; i < nr && err; i++)
		err = try_backend(backend[(turn + i) % nr], offer);
	if (!err && offer->nr > 1)
		this_cpu_add(turns, offer->nr - 1);
	return err;
}

/* Those from the place @first in the order on, before @end. */
static int try_range(const struct tier_order *order, unsigned int first, unsigned int end,
		     struct offer *offer)
{
	int err = -ENOSPC;
	unsigned int next;

	for (; first < end && err; first = next) {
		next = min(end, order->next[first]);
		if (next - first == 1)
			err = try_backend(order->backend[first], offer);
		else
			err = try_tier(&order->backend[first], next - first, offer);
	}
	return err;
}

/* Nobody took it, or will: a pool may keep it whole, and needn't compress it again to know. */
static void make_last(struct offer *offer)
{
	offer->choice = offer->is_dense ? POOL_WHOLE : POOL_LAST;
}

static __always_inline int place(struct offer *offer)
{
	const struct tier_order *order = tier_order();
	int err;

	if (order->nr == 1)
		make_last(offer);
	err = try_range(order, 0, order->nr, offer);
	if (err && order->nr > 1) {
		make_last(offer);
		err = try_range(order, 0, order->nr, offer);
	}
	return err;
}

/**
 * vswap_tier_place() - find a place for a page
 * @page: the page; locked, and not a repeated word
 * @slot: its virtual slot
 * @word: the slot word to set, if 0 is returned
 *
 * The first backend that takes the page gets it. One that none takes because it
 * doesn't shrink is offered once more, to be kept whole.
 *
 * Context: reclaim, may sleep; within vswap_tier_enter().
 * Return: 0; -ENOSPC, -ENOMEM or -EIO if no backend took the page.
 */
int vswap_tier_place(struct page *page, u32 slot, u64 *word)
{
	struct offer offer = { page, slot, .word = word };

	return place(&offer);
}

/**
 * vswap_tier_place_run() - find places for several pages, those of a folio
 * @page: the first one, as for vswap_tier_place()
 * @slot: its virtual slot
 * @nr: how many, in slots that follow each other
 * @word: the slot word of the first one; in a swap file each of the next ones is at the next
 *	place
 *
 * What it asks of a page's cgroup it asks once for all.
 *
 * Context: as vswap_tier_place().
 * Return: for how many pages there are places, at least one; or as vswap_tier_place().
 */
int vswap_tier_place_run(struct page *page, u32 slot, unsigned int nr, u64 *word)
{
	struct offer offer = { page, slot, .nr = nr, .word = word };
	int err = place(&offer);

	if (err)
		return err;
	return slot_tag(*word) == SLOT_FILE ? max(offer.nr, 1U) : 1;
}

/**
 * vswap_tier_place_behind() - find a place for a page that gets old where it is
 * @page: a copy of it
 * @slot: its virtual slot
 * @from: where it is
 * @word: the slot word it could have, if 0 is returned
 *
 * Context: process, may sleep; within vswap_tier_enter().
 * Return: 0; -ENOSPC or -ENOMEM.
 */
int vswap_tier_place_behind(struct page *page, u32 slot, struct vswap_backend *from,
			    u64 *word)
{
	const struct tier_order *order = tier_order();
	struct offer offer = { page, slot, from, POOL_LAST, .word = word };

	return try_range(order, tier_first(order, from->tier + 1), order->nr, &offer);
}

/**
 * vswap_tier_place_block() - find a place for several pages that get old, in one block
 * @nr: how many
 * @from: where they are
 * @word: set to a word of tag SLOT_FILE for the block, if 0 is returned; those of the
 *	pages are then made by vswap_tier_packed_word(), and each has to be released
 *
 * Context: process, may sleep; within vswap_tier_enter().
 * Return: 0; -ENOSPC or -ENOMEM.
 */
int vswap_tier_place_block(unsigned int nr, struct vswap_backend *from, u64 *word)
{
	int err = vswap_tier_place_behind(NULL, nr, from, word);

	/* What was read from that place is another block. */
	if (!err)
		kept_forget(&vswap_kept, vswap_tier_packed_word(*word, 0, 1));
	return err;
}

/**
 * vswap_tier_packed_word() - the slot word of a page in a packed block
 * @block: what vswap_tier_place_block() said
 * @offset: where in the block it is
 * @len: its length in bytes
 *
 * Return: the word.
 */
u64 vswap_tier_packed_word(u64 block, unsigned int offset, unsigned int len)
{
	unsigned int id = slot_payload(block) >> VSWAP_FILE_NUMBER_SHIFT;

	return slot_word(SLOT_PACKED, packed_payload(id, vswap_tier_file_slot(block), offset, len));
}

/**
 * vswap_tier_packed_mask() - what all pages in packed blocks of a backend have in common
 * @b: the backend
 * @word: set to what those bits are in their slot words
 *
 * Return: the bits.
 */
u64 vswap_tier_packed_mask(struct vswap_backend *b, u64 *word)
{
	*word = slot_word(SLOT_PACKED, packed_payload(b->id, 0, 0, 1));
	return SLOT_TAG_MASK | ~0ULL << (PACKED_BACKEND_SHIFT + SLOT_PAYLOAD_SHIFT);
}

/**
 * vswap_tier_place_elsewhere() - find a place for a page that has to go
 * @page: a copy of it
 * @slot: its virtual slot
 * @from: where it is
 * @word: the slot word it could have, if 0 is returned
 *
 * In its tier or behind, if there is room: nobody has asked for it. Else before.
 *
 * Context: process, may sleep; within vswap_tier_enter().
 * Return: 0; -ENOSPC, -ENOMEM or -EIO.
 */
int vswap_tier_place_elsewhere(struct page *page, u32 slot, struct vswap_backend *from,
			       u64 *word)
{
	const struct tier_order *order = tier_order();
	struct offer offer = { page, slot, from, .word = word };
	unsigned int middle = tier_first(order, from->tier);
	int err = try_range(order, middle, order->nr, &offer), before;

	if (!err)
		return 0;
	make_last(&offer);
	before = try_range(order, 0, middle, &offer);
	if (!before)
		return 0;
	err = try_range(order, middle, order->nr, &offer);
	/* Memory may be had later, room in files not. */
	return err && before == -ENOMEM ? before : err;
}

/**
 * vswap_tier_backend() - who holds the page of a slot
 * @word: a slot word
 *
 * Return: the backend, or NULL if the word needs none. It stays while the word does.
 */
struct vswap_backend *vswap_tier_backend(u64 word)
{
	switch (slot_tag(word)) {
	case SLOT_POOL:
		return READ_ONCE(vswap_tier_table.pool);
	case SLOT_FILE:
	case SLOT_PACKED:
		return READ_ONCE(vswap_tier_table.by_id[vswap_tier_file_number(word)]);
	default:
		return NULL;
	}
}

/**
 * vswap_tier_pool_bytes() - how much a page takes in the pool
 * @word: a slot word that the caller keeps, or has just taken away and not released yet
 *
 * Context: any.
 * Return: bytes of the object, 0 if it isn't in the pool.
 */
unsigned int vswap_tier_pool_bytes(u64 word)
{
	/* By the word alone: the pool may be on its way out, when its last page is given up. */
	return slot_tag(word) == SLOT_POOL ? vswap_zswap_ops.length(NULL, slot_payload(word)) : 0;
}

/* What was read of a block goes with its last page. */
static void put_packed(struct vswap_backend *b, u64 word)
{
	if (b->ops->put_packed(b, vswap_tier_file_slot(word)))
		kept_forget(&vswap_kept, vswap_tier_block_key(word));
}

/**
 * vswap_tier_release_one() - forget what a slot word stands for, one of several
 * @word: a word that no slot has any more
 *
 * Context: any, interrupts off included; within rcu_read_lock(): when its last page is
 * gone, so may be the backend.
 */
void vswap_tier_release_one(u64 word)
{
	struct vswap_backend *b = vswap_tier_backend(word);

	if (b && slot_tag(word) == SLOT_PACKED)
		put_packed(b, word);
	else if (b)
		b->ops->free(b, backend_payload(b, word));
}

/**
 * vswap_tier_release() - forget what a slot word stands for
 * @word: a word that no slot has any more
 *
 * Context: any, interrupts off included.
 */
void vswap_tier_release(u64 word)
{
	rcu_read_lock();
	vswap_tier_release_one(word);
	rcu_read_unlock();
}
