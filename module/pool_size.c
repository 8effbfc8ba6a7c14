// SPDX-License-Identifier: GPL-2.0
#include "pool_size.h"

#ifdef __KERNEL__
#include <linux/compiler.h>
#include <linux/minmax.h>
#else
#define min(a, b)	((a) < (b) ? (a) : (b))
#define max(a, b)	((a) > (b) ? (a) : (b))
#endif

/* What a pool that has stepped aside may still take: as much as tells what it costs. */
#define LEAST_SHIFT	8
#define LEAST_PAGES	16UL

/* The most sparse watch. */
#define MOST_SPARSE	20

/* It gets smaller by that part of itself in each look, and larger by that of what it may take. */
#define STEP_SHIFT	2

/* Looks in a row that have to say the same. */
#define SURE		3

/* For how many looks it stays as it is: twice as many when that was in vain. */
#define MIN_REST	8
#define MAX_REST	1024

/* How much better the other way has to be: by a quarter. */
#define MARGIN_SHIFT	2

/* A fault by itself, beside what is told of its page: about as much as to read two. */
#define FAULT_LOADS	2

/* So many pages watched have come back when it is time to look; so many have to say something. */
#define LOOK_RETURNED	48
#define MIN_SEEN	16

/* A disk that takes so many times as long as the pool isn't to be compared with memory. */
#define SLOW_FACTOR	4

static unsigned long least(const struct pool_size *s)
{
	return min(max(s->most >> LEAST_SHIFT, LEAST_PAGES), s->most);
}

/**
 * pool_size_init() - begin with as much as it may take
 * @s: to be set up
 * @most: pages of memory
 * @watched: room for it, all 0
 */
void pool_size_init(struct pool_size *s, unsigned long most, u64 watched[POOL_SIZE_WATCHED])
{
	*s = (struct pool_size){
		.most = most,
		.limit = most,
		.parts = POOL_SIZE_PARTS / 2,
		.rest = MIN_REST,
		.watched = watched,
	};
	/* A page in the pool takes a quarter of one, or more. */
	while (most >> s->sparse > POOL_SIZE_WATCHED / 4 && s->sparse < MOST_SPARSE)
		s->sparse++;
}

/* Whether a slot is one of those that are watched, and which. */
static u64 *watched(struct pool_size *s, u32 slot)
{
	u32 hash = slot * 0x61c88647;

	if (hash & ((1U << s->sparse) - 1))
		return NULL;
	return &s->watched[(hash >> s->sparse) % POOL_SIZE_WATCHED];
}

/**
 * pool_size_tick() - what has come and gone
 * @s: the pool
 * @in: pages that have come back so far
 * @out: and those that have left memory, but for those that have a copy already
 *
 * Context: one at a time.
 * Return: whether it is time for pool_size_look().
 */
bool pool_size_tick(struct pool_size *s, unsigned long in, unsigned long out)
{
	WRITE_ONCE(s->now, s->now + (u32)max(in - s->in, out - s->out));
	s->in = in;
	s->out = out;
	return READ_ONCE(s->returned) >= LOOK_RETURNED;
}

/**
 * pool_size_out() - a page leaves memory
 * @s: the pool
 * @slot: the page, anything but 0
 *
 * Context: any; may be called at the same time for several pages.
 */
void pool_size_out(struct pool_size *s, u32 slot)
{
	u64 *w = watched(s, slot);

	if (w)
		WRITE_ONCE(*w, (u64)slot << 32 | READ_ONCE(s->now));
}

/* Counts may miss one of two at the same time. */
static void count(unsigned int *counter)
{
	WRITE_ONCE(*counter, READ_ONCE(*counter) + 1);
}

/**
 * pool_size_in() - a page comes back
 * @s: the pool
 * @slot: the page
 * @in_pool: it was in the pool
 *
 * Context: as pool_size_out().
 */
void pool_size_in(struct pool_size *s, u32 slot, bool in_pool)
{
	unsigned long pool = READ_ONCE(s->aside) ? READ_ONCE(s->most) : READ_ONCE(s->limit);
	u64 *w = watched(s, slot), then = w ? READ_ONCE(*w) : 0;
	u32 away = READ_ONCE(s->now) - (u32)then;

	if (then >> 32 != slot)
		return;
	/* A page that leaves again as it is isn't seen: then it was away for no longer than since now. */
	WRITE_ONCE(*w, (u64)slot << 32 | READ_ONCE(s->now));
	count(&s->returned);
	/* What there could be instead of the pool, and what the pool could hold besides. */
	if (away < pool)
		count(&s->soon);
	if (READ_ONCE(s->aside))
		in_pool = away < pool * POOL_SIZE_PARTS / READ_ONCE(s->parts) - pool;
	else
		in_pool = in_pool && away >= pool;
	if (in_pool)
		count(&s->later);
}

/* Is it better to have a pool? 1: yes; -1: no; 0: there is no saying. */
static int verdict(const struct pool_size *s, const struct pool_costs *c, unsigned long stores,
		   unsigned long hits)
{
	u64 soon = s->soon, later = s->later, stored = soon + later, with, without, margin;

	if (c->read > (c->load + c->store) * SLOW_FACTOR)
		return 1;
	if (stored < MIN_SEEN)
		return 0;
	/* Of those that are watched so many for each hit. */
	if (!s->aside && hits)
		stored = stored * stores / hits;
	with = stored * c->store + (soon + later) * c->load + soon * FAULT_LOADS * c->load;
	without = later * c->read;
	margin = min(with, without) >> MARGIN_SHIFT;
	if (with + margin < without)
		return 1;
	return without + margin < with ? -1 : 0;
}

static void change(struct pool_size *s)
{
	s->rest = s->since < 4 * s->rest ? min(s->rest * 2, MAX_REST) : MIN_REST;
	WRITE_ONCE(s->aside, !s->aside);
	s->doubt = 0;
	s->since = 0;
}

static void step(struct pool_size *s)
{
	unsigned long limit = min(s->limit, s->most);

	if (s->aside)
		limit = max(limit - (limit >> STEP_SHIFT), least(s));
	else
		limit = min(limit + (s->most >> STEP_SHIFT) + 1, s->most);
	WRITE_ONCE(s->limit, limit);
}

/**
 * pool_size_look() - what to do, by what has been seen since the last look
 * @s: the pool; limit and aside may change
 * @costs: what things cost
 * @pages: pages of memory that the pool takes
 * @held: pages that it holds
 * @stores: pages that were put there since the last look
 * @hits: those that were read there
 */
void pool_size_look(struct pool_size *s, const struct pool_costs *costs, unsigned long pages,
		    unsigned long held, unsigned long stores, unsigned long hits)
{
	int found = 0;

	if (costs->load && costs->store && costs->read)
		found = verdict(s, costs, stores, hits);
	if (!s->aside && held)
		WRITE_ONCE(s->parts, max(1UL, min(pages * POOL_SIZE_PARTS / held,
						  (unsigned long)POOL_SIZE_PARTS)));
	s->since = min(s->since + 1, 8U * MAX_REST);
	s->doubt = found == (s->aside ? 1 : -1) ? s->doubt + 1 : 0;
	if (s->doubt >= SURE && s->since >= s->rest)
		change(s);
	step(s);
	WRITE_ONCE(s->returned, 0);
	WRITE_ONCE(s->soon, 0);
	WRITE_ONCE(s->later, 0);
}
