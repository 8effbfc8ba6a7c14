// SPDX-License-Identifier: GPL-2.0
/*
 * The allocator of virtual slots.
 *
 * The way of a cluster:
 *
 *	       open              exhausted
 *	FREE --------> OPEN ---------------------> FULL
 *	  ^             ^ |  another was opened     |
 *	  |        open | v  in its place           | some slots freed
 *	  +----------- PARTIAL <--------------------+
 *	   all freed
 *
 * A cluster on a list is taken off it under slots->lock. From then on it belongs
 * to the task that took it, which may allocate memory for it without any lock,
 * until that task opens it or puts it back: frees leave such a cluster's state
 * alone, however empty it gets.
 *
 * A CPU's entry for its open cluster is a hint: tasks migrate, and two of them may
 * use one entry at once. What counts is the cluster's state, read under its lock.
 * An entry may be stale, but every open cluster is in an entry, or in the hands of
 * the task that is putting it there, because whoever replaces an entry closes the
 * cluster it replaced.
 */
#include "slots.h"

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/slab.h>
#endif

/*
 * How many free slots make a cluster worth opening before a free cluster is
 * broken into, and how many make it worth listing at all. Slots in clusters below
 * the second limit can't be allocated: it bounds that loss to 3 % of all slots.
 */
#define SLOTS_RICH	(SLOTS_PER_CLUSTER / 4)
#define SLOTS_WORTHY	(SLOTS_PER_CLUSTER / 32)

struct slots_cpu {
	u32 open[SLOTS_NR_ORDERS];	/* cluster by order, 0: none */
} ____cacheline_aligned_in_smp;

enum rank {
	RANK_EMPTY,
	RANK_RICH,
	RANK_POOR,
	RANK_FULL,
};

static enum rank rank_of(unsigned int used)
{
	unsigned int nr_free = SLOTS_PER_CLUSTER - used;

	if (!used)
		return RANK_EMPTY;
	if (nr_free >= SLOTS_RICH)
		return RANK_RICH;
	return nr_free >= SLOTS_WORTHY ? RANK_POOR : RANK_FULL;
}

/*
 * The cluster a CPU has open, or the reserved one if it has none. It may be closed
 * by now.
 */
static struct slot_cluster *open_cluster(const struct slots *s, unsigned int cpu,
					 unsigned int order)
{
	/*
	 * Pairs with the xchg() in open_and_take(): another CPU may have opened the
	 * cluster when it was just added, so its lock must be seen set up.
	 */
	return &s->clusters[smp_load_acquire(&s->cpus[cpu].open[order])];
}

/*
 * Make an empty cluster free. The caller holds both locks and gives back the
 * pages left in @pages.
 */
static void cluster_to_free(struct slots *s, struct slot_cluster *c, void *pages[2])
{
	list_del_init(&c->age);
	pages[0] = c->table;
	pages[1] = c->wide;
	WRITE_ONCE(c->table, NULL);
	WRITE_ONCE(c->wide, NULL);
	slots_count(&s->nr_tables, -1);
	if (pages[1])
		slots_count(&s->nr_wide, -1);

	c->state = CLUSTER_FREE;
	list_add(&c->list, &s->free);
	slots_count(&s->nr_free, 1);
}

/*
 * Put a cluster that isn't open, or no longer to be open, where its number of
 * used slots says it belongs. The caller holds its lock, and gives back the pages left in
 * @pages when it doesn't any more: that can take the kernel longer than all else here. NULL
 * will do for a cluster that isn't empty.
 */
static void cluster_settle(struct slots *s, struct slot_cluster *c, void *pages[2])
{
	spin_lock(&s->lock);
	if (c->state == CLUSTER_PARTIAL && list_empty(&c->list)) {
		/* somebody is about to open it */
		spin_unlock(&s->lock);
		return;
	}
	list_del_init(&c->list);
	switch (rank_of(c->used)) {
	case RANK_EMPTY:
		cluster_to_free(s, c, pages);
		break;
	case RANK_RICH:
		c->state = CLUSTER_PARTIAL;
		list_add(&c->list, &s->partial[c->order]);
		break;
	case RANK_POOR:
		c->state = CLUSTER_PARTIAL;
		list_add_tail(&c->list, &s->partial[c->order]);
		break;
	case RANK_FULL:
		c->state = CLUSTER_FULL;
		break;
	}
	spin_unlock(&s->lock);
}

