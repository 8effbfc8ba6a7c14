/* SPDX-License-Identifier: GPL-2.0 */
/* What is read out of buckets of times. */
#ifndef VSWAPCTL_QUANTILE_H
#define VSWAPCTL_QUANTILE_H

#include "latency_buckets.h"

/* The least time of a bucket; of the one behind the last: what no bucket ends after. */
__u64 bucket_begin(unsigned int bucket);

/*
 * The time that the share @q (0 to 1) of all stayed below: in its bucket they are taken to be
 * evenly spread, and none is longer than cell->max. 0 if there are none.
 */
double quantile(const struct latency_cell *cell, double q);

/*
 * Takes @before off @cell: what came in between. Its max is exact if it is the longest of all so
 * far, else the end of its bucket.
 */
void cell_subtract(struct latency_cell *cell, const struct latency_cell *before);

/* Adds @more to @cell. */
void cell_add(struct latency_cell *cell, const struct latency_cell *more);

#endif
