// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/kernel.h>
#include <linux/memcontrol.h>
#include <linux/page_counter.h>
#include <linux/rcupdate.h>
#include <linux/vmstat.h>

#include "vswap_btf.h"
#include "vswap_copies.h"

#define CGROUP_LAYOUT(field, bits, size, value)				\
	field(mem_cgroup, swap, struct page_counter)			\
	field(page_counter, usage, atomic_long_t)			\
	field(page_counter, high, unsigned long)			\
	field(page_counter, max, unsigned long)				\
	field(page_counter, parent, struct page_counter *)		\
	value(NR_SWAPCACHE)						\
	value(NR_ANON_MAPPED)

VSWAP_LAYOUT(cgroup_layout, CGROUP_LAYOUT)

/**
 * vswap_copies_init() - compare with the running kernel what is relied on here
 *
 * Context: process, may sleep.
 * Return: 0, or -ENOEXEC with one line in the log.
 */
int vswap_copies_init(void)
{
	return vswap_btf_check_layout(cgroup_layout, ARRAY_SIZE(cgroup_layout));
}

/*
 * What mem_cgroup_swap_full() asks besides vm_swap_full(). With cgroups of version 1
 * it asks nothing; the counter is that of memory and swap together then, and half of
 * its limit is soon reached: copies are given back.
 */
static bool cgroup_is_half_full(struct folio *folio)
{
	struct page_counter *swap;
	struct mem_cgroup *memcg;
	bool full = false;

	rcu_read_lock();
	memcg = folio_memcg(folio);
	for (swap = memcg ? &memcg->swap : NULL; swap && swap->parent && !full;
	     swap = swap->parent) {
		unsigned long twice = page_counter_read(swap) * 2;

		full = twice >= READ_ONCE(swap->high) || twice >= READ_ONCE(swap->max);
	}
	rcu_read_unlock();
	return full;
}

/*
 * A copy saves compressing the page again when it is evicted; its memory, a part of a
 * page, could save other pages from being evicted. How many depends on how much of
 * what is used is out: where little is, a bit of memory more makes do without most
 * faults; where most is, it hardly makes a difference. Break-even is near one half.
 */
static bool most_is_out(unsigned long used)
{
	unsigned long copies = global_node_page_state(NR_SWAPCACHE);
	unsigned long out = used > copies ? used - copies : 0;

	return out >= global_node_page_state(NR_ANON_MAPPED);
}

/**
 * vswap_copies_pay() - should a clean page keep its copy in the pool
 * @folio: a locked folio in the swap cache
 * @used: slots in use
 * @capacity: slots there could be
 *
 * For when the kernel would rather have slots back, since more than half of all are
 * in use: that rule knows of slots, and of no memory behind them. An eighth is left
 * for pages that have no slot yet.
 *
 * Context: any.
 */
bool vswap_copies_pay(struct folio *folio, unsigned long used, unsigned long capacity)
{
	return used < capacity - capacity / 8 && most_is_out(used) &&
	       !cgroup_is_half_full(folio);
}