/* What cluster_settle() has left; where there is the second page, there is a first. */
static noinline void give_back(struct slots *s, void *pages[2])
{
	s->ops->page_free(pages[0]);
	if (pages[1])
		s->ops->page_free(pages[1]);
}

/*
 * Close a cluster that another one replaced in an entry for @order. If its state is
 * another by now, or its order, the entry was stale, and the cluster is in one where
 * it belongs.
 */
static void cluster_close(struct slots *s, struct slot_cluster *c, unsigned int order)
{
	void *pages[2] = { NULL, NULL };
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	if (c->state == CLUSTER_OPEN && c->order == order)
		cluster_settle(s, c, pages);
	spin_unlock_irqrestore(&c->lock, flags);
	if (pages[0])
		give_back(s, pages);
}

/* The bitmap functions for runs cost several times those for a bit; most runs are one. */

static unsigned long find_run(const struct slot_cluster *c, unsigned int from, unsigned int nr)
{
	if (nr == 1)
		return find_next_zero_bit(c->map, SLOTS_PER_CLUSTER, from);
	return bitmap_find_next_zero_area((unsigned long *)c->map, SLOTS_PER_CLUSTER, from, nr,
					  nr - 1);
}

static void mark_used(struct slot_cluster *c, unsigned int idx, unsigned int nr)
{
	if (nr == 1)
		__set_bit(idx, c->map);
	else
		bitmap_set(c->map, idx, nr);
}

static void mark_free(struct slot_cluster *c, unsigned int idx, unsigned int nr)
{
	if (nr == 1)
		__clear_bit(idx, c->map);
	else
		bitmap_clear(c->map, idx, nr);
}

static bool all_used(const struct slot_cluster *c, unsigned int idx, unsigned int nr)
{
	if (nr == 1)
		return test_bit(idx, c->map);
	return find_next_zero_bit(c->map, idx + nr, idx) >= idx + nr;
}

/*
 * Take a run of slots from an open cluster, whatever its order. The caller holds
 * its lock. Returns the first slot or -ENOSPC.
 */
static s64 cluster_take(struct slots *s, struct slot_cluster *c, unsigned int order)
{
	unsigned int nr = 1U << order;
	unsigned long idx, i;

	if (c->used + nr > SLOTS_PER_CLUSTER)
		return -ENOSPC;
	idx = find_run(c, c->next, nr);
	if (idx >= SLOTS_PER_CLUSTER && c->next)
		idx = find_run(c, 0, nr);
	if (idx >= SLOTS_PER_CLUSTER)
		return -ENOSPC;

	mark_used(c, idx, nr);
	WRITE_ONCE(c->used, c->used + nr);
	c->next = (idx + nr) % SLOTS_PER_CLUSTER;
	for (i = idx; i < idx + nr; i++)
		WRITE_ONCE(c->table[i], slot_word(SLOT_EMPTY, 0));

	return ((s64)(c - s->clusters) << SLOTS_CLUSTER_SHIFT) + idx;
}

/* What cluster_take() most often comes to for one slot: the next one is free. */
static inline s64 take_next(struct slots *s, struct slot_cluster *c)
{
	unsigned int idx = c->next;

	if (test_bit(idx, c->map))
		return cluster_take(s, c, 0);
	__set_bit(idx, c->map);
	WRITE_ONCE(c->used, c->used + 1);
	c->next = (idx + 1) % SLOTS_PER_CLUSTER;
	WRITE_ONCE(c->table[idx], slot_word(SLOT_EMPTY, 0));
	return ((s64)(c - s->clusters) << SLOTS_CLUSTER_SHIFT) + idx;
}

