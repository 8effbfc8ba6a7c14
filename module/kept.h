/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Blocks that were read, kept for a while, since more of each may be wanted. A cache of what
 * is clean: any of them can go at any time, and nothing is lost. The oldest one goes where
 * there are too many: of one that was read earlier less is still to come.
 *
 * Memory is worth more elsewhere where hardly any of them is wanted again before it is the oldest.
 * So it is looked at how many are, and if too few, only some are kept for a while: what is read in
 * order is wanted again at once.
 *
 * What a key stands for is the user's business, and so is to forget what is kept of it before
 * it stands for something else.
 *
 * One lock, held with interrupts off, and no memory is allocated under it, or freed. Like
 * slots.h this knows nothing of mm/ and is built in user space too.
 */
#ifndef VSWAP_KEPT_H
#define VSWAP_KEPT_H

#ifdef __KERNEL__
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#else
#include "shim.h"
#endif

#define KEPT_BUCKET_BITS	10
#define KEPT_BUCKETS		(1U << KEPT_BUCKET_BITS)

/**
 * struct kept_block - a block that was read
 * @key: what it is
 * @data: what is in it
 * @nr: how many pages
 * @taken: a bit for each of those that were read, see kept_bit(); grows under the lock
 * @users: who reads from it just now; under the lock
 * @is_kept: it can be found; under the lock
 * @next: in its bucket
 * @age: among all
 */
struct kept_block {
	u64 key;
	void *data;
	unsigned int nr;
	u64 taken;
	unsigned int users;
	bool is_kept;
	struct kept_block *next;
	struct list_head age;
};

/**
 * struct kept - all of them
 * @lock: protects what follows
 * @max: so many at most; 0: none
 * @limit: so many at most now
 * @free: called without locks, in any context, for one that nobody has any more
 * @added: how many came since @limit has changed; @max of them make it full
 * @found: how often one was found among the @max that came after these
 * @rest: how many come until @limit is @max again
 * @nr: how many there are
 * @ages: by age, the oldest first
 * @buckets: by key
 */
struct kept {
	spinlock_t lock;
	unsigned int max;
	unsigned int limit;
	void (*free)(struct kept_block *block);
	unsigned int added;
	unsigned int found;
	unsigned int rest;
	unsigned int nr;
	struct list_head ages;
	struct kept_block *buckets[KEPT_BUCKETS];
};

/*
 * Which bit stands for the page at some place in a block. Two may share one: the block is kept
 * for longer then than it need be.
 */
static inline u64 kept_bit(unsigned int place)
{
	return 1ULL << place % 64;
}

/* Is all the memory used that may be? */
static inline bool kept_is_whole(const struct kept *k)
{
	return k->limit == k->max;
}

/* How many are kept; not exact while that changes. */
static inline unsigned int kept_count(const struct kept *k)
{
	return READ_ONCE(k->nr);
}

void kept_init(struct kept *k, unsigned int max, void (*free)(struct kept_block *block));
void kept_set_max(struct kept *k, unsigned int max);
void kept_add(struct kept *k, struct kept_block *block);
struct kept_block *kept_get(struct kept *k, u64 key);
void kept_put(struct kept *k, struct kept_block *block, u64 taken);
void kept_forget(struct kept *k, u64 key);
unsigned int kept_drop(struct kept *k, unsigned int nr);

#endif /* VSWAP_KEPT_H */
