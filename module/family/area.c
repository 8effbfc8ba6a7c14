// SPDX-License-Identifier: GPL-2.0
/*
 * The engine: an area whose arrays grow in place, as far as that is the same on all kernels:
 * adoption, growth, capacity, the end of swapoff(2). What differs it has from the family's
 * table. It calls nobody above it.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/memcontrol.h>
#include <linux/plist.h>
#include <linux/rbtree.h>

#include "family/area.h"

/* Real-time kernels have no huge pages, and don't count them. */
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
#define THP_VALUES(value)	value(THP_SWPOUT)
#else
#define THP_VALUES(value)
#endif

/* What is read or written here, in the families and in kernel/compat/. */
#define AREA_LAYOUT(field, bits, size, value)				\
	field(swap_info_struct, users, struct percpu_ref)		\
	field(swap_info_struct, flags, unsigned long)			\
	field(swap_info_struct, prio, short)				\
	field(swap_info_struct, type, signed char)			\
	field(swap_info_struct, max, unsigned int)			\
	field(swap_info_struct, cluster_info, struct swap_cluster_info *) \
	field(swap_info_struct, pages, unsigned int)			\
	field(swap_info_struct, swap_extent_root, struct rb_root)	\
	field(swap_info_struct, bdev, struct block_device *)		\
	field(swap_info_struct, swap_file, struct file *)		\
	field(swap_info_struct, lock, spinlock_t)			\
	field(plist_node, prio, int)					\
	field(plist_node, node_list, struct list_head)			\
	field(plist_head, node_list, struct list_head)			\
	value(SWP_USED)							\
	value(SWP_WRITEOK)						\
	value(SWP_SOLIDSTATE)						\
	value(SWP_BLKDEV)						\
	value(SWP_SYNCHRONOUS_IO)					\
	value(PSWPIN)							\
	value(PSWPOUT)							\
	THP_VALUES(value)

VSWAP_LAYOUT(layout, AREA_LAYOUT)

VSWAP_SHARED_DATA(struct swap_info_struct *, swap_info)
VSWAP_SHARED_DATA(spinlock_t, swap_lock)
VSWAP_DATA(struct plist_head, swap_active_head)
VSWAP_DATA(long, total_swap_pages)
VSWAP_DATA(unsigned long, swapfile_maximum_size)

static const struct vswap_symbol symbols[] = {
	VSWAP_SYMBOL(swap_info),
	VSWAP_SYMBOL(swap_lock),
	VSWAP_SYMBOL(swap_active_head),
	VSWAP_SYMBOL(total_swap_pages),
	VSWAP_SYMBOL(swapfile_maximum_size),
};

static const struct port_family *family;

struct port_area port_area;

#define area port_area

/**
 * port_area_get() - keep the area from being taken apart
 *
 * Mirrors get_swap_device(): swapoff(2) waits for us.
 *
 * Context: any.
 * Return: true, and port_area_put() is due; false if the area is not on.
 */
bool port_area_get(void)
{
	return port_area_tryget();
}

/**
 * port_area_put() - the reverse of port_area_get()
 *
 * Context: any.
 */
void port_area_put(void)
{
	percpu_ref_put(&area.si->users);
}

/* ---- Arrays ---- */

static size_t array_bytes(unsigned int i, u32 nr_slots)
{
	const struct port_array *array = &family->arrays[i];

	return (size_t)nr_slots / array->slots * array->bits / BITS_PER_BYTE;
}

static int reserve_arrays(u32 limit)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < family->nr_arrays && !err; i++)
		err = sparse_array_reserve(&area.array[i], array_bytes(i, limit));
	return err;
}

static int map_arrays(u32 nr)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < family->nr_arrays && !err; i++)
		err = sparse_array_map(&area.array[i], array_bytes(i, nr));
	return err;
}

/* Memory and contents for slots up to @nr; the kernel doesn't see them yet. */
static int populate(u32 nr)
{
	int err = map_arrays(nr);

	if (!err)
		err = family->populate(area.nr_slots, nr);
	if (!err)
		area.nr_slots = nr;
	return err;
}