/*
 * Close a cluster in which no run of its order is left. Its single slots, if there
 * are enough of them, serve order 0 from now on, until it has been free again:
 * otherwise folios that were split and freed in part would lock up the rest.
 */
static void cluster_exhausted(struct slots *s, struct slot_cluster *c)
{
	c->order = 0;
	cluster_settle(s, c, NULL);
}

/* The fast path: from the open cluster, with no lock but the cluster's own. */
static s64 alloc_open(struct slots *s, unsigned int cpu, unsigned int order)
{
	struct slot_cluster *c = open_cluster(s, cpu, order);
	s64 slot = -ENOSPC;
	unsigned long flags;

	if (c == s->clusters)
		return -ENOSPC;

	spin_lock_irqsave(&c->lock, flags);
	if (c->state == CLUSTER_OPEN && c->order == order) {
		slot = order ? cluster_take(s, c, order) : take_next(s, c);
		if (slot < 0)
			cluster_exhausted(s, c);
	}
	spin_unlock_irqrestore(&c->lock, flags);
	return slot;
}

/* A partial cluster that can serve @order; the caller holds slots->lock. */
static struct slot_cluster *first_partial(struct slots *s, unsigned int order)
{
	unsigned int o;

	/* Single slots can come from anywhere, but runs are broken into last. */
	for (o = order; o < (order ? order + 1 : SLOTS_NR_ORDERS); o++)
		if (!list_empty(&s->partial[o]))
			return list_first_entry(&s->partial[o], struct slot_cluster, list);
	return NULL;
}

/*
 * Take the cluster to open next off its list. Without @may_free, clusters that
 * need a table are left out. Returns NULL if there is none.
 */
static struct slot_cluster *pick(struct slots *s, unsigned int order, bool may_free)
{
	struct slot_cluster *c = NULL, *partial;
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	partial = first_partial(s, order);
	if (may_free && !list_empty(&s->free))
		c = list_first_entry(&s->free, struct slot_cluster, list);

	/* Lists of partial clusters begin with the rich ones; a guess will do here. */
	if (partial && (!c || (partial->order == order &&
			       rank_of(READ_ONCE(partial->used)) == RANK_RICH)))
		c = partial;
	if (c)
		list_del_init(&c->list);
	if (c && c->state == CLUSTER_FREE)
		slots_count(&s->nr_free, -1);
	spin_unlock_irqrestore(&s->lock, flags);
	return c;
}

/* Put a free cluster back that pick() took and nobody opened. */
static void unpick(struct slots *s, struct slot_cluster *c)
{
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	list_add(&c->list, &s->free);
	slots_count(&s->nr_free, 1);
	spin_unlock_irqrestore(&s->lock, flags);
}

/* Give a table to a cluster that pick() took. Returns 0 or -ENOMEM. */
static int add_table(struct slots *s, struct slot_cluster *c)
{
	unsigned long flags;
	u64 *table;

	if (c->state != CLUSTER_FREE)
		return 0;
	table = s->ops->page_alloc();
	if (!table)
		return -ENOMEM;

	spin_lock_irqsave(&s->lock, flags);
	/* A look without owning a slot of it sees words, not what the page was before. */
	smp_store_release(&c->table, table);
	list_add_tail(&c->age, &s->aged);
	slots_count(&s->nr_tables, 1);
	spin_unlock_irqrestore(&s->lock, flags);
	return 0;
}

/*
 * Open a cluster that pick() took and has a table, and take a run from it.
 * Returns the first slot, or -ENOSPC when it has no run of @order; it is where it
 * belongs then.
 */
