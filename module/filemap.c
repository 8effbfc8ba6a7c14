// SPDX-License-Identifier: GPL-2.0
/*
 * The allocator of file slots.
 *
 * Each CPU goes through the file in ascending order, from a place of its own, and
 * takes what is free there: what one CPU writes out one after the other becomes one
 * large write. It enters a chunk where no other CPU is, if it can, so that their
 * runs don't mix. A run never crosses the end of a chunk.
 */
#include "filemap.h"

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#endif

/*
 * How many chunks with free slots to look through for a run as long as wanted, with
 * interrupts off, before the longest seen has to do.
 */
#define FILEMAP_LOOK	8

struct run {
	u32 first;
	u32 nr;
};

/* The bitmap of a chunk without memory. */
static const DECLARE_BITMAP(nothing_used, FILEMAP_CHUNK_SLOTS);

static u32 chunk_of(u32 slot)
{
	return slot >> FILEMAP_CHUNK_SHIFT;
}

static u32 chunk_index(u32 slot)
{
	return slot & (FILEMAP_CHUNK_SLOTS - 1);
}

/* How many slots a chunk has: the last one may be short. */
static u32 chunk_size(const struct filemap *fm, u32 ci)
{
	return min_t(u32, FILEMAP_CHUNK_SLOTS, fm->nr_slots - (ci << FILEMAP_CHUNK_SHIFT));
}

/* The owner of a slot below @fm->nr_slots; the caller holds the lock. */
static u32 owner_of(const struct filemap *fm, u32 slot)
{
	const struct filemap_chunk *chunk = fm->chunks[chunk_of(slot)];

	return chunk ? chunk->owner[chunk_index(slot)] : FILEMAP_NOBODY;
}

static void chunk_free(const struct filemap *fm, struct filemap_chunk *chunk)
{
	if (!chunk)
		return;
	if (chunk->owner)
		fm->ops->free(chunk->owner);
	fm->ops->free(chunk);
}

static struct filemap_chunk *chunk_alloc(const struct filemap *fm)
{
	struct filemap_chunk *chunk = fm->ops->alloc(sizeof(*chunk));

	if (!chunk)
		return NULL;
	chunk->owner = fm->ops->alloc(FILEMAP_CHUNK_SLOTS * sizeof(*chunk->owner));
	if (!chunk->owner) {
		chunk_free(fm, chunk);
		return NULL;
	}
	return chunk;
}

/*
 * See to it that a chunk has memory: the spare one's, or else @memory, which is NULL
 * afterwards if it was taken. The caller holds the lock, and uses one of the chunk's
 * slots before dropping it. Returns 0, or -EAGAIN if @memory was needed and NULL.
 */
static int chunk_prepare(struct filemap *fm, u32 ci, struct filemap_chunk **memory)
{
	if (fm->chunks[ci])
		return 0;
	if (!fm->spare && *memory) {
		fm->spare = *memory;
		*memory = NULL;
		WRITE_ONCE(fm->nr_held, fm->nr_held + 1);
	}
	if (!fm->spare)
		return -EAGAIN;
	fm->chunks[ci] = fm->spare;
	fm->spare = NULL;
	return 0;
}

/* Take a chunk's memory away, the last slot of which became free. */
static void chunk_release(struct filemap *fm, u32 ci)
{
	struct filemap_chunk *chunk = fm->chunks[ci];

	fm->chunks[ci] = NULL;
	if (fm->stale) {
		__set_bit(ci, fm->stale);
		fm->ops->emptied(fm);
	}
	if (!fm->spare) {
		/* keep one, against a slot at a time being used and freed */
		fm->spare = chunk;
		return;
	}
	chunk_free(fm, chunk);
	WRITE_ONCE(fm->nr_held, fm->nr_held - 1);
}

