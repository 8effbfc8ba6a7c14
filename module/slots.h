/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Virtual slots: who owns which slot number, and where the data of each slot
 * lies now.
 *
 * Nothing here knows of mm/. slots.c and slot_words.c are built into the module and, through
 * tests/unit/shim, into user-space tests under ASan, UBSan and TSan.
 *
 * The slot space is divided into clusters of 512 slots. A cluster in use has a
 * table: one page of 512 slot words. Each CPU has one open cluster per folio
 * order and hands out its slots front to back, so that pages evicted together
 * lie together.
 *
 * Locks, outermost first:
 *   cluster->lock	the cluster's bitmap, counts and state; interrupts off
 *   slots->lock	the lists of clusters; interrupts off
 *
 * Slot words are not under a lock: they belong to whoever holds the slot (the
 * locked folio in the swap cache, or the last reference being dropped), and are
 * read and written with READ_ONCE/WRITE_ONCE or xchg/cmpxchg.
 *
 * A mover owns no slot. It marks a word busy and copies what the word stands for,
 * while the slot's owner goes on as ever: who takes a busy word away leaves what
 * it stands for to the mover, which finds out when it is done. So nobody waits
 * for a mover, and a mover waits for nobody. An owner whose page is being written
 * to a disk makes its word busy in the same way, so that no mover reads there yet.
 */
#ifndef VSWAP_SLOTS_H
#define VSWAP_SLOTS_H

#ifdef __KERNEL__
#include <linux/bitmap.h>
#include <linux/cache.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#else
#include "shim.h"
#endif

#define SLOTS_CLUSTER_SHIFT	9
#define SLOTS_PER_CLUSTER	(1U << SLOTS_CLUSTER_SHIFT)
#define SLOTS_NR_ORDERS		(SLOTS_CLUSTER_SHIFT + 1)

/*
 * The slot word, 64 bits:
 *
 *   63                                              5   4   3   2     0
 *  +-------------------------------------------------+---+---+---------+
 *  |                  payload (59 bits)              | A | B |   tag   |
 *  +-------------------------------------------------+---+---+---------+
 *
 * B: busy, somebody copies or writes what the word stands for, and is to release it. A:
 * accessed, or stored in a pool, since a mover last came by. Meaning of the
 * payload by tag: see enum slot_tag.
 */
enum slot_tag {
	SLOT_FREE = 0,	/* nobody's; a free slot's word is 0 */
	SLOT_EMPTY,	/* owned, nothing stored yet */
	SLOT_FILL,	/* a repeated 64-bit value, the payload sign-extended */
	SLOT_WIDE,	/* a repeated 64-bit value, kept in cluster->wide */
	SLOT_POOL,	/* in the compressed pool; payload is the pool's own */
	SLOT_FILE,	/* in a swap file; payload is file number and file slot */
	SLOT_PACKED,	/* in a swap file, with others in one file slot; see packed.h */
};

#define SLOT_TAG_MASK		0x7ULL
#define SLOT_BUSY_BIT		3
#define SLOT_BUSY		(1ULL << SLOT_BUSY_BIT)
#define SLOT_ACCESSED		(1ULL << 4)
#define SLOT_PAYLOAD_SHIFT	5
#define SLOT_PAYLOAD_BITS	(64 - SLOT_PAYLOAD_SHIFT)

static inline u64 slot_word(enum slot_tag tag, u64 payload)
{
	return payload << SLOT_PAYLOAD_SHIFT | tag;
}

static inline enum slot_tag slot_tag(u64 word)
{
	return (enum slot_tag)(word & SLOT_TAG_MASK);
}

static inline u64 slot_payload(u64 word)
{
	return word >> SLOT_PAYLOAD_SHIFT;
}

/* Is what a word stands for in a swap file? */
static inline bool slot_in_file(u64 word)
{
	return slot_tag(word) == SLOT_FILE || slot_tag(word) == SLOT_PACKED;
}

/* What a word stands for, whatever happens to it now. */
static inline u64 slot_bare(u64 word)
{
	return word & ~(SLOT_BUSY | SLOT_ACCESSED);
}

