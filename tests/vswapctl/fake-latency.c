// SPDX-License-Identifier: GPL-2.0
/*
 * Stands for latency_probe.c in a vswapctl that is linked with --wrap of its functions: made-up
 * folios, as many again each time they are read, and one of them longer each time.
 */
#include <stdio.h>
#include <string.h>

#include "latency_probe.h"

char *__wrap_latency_probe_start(const struct latency_filter *filter)
{
	fprintf(stderr, "pid %u, cgroup %s, level %u\n", filter->pid,
		filter->cgroup ? "one" : "all", filter->level);
	return NULL;
}

static void count(struct latency_cell *cell, __u64 ns, __u64 folios)
{
	cell->bucket[latency_bucket(ns)] += folios;
	cell->folios += folios;
	cell->pages += folios;
	cell->ns += ns * folios;
	if (cell->max < ns)
		cell->max = ns;
}

void __wrap_latency_probe_read(struct latency_counts *counts)
{
	static struct latency_counts all;
	static int times;
	int i;

	times++;
	for (i = 1; i <= 100; i++) {
		count(&all.cell[LATENCY_LOAD][LATENCY_FILL], 100 + i, 3);
		count(&all.cell[LATENCY_LOAD][LATENCY_POOL], 2000 + 50 * i, 40);
		count(&all.cell[LATENCY_LOAD][LATENCY_FILE], 90000 * i, 1);
		count(&all.cell[LATENCY_STORE][LATENCY_POOL], 20000, 1);
	}
	count(&all.cell[LATENCY_LOAD][LATENCY_POOL], 3000000, 1);
	count(&all.cell[LATENCY_LOAD][LATENCY_FILE], 1200000000ULL * times, 1);
	/* A large folio, with as many pages. */
	all.cell[LATENCY_LOAD][LATENCY_PACKED].pages += 5;
	all.cell[LATENCY_LOAD][LATENCY_FILE].pages += 11;
	all.cell[LATENCY_STORE][LATENCY_FILE].failed += 2;
	all.missed += times;
	*counts = all;
}
