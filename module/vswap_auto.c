// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "slots.h"
#include "vswap_auto.h"
#include "vswap_stats.h"

/* While the pool is aside it takes one page of so many, to see what that costs. */
#define PROBE_PAGES	64

/* So many reads from a disk tell what they take, for so many looks. */
#define KNOWN_READS	16U
#define KNOWN_LOOKS	16

/*
 * Then, with a pool that holds all that is wanted, the disk takes one run of so many: alone a
 * page takes longer than with its neighbours.
 */
#define DISK_PROBE_RUNS		16
#define DISK_PROBE_RUN		32

/* A mean is of so many, about; what takes longer than that many times is something else. */
#define MEAN_SHIFT	4
#define MOST_TIMES	4

DEFINE_STATIC_KEY_FALSE(vswap_auto_key);

/*
 * @size: the pool's
 * @watched: its memory; kept when the pool goes, since others may be at it
 * @lock: one at a time looks: protects what is without a word of its own, and decisions of @size
 * @cost: means, in nanoseconds
 * @stores, @hits: as they were when was looked last
 * @read_ns: how long disks took to read pages, so far
 * @reads: how many pages these were
 * @read_ended: when the last one was there
 * @ns, @nr: @read_ns and @reads as they were when there were enough to tell
 * @looks: how many looks ago that was
 * @read_cost: what a page took then; 0: there never were
 * @unsure: it is too long ago
 */
static struct {
	struct pool_size size;
	u64 *watched;
	spinlock_t lock; /* see above */
	u64 cost[VSWAP_AUTO_NR_COSTS];
	unsigned long stores;
	unsigned long hits;
	atomic64_t read_ns;
	atomic64_t reads;
	atomic64_t read_ended;
	u64 ns;
	u64 nr;
	u64 read_cost;
	unsigned int looks;
	bool unsure;
} self = { .lock = __SPIN_LOCK_UNLOCKED(self.lock) };

static DEFINE_PER_CPU(unsigned int, turns);
static DEFINE_PER_CPU(unsigned int, offers);

/**
 * vswap_auto_turn() - is it time to look, or to time something
 *
 * Context: any.
 * Return: true for one of 16.
 */
bool vswap_auto_turn(void)
{
	return !(this_cpu_inc_return(turns) % 16);
}

/**
 * vswap_auto_welcome() - should the pool take a page that others would take as well
 *
 * Context: any.
 */
bool vswap_auto_welcome(void)
{
	unsigned int turn = this_cpu_inc_return(offers);

	if (READ_ONCE(self.size.aside))
		return !(turn % PROBE_PAGES);
	return turn / DISK_PROBE_RUN % DISK_PROBE_RUNS || !READ_ONCE(self.unsure);
}

/**
 * vswap_auto_is_aside() - is the disk as good as the pool
 *
 * Context: any, while vswap_auto_is_on().
 */
bool vswap_auto_is_aside(void)
{
	return READ_ONCE(self.size.aside);
}

/**
 * vswap_auto_limit() - how large should the pool be
 *
 * Context: any.
 * Return: pages of memory.
 */
unsigned long vswap_auto_limit(void)
{
	return READ_ONCE(self.size.limit);
}

/**
 * vswap_auto_time() - something has been done
 * @cost: what
 * @began: what vswap_auto_clock() said before
 *
 * Context: any. Of two at the same time one may be lost.
 */
void vswap_auto_time(enum vswap_auto_cost cost, u64 began)
{
	u64 ns = ktime_get_ns() - began, mean = READ_ONCE(self.cost[cost]);

	if (mean)
		ns = mean - (mean >> MEAN_SHIFT) + (min(ns, MOST_TIMES * mean) >> MEAN_SHIFT);
	WRITE_ONCE(self.cost[cost], max(ns, 1ULL << MEAN_SHIFT));
}

/**
 * vswap_auto_time_read() - pages have been read from a disk
 * @began: what vswap_auto_clock() said before; 0: nothing, for nobody wanted to know yet
 * @nr: how many pages
 *
 * Those that were on their way together share the time: what counts is what one more takes.
 *
 * Context: any, interrupts included.
 */