static s64 open_and_take(struct slots *s, struct slot_cluster *c,
			 unsigned int cpu, unsigned int order)
{
	u32 index = c - s->clusters, old;
	unsigned long flags;
	s64 slot;

	spin_lock_irqsave(&c->lock, flags);
	c->state = CLUSTER_OPEN;
	c->order = order;
	c->next = 0;
	slot = cluster_take(s, c, order);
	if (slot < 0)
		cluster_exhausted(s, c);
	spin_unlock_irqrestore(&c->lock, flags);
	if (slot < 0)
		return slot;

	old = xchg(&s->cpus[cpu].open[order], index);
	if (old && old != index)
		cluster_close(s, &s->clusters[old], order);
	return slot;
}

/*
 * The last resort: a run from a cluster that any CPU has open, for single slots
 * one of any order. Small spaces could otherwise be full with most of their slots
 * free in the open clusters of idle CPUs.
 */
static s64 borrow(struct slots *s, unsigned int order)
{
	unsigned int cpu, o, last = order ? order : SLOTS_NR_ORDERS - 1;
	struct slot_cluster *c;
	unsigned long flags;
	s64 slot = -ENOSPC;

	for (cpu = 0; cpu < s->nr_cpus && slot < 0; cpu++) {
		for (o = order; o <= last && slot < 0; o++) {
			c = open_cluster(s, cpu, o);
			spin_lock_irqsave(&c->lock, flags);
			if (c->state == CLUSTER_OPEN)
				slot = cluster_take(s, c, order);
			spin_unlock_irqrestore(&c->lock, flags);
		}
	}
	return slot;
}

/* The slow path: open another cluster. Apart, so that the fast one needs no stack. */
static noinline s64 alloc_reopen(struct slots *s, unsigned int cpu, unsigned int order)
{
	struct slot_cluster *c;
	bool may_free = true;
	s64 slot = -ENOSPC;

	/* Clusters without a run of this order leave the list, so this ends. */
	while (slot < 0) {
		c = pick(s, order, may_free);
		if (!c)
			break;
		if (add_table(s, c)) {
			unpick(s, c);
			may_free = false;
			continue;
		}
		slot = open_and_take(s, c, cpu, order);
	}
	if (slot < 0)
		slot = borrow(s, order);
	if (slot < 0 && !may_free)
		return -ENOMEM;
	if (slot < 0 || READ_ONCE(s->nr_free) < READ_ONCE(s->low_water))
		s->ops->want_growth(s->owner);
	return slot;
}

/**
 * slots_alloc() - allocate a naturally aligned run of slots
 * @s: the slots
 * @cpu: below @s->nr_cpus; the CPU whose open cluster to use, by choice the one the
 *	caller runs on, but it may have left it
 * @order: the run has 1 << @order slots, 0..SLOTS_NR_ORDERS - 1
 *
 * The slots' words are SLOT_EMPTY. Usually takes one cluster's lock only. Where an
 * open cluster has to be found: one of this order with a quarter or more of its
 * slots free, else a free one, else any of this order; then, for order 0, one of
 * any order, and last what other CPUs have open. So order 0 fails only when fewer
 * than 3 % of all slots are free, larger orders earlier.
 *
 * Context: Any that @s->ops->page_alloc and @s->ops->want_growth can be called in.
 * Takes locks with interrupts off, but calls these two without locks.
 * Return: The first slot, -ENOSPC, -ENOMEM when only a cluster without a table
 * would do and there is no memory for one, or -EINVAL for a bad argument.
 */
s64 slots_alloc(struct slots *s, unsigned int cpu, unsigned int order)
{
	s64 slot;

	if (cpu >= s->nr_cpus || order >= SLOTS_NR_ORDERS)
		return -EINVAL;
	slot = alloc_open(s, cpu, order);
	return slot >= 0 ? slot : alloc_reopen(s, cpu, order);
}

/* Put a free cluster to use with a table, outside of all lists. Under its lock. */
static void cluster_use(struct slots *s, struct slot_cluster *c, u64 *table)
{
	spin_lock(&s->lock);
	list_del_init(&c->list);
	slots_count(&s->nr_free, -1);
	slots_count(&s->nr_tables, 1);
	/* As in add_table(). */
	smp_store_release(&c->table, table);
	list_add_tail(&c->age, &s->aged);
	c->state = CLUSTER_TAKEN;
	c->order = 0;
	spin_unlock(&s->lock);
}