/* Mark slots of one chunk, which has memory, as not free. The caller holds the lock. */
static void take(struct filemap *fm, const struct run *run)
{
	u32 ci = chunk_of(run->first);
	struct filemap_chunk *chunk = fm->chunks[ci];

	bitmap_set(chunk->map, chunk_index(run->first), run->nr);
	chunk->used += run->nr;
	if (chunk->used == chunk_size(fm, ci))
		__set_bit(ci, fm->full);
}

/* Free one slot in use; the caller holds the lock. */
static void put(struct filemap *fm, u32 slot)
{
	u32 ci = chunk_of(slot);
	struct filemap_chunk *chunk = fm->chunks[ci];

	chunk->owner[chunk_index(slot)] = FILEMAP_NOBODY;
	if (test_bit(chunk_index(slot), chunk->condemned)) {
		WRITE_ONCE(fm->nr_bad, fm->nr_bad + 1);
		return;
	}
	__clear_bit(chunk_index(slot), chunk->map);
	__clear_bit(ci, fm->full);
	if (!--chunk->used)
		chunk_release(fm, ci);
}

/*
 * The first run of @want free slots in a chunk, at or after the index @start, or the
 * longest if none is so long, of 0 slots if none is free.
 */
static struct run find_in_chunk(const struct filemap *fm, u32 ci, u32 start, u32 want)
{
	const struct filemap_chunk *chunk = fm->chunks[ci];
	const unsigned long *map = chunk ? chunk->map : nothing_used;
	u32 base = ci << FILEMAP_CHUNK_SHIFT, end = chunk_size(fm, ci), stop;
	struct run best = { .first = base };

	while (start < end && best.nr < want) {
		start = find_next_zero_bit(map, end, start);
		stop = min_t(u32, find_next_bit(map, end, start), start + want);
		if (stop - start > best.nr) {
			best.first = base + start;
			best.nr = stop - start;
		}
		start = stop;
	}
	return best;
}

/* Whether a chunk is, or is to become, the place of another CPU. */
static bool taken_by_other(const struct filemap *fm, unsigned int cpu, u32 ci)
{
	u32 i, cursor = fm->cursor[cpu];

	if (chunk_of(cursor) == ci && chunk_index(cursor))
		return false;
	for (i = 0; i < fm->nr_cpus; i++)
		if (i != cpu && chunk_of(fm->cursor[i]) == ci)
			return true;
	return false;
}

/* The first chunk with a free slot, from @ci on and around; nr_chunks if none. */
static u32 next_not_full(const struct filemap *fm, u32 ci)
{
	if (ci < fm->nr_chunks)
		ci = find_next_zero_bit(fm->full, fm->nr_chunks, ci);
	return ci < fm->nr_chunks ? ci : find_next_zero_bit(fm->full, fm->nr_chunks, 0);
}

/*
 * Find a run for a CPU, from its cursor on; without @share, not where other CPUs are.
 * The caller holds the lock. The run has 0 slots if there is none.
 */
static struct run find_run(const struct filemap *fm, unsigned int cpu, u32 want, bool share)
{
	u32 i, ci = chunk_of(fm->cursor[cpu]), start = chunk_index(fm->cursor[cpu]);
	struct run best = { 0 }, run;

	if (test_bit(ci, fm->full))
		start = 0;
	for (i = 0; i < FILEMAP_LOOK && best.nr < want; i++) {
		ci = next_not_full(fm, ci);
		if (ci == fm->nr_chunks)
			break;
		if (share || !taken_by_other(fm, cpu, ci)) {
			run = find_in_chunk(fm, ci, start, want);
			if (run.nr > best.nr)
				best = run;
		}
		ci++;
		start = 0;
	}
	return best;
}

/*
 * What find_run() would find first, for one slot: the one at the cursor, most often.
 * Within a chunk the CPU is at home, and one with memory.
 */
