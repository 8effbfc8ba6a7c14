// SPDX-License-Identifier: GPL-2.0
/*
 * How long faults on swapped pages take: of do_swap_page() from entry to return, so with
 * what is reclaimed, waited for, read and decompressed meanwhile, whoever does it.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "latency.h"

char LICENSE[] SEC("license") = "GPL";

/* Its file is mapped by those who measure, and cleared by them as well. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, LATENCY_BUCKETS);
	__type(key, __u32);
	__type(value, __u64);
} histogram SEC(".maps");

/* By thread, when its fault has begun: a fault sleeps. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} started SEC(".maps");

static __always_inline __u32 log2_of(__u64 value)
{
	__u32 log2 = 0, shift;

#pragma unroll
	for (shift = 32; shift; shift >>= 1) {
		if (value >> shift) {
			value >>= shift;
			log2 += shift;
		}
	}
	return log2;
}

SEC("fentry/do_swap_page")
int BPF_PROG(fault_begins)
{
	__u32 thread = bpf_get_current_pid_tgid();
	__u64 now = bpf_ktime_get_ns();

	bpf_map_update_elem(&started, &thread, &now, BPF_ANY);
	return 0;
}

SEC("fexit/do_swap_page")
int BPF_PROG(fault_ends)
{
	__u32 thread = bpf_get_current_pid_tgid(), octave, bucket;
	__u64 ns, *begin, *count;

	begin = bpf_map_lookup_elem(&started, &thread);
	if (!begin)
		return 0;
	ns = bpf_ktime_get_ns() - *begin;
	bpf_map_delete_elem(&started, &thread);
	if (ns < LATENCY_STEPS)
		ns = LATENCY_STEPS;
	octave = log2_of(ns);
	bucket = octave << LATENCY_SUB_BITS |
		 (ns >> (octave - LATENCY_SUB_BITS) & (LATENCY_STEPS - 1));
	count = bpf_map_lookup_elem(&histogram, &bucket);
	if (count)
		__sync_fetch_and_add(count, 1);
	return 0;
}
