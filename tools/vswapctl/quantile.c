// SPDX-License-Identifier: GPL-2.0
/* What is read out of buckets of times. */
#include "quantile.h"

__u64 bucket_begin(unsigned int bucket)
{
	unsigned int octave = bucket / LATENCY_STEPS, step = bucket % LATENCY_STEPS;

	if (!octave)
		return step;
	return (__u64)(LATENCY_STEPS + step) << (octave - 1);
}

static double at_most(double a, double b)
{
	return a < b ? a : b;
}

double quantile(const struct latency_cell *cell, double q)
{
	double rank = q * cell->folios, seen = 0;
	unsigned int i;

	for (i = 0; i < LATENCY_BUCKETS; i++) {
		double here = cell->bucket[i], begin = bucket_begin(i);

		if (here && seen + here >= rank)
			return at_most(begin + (bucket_begin(i + 1) - begin) *
					       (rank - seen) / here, cell->max);
		seen += here;
	}
	return cell->max;
}

void cell_subtract(struct latency_cell *cell, const struct latency_cell *before)
{
	__u64 longest = 0;
	unsigned int i;

	cell->pages -= before->pages;
	cell->folios -= before->folios;
	cell->failed -= before->failed;
	cell->ns -= before->ns;
	for (i = 0; i < LATENCY_BUCKETS; i++) {
		cell->bucket[i] -= before->bucket[i];
		if (cell->bucket[i])
			longest = bucket_begin(i + 1);
	}
	if (longest < cell->max)
		cell->max = longest;
}

void cell_add(struct latency_cell *cell, const struct latency_cell *more)
{
	unsigned int i;

	cell->pages += more->pages;
	cell->folios += more->folios;
	cell->failed += more->failed;
	cell->ns += more->ns;
	if (cell->max < more->max)
		cell->max = more->max;
	for (i = 0; i < LATENCY_BUCKETS; i++)
		cell->bucket[i] += more->bucket[i];
}