static inline bool take_next(struct filemap *fm, unsigned int cpu, u32 vslot, u32 *first)
{
	u32 slot = fm->cursor[cpu], ci = chunk_of(slot), index = chunk_index(slot);
	struct filemap_chunk *chunk = fm->chunks[ci];

	if (!index || !chunk || test_bit(index, chunk->map))
		return false;
	__set_bit(index, chunk->map);
	if (++chunk->used == chunk_size(fm, ci))
		__set_bit(ci, fm->full);
	chunk->owner[index] = vslot;
	WRITE_ONCE(fm->nr_used, fm->nr_used + 1);
	fm->cursor[cpu] = slot + 1 < fm->nr_slots ? slot + 1 : 0;
	*first = slot;
	return true;
}

/* filemap_alloc() under the lock; -EAGAIN when it needs @memory and that is NULL. */
static int alloc_locked(struct filemap *fm, unsigned int cpu, unsigned int want, u32 vslot,
			u32 *first, struct filemap_chunk **memory)
{
	struct run run = find_run(fm, cpu, want, false);
	struct filemap_chunk *chunk;
	u32 i;

	if (!run.nr)
		run = find_run(fm, cpu, want, true);
	if (!run.nr)
		return -ENOSPC;
	if (chunk_prepare(fm, chunk_of(run.first), memory))
		return -EAGAIN;

	take(fm, &run);
	chunk = fm->chunks[chunk_of(run.first)];
	for (i = 0; i < run.nr; i++)
		chunk->owner[chunk_index(run.first) + i] = vslot + i;
	WRITE_ONCE(fm->nr_used, fm->nr_used + run.nr);
	fm->cursor[cpu] = run.first + run.nr < fm->nr_slots ? run.first + run.nr : 0;
	*first = run.first;
	return run.nr;
}

/* As filemap_alloc(), whatever @owner is. */
static noinline int alloc_run(struct filemap *fm, unsigned int cpu, unsigned int want,
			      u32 owner, u32 *first)
{
	struct filemap_chunk *memory = NULL;
	unsigned long flags;
	int nr;

	for (;;) {
		spin_lock_irqsave(&fm->lock, flags);
		nr = alloc_locked(fm, cpu, want, owner, first, &memory);
		spin_unlock_irqrestore(&fm->lock, flags);
		if (nr != -EAGAIN)
			break;
		memory = chunk_alloc(fm);
		if (!memory)
			return -ENOMEM;
	}
	chunk_free(fm, memory);
	return nr;
}

/* The same for most: one slot, which is mostly the next one. */
static int alloc_for(struct filemap *fm, unsigned int cpu, unsigned int want, u32 owner,
		     u32 *first)
{
	unsigned long flags;
	bool taken;

	if (want == 1) {
		spin_lock_irqsave(&fm->lock, flags);
		taken = take_next(fm, cpu, owner, first);
		spin_unlock_irqrestore(&fm->lock, flags);
		if (taken)
			return 1;
	}
	return alloc_run(fm, cpu, want, owner, first);
}

/**
 * filemap_alloc() - allocate a run of file slots
 * @fm: the file's slots
 * @cpu: below the number given to filemap_init(); the CPU in whose place to allocate,
 *	by choice the one the caller runs on, but it may have left it
 * @want: how many slots would be best, at least 1; more than 1024 never are found
 * @vslot: the virtual slot that owns the first one, above FILEMAP_MAX_PACKED; the
 *	next one is owned by @vslot + 1, and so on
 * @first: set to the first file slot
 *
 * Looks for a run of @want slots nearby, and else takes the longest it came across.
 *
 * Context: Any that @fm->ops->alloc can be called in, and without locks held where
 * that matters to it. Takes @fm->lock with interrupts off, but allocates without.
 * Return: How many slots, 1..@want, were allocated; -ENOSPC if none is free, -ENOMEM
 * for lack of memory, -EINVAL for a bad argument.
 */
int filemap_alloc(struct filemap *fm, unsigned int cpu, unsigned int want, u32 vslot,
		  u32 *first)
{
	if (cpu >= fm->nr_cpus || !want || vslot <= FILEMAP_MAX_PACKED ||
	    want - 1 > U32_MAX - vslot)
		return -EINVAL;
	return alloc_for(fm, cpu, min_t(unsigned int, want, FILEMAP_CHUNK_SLOTS), vslot, first);
}