/**
 * slots_take() - slots that somebody else chose are in use from now on
 * @s: the slots; slots_alloc() is never called for them
 * @slot: the first
 * @nr: how many, 1..512, all in one cluster but the first; some may be in use already
 *
 * The words of those that weren't in use are SLOT_EMPTY.
 *
 * Context: Any that @s->ops->page_alloc can be called in. Takes locks with interrupts
 * off, but allocates without.
 * Return: 0; -ENOMEM, or -EINVAL for a bad argument: nothing has changed then.
 */
int slots_take(struct slots *s, u32 slot, unsigned int nr)
{
	u32 idx = slot_index(slot), i;
	struct slot_cluster *c = slots_cluster(s, slot);
	u64 *table = NULL;
	unsigned long flags;

	/* Pairs with the release in slots_grow(). */
	if ((slot >> SLOTS_CLUSTER_SHIFT) >= smp_load_acquire(&s->nr_clusters) ||
	    slot < SLOTS_PER_CLUSTER || !nr || nr > SLOTS_PER_CLUSTER - idx)
		return -EINVAL;

	spin_lock_irqsave(&c->lock, flags);
	while (!c->table && !table) {
		spin_unlock_irqrestore(&c->lock, flags);
		table = s->ops->page_alloc();
		if (!table)
			return -ENOMEM;
		spin_lock_irqsave(&c->lock, flags);
	}
	if (!c->table) {
		cluster_use(s, c, table);
		table = NULL;
	}
	for (i = idx; i < idx + nr; i++) {
		if (test_bit(i, c->map))
			continue;
		__set_bit(i, c->map);
		WRITE_ONCE(c->used, c->used + 1);
		WRITE_ONCE(c->table[i], slot_word(SLOT_EMPTY, 0));
	}
	spin_unlock_irqrestore(&c->lock, flags);
	if (table)
		s->ops->page_free(table);
	return 0;
}

/*
 * Take slots out of use; the caller holds the cluster's lock. @pages: see cluster_settle().
 * Returns 0 or -EINVAL.
 */
static int cluster_put(struct slots *s, struct slot_cluster *c, u32 idx, unsigned int nr,
		       void *pages[2])
{
	unsigned int before = c->used;
	u32 i;

	if (!all_used(c, idx, nr))
		return -EINVAL;
	for (i = idx; i < idx + nr; i++)
		WRITE_ONCE(c->table[i], 0);
	mark_free(c, idx, nr);
	WRITE_ONCE(c->used, before - nr);

	/* Open clusters stay open, even empty ones: the CPU will want one soon. */
	if (c->state == CLUSTER_OPEN || (c->state == CLUSTER_TAKEN && c->used))
		return 0;
	if (rank_of(c->used) != rank_of(before))
		cluster_settle(s, c, pages);
	return 0;
}

/**
 * slots_free() - give slots back
 * @s: the slots
 * @slot: the first
 * @nr: how many, 1..512; all in one cluster, not necessarily allocated together
 *
 * Sets their words to 0, whatever they were: what they pointed to is for the caller
 * to free before, or to leave to the mover that holds it busy.
 *
 * Context: Any. Takes locks with interrupts off, allocates nothing.
 * Return: 0, or -EINVAL if one of them wasn't in use; nothing has changed then.
 */
int slots_free(struct slots *s, u32 slot, unsigned int nr)
{
	u32 idx = slot_index(slot);
	void *pages[2] = { NULL, NULL };
	struct slot_cluster *c;
	unsigned long flags;
	int err;

	/* Pairs with the release in slots_grow(). */
	if ((slot >> SLOTS_CLUSTER_SHIFT) >= smp_load_acquire(&s->nr_clusters))
		return -EINVAL;
	if (!nr || nr > SLOTS_PER_CLUSTER - idx)
		return -EINVAL;

	c = slots_cluster(s, slot);
	spin_lock_irqsave(&c->lock, flags);
	err = cluster_put(s, c, idx, nr, pages);
	spin_unlock_irqrestore(&c->lock, flags);
	if (pages[0])
		give_back(s, pages);
	return err;
}

