// SPDX-License-Identifier: GPL-2.0
/*
 * What is compressed is charged to a cgroup, by the functions that the kernel has for its own
 * zswap: memory.current, memory.zswap.current and memory.stat are theirs.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/vm_event_item.h>

#include "compat.h"
#include "vswap_symbols.h"

#ifdef CONFIG_ZSWAP

#define CHARGE_LAYOUT(field, bits, size, value)				\
	field(obj_cgroup, refcnt, struct percpu_ref)			\
	field(obj_cgroup, memcg, struct mem_cgroup *)

VSWAP_LAYOUT(layout, CHARGE_LAYOUT)

VSWAP_FUNC(bool, obj_cgroup_may_zswap, (struct obj_cgroup *))
VSWAP_FUNC(void, obj_cgroup_charge_zswap, (struct obj_cgroup *, size_t))
VSWAP_FUNC(void, obj_cgroup_uncharge_zswap, (struct obj_cgroup *, size_t))

#ifdef KERNEL_HAS_OBJCG_FROM_FOLIO
VSWAP_FUNC(struct obj_cgroup *, get_obj_cgroup_from_folio, (struct folio *))
#else
VSWAP_FUNC(struct obj_cgroup *, get_obj_cgroup_from_page, (struct page *))
#endif

#ifdef KERNEL_HAS_COUNT_MEMCG_EVENTS
/* family/swap_table.c finds it. */
VSWAP_SHARED_FUNC(void, count_memcg_events,
		  (struct mem_cgroup *, enum vm_event_item, unsigned long))
#else
VSWAP_FUNC(void, __count_memcg_events, (struct mem_cgroup *, enum vm_event_item, unsigned long))
#endif

static const struct vswap_symbol symbols[] = {
	VSWAP_SYMBOL(obj_cgroup_may_zswap),
	VSWAP_SYMBOL(obj_cgroup_charge_zswap),
	VSWAP_SYMBOL(obj_cgroup_uncharge_zswap),
#ifdef KERNEL_HAS_OBJCG_FROM_FOLIO
	VSWAP_SYMBOL(get_obj_cgroup_from_folio),
#else
	VSWAP_SYMBOL(get_obj_cgroup_from_page),
#endif
#ifndef KERNEL_HAS_COUNT_MEMCG_EVENTS
	VSWAP_SYMBOL(__count_memcg_events),
#endif
};

/**
 * port_charge_init() - find what is needed here
 *
 * Context: process, may sleep; after vswap_family_init(), while symbols can be looked up.
 * Return: 0; -ENOEXEC with one line in the log for each thing missing; -EOPNOTSUPP with one:
 * this kernel has nothing of the kind.
 */
int port_charge_init(void)
{
	return vswap_btf_check_layout(layout, ARRAY_SIZE(layout)) ?:
	       vswap_symbols_resolve(symbols, ARRAY_SIZE(symbols));
}

/**
 * port_charge_payer() - whom a folio is charged to
 * @folio: of the swap cache, locked or under writeback
 *
 * Context: any.
 * Return: it, for port_charge_put(); or NULL: nobody, or the root.
 */
struct obj_cgroup *port_charge_payer(struct folio *folio)
{
#ifdef KERNEL_HAS_OBJCG_FROM_FOLIO
	return static_call(k_get_obj_cgroup_from_folio)(folio);
#else
	return static_call(k_get_obj_cgroup_from_page)(&folio->page);
#endif
}

/**
 * port_charge_put() - the reverse of port_charge_payer()
 * @payer: what that returned
 *
 * Context: any, interrupts off included.
 */
void port_charge_put(struct obj_cgroup *payer)
{
	obj_cgroup_put(payer);
}

/**
 * port_charge_may() - may a payer have more in the pool, by memory.zswap.max
 * @payer: the payer
 *
 * Dear where there is a limit: the kernel sums up its statistics for it.
 *
 * Context: process, may sleep.
 */
bool port_charge_may(struct obj_cgroup *payer)
{
	return static_call(k_obj_cgroup_may_zswap)(payer);
}

/**
 * port_charge_add() - charge what is compressed, whatever the limits
 * @payer: the payer
 * @bytes: of one page
 *
 * Context: process.
 */
void port_charge_add(struct obj_cgroup *payer, size_t bytes)
{
	/* What makes memory free mustn't wait for reclaim. */
	unsigned int noreclaim = memalloc_noreclaim_save();

	static_call(k_obj_cgroup_charge_zswap)(payer, bytes);
	memalloc_noreclaim_restore(noreclaim);
}

/**
 * port_charge_sub() - the reverse of port_charge_add()
 * @payer: the payer
 * @bytes: of one page
 *
 * Context: any that the kernel frees a slot in; interrupts may be off.
 */
void port_charge_sub(struct obj_cgroup *payer, size_t bytes)
{
	static_call(k_obj_cgroup_uncharge_zswap)(payer, bytes);
}

static void count_events(struct mem_cgroup *memcg, enum vm_event_item item)
{
#ifdef KERNEL_HAS_COUNT_MEMCG_EVENTS
	static_call(k_count_memcg_events)(memcg, item, 1);
#else
	unsigned long flags;

	local_irq_save(flags);
	static_call(k___count_memcg_events)(memcg, item, 1);
	local_irq_restore(flags);
#endif
}

/**
 * port_charge_count() - count a page of a payer, for its memory.stat
 * @payer: the payer
 * @event: what has become of it
 *
 * Context: process.
 */
void port_charge_count(struct obj_cgroup *payer, enum port_charge_event event)
{
	static const enum vm_event_item items[] = {
		[PORT_CHARGE_OUT] = ZSWPOUT,
		[PORT_CHARGE_IN] = ZSWPIN,
#ifdef KERNEL_HAS_ZSWPWB
		[PORT_CHARGE_WRITTEN] = ZSWPWB,
#endif
	};

	if (event >= ARRAY_SIZE(items))
		return;
	rcu_read_lock();
	count_events(READ_ONCE(payer->memcg), items[event]);
	rcu_read_unlock();
}

#else /* CONFIG_ZSWAP */

VSWAP_NEEDS("only zswap_charge 0");

int port_charge_init(void)
{
	pr_err("zswap_charge=1: this kernel has no zswap, and so nothing to charge a pool by\n");
	return -EOPNOTSUPP;
}

/* Nobody ever gets so far. */

struct obj_cgroup *port_charge_payer(struct folio *folio)
{
	return NULL;
}

void port_charge_put(struct obj_cgroup *payer)
{
}

bool port_charge_may(struct obj_cgroup *payer)
{
	return true;
}

void port_charge_add(struct obj_cgroup *payer, size_t bytes)
{
}

void port_charge_sub(struct obj_cgroup *payer, size_t bytes)
{
}

void port_charge_count(struct obj_cgroup *payer, enum port_charge_event event)
{
}

#endif /* CONFIG_ZSWAP */