/**
 * filemap_alloc_packed() - allocate a file slot for several pages at once
 * @fm: the file's slots
 * @cpu: as for filemap_alloc()
 * @nr: how many pages, 1..FILEMAP_MAX_PACKED
 * @slot: set to the file slot
 *
 * Context: as filemap_alloc().
 * Return: 0; -ENOSPC, -ENOMEM, or -EINVAL for a bad argument.
 */
int filemap_alloc_packed(struct filemap *fm, unsigned int cpu, unsigned int nr, u32 *slot)
{
	int ret;

	if (cpu >= fm->nr_cpus || !filemap_is_packed(nr))
		return -EINVAL;
	ret = alloc_for(fm, cpu, 1, nr, slot);
	return min_t(int, ret, 0);
}

/**
 * filemap_free() - give file slots back
 * @fm: the file's slots
 * @first: the first
 * @nr: how many, at least 1; not necessarily allocated together
 *
 * Context: Any. Takes @fm->lock with interrupts off, allocates nothing.
 * Return: 0, or -EINVAL if one of them wasn't in use, or is a packed block; nothing has
 * changed then.
 */
int filemap_free(struct filemap *fm, u32 first, unsigned int nr)
{
	unsigned long flags;
	int err = 0;
	u32 i;

	if (!nr || first >= READ_ONCE(fm->nr_slots) || nr > READ_ONCE(fm->nr_slots) - first)
		return -EINVAL;

	spin_lock_irqsave(&fm->lock, flags);
	for (i = 0; i < nr && !err; i++)
		if (owner_of(fm, first + i) <= FILEMAP_MAX_PACKED)
			err = -EINVAL;
	for (i = 0; i < nr && !err; i++)
		put(fm, first + i);
	if (!err)
		WRITE_ONCE(fm->nr_used, fm->nr_used - nr);
	spin_unlock_irqrestore(&fm->lock, flags);
	return err;
}

/**
 * filemap_put_packed() - one page of a packed block is gone
 * @fm: the file's slots
 * @slot: the block
 *
 * It is free when all are gone.
 *
 * Context: Any. Takes @fm->lock with interrupts off, allocates nothing.
 * Return: how many pages are left, or -EINVAL if that isn't a packed block.
 */
int filemap_put_packed(struct filemap *fm, u32 slot)
{
	unsigned long flags;
	u32 left;

	if (slot >= READ_ONCE(fm->nr_slots))
		return -EINVAL;
	spin_lock_irqsave(&fm->lock, flags);
	left = owner_of(fm, slot);
	if (!filemap_is_packed(left)) {
		spin_unlock_irqrestore(&fm->lock, flags);
		return -EINVAL;
	}
	if (--left) {
		fm->chunks[chunk_of(slot)]->owner[chunk_index(slot)] = left;
	} else {
		put(fm, slot);
		WRITE_ONCE(fm->nr_used, fm->nr_used - 1);
	}
	spin_unlock_irqrestore(&fm->lock, flags);
	return left;
}

/**
 * filemap_take_stale() - keep slots that were used, and are free, from being handed out
 * @fm: the file's slots, with @ops->emptied
 * @first: set to the first one
 *
 * What they held can be forgotten meanwhile. All slots of a chunk are taken, each chunk
 * once after it has become empty, and only if nothing in it is used or bad.
 *
 * Context: Any. Takes @fm->lock with interrupts off.
 * Return: How many slots, for filemap_return_stale(); 0 if there are none.
 */
u32 filemap_take_stale(struct filemap *fm, u32 *first)
{
	unsigned long flags;
	u32 ci = 0, nr = 0;

	spin_lock_irqsave(&fm->lock, flags);
	while (!nr && (ci = find_next_bit(fm->stale, fm->nr_chunks, ci)) < fm->nr_chunks) {
		__clear_bit(ci, fm->stale);
		/* Used again meanwhile. */
		if (fm->chunks[ci])
			continue;
		__set_bit(ci, fm->full);
		*first = ci << FILEMAP_CHUNK_SHIFT;
		nr = chunk_size(fm, ci);
	}
	spin_unlock_irqrestore(&fm->lock, flags);
	return nr;
}