static void unpopulate(u32 nr)
{
	if (family->unpopulate)
		family->unpopulate(nr);
}

/**
 * port_area_prepare() - arrays for an area that is to be swapped on
 * @limit: slots it may ever have, a multiple of PORT_SLOTS_STEP
 * @nr_slots: slots it begins with, likewise
 * @capacity: pages it is to advertise
 *
 * Context: process, may sleep; there is no area.
 * Return: 0 or -ENOMEM with nothing kept.
 */
int port_area_prepare(u32 limit, u32 nr_slots, unsigned long capacity)
{
	int err;

	area.limit = limit;
	area.capacity = capacity;
	err = reserve_arrays(limit);
	if (!err)
		err = populate(nr_slots);
	if (err)
		port_area_discard();
	return err;
}

/**
 * port_area_discard() - free the arrays
 *
 * Either they were never given to the kernel, or swapoff(2) has unmapped them all, and freed
 * what it takes for its own of what they hold, and port_area_state() says so.
 *
 * Context: process, may sleep.
 */
void port_area_discard(void)
{
	unsigned int i;

	flush_work(&area.free_original);
	if (!area.key)
		unpopulate(0);
	for (i = 0; i < family->nr_arrays; i++) {
		if (area.given & BIT(i))
			sparse_array_free_pages(&area.array[i]);
		else
			sparse_array_free(&area.array[i]);
	}
	area.given = 0;
	WRITE_ONCE(area.key, NULL);
	area.nr_slots = 0;
	if (family->discarded)
		family->discarded();
}

/* ---- Adoption, growth, capacity ---- */

static void free_original(struct work_struct *work)
{
	unsigned int i;

	if (family->free_original)
		family->free_original();
	for (i = 0; i < family->nr_arrays; i++) {
		kvfree(area.original[i]);
		area.original[i] = NULL;
	}
}

static bool looks_right(struct swap_info_struct *si)
{
	return k_swap_info[si->type] == si && si->max == 2 && (si->flags & SWP_BLKDEV) &&
	       (si->flags & SWP_SOLIDSTATE) && !RB_EMPTY_ROOT(&si->swap_extent_root) &&
	       family->looks_right(si);
}

/**
 * port_area_may_adopt() - is this a new area on our device
 * @si: what swapon(2) has set up, or a failed swapoff(2) puts back
 * @key: its first array
 *
 * One that can't be adopted is an ordinary area, without a page to use, and the log says so.
 *
 * Context: in swapon(2), before anybody can see the area.
 * Return: true, and port_area_adopt() is due; false also for one that comes back, and keeps
 * its arrays.
 */
bool port_area_may_adopt(struct swap_info_struct *si, const void *key)
{
	if (si->bdev != area.bdev || key == area.key)
		return false;
	if (!area.nr_slots || area.key)
		pr_err("the swap area comes before the last one has gone: left alone, no use\n");
	else if (!looks_right(si))
		pr_err("the swap area isn't laid out as expected: left alone, no use\n");
	else
		return true;
	return false;
}

/* Where the kernel looks for a slot that isn't in an extent, it is a BUG. */
static void set_sizes(struct swap_info_struct *si)
{
	struct swap_extent *extent = rb_entry(rb_first(&si->swap_extent_root),
					      struct swap_extent, rb_node);

	extent->nr_pages = area.limit;
	si->pages = area.capacity;
	si->max = area.nr_slots;
	if (area.direct)
		si->flags |= SWP_SYNCHRONOUS_IO;
	else
		si->flags &= ~SWP_SYNCHRONOUS_IO;
}

/**
 * port_area_adopt() - make the area on our device grow in place
 * @si: the area, by port_area_may_adopt(); arrays that the family's adopt doesn't exchange
 *	have been
 *
 * Context: in swapon(2), before anybody can see the area; one at a time.
 */
