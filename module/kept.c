// SPDX-License-Identifier: GPL-2.0
#include "kept.h"

#ifdef __KERNEL__
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#else
#define min(a, b)	((a) < (b) ? (a) : (b))
#endif

/* For so many that come one has to be found, at least. */
#define MIN_FOUND	2U

/* Or only a part of them is kept, until that many times as many have come; at most, if in vain. */
#define SMALL_PART	32U
#define MIN_REST	8U
#define MAX_REST	128U

/* How many more than one go at a time: interrupts wait for them. */
#define MAX_DROP	16U

/* Any odd number with bits all over it would do. */
#define SPREAD		0x61c8864680b583ebULL

static struct kept_block **bucket_of(struct kept *k, u64 key)
{
	return &k->buckets[key * SPREAD >> (64 - KEPT_BUCKET_BITS)];
}

static struct kept_block *find(struct kept *k, u64 key)
{
	struct kept_block *block = *bucket_of(k, key);

	while (block && block->key != key)
		block = block->next;
	return block;
}

/* Under the lock. Returns the block if it has to be freed, when the lock is no longer held. */
static struct kept_block *take_out(struct kept *k, struct kept_block *block)
{
	struct kept_block **link = bucket_of(k, block->key);

	while (*link != block)
		link = &(*link)->next;
	*link = block->next;
	list_del_init(&block->age);
	block->is_kept = false;
	WRITE_ONCE(k->nr, k->nr - 1);
	return block->users ? NULL : block;
}

static struct kept_block *take_out_oldest(struct kept *k)
{
	return take_out(k, list_first_entry(&k->ages, struct kept_block, age));
}

static void put_in(struct kept *k, struct kept_block *block)
{
	struct kept_block **link = bucket_of(k, block->key);

	block->next = *link;
	*link = block;
	list_add_tail(&block->age, &k->ages);
	block->is_kept = true;
	WRITE_ONCE(k->nr, k->nr + 1);
}

/* Has it been full for long enough to tell what that is worth? */
static bool is_on_trial(const struct kept *k)
{
	return kept_is_whole(k) && k->added >= k->max;
}

/* Are so many worth their memory? When they have gone, that is seen once it is full again. */
static void judge(struct kept *k)
{
	if (kept_is_whole(k) && k->nr < k->max / 2) {
		k->added = min(k->added, k->nr);
		k->found = 0;
	}
	if (++k->added < (kept_is_whole(k) ? 2 * k->max : k->rest))
		return;
	k->added = 0;
	if (!kept_is_whole(k)) {
		k->limit = k->max;
		k->rest = min(2 * k->rest, MAX_REST * k->max);
	} else if (k->found * MIN_FOUND >= k->max) {
		k->added = k->max;
		k->rest = MIN_REST * k->max;
	} else {
		k->limit = k->max / SMALL_PART + 1;
	}
	k->found = 0;
}

static void free_block(struct kept *k, struct kept_block *block)
{
	if (block)
		k->free(block);
}

/* No more is to come of it. */
static bool is_used_up(const struct kept_block *block)
{
	return hweight64(block->taken) >= block->nr;
}

/**
 * kept_init() - begin with none
 * @k: the cache
 * @max: see struct kept
 * @free: likewise
 */
void kept_init(struct kept *k, unsigned int max, void (*free)(struct kept_block *block))
{
	memset(k, 0, sizeof(*k));
	spin_lock_init(&k->lock);
	INIT_LIST_HEAD(&k->ages);
	k->free = free;
	kept_set_max(k, max);
}

/**
 * kept_set_max() - another limit
 * @k: the cache; blocks that it has stay
 * @max: see struct kept
 *
 * Context: any; no block is added meanwhile.
 */
void kept_set_max(struct kept *k, unsigned int max)
{
	k->max = max;
	k->limit = max;
	k->added = 0;
	k->found = 0;
	k->rest = MIN_REST * max;
}

/**
 * kept_add() - keep a block
 * @k: the cache
 * @block: what was read, with @key, @data, @nr and @taken; the cache's afterwards, which may
 *	free it at once
 *
 * Whoever has just read it must still keep the key from standing for something else.
 *
 * Context: any.
 */
void kept_add(struct kept *k, struct kept_block *block)
{
	struct kept_block *other = NULL;
	unsigned int too_many = 0;
	unsigned long flags;
	bool wanted = k->max && !is_used_up(block);

	block->users = 0;
	block->is_kept = false;
	spin_lock_irqsave(&k->lock, flags);
	/* Two may have read it, neither knowing of the other. */
	wanted = wanted && !find(k, block->key);
	if (wanted) {
		judge(k);
		if (k->nr >= k->limit)
			other = take_out_oldest(k);
		put_in(k, block);
		too_many = k->nr - min(k->nr, k->limit);
	}
	spin_unlock_irqrestore(&k->lock, flags);
	free_block(k, other);
	kept_drop(k, min(too_many, MAX_DROP));
	if (!wanted)
		k->free(block);
}

/**
 * kept_get() - look for a block
 * @k: the cache
 * @key: which
 *
 * The caller must keep the key from standing for something else, from before this until after
 * kept_put().
 *
 * Context: any.
 * Return: the block, which stays until kept_put(), or NULL.
 */
struct kept_block *kept_get(struct kept *k, u64 key)
{
	struct kept_block *block;
	unsigned long flags;

	if (!kept_count(k))
		return NULL;
	spin_lock_irqsave(&k->lock, flags);
	block = find(k, key);
	if (block) {
		block->users++;
		k->found += is_on_trial(k);
	}
	spin_unlock_irqrestore(&k->lock, flags);
	return block;
}

/**
 * kept_put() - the reverse of kept_get()
 * @k: the cache
 * @block: what it returned
 * @taken: bits for pages that were read from it; when all have been, it goes
 *
 * Context: any.
 */
void kept_put(struct kept *k, struct kept_block *block, u64 taken)
{
	unsigned long flags;
	bool last;

	spin_lock_irqsave(&k->lock, flags);
	block->taken |= taken;
	if (block->is_kept && is_used_up(block))
		take_out(k, block);
	last = !--block->users && !block->is_kept;
	spin_unlock_irqrestore(&k->lock, flags);
	if (last)
		k->free(block);
}

/**
 * kept_forget() - from now on, a key stands for something else, or for nothing
 * @k: the cache
 * @key: the key
 *
 * Context: any.
 */
void kept_forget(struct kept *k, u64 key)
{
	struct kept_block *block;
	unsigned long flags;

	/* Whoever knows that the key has changed sees what was kept before. */
	if (!kept_count(k))
		return;
	spin_lock_irqsave(&k->lock, flags);
	block = find(k, key);
	if (block)
		block = take_out(k, block);
	spin_unlock_irqrestore(&k->lock, flags);
	free_block(k, block);
}

/**
 * kept_drop() - have memory back
 * @k: the cache
 * @nr: so many blocks go, the oldest first
 *
 * Context: any.
 * Return: how many went; those that are just being read from will be free a little later.
 */
unsigned int kept_drop(struct kept *k, unsigned int nr)
{
	struct kept_block *block;
	unsigned int done = 0;
	unsigned long flags;

	while (done < nr && kept_count(k)) {
		block = NULL;
		spin_lock_irqsave(&k->lock, flags);
		if (k->nr) {
			block = take_out_oldest(k);
			done++;
		}
		spin_unlock_irqrestore(&k->lock, flags);
		free_block(k, block);
	}
	return done;
}
