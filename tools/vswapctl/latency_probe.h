/* SPDX-License-Identifier: GPL-2.0 */
/* The BPF programs that count how long folios take. */
#ifndef VSWAPCTL_LATENCY_PROBE_H
#define VSWAPCTL_LATENCY_PROBE_H

#include <stdint.h>

#include "latency_buckets.h"

/* What was counted so far. */
struct latency_counts {
	struct latency_cell cell[LATENCY_WAYS][LATENCY_PLACES];
	uint64_t missed;	/* folios: an interrupt came upon the counting of another */
};

/*
 * Begins to count. Returns NULL, or why that can't be: the caller frees it. It ends with the
 * program: until then the module can't be unloaded.
 */
char *latency_probe_start(const struct latency_filter *filter);

void latency_probe_read(struct latency_counts *counts);

#endif