/**
 * slots_init() - set up a slot space without clusters
 * @s: the slots
 * @clusters: where the clusters are going to be; need not be memory yet
 * @nr_cpus: CPUs slots_alloc() will be called for, at least 1
 * @ops: what the owner provides
 * @owner: handed to @ops->want_growth
 *
 * @s->low_water is 0 and may be set at any time. slots_grow() adds clusters; it must
 * have been called before slots_alloc() is.
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM; slots_exit() undoes it.
 */
int slots_init(struct slots *s, struct slot_cluster *clusters,
	       unsigned int nr_cpus, const struct slots_ops *ops, void *owner)
{
	int i;

	memset(s, 0, sizeof(*s));
	s->clusters = clusters;
	s->ops = ops;
	s->owner = owner;
	spin_lock_init(&s->lock);
	INIT_LIST_HEAD(&s->free);
	INIT_LIST_HEAD(&s->aged);
	for (i = 0; i < SLOTS_NR_ORDERS; i++)
		INIT_LIST_HEAD(&s->partial[i]);

	s->cpus = kvcalloc(nr_cpus, sizeof(*s->cpus), GFP_KERNEL);
	if (!s->cpus)
		return -ENOMEM;
	s->nr_cpus = nr_cpus;
	return 0;
}

/**
 * slots_grow() - add clusters
 * @s: the slots
 * @nr_clusters: how many there are to be, not fewer than now; the memory of the new
 *	ones is valid and zeroed. The first cluster ever is reserved
 *
 * New clusters are used after those that were free already.
 *
 * Context: Any; one call at a time, which the owner sees to. Allocations and frees
 * may go on meanwhile.
 */
void slots_grow(struct slots *s, u32 nr_clusters)
{
	u32 i, old = s->nr_clusters, nr_free = 0;
	struct slot_cluster *c;
	unsigned long flags;
	LIST_HEAD(fresh);

	for (i = old; i < nr_clusters; i++) {
		c = &s->clusters[i];
		spin_lock_init(&c->lock);
		INIT_LIST_HEAD(&c->list);
		INIT_LIST_HEAD(&c->age);
		if (!i)
			continue;
		c->state = CLUSTER_FREE;
		list_add_tail(&c->list, &fresh);
		nr_free++;
	}

	spin_lock_irqsave(&s->lock, flags);
	/* Whoever sees the new number must see the clusters set up, see slots_free(). */
	smp_store_release(&s->nr_clusters, nr_clusters);
	list_splice_tail(&fresh, &s->free);
	slots_count(&s->nr_free, nr_free);
	spin_unlock_irqrestore(&s->lock, flags);
}

/**
 * slots_exit() - free all memory the slots hold
 * @s: the slots; may have been set up in part or torn down before
 *
 * The memory of the clusters is the owner's, to be freed after this.
 *
 * Context: Process context, may sleep. Nobody may use the slots any more.
 * Return: The number of slots that were still in use, 0 when nothing leaked.
 */
unsigned long slots_exit(struct slots *s)
{
	unsigned long in_use = 0;
	struct slot_cluster *c;
	u32 i;

	for (i = 0; i < s->nr_clusters; i++) {
		c = &s->clusters[i];
		in_use += c->used;
		if (c->table)
			s->ops->page_free(c->table);
		if (c->wide)
			s->ops->page_free(c->wide);
		c->table = NULL;
		c->wide = NULL;
	}
	kvfree(s->cpus);
	s->cpus = NULL;
	s->nr_cpus = 0;
	s->nr_clusters = 0;
	s->nr_tables = 0;
	s->nr_wide = 0;
	s->nr_free = 0;
	return in_use;
}
