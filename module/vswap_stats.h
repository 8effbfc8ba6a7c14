/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters, per CPU: cheap to raise, summed when read.
 */
#ifndef VSWAP_STATS_H
#define VSWAP_STATS_H

#include <linux/percpu.h>

/*
 * All there are: VSWAP_NAME, and the file in /sys/kernel/vswap that shows it. What it means is
 * in docs/abi.md.
 */
#define VSWAP_STATS(stat)						\
	stat(PAGES_OUT, pages_out)					\
	stat(PAGES_IN, pages_in)					\
	stat(FILL_OUT, fill_out)					\
	stat(FILL_PAGES, fill_pages) /* in use now: raised and lowered */	\
	stat(ALLOC_FAILURES, alloc_failures)				\
	stat(STORE_FAILURES, store_failures)				\
	stat(READ_ERRORS, read_errors)					\
	stat(WRITE_ERRORS, write_errors)				\
	stat(BIO_PAGES, bio_pages)					\
	stat(WRITEBACK_PAGES, writeback_pages)				\
	stat(WRITEBACK_FAILURES, writeback_failures)			\
	stat(WRITEBACK_BYTES, writeback_bytes)				\
	stat(SHRINKER_PAGES, shrinker_pages) /* of those written back */	\
	stat(IDLE_PAGES, idle_pages) /* likewise */			\
	stat(RECOMPRESSED_PAGES, recompressed_pages) /* by zswap_cold_compressor */	\
	stat(MOVED_PAGES, moved_pages)					\
	stat(SWEPT_PAGES, swept_pages) /* not among those */		\
	stat(CHECKSUM_ERRORS, checksum_errors)				\
	stat(UNPAID_PAGES, unpaid_pages)				\
	stat(PACKED_HITS, packed_hits)

#define VSWAP_STAT_ENUM(NAME, name)	VSWAP_##NAME,

enum vswap_stat {
	VSWAP_STATS(VSWAP_STAT_ENUM)
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