enum slot_cluster_state {
	CLUSTER_RESERVED = 0,	/* never handed out (cluster 0: the header) */
	CLUSTER_FREE,		/* on slots->free, no table */
	CLUSTER_OPEN,		/* some CPU allocates from it */
	CLUSTER_PARTIAL,	/* on slots->partial[order] */
	CLUSTER_FULL,		/* hardly a free slot; on no list until some are freed */
	CLUSTER_TAKEN,		/* somebody else chooses its slots; on no list */
};

/**
 * struct slot_cluster - 512 slots handed out together
 *
 * Aligned, because neighbours are opened by different CPUs.
 *
 * @lock: protects everything here but @list and the words in @table
 * @used: slots in use, 0..512
 * @state: enum slot_cluster_state
 * @order: folio order this cluster serves while it is in use
 * @next: slot in the cluster where the search for a free one starts, 0..511
 * @stored: when a page was last stored in it, in seconds of its owner's; without a lock
 * @list: on slots->free or slots->partial[@order]; under slots->lock. Empty while
 *	nobody has it listed, and while a task that took it off is about to open it
 * @age: on slots->aged while there is a @table; under slots->lock
 * @table: 512 slot words, while the cluster is in use, else NULL
 * @wide: 512 values that don't fit a slot word, or NULL; until the cluster is free
 *	again: of a SLOT_WIDE the fill value, of a page in a backend its checksum
 * @map: one bit per slot, set while the slot is in use
 */
struct slot_cluster {
	spinlock_t lock;
	u16 used;
	u8 state;
	u8 order;
	u16 next;
	u32 stored;
	struct list_head list;
	struct list_head age;
	u64 *table;
	u64 *wide;
	DECLARE_BITMAP(map, SLOTS_PER_CLUSTER);
} ____cacheline_aligned_in_smp;

/**
 * struct slots_ops - what the allocator needs from its owner
 * @page_alloc: one zeroed 4 KiB page or NULL; called without locks, in the
 *	context of slots_alloc() and slot_set_fill()
 * @page_free: give such a page back when nobody can be in slots_peek() any more; called
 *	without our locks, any context
 * @want_growth: few free clusters are left; called without locks, often, must
 *	be cheap
 */
struct slots_ops {
	void *(*page_alloc)(void);
	void (*page_free)(void *page);
	void (*want_growth)(void *owner);
};

struct slots_cpu;

/**
 * struct slots - a space of virtual slots
 * @clusters: the clusters; the owner makes memory below nr_clusters valid
 * @nr_clusters: clusters there are; grows, never shrinks
 * @low_water: @ops->want_growth is called when fewer clusters than this are free
 * @ops: see struct slots_ops
 * @owner: handed to @ops->want_growth
 * @cpus: open clusters, by CPU and order
 * @nr_cpus: entries in @cpus
 * @lock: protects the lists and the counts below
 * @free: free clusters, the most recently freed first
 * @partial: clusters with free slots that no CPU has open, by order, those with
 *	many free slots first
 * @aged: clusters with a table, those first that were given one, or were looked
 *	at by slots_oldest(), longest ago
 * @nr_free: clusters on @free
 * @nr_tables: clusters with a table, in pages of 4 KiB
 * @nr_wide: pages of wide fill values
 */
struct slots {
	struct slot_cluster *clusters;
	u32 nr_clusters;
	u32 low_water;
	const struct slots_ops *ops;
	void *owner;
	struct slots_cpu *cpus;
	unsigned int nr_cpus;
	spinlock_t lock;
	struct list_head free;
	struct list_head partial[SLOTS_NR_ORDERS];
	struct list_head aged;
	u32 nr_free;
	u32 nr_tables;
	u32 nr_wide;
};

/* For slots.c and slot_words.c: counts change under slots->lock and are read anywhere. */
static inline void slots_count(u32 *counter, int change)
{
	WRITE_ONCE(*counter, *counter + change);
}

static inline struct slot_cluster *slots_cluster(const struct slots *s, u32 slot)
{
	return &s->clusters[slot >> SLOTS_CLUSTER_SHIFT];
}

static inline u32 slot_index(u32 slot)
{
	return slot & (SLOTS_PER_CLUSTER - 1);
}