void port_area_adopt(struct swap_info_struct *si)
{
	WRITE_ONCE(area.si, si);
	WRITE_ONCE(area.type, si->type);
	family->adopt(si);
	set_sizes(si);
	/* The last: whoever sees it looks at all that was set before. */
	smp_store_release(&area.key, port_array(0));
	schedule_work(&area.free_original);
}

/**
 * port_area_is_on() - has swapon(2) brought up our area, and is it adopted
 *
 * Context: process.
 */
bool port_area_is_on(void)
{
	if (!port_area_get())
		return false;
	port_area_put();
	return true;
}

/* Are the arrays in the kernel's hands? From swapon(2) until port_area_discard(). */
static inline bool is_adopted(void)
{
	return READ_ONCE(area.key);
}

/*
 * Has swapoff(2) finished with the area's arrays?
 *
 * It frees them after it has taken them out of the swap_info_struct, together with the file;
 * only the flags, cleared at the very end, tell. A swap_info_struct that is in use anew has
 * SWP_USED alone, as ours never had, and then a file: which one doesn't matter.
 */
static bool is_gone(void)
{
	struct swap_info_struct *si = area.si;
	bool gone;

	/* Before what is in @si; pairs with port_area_adopt(). */
	if (!smp_load_acquire(&area.key))
		return false;
	spin_lock(k_swap_lock);
	gone = (void *)si->KEY_FIELD != area.key &&
	       (!si->flags || si->flags == SWP_USED || si->swap_file);
	spin_unlock(k_swap_lock);
	return gone;
}

/**
 * port_area_state() - how far an area has come
 *
 * Context: process; outside of port_area_prepare() and port_area_discard().
 */
enum port_area_state port_area_state(void)
{
	if (!area.nr_slots)
		return PORT_AREA_NONE;
	if (!is_adopted())
		return PORT_AREA_PREPARED;
	return is_gone() ? PORT_AREA_GONE : PORT_AREA_ADOPTED;
}

/* Hold both locks that guard the size of an area. */
static void lock_area(void)
	__acquires(k_swap_lock) __acquires(&area.si->lock)
{
	spin_lock(k_swap_lock);
	spin_lock(&area.si->lock);
}

static void unlock_area(void)
	__releases(&area.si->lock) __releases(k_swap_lock)
{
	spin_unlock(&area.si->lock);
	spin_unlock(k_swap_lock);
}

/* Is the area ours, and has swapoff not begun? Under lock_area(). */
static bool is_writable(void)
{
	return area.key && (void *)area.si->KEY_FIELD == area.key &&
	       (area.si->flags & SWP_WRITEOK);
}

/* Let the kernel see slots from @before up to @nr. */
static int publish(u32 before, u32 nr)
{
	int err = -EBUSY;

	lock_area();
	if (is_writable()) {
		family->publish(before, nr);
		err = 0;
	}
	unlock_area();
	return err;
}

/**
 * port_area_grow() - more slots
 * @nr_slots: as many in all, a multiple of PORT_SLOTS_STEP
 * @grown: called when they may be used: where the kernel allocates, before it gets to know of
 *	them, else when it has got to know
 *
 * Context: process, may sleep; between port_area_get() and port_area_put(); one
 * caller at a time.
 * Return: 0; -ENOMEM; -ENOSPC beyond the limit; -EBUSY while being swapped off.
 */
int port_area_grow(u32 nr_slots, void (*grown)(u32 nr_slots))
{
	u32 before = area.nr_slots;
	int err;

	if (nr_slots > area.limit)
		return -ENOSPC;
	err = populate(nr_slots);
	if (!err && family->kernel_allocates)
		grown(nr_slots);
	if (!err)
		err = publish(before, nr_slots);
	if (err) {
		unpopulate(before);
		area.nr_slots = before;
	} else if (!family->kernel_allocates) {
		grown(nr_slots);
	}
	return err;
}

/**
 * port_area_slots() - slots the area has
 *
 * Return: a multiple of PORT_SLOTS_STEP, 0 if there is no area.
 */
u32 port_area_slots(void)
{
	return area.nr_slots;
}

