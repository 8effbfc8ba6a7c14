/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters, per CPU: cheap to raise, summed when read.
 */
#ifndef VSWAP_STATS_H
#define VSWAP_STATS_H

#include <linux/percpu.h>

enum vswap_stat {
	VSWAP_PAGES_OUT,
	VSWAP_PAGES_IN,
	VSWAP_FILL_OUT,
	VSWAP_FILL_PAGES,	/* in use now: raised and lowered */
	VSWAP_ALLOC_FAILURES,
	VSWAP_STORE_FAILURES,
	VSWAP_READ_ERRORS,
	VSWAP_WRITE_ERRORS,
	VSWAP_BIO_PAGES,
	VSWAP_WRITEBACK_PAGES,
	VSWAP_WRITEBACK_FAILURES,
	VSWAP_WRITEBACK_BYTES,
	VSWAP_SHRINKER_PAGES,	/* of those written back */
	VSWAP_IDLE_PAGES,	/* likewise */
	VSWAP_MOVED_PAGES,
	VSWAP_CHECKSUM_ERRORS,
	VSWAP_NR_STATS,
};

struct vswap_stats {
	long count[VSWAP_NR_STATS];
};

DECLARE_PER_CPU(struct vswap_stats, vswap_stats);

/**
 * vswap_stat_add() - raise or lower a counter
 * @stat: which
 * @n: by how much
 *
 * Context: any.
 */
static inline void vswap_stat_add(enum vswap_stat stat, long n)
{
	this_cpu_add(vswap_stats.count[stat], n);
}

long vswap_stat_read(enum vswap_stat stat);

#endif /* VSWAP_STATS_H */
