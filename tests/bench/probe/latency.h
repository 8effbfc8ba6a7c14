/* SPDX-License-Identifier: GPL-2.0 */
/* What the probe and bench-load agree about. */
#ifndef LATENCY_H
#define LATENCY_H

/* Where the histogram is pinned. */
#define LATENCY_PIN		"/sys/fs/bpf/latency"

/* Nanoseconds by powers of two, each in equal steps: a bucket is 1.6 % wide at most. */
#define LATENCY_SUB_BITS	6
#define LATENCY_STEPS		(1 << LATENCY_SUB_BITS)
#define LATENCY_BUCKETS		(64 << LATENCY_SUB_BITS)

#endif
