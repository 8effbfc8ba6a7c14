// SPDX-License-Identifier: GPL-2.0
/*
 * vswapctl latency: counts folios of the module's tracepoints vswap_load and vswap_stored by
 * the time they took. One object for all kernels: the arguments of these tracepoints are the
 * module's (vswap_trace.h), and where cgroups have theirs is looked up when it is loaded.
 */
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "latency_buckets.h"

char LICENSE[] SEC("license") = "GPL";

enum { ARG_ERROR = 2, ARG_NS, ARG_WHERE, ARG_PID, ARG_CGROUP };

/* What is used of the kernel's. */
struct kernfs_node {
	__u64 id;
} __attribute__((preserve_access_index));

struct cgroup {
	int level;
	struct kernfs_node *kn;
	struct cgroup *ancestors[];
} __attribute__((preserve_access_index));

const volatile struct latency_filter filter = { 0 };

/* By way and place. Each processor has its own, so that none waits for another. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LATENCY_WAYS * LATENCY_PLACES);
	__type(key, __u32);
	__type(value, struct latency_cell);
} cells SEC(".maps");

static __always_inline struct latency_cell *cell_of(__u32 way, __u32 place)
{
	__u32 key = way * LATENCY_PLACES + place;

	return bpf_map_lookup_elem(&cells, &key);
}

static __always_inline int is_below(struct cgroup *cgroup)
{
	struct cgroup *above;

	if (!cgroup || BPF_CORE_READ(cgroup, level) < (int)filter.level)
		return 0;
	if (bpf_probe_read_kernel(&above, sizeof(above), (void *)cgroup +
				  bpf_core_field_offset(struct cgroup, ancestors) +
				  filter.level * sizeof(above)))
		return 0;
	return BPF_CORE_READ(above, kn, id) == filter.cgroup;
}

static __always_inline int is_wanted(struct bpf_raw_tracepoint_args *ctx)
{
	/* It began before anybody listened. */
	if (!ctx->args[ARG_NS])
		return 0;
	if (filter.pid && filter.pid != (__u32)ctx->args[ARG_PID])
		return 0;
	return !filter.cgroup || is_below((struct cgroup *)ctx->args[ARG_CGROUP]);
}

static __always_inline void count_time(struct latency_cell *cell, __u64 ns)
{
	__u32 bucket = latency_bucket(ns);

	cell->folios++;
	cell->ns += ns;
	if (cell->max < ns)
		cell->max = ns;
	if (bucket < LATENCY_BUCKETS)
		cell->bucket[bucket]++;
}

static __always_inline int count(struct bpf_raw_tracepoint_args *ctx, __u32 way)
{
	__u64 where = ctx->args[ARG_WHERE];
	int failed = (int)ctx->args[ARG_ERROR];
	struct latency_cell *cell;
	__u32 place, last = 0;

	if (!is_wanted(ctx))
		return 0;
#pragma GCC unroll 4
	for (place = 0; place < LATENCY_PLACES; place++) {
		__u16 pages = where >> place * 16;

		if (!pages)
			continue;
		last = place;
		cell = cell_of(way, place);
		if (cell && !failed)
			cell->pages += pages;
	}
	cell = cell_of(way, last);
	if (!cell)
		return 0;
	if (failed)
		cell->failed++;
	else
		count_time(cell, ctx->args[ARG_NS]);
	return 0;
}

SEC("raw_tp/vswap_load")
int vswap_load(struct bpf_raw_tracepoint_args *ctx)
{
	return count(ctx, LATENCY_LOAD);
}

SEC("raw_tp/vswap_stored")
int vswap_stored(struct bpf_raw_tracepoint_args *ctx)
{
	return count(ctx, LATENCY_STORE);
}
