// SPDX-License-Identifier: GPL-2.0
#include <linux/cpumask.h>
#include <linux/minmax.h>

#include "vswap_stats.h"

DEFINE_PER_CPU(struct vswap_stats, vswap_stats);

/**
 * vswap_stat_read() - the sum of a counter over all CPUs
 * @stat: which
 *
 * Context: any. Not exact while others count.
 * Return: the sum, never negative.
 */
long vswap_stat_read(enum vswap_stat stat)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu(vswap_stats.count[stat], cpu);
	return max(sum, 0L);
}