/**
 * port_area_is_short() - is it time for more slots
 * @nr_free: clusters without a table
 * @low_water: as many clusters should be free
 *
 * Context: process; between port_area_get() and port_area_put().
 */
bool port_area_is_short(u32 nr_free, u32 low_water)
{
	return family->is_short(nr_free, low_water);
}

/**
 * port_area_make_ready() - provide for when there is no memory
 *
 * There may be none when the kernel needs some for a slot: where it does, it has it then.
 *
 * Context: process; between port_area_get() and port_area_put().
 */
void port_area_make_ready(void)
{
	if (family->make_ready)
		family->make_ready();
}

/**
 * port_area_set_capacity() - change what the area advertises
 * @pages: at least as many as are in use, else that is taken
 *
 * Context: process; not from a hook.
 */
void port_area_set_capacity(unsigned long pages)
{
	struct swap_info_struct *si = area.si;
	long change;

	if (!si)
		return;
	lock_area();
	if (is_writable()) {
		change = -(long)si->pages;
		family->set_pages(si, min_t(unsigned long, pages, INT_MAX));
		change += si->pages;
		*k_total_swap_pages += change;
		atomic_long_add(change, &nr_swap_pages);
	}
	unlock_area();
}

/**
 * port_area_used() - slots in use
 *
 * Return: pages, 0 if there is no area.
 */
unsigned long port_area_used(void)
{
	return port_area_is_on() ? family->used() : 0;
}

/**
 * port_area_zero_pages() - slots in use that the kernel keeps as zero pages
 * @held: slots in use that we hold something for
 *
 * Return: pages, with those that are on their way to us; none where we allocate: all come
 * to us.
 */
unsigned long port_area_zero_pages(unsigned long held)
{
	unsigned long used = family->kernel_allocates ? port_area_used() : 0;

	return used > held ? used - held : 0;
}

/**
 * port_area_capacity() - what the area advertises
 *
 * Return: pages, 0 if there is no area.
 */
unsigned long port_area_capacity(void)
{
	return port_area_is_on() ? READ_ONCE(area.si->pages) : 0;
}

/**
 * port_area_priority() - the area's swap priority
 *
 * Return: the priority, -1 if there is no area.
 */
int port_area_priority(void)
{
	return port_area_is_on() ? READ_ONCE(area.si->prio) : -1;
}

/**
 * port_area_swap_type() - the area's number among the kernel's, as /proc/PID/pagemap has it
 *
 * Return: the number, -1 if there is no area.
 */
int port_area_swap_type(void)
{
	return port_area_is_on() ? READ_ONCE(area.type) : -1;
}

/**
 * port_area_memory() - memory behind the arrays
 *
 * Return: bytes, without the tables that the kernel has in its clusters.
 */
u64 port_area_memory(void)
{
	u64 sum = family->memory ? family->memory() : 0;
	unsigned int i;

	for (i = 0; i < family->nr_arrays; i++)
		sum += area.array[i].mapped;
	return sum;
}

/**
 * port_area_slot_freed() - a slot of our device was freed, past our hooks or by who chose it
 * @slot: the slot
 *
 * Context: swap_slot_free_notify: under si->lock or the cluster's lock, maybe with interrupts
 * off.
 */
void port_area_slot_freed(u32 slot)
{
	/* Not for an area on our device that was left as it was. */
	if (is_adopted())
		family->slot_freed(slot);
}

/**
 * port_slot_cgroup() - whose a slot's page is
 * @slot: any slot below those there are
 *
 * Context: process; within port_area_get(), or by the slot's owner.
 * Return: the id of the cgroup that the slot is charged to, for port_cgroup_by_id(); 0: none.
 */
unsigned short port_slot_cgroup(u32 slot)
{
	return mem_cgroup_disabled() ? 0 : family->slot_cgroup(slot);
}

/**
 * port_cgroup_by_id() - find a cgroup
 * @id: from port_slot_cgroup(); maybe the slot is free by now
 *
 * Context: any; within rcu_read_lock().
 * Return: the cgroup, which may have been removed; NULL: there is none.
 */
