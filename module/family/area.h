/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between the engine in area.c, which is the same on all kernels, and the one family that is
 * built: what a family says of itself, and what it finds here.
 */
#ifndef VSWAP_FAMILY_AREA_H
#define VSWAP_FAMILY_AREA_H

#include <linux/bits.h>
#include <linux/mm.h>
#include <linux/percpu-refcount.h>
#include <linux/swap.h>
#include <linux/swapops.h>
#include <linux/workqueue.h>

#include "port.h"
#include "sparse.h"
#include "vswap_hooks.h"
#include "vswap_symbols.h"

/*
 * mm/swap.h, mm/swapfile.c: slots in a cluster of the kernel's. Ours have SLOTS_PER_CLUSTER,
 * whatever the kernel's have.
 */
#ifdef CONFIG_THP_SWAP
#define SWAPFILE_CLUSTER	HPAGE_PMD_NR
#else
#define SWAPFILE_CLUSTER	256
#endif

/*
 * The kernel's array by which an area is known to be ours: no other has our memory there. It
 * is the first in the family's list.
 */
#ifdef KERNEL_HAS_SWAP_MAP
#define KEY_FIELD		swap_map
#else
#define KEY_FIELD		cluster_info
#endif

#define PORT_MAX_ARRAYS		6

/**
 * struct port_array - one of the kernel's per-slot arrays, in its format
 * @slots: one element is for so many slots
 * @bits: and has so many bits
 */
struct port_array {
	u32 slots;
	u32 bits;
};

/* An array of @type for each @slots_ slots. */
#define PORT_ARRAY(slots_, type)	{ (slots_), BITS_PER_BYTE * sizeof(type) }

/**
 * struct port_family - what is true of a family of kernels
 * @arrays: what grows with the area, the key first
 * @nr_arrays: how many
 * @hooks: functions of the kernel that are replaced
 * @nr_hooks: how many
 * @redirect: VSWAP_REDIRECT()
 * @cache_only: what reads pages past the swap cache isn't safe: see port_start()
 * @kernel_allocates: slots; it may choose any that there are, without our being told
 * @io_max_holds_swap: see port_io_max_holds_swap()
 * @start: before the hooks go in; returns 0 or -errno; may be NULL, as @stop
 * @stop: when they are out
 * @populate: contents for slots @from up to @to, which the kernel doesn't see yet; returns
 *	0 or -ENOMEM; may sleep
 * @unpopulate: take back what isn't in the arrays, down to @nr slots; may be NULL
 * @discarded: the arrays are gone; may be NULL
 * @looks_right: has a new area the shape that the family was written for
 * @adopt: exchange its arrays by port_area_exchange(); in the context of port_area_adopt()
 * @free_original: free what the exchanged arrays have in them; may be NULL
 * @publish: let the kernel see slots @from up to @to, si->max last; under both locks
 * @is_short: see port_area_is_short()
 * @make_ready: see port_area_make_ready(); may be NULL
 * @set_pages: change si->pages, to no less than is in use; under both locks
 * @used: slots in use
 * @memory: bytes that belong to the arrays, and aren't in them; may be NULL
 * @slot_freed: see port_area_slot_freed()
 * @slot_cgroup: see port_slot_cgroup(), where there are cgroups
 * @cgroup_by_id: see port_cgroup_by_id()
 * @cgroup_may_leave: may pages of a cgroup, NULL: of none, go to a disk; within
 *	rcu_read_lock(); NULL: any may
 */
struct port_family {
	const struct port_array *arrays;
	unsigned int nr_arrays;
	struct vswap_hook *const *hooks;
	unsigned int nr_hooks;
	ftrace_func_t redirect;
	bool cache_only;
	bool kernel_allocates;
	bool io_max_holds_swap;
	int (*start)(void);
	void (*stop)(void);
	int (*populate)(u32 from, u32 to);
	void (*unpopulate)(u32 nr);
	void (*discarded)(void);
	bool (*looks_right)(struct swap_info_struct *si);
	void (*adopt)(struct swap_info_struct *si);
	void (*free_original)(void);
	void (*publish)(u32 from, u32 to);
	bool (*is_short)(u32 nr_free, u32 low_water);
	void (*make_ready)(void);
	void (*set_pages)(struct swap_info_struct *si, unsigned long pages);
	unsigned long (*used)(void);
	u64 (*memory)(void);
	void (*slot_freed)(u32 slot);
	unsigned short (*slot_cgroup)(u32 slot);
	struct mem_cgroup *(*cgroup_by_id)(unsigned short id);
	bool (*cgroup_may_leave)(struct mem_cgroup *memcg);
};

/* What a family hooks, by the names that its lists have in each. */
#define PORT_FAMILY_HOOKS						\
	.hooks = hooks,							\
	.nr_hooks = ARRAY_SIZE(hooks),					\
	.redirect = redirect

/**
 * struct port_area - the area
 * @bdev: our device: the swap area on it is ours
 * @direct: the area is synchronous: pages with one user bypass the swap cache when they are
 *	read back, and large folios are read whole
 * @si: the area, once adopted; swap_info_structs are never freed
 * @type: its swap type
 * @key: the base of the first array while adopted, else NULL; si->KEY_FIELD equals it as
 *	long as the area is ours
 * @array: reserved and partly mapped between prepare and discard
 * @given: those that the kernel has got, a bit for each
 * @original: the small ones that swapon(2) made, until a worker frees them
 * @free_original: does so
 * @limit: slots that @array has addresses for
 * @nr_slots: slots that it has memory for
 * @capacity: si->pages at adoption, pages
 */
struct port_area {
	struct block_device *bdev;
	bool direct;
	struct swap_info_struct *si;
	int type;
	void *key;
	struct sparse_array array[PORT_MAX_ARRAYS];
	unsigned long given;
	void *original[PORT_MAX_ARRAYS];
	struct work_struct free_original;
	u32 limit;
	u32 nr_slots;
	unsigned long capacity;
};

extern struct port_area port_area;
extern struct swap_info_struct **k_swap_info;
extern spinlock_t *k_swap_lock;

int port_init(const struct port_family *family);
bool port_area_may_adopt(struct swap_info_struct *si, const void *key);
void port_area_adopt(struct swap_info_struct *si);

/* The first element of one of the family's arrays. */
static inline void *port_array(unsigned int i)
{
	return port_area.array[i].base;
}

/* The kernel gets our array in place of @original, which is freed by a worker. */
static inline void *port_area_exchange(unsigned int i, void *original)
{
	port_area.original[i] = original;
	port_area.given |= BIT(i);
	return port_array(i);
}

/*
 * The type alone doesn't say so: after swapoff another area may get the number before we
 * know. The pointer does.
 */
static inline bool port_is_ours(swp_entry_t entry)
{
	/* Asked of any area's slots, also while ours comes: pairs with port_area_adopt(). */
	void *key = smp_load_acquire(&port_area.key);

	return key && swp_type(entry) == READ_ONCE(port_area.type) &&
	       (void *)READ_ONCE(port_area.si->KEY_FIELD) == key;
}

/* port_area_get(), where it counts. */
static inline bool port_area_tryget(void)
{
	struct swap_info_struct *si = READ_ONCE(port_area.si);

	if (!si || !percpu_ref_tryget_live(&si->users))
		return false;
	/* Pairs with the unlock at the end of enable_swap_info(). */
	smp_rmb();
	if (port_area.key && (void *)READ_ONCE(si->KEY_FIELD) == port_area.key)
		return true;
	percpu_ref_put(&si->users);
	return false;
}

#endif /* VSWAP_FAMILY_AREA_H */
