/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long a folio is on its way, and where its pages lie: for tracepoints. Unless somebody
 * listens to them, no clock is read, and no word looked at.
 */
#ifndef VSWAP_TIMING_H
#define VSWAP_TIMING_H

#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "slots.h"

/* Where pages lie. Tracepoints have them in this order. */
enum vswap_where { VSWAP_IN_FILL, VSWAP_IN_POOL, VSWAP_IN_PACKED, VSWAP_IN_FILE };

/* Of a folio at most 512 lie in one. */
#define VSWAP_WHERE_BITS	16

/**
 * struct vswap_timing - a folio on its way
 * @began: when, in nanoseconds; 0: nobody wants to know, and nothing else here is set
 * @where: how many of its pages lie where, 16 bits each, see enum vswap_where
 * @pid: the process that began it
 */
struct vswap_timing {
	u64 began;
	u64 where;
	pid_t pid;
};

/* Pages that lie in @where. */
static inline u16 vswap_pages_in(u64 where, enum vswap_where place)
{
	return where >> (place * VSWAP_WHERE_BITS);
}

static inline u64 vswap_where_of(u64 word)
{
	switch (slot_tag(word)) {
	case SLOT_FILL:
	case SLOT_WIDE:
		return 1ULL << (VSWAP_IN_FILL * VSWAP_WHERE_BITS);
	case SLOT_POOL:
		return 1ULL << (VSWAP_IN_POOL * VSWAP_WHERE_BITS);
	case SLOT_PACKED:
		return 1ULL << (VSWAP_IN_PACKED * VSWAP_WHERE_BITS);
	case SLOT_FILE:
		return 1ULL << (VSWAP_IN_FILE * VSWAP_WHERE_BITS);
	default:
		return 0;
	}
}

/* @wanted: does anybody listen? */
static __always_inline void vswap_timing_begin(struct vswap_timing *timing, bool wanted)
{
	timing->began = 0;
	if (wanted) {
		timing->began = ktime_get_ns();
		timing->pid = current->tgid;
		timing->where = 0;
	}
}

#endif /* VSWAP_TIMING_H */