struct mem_cgroup *port_cgroup_by_id(unsigned short id)
{
	return family->cgroup_by_id(id);
}

/**
 * port_io_max_holds_swap() - does what is swapped out wait where its cgroup's io.max says so
 *
 * Newer kernels let it pass, and have the cgroup's other I/O wait the longer: others may need the
 * memory, or what whoever reclaims is holding.
 *
 * Context: any.
 */
bool port_io_max_holds_swap(void)
{
	return family->io_max_holds_swap;
}

/**
 * port_slot_may_leave() - may a slot's page leave RAM for a disk
 * @slot: any slot below those there are
 *
 * Mirrors mem_cgroup_zswap_writeback_enabled(), which looks only where the kernel's own
 * zswap is enabled.
 *
 * Context: process; within port_area_get(), or by the slot's owner.
 * Return: false if the cgroup to which the slot is charged has memory.zswap.writeback 0.
 */
bool port_slot_may_leave(u32 slot)
{
	bool may;

	if (!family->cgroup_may_leave)
		return true;
	rcu_read_lock();
	may = family->cgroup_may_leave(port_cgroup_by_id(port_slot_cgroup(slot)));
	rcu_read_unlock();
	return may;
}

/* ---- Start and stop ---- */

/**
 * port_init() - get to know the family, and find what is relied on here
 * @of: the family
 *
 * Context: process, may sleep; after vswap_symbols_init().
 * Return: 0, or -ENOEXEC with one line in the log for each thing missing.
 */
int port_init(const struct port_family *of)
{
	family = of;
	INIT_WORK(&area.free_original, free_original);
	return vswap_btf_check_layout(layout, ARRAY_SIZE(layout)) ?:
	       port_swap_file_init() ?:
	       vswap_symbols_resolve(symbols, ARRAY_SIZE(symbols));
}

/**
 * port_start() - hook the kernel
 * @bdev: our device; the swap area on it will be adopted
 * @direct: pages with one user bypass the swap cache when they are read back, if that is safe
 *
 * With @direct the kernel reads folios whole. Where it has them in the swap cache all the same,
 * unuse_pte() may find one before the fault that read it has mapped it, and takes it for a page:
 * the folio counts as mapped by all its pages, and is freed while it is. There pages come through
 * the cache, one by one.
 *
 * Context: process, may sleep.
 * Return: 0, or -errno with one line in the log and no hook left in.
 */
int port_start(struct block_device *bdev, bool direct)
{
	int err = 0;

	area.bdev = bdev;
	area.direct = direct && !family->cache_only;
	if (direct && !area.direct)
		pr_warn("swapin=cache is used: with swapin=direct this kernel's swapoff isn't safe\n");
	if (family->start)
		err = family->start();
	if (err)
		return err;
	err = vswap_hooks_install(family->hooks, family->nr_hooks, family->redirect);
	if (err && family->stop)
		family->stop();
	return err;
}

/**
 * port_stop() - take the hooks out
 *
 * Context: process, may sleep; the area is not on.
 */
void port_stop(void)
{
	vswap_hooks_remove(family->hooks, family->nr_hooks);
	if (family->stop)
		family->stop();
}

/**
 * port_slots_limit() - slots this kernel can address in one swap area
 *
 * Return: a multiple of PORT_SLOTS_STEP.
 */
u32 port_slots_limit(void)
{
	unsigned long limit = min_t(unsigned long, *k_swapfile_maximum_size, U32_MAX);

	return round_down(limit, PORT_SLOTS_STEP);
}

/**
 * port_highest_priority() - of all swap areas in use
 *
 * Context: process.
 * Return: the highest, or -1 if no area has one of 0 or more.
 */
int port_highest_priority(void)
{
	int prio = -1;

	spin_lock(k_swap_lock);
	if (!plist_head_empty(k_swap_active_head))
		prio = -plist_first(k_swap_active_head)->prio;
	spin_unlock(k_swap_lock);
	return max(prio, -1);
}
