/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Times in buckets, eight for each power of two: what latency.bpf.c counts, and what is read
 * out of it. Included by both.
 */
#ifndef VSWAPCTL_LATENCY_BUCKETS_H
#define VSWAPCTL_LATENCY_BUCKETS_H

#include <linux/types.h>

#define LATENCY_STEP_BITS	3
#define LATENCY_STEPS		(1 << LATENCY_STEP_BITS)	/* for each power of two */
#define LATENCY_OCTAVES		40				/* 2^40 ns are 18 minutes */
#define LATENCY_BUCKETS		((LATENCY_OCTAVES - LATENCY_STEP_BITS + 1) * LATENCY_STEPS)

/* In the order of the module's enum vswap_where. */
enum latency_place {
	LATENCY_FILL,
	LATENCY_POOL,
	LATENCY_PACKED,
	LATENCY_FILE,
	LATENCY_PLACES
};

enum latency_way { LATENCY_LOAD, LATENCY_STORE, LATENCY_WAYS };

/* What came from a place, or went there. */
struct latency_cell {
	__u64 pages;
	__u64 folios;		/* with any page there, and none in a later place */
	__u64 failed;		/* likewise; not among the others */
	__u64 ns;		/* all folios together */
	__u64 max;		/* ns */
	__u64 bucket[LATENCY_BUCKETS];
};

/* Which folios are counted. */
struct latency_filter {
	__u64 cgroup;		/* and those below; 0: all */
	__u32 level;		/* how far that is below the root */
	__u32 pid;		/* 0: all */
};

/* The first 8 nanoseconds have a bucket each, what is longer than the last one is in that. */
static inline __attribute__((always_inline)) __u32 latency_bucket(__u64 ns)
{
	__u32 octave = 0, shift;

	if (ns < LATENCY_STEPS)
		return ns;
	if (ns >> LATENCY_OCTAVES)
		return LATENCY_BUCKETS - 1;
#pragma GCC unroll 6
	for (shift = 32; shift; shift >>= 1)
		if (ns >> octave >> shift)
			octave += shift;
	return (octave - LATENCY_STEP_BITS + 1) * LATENCY_STEPS +
	       (ns >> (octave - LATENCY_STEP_BITS) & (LATENCY_STEPS - 1));
}

#endif