/**
 * filemap_return_stale() - the reverse of filemap_take_stale()
 * @fm: the file's slots
 * @first: the first one of those that were taken
 *
 * Context: Any. Takes @fm->lock with interrupts off.
 */
void filemap_return_stale(struct filemap *fm, u32 first)
{
	unsigned long flags;

	spin_lock_irqsave(&fm->lock, flags);
	__clear_bit(chunk_of(first), fm->full);
	spin_unlock_irqrestore(&fm->lock, flags);
}

/* filemap_mark_bad() under the lock; -EAGAIN when it needs @memory and that is NULL. */
static int mark_bad_locked(struct filemap *fm, u32 slot, struct filemap_chunk **memory)
{
	const struct run run = { .first = slot, .nr = 1 };
	const struct filemap_chunk *chunk = fm->chunks[chunk_of(slot)];

	if (owner_of(fm, slot) != FILEMAP_NOBODY)
		return -EBUSY;
	if (chunk && test_bit(chunk_index(slot), chunk->map))
		return 0;
	if (chunk_prepare(fm, chunk_of(slot), memory))
		return -EAGAIN;
	take(fm, &run);
	WRITE_ONCE(fm->nr_bad, fm->nr_bad + 1);
	return 0;
}

/**
 * filemap_mark_bad() - never hand out a slot
 * @fm: the file's slots
 * @slot: the slot; nothing happens if it is bad already
 *
 * The memory of a chunk with a bad slot is kept until filemap_exit().
 *
 * Context: Any that @fm->ops->alloc can be called in. Takes @fm->lock with interrupts
 * off, but allocates without.
 * Return: 0, -EINVAL if there is no such slot, -EBUSY if it is in use, or -ENOMEM.
 */
int filemap_mark_bad(struct filemap *fm, u32 slot)
{
	struct filemap_chunk *memory = NULL;
	unsigned long flags;
	int err;

	if (slot >= READ_ONCE(fm->nr_slots))
		return -EINVAL;

	for (;;) {
		spin_lock_irqsave(&fm->lock, flags);
		err = mark_bad_locked(fm, slot, &memory);
		spin_unlock_irqrestore(&fm->lock, flags);
		if (err != -EAGAIN)
			break;
		memory = chunk_alloc(fm);
		if (!memory)
			return -ENOMEM;
	}
	chunk_free(fm, memory);
	return err;
}

/**
 * filemap_condemn() - never hand out slots in use again
 * @fm: the file's slots
 * @first: the first
 * @nr: how many; those that aren't in use are left alone
 *
 * They are bad when they are freed.
 *
 * Context: Any. Takes @fm->lock with interrupts off, allocates nothing.
 */
void filemap_condemn(struct filemap *fm, u32 first, unsigned int nr)
{
	unsigned long flags;

	spin_lock_irqsave(&fm->lock, flags);
	for (; nr && first < fm->nr_slots; nr--, first++)
		if (owner_of(fm, first) != FILEMAP_NOBODY)
			__set_bit(chunk_index(first), fm->chunks[chunk_of(first)]->condemned);
	spin_unlock_irqrestore(&fm->lock, flags);
}

/**
 * filemap_owner() - whose data a file slot holds
 * @fm: the file's slots
 * @slot: the slot
 *
 * Context: Any. Takes @fm->lock with interrupts off.
 * Return: The virtual slot; how many pages are left of a packed block, see
 * filemap_is_packed(); or FILEMAP_NOBODY if it is free, bad or not there at all.
 */