void vswap_auto_time_read(u64 began, unsigned int nr)
{
	u64 now = ktime_get_ns(), mean = READ_ONCE(self.read_cost), ns;

	if (!began)
		return;
	began = max_t(u64, began, atomic64_xchg(&self.read_ended, now));
	ns = now > began ? now - began : 0;
	if (mean)
		ns = min(ns, MOST_TIMES * mean * nr);
	atomic64_add(ns, &self.read_ns);
	atomic64_add(nr, &self.reads);
}

/**
 * vswap_auto_out() - pages leave memory
 * @slot: the first one's slot
 * @nr: how many
 *
 * Context: any.
 */
void vswap_auto_out(u32 slot, unsigned int nr)
{
	while (nr--)
		pool_size_out(&self.size, slot++);
}

/**
 * vswap_auto_in() - pages come back
 * @slot: the first one's slot
 * @nr: how many
 * @words: where their words are
 *
 * Context: any; nobody else has the slots.
 */
void vswap_auto_in(u32 slot, unsigned int nr, const u64 *words)
{
	for (; nr && words; nr--)
		pool_size_in(&self.size, slot++, slot_tag(READ_ONCE(*words++)) == SLOT_POOL);
}

/* What a page from a disk takes, as far as known: a look without enough of them knows no better. */
static u64 read_cost(void)
{
	u64 ns = atomic64_read(&self.read_ns), nr = atomic64_read(&self.reads);

	if (nr - self.nr >= KNOWN_READS) {
		WRITE_ONCE(self.read_cost, max(div64_u64(ns - self.ns, nr - self.nr), 1ULL));
		self.ns = ns;
		self.nr = nr;
		self.looks = 0;
	} else if (self.looks < KNOWN_LOOKS) {
		self.looks++;
	}
	WRITE_ONCE(self.unsure, self.looks == KNOWN_LOOKS);
	return self.read_cost;
}

static void look(const struct vswap_auto_pool *pool)
{
	struct pool_costs costs = {
		.load = READ_ONCE(self.cost[VSWAP_AUTO_LOAD]),
		.store = READ_ONCE(self.cost[VSWAP_AUTO_STORE]),
		.read = read_cost(),
	};

	pool_size_look(&self.size, &costs, pool->pages, pool->held, pool->stores - self.stores,
		       pool->hits - self.hits);
	self.stores = pool->stores;
	self.hits = pool->hits;
}

/**
 * vswap_auto_look() - look how large the pool should be, if it is time
 * @pool: what it does
 *
 * Context: process.
 */
void vswap_auto_look(const struct vswap_auto_pool *pool)
{
	if (!spin_trylock(&self.lock))
		return;
	if (pool_size_tick(&self.size, vswap_stat_read(VSWAP_PAGES_IN),
			   vswap_stat_read(VSWAP_PAGES_OUT)))
		look(pool);
	spin_unlock(&self.lock);
}

/**
 * vswap_auto_set_most() - the pool has another limit
 * @most: pages of memory
 *
 * Context: any.
 */
void vswap_auto_set_most(unsigned long most)
{
	WRITE_ONCE(self.size.most, most);
}

/**
 * vswap_auto_start() - a pool that looks for its size
 * @most: pages of memory that it may take
 *
 * Context: process, may sleep; nobody knows the pool yet.
 * Return: 0 or -ENOMEM.
 */
int vswap_auto_start(unsigned long most)
{
	if (!self.watched)
		self.watched = kvcalloc(POOL_SIZE_WATCHED, sizeof(u64), GFP_KERNEL);
	if (!self.watched)
		return -ENOMEM;
	spin_lock(&self.lock);
	pool_size_init(&self.size, most, self.watched);
	memset(self.cost, 0, sizeof(self.cost));
	self.stores = 0;
	self.hits = 0;
	self.read_cost = 0;
	self.looks = 0;
	self.unsure = false;
	spin_unlock(&self.lock);
	static_branch_enable(&vswap_auto_key);
	return 0;
}

/**
 * vswap_auto_stop() - there is no such pool any more
 *
 * Context: process, may sleep.
 */
void vswap_auto_stop(void)
{
	static_branch_disable(&vswap_auto_key);
}

/**
 * vswap_auto_exit() - nor will there be one, and nobody is looking at pages
 *
 * Context: process.
 */
void vswap_auto_exit(void)
{
	kvfree(self.watched);
	self.watched = NULL;
}
