/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How large a compressed pool in front of a disk should be, by what it is good for.
 *
 * A page of memory that the pool takes could hold another page as it is. So there are faults
 * that wouldn't be without the pool: of pages that are wanted again soon after they left, sooner
 * than as many others were read as the pool takes pages of memory. Those that are wanted later,
 * and are found in the pool, would come from the disk. And whatever goes to the pool is
 * compressed, wanted or not. On a disk as fast as memory that doesn't pay: the pool steps aside,
 * and takes hardly a page.
 *
 * How long pages were away is looked at for some of them only. Like slots.h this knows nothing
 * of mm/ and is built in user space too.
 */
#ifndef VSWAP_POOL_SIZE_H
#define VSWAP_POOL_SIZE_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include "shim.h"
#endif

/* Pages that are watched at a time. */
#define POOL_SIZE_WATCHED	4096U

/* A page's memory in parts: what a page in the pool takes is told in these. */
#define POOL_SIZE_PARTS		256U

/**
 * struct pool_costs - how long things take, in nanoseconds; 0: not known
 * @load: to read a page from the pool
 * @store: to put one there
 * @read: to read one from the disk
 */
struct pool_costs {
	u64 load;
	u64 store;
	u64 read;
};

/**
 * struct pool_size - a pool that looks for its size
 * @most: pages of memory that it may take
 * @limit: those that it may take now
 * @aside: it takes hardly a page
 * @parts: what a page in it takes, in POOL_SIZE_PARTS; as it was when there was a pool
 * @sparse: of 1 << @sparse pages one is watched
 * @doubt: how many times in a row it should have been the other way
 * @since: for how many looks it has been as it is
 * @rest: for how many it stays so at least
 * @now: how many pages have left memory so far, about: as many as came back, or more
 * @in, @out: how many came back, and left, when that was told last
 * @returned: of the pages watched, those that came back since the last look
 * @soon: of these, those that came back so soon that the pool was at fault
 * @later: those that came back, not so soon, while they were in the pool or could have been
 * @watched: where those are that are out, and since when; 0: none
 */
struct pool_size {
	unsigned long most;
	unsigned long limit;
	bool aside;
	unsigned int parts;
	unsigned int sparse;
	unsigned int doubt;
	unsigned int since;
	unsigned int rest;
	u32 now;
	unsigned long in;
	unsigned long out;
	unsigned int returned;
	unsigned int soon;
	unsigned int later;
	u64 *watched;
};

void pool_size_init(struct pool_size *s, unsigned long most, u64 watched[POOL_SIZE_WATCHED]);
void pool_size_out(struct pool_size *s, u32 slot);
void pool_size_in(struct pool_size *s, u32 slot, bool in_pool);
bool pool_size_tick(struct pool_size *s, unsigned long in, unsigned long out);
void pool_size_look(struct pool_size *s, const struct pool_costs *costs, unsigned long pages,
		    unsigned long held, unsigned long stores, unsigned long hits);

#endif /* VSWAP_POOL_SIZE_H */