u32 filemap_owner(struct filemap *fm, u32 slot)
{
	u32 owner = FILEMAP_NOBODY;
	unsigned long flags;

	if (slot >= READ_ONCE(fm->nr_slots))
		return owner;
	spin_lock_irqsave(&fm->lock, flags);
	owner = owner_of(fm, slot);
	spin_unlock_irqrestore(&fm->lock, flags);
	return owner;
}

/* The first slot of a chunk from index @start on that has an owner, or the chunk's size. */
static u32 next_owned(const struct filemap *fm, u32 ci, u32 start)
{
	const struct filemap_chunk *chunk = fm->chunks[ci];
	u32 end = chunk_size(fm, ci);

	if (!chunk)
		return end;
	while (start < end && chunk->owner[start] == FILEMAP_NOBODY)
		start++;
	return start;
}

/**
 * filemap_next() - the next slot that holds somebody's data
 * @fm: the file's slots
 * @slot: where to begin
 * @owner: set to what filemap_owner() would say of it
 *
 * Context: Any. Takes @fm->lock with interrupts off, for a chunk at a time.
 * Return: The slot, at or after @slot, or the number of slots if there is none.
 */
u32 filemap_next(struct filemap *fm, u32 slot, u32 *owner)
{
	u32 nr_slots = READ_ONCE(fm->nr_slots);
	unsigned long flags;
	u32 ci, idx;
	bool found;

	while (slot < nr_slots) {
		ci = chunk_of(slot);

		spin_lock_irqsave(&fm->lock, flags);
		idx = next_owned(fm, ci, chunk_index(slot));
		found = idx < chunk_size(fm, ci);
		slot = (ci << FILEMAP_CHUNK_SHIFT) + idx;
		if (found)
			*owner = owner_of(fm, slot);
		spin_unlock_irqrestore(&fm->lock, flags);
		if (found)
			return slot;
		if (ci == chunk_of(nr_slots - 1))
			break;
		slot = (ci + 1) << FILEMAP_CHUNK_SHIFT;
	}
	return nr_slots;
}

/**
 * filemap_used() - how many slots are in use
 * @fm: the file's slots
 *
 * Context: Any. Takes no locks.
 * Return: The number of slots in use, without the bad ones.
 */
u32 filemap_used(const struct filemap *fm)
{
	return READ_ONCE(fm->nr_used);
}

/**
 * filemap_capacity() - how many slots can be in use
 * @fm: the file's slots
 *
 * Context: Any. Takes no locks.
 * Return: The number of slots in use or free, without the bad ones.
 */
u32 filemap_capacity(const struct filemap *fm)
{
	return READ_ONCE(fm->nr_slots) - READ_ONCE(fm->nr_bad);
}

/* What there is one of for each chunk. */
struct tables {
	struct filemap_chunk **chunks;
	unsigned long *full;
	unsigned long *stale;
};

static void tables_free(const struct tables *tables)
{
	kvfree(tables->chunks);
	kvfree(tables->full);
	kvfree(tables->stale);
}

static int tables_alloc(struct tables *tables, u32 nr_chunks, const struct filemap_ops *ops)
{
	size_t longs = BITS_TO_LONGS(nr_chunks);

	tables->chunks = kvcalloc(nr_chunks, sizeof(*tables->chunks), GFP_KERNEL);
	tables->full = kvcalloc(longs, sizeof(*tables->full), GFP_KERNEL);
	tables->stale = NULL;
	if (ops->emptied)
		tables->stale = kvcalloc(longs, sizeof(*tables->stale), GFP_KERNEL);
	if (tables->chunks && tables->full && !!tables->stale == !!ops->emptied)
		return 0;
	tables_free(tables);
	return -ENOMEM;
}

static void exchange_tables(struct filemap *fm, struct tables *tables)
{
	swap(fm->chunks, tables->chunks);
	swap(fm->full, tables->full);
	swap(fm->stale, tables->stale);
}