int slots_init(struct slots *s, struct slot_cluster *clusters,
	       unsigned int nr_cpus, const struct slots_ops *ops, void *owner);
unsigned long slots_exit(struct slots *s);
void slots_grow(struct slots *s, u32 nr_clusters);
s64 slots_alloc(struct slots *s, unsigned int cpu, unsigned int order);
int slots_take(struct slots *s, u32 slot, unsigned int nr);
int slots_free(struct slots *s, u32 slot, unsigned int nr);

/**
 * struct slot_move - a slot whose page a mover copies
 * @slot: the slot
 * @word: its bare word when it was marked busy; what it stands for stays there
 *	until the mover releases it
 */
struct slot_move {
	u32 slot;
	u64 word;
};

/* What became of a slot whose page was copied. */
enum slot_fate {
	SLOT_MOVED,	/* has the new word; the mover releases the old one */
	SLOT_KEPT,	/* has the old word, no longer busy */
	SLOT_GONE,	/* somebody took the old word; the mover releases it */
};

u32 slots_oldest(struct slots *s);
unsigned int slots_hold_like(struct slots *s, u32 *slot, u64 mask, u64 like, bool hot,
			     struct slot_move *moves, unsigned int max);
u32 slots_idle(struct slots *s, u32 slot, u32 now, u32 seconds);
bool slots_hold_one(struct slots *s, u32 slot, u64 word);
enum slot_fate slots_let_go(struct slots *s, const struct slot_move *move, u64 word, bool hot);

/**
 * slots_hold() - mark words of one tag busy, for their pages to be copied
 * @s: the slots
 * @slot: see slots_hold_like()
 * @tag: take pages of this kind
 * @hot: see slots_hold_like()
 * @moves: likewise
 * @max: likewise
 *
 * Context: any. Takes the cluster's lock with interrupts off.
 * Return: entries set; slots_let_go() must be called for each.
 */
static inline unsigned int slots_hold(struct slots *s, u32 *slot, enum slot_tag tag, bool hot,
				      struct slot_move *moves, unsigned int max)
{
	return slots_hold_like(s, slot, SLOT_TAG_MASK, tag, hot, moves, max);
}

/* ---- Words, in slot_words.c as the movers' ---- */

unsigned int slots_look(struct slots *s, u32 slot, u64 *words, unsigned int nr);
int slot_set_fill(struct slots *s, u32 slot, u64 value);
int slot_set_sum(struct slots *s, u32 slot, u32 sum);
u32 slot_sum(const struct slots *s, u32 slot);
u64 slot_fill_value(const struct slots *s, u32 slot, u64 word);

/**
 * slot_word_ptr() - the word of a slot in use
 * @s: the slots
 * @slot: a slot in use, its owner being the caller or kept from freeing it; or any, within
 *	rcu_read_lock()
 *
 * Return: where the word is, or NULL if the slot's cluster isn't in use at all.
 */
static inline u64 *slot_word_ptr(const struct slots *s, u32 slot)
{
	u64 *table = READ_ONCE(slots_cluster(s, slot)->table);

	return table ? &table[slot_index(slot)] : NULL;
}

/**
 * slots_peek() - the word of a slot that may be anybody's
 * @s: the slots
 * @slot: any slot below the clusters there are
 *
 * For a look without owning the slot: its cluster's table stays as long as somebody may look.
 *
 * Context: any, within rcu_read_lock(). Takes no lock.
 * Return: the word, 0 if the slot is free; outdated as soon as it is returned.
 */
static inline u64 slots_peek(const struct slots *s, u32 slot)
{
	u64 *ptr = slot_word_ptr(s, slot);

	return ptr ? READ_ONCE(*ptr) : 0;
}

/**
 * slots_touch() - a page has been stored
 * @s: the slots
 * @slot: its slot
 * @now: when, in seconds; may wrap
 *
 * Context: any.
 */
static inline void slots_touch(struct slots *s, u32 slot, u32 now)
{
	u32 *stored = &slots_cluster(s, slot)->stored;

	if (READ_ONCE(*stored) != now)
		WRITE_ONCE(*stored, now);
}

#endif /* VSWAP_SLOTS_H */
