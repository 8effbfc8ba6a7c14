/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The backends there are, as the files behind vswap_tier.h see them: vswap_tier.c, by which
 * they come and go, vswap_place.c, which finds places for pages, and vswap_room.c, which says
 * how much room there is.
 */
#ifndef VSWAP_TIER_PRIVATE_H
#define VSWAP_TIER_PRIVATE_H

#include <linux/rcupdate.h>

#include "vswap_tier.h"

/**
 * struct tier_order - the backends in order of preference
 * @nr: how many
 * @backend: those of lower tiers first, older ones first in one tier
 * @next: for each, the place of the first one of the next tier
 */
struct tier_order {
	unsigned int nr;
	struct vswap_backend *backend[VSWAP_MAX_BACKENDS];
	unsigned int next[VSWAP_MAX_BACKENDS];
};

/**
 * struct tier_table - the backends; vswap_tier.c alone changes it
 * @order: exchanged for another one; never NULL while backends are open
 * @by_id: stays while a slot word has the number
 * @pool: the one backend in RAM, or NULL
 */
struct tier_table {
	struct tier_order __rcu *order;
	struct vswap_backend *by_id[VSWAP_MAX_BACKENDS];
	struct vswap_backend *pool;
};

extern struct tier_table vswap_tier_table;

struct vswap_backend *vswap_tier_find(const char *name);

/* For those who entered, or hold the lock. */
static inline const struct tier_order *tier_order(void)
{
	return rcu_dereference_check(vswap_tier_table.order, 1);
}

/* The first place in the order of a tier as high as this. */
static inline unsigned int tier_first(const struct tier_order *order, unsigned int number)
{
	unsigned int i = 0;

	while (i < order->nr && order->backend[i]->tier < number)
		i++;
	return i;
}

/* See vswap_tier_get(). */
static inline struct vswap_backend *tier_get(unsigned int n)
{
	const struct tier_order *order = tier_order();

	return order && n < order->nr ? order->backend[n] : NULL;
}

/* Does somebody else just change it? For good only with the lock. */
static inline bool tier_is_claimed(const struct vswap_backend *b)
{
	int state = READ_ONCE(b->state);

	return state == BACKEND_REMOVING || state == BACKEND_EVACUATING || READ_ONCE(b->resizing);
}

/* Does it hold pages that have to go? */
static inline bool tier_is_stranded(struct vswap_backend *b)
{
	return READ_ONCE(b->state) == BACKEND_FAILED && vswap_backend_sum(b, BACKEND_USED_PAGES);
}

#endif /* VSWAP_TIER_PRIVATE_H */