/**
 * filemap_init() - set up the slots of a file, all free but the header
 * @fm: the file's slots
 * @nr_slots: pages of the file, its header, slot 0, included
 * @nr_cpus: CPUs filemap_alloc() will be called for, at least 1
 * @ops: where memory for the chunks comes from
 *
 * Context: Process context, may sleep.
 * Return: 0, -EINVAL for a file or a machine of nothing, or -ENOMEM. filemap_exit()
 * undoes it, and may be called after an error as well.
 */
int filemap_init(struct filemap *fm, u32 nr_slots, unsigned int nr_cpus,
		 const struct filemap_ops *ops)
{
	struct tables tables = {};
	u32 i;

	memset(fm, 0, sizeof(*fm));
	spin_lock_init(&fm->lock);
	if (!nr_slots || !nr_cpus)
		return -EINVAL;

	fm->ops = ops;
	fm->nr_slots = nr_slots;
	fm->nr_chunks = chunk_of(nr_slots - 1) + 1;
	fm->nr_cpus = nr_cpus;
	if (tables_alloc(&tables, fm->nr_chunks, ops))
		return -ENOMEM;
	exchange_tables(fm, &tables);
	fm->cursor = kvcalloc(nr_cpus, sizeof(*fm->cursor), GFP_KERNEL);
	if (!fm->cursor || filemap_mark_bad(fm, 0)) {
		filemap_exit(fm);
		return -ENOMEM;
	}
	for (i = 0; i < nr_cpus; i++)
		fm->cursor[i] = i * (fm->nr_chunks / nr_cpus) << FILEMAP_CHUNK_SHIFT;
	return 0;
}

/**
 * filemap_grow() - add slots at the end
 * @fm: the file's slots
 * @nr_slots: how many there are to be, more than now
 *
 * Context: Process context, may sleep; one call at a time, while others may use the
 * slots. Takes @fm->lock with interrupts off.
 * Return: 0, -EINVAL if there would be fewer, or -ENOMEM.
 */
int filemap_grow(struct filemap *fm, u32 nr_slots)
{
	u32 nr_chunks = nr_slots ? chunk_of(nr_slots - 1) + 1 : 0, last = fm->nr_chunks - 1;
	struct tables tables;
	unsigned long flags;

	if (nr_slots < fm->nr_slots)
		return -EINVAL;
	if (tables_alloc(&tables, nr_chunks, fm->ops))
		return -ENOMEM;

	spin_lock_irqsave(&fm->lock, flags);
	memcpy(tables.chunks, fm->chunks, fm->nr_chunks * sizeof(*tables.chunks));
	memcpy(tables.full, fm->full, BITS_TO_LONGS(fm->nr_chunks) * sizeof(*tables.full));
	if (fm->stale)
		memcpy(tables.stale, fm->stale,
		       BITS_TO_LONGS(fm->nr_chunks) * sizeof(*tables.stale));
	exchange_tables(fm, &tables);
	WRITE_ONCE(fm->nr_slots, nr_slots);
	WRITE_ONCE(fm->nr_chunks, nr_chunks);
	/* It may have been short. One that is taken, without memory, stays so. */
	if (fm->chunks[last] && fm->chunks[last]->used < chunk_size(fm, last))
		__clear_bit(last, fm->full);
	spin_unlock_irqrestore(&fm->lock, flags);
	tables_free(&tables);
	return 0;
}

/**
 * filemap_exit() - free all memory a filemap holds
 * @fm: the file's slots
 *
 * Context: Process context, may sleep. Nobody may use them any more.
 * Return: The number of slots that were still in use, 0 when nothing leaked.
 */
unsigned long filemap_exit(struct filemap *fm)
{
	unsigned long in_use = fm->nr_used;
	struct tables tables = {};
	u32 i;

	for (i = 0; fm->chunks && i < fm->nr_chunks; i++)
		chunk_free(fm, fm->chunks[i]);
	chunk_free(fm, fm->spare);
	exchange_tables(fm, &tables);
	tables_free(&tables);
	kvfree(fm->cursor);
	memset(fm, 0, sizeof(*fm));
	return in_use;
}
