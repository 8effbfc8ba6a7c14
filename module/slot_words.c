// SPDX-License-Identifier: GPL-2.0
/*
 * What virtual slots hold: their words, fill values and checksums; and how a mover holds
 * words while it copies what they stand for, see slots.h.
 */
#include "slots.h"

static s64 sign_extend_payload(u64 word)
{
	return (s64)word >> SLOT_PAYLOAD_SHIFT;
}

/*
 * The cluster's page of wide values, a new one where it has none. The caller
 * owns a slot of the cluster, so the page stays. Returns NULL for lack of memory.
 */
static u64 *wide_page(struct slots *s, struct slot_cluster *c)
{
	unsigned long flags;
	u64 *wide, *other;

	/* Another slot's owner may just have installed it: see it zeroed. */
	wide = smp_load_acquire(&c->wide);
	if (wide)
		return wide;
	wide = s->ops->page_alloc();
	if (!wide)
		return NULL;

	other = cmpxchg(&c->wide, NULL, wide);
	if (other) {
		s->ops->page_free(wide);
		return other;
	}
	spin_lock_irqsave(&s->lock, flags);
	slots_count(&s->nr_wide, 1);
	spin_unlock_irqrestore(&s->lock, flags);
	return wide;
}

/**
 * slots_oldest() - the next cluster that a mover should look at
 * @s: the slots
 *
 * The one that is in use for longest, and from now on the youngest: so clusters
 * come round in turn.
 *
 * Context: any.
 * Return: the first slot of the cluster, which may be free again by now; 0 if no
 * cluster is in use.
 */
u32 slots_oldest(struct slots *s)
{
	struct slot_cluster *c = s->clusters;
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	if (!list_empty(&s->aged)) {
		c = list_first_entry(&s->aged, struct slot_cluster, age);
		list_move_tail(&c->age, &s->aged);
	}
	spin_unlock_irqrestore(&s->lock, flags);
	return (c - s->clusters) << SLOTS_CLUSTER_SHIFT;
}

/**
 * slots_idle() - the next cluster in which nothing has been stored for some time
 * @s: the slots
 * @slot: where to begin, the first slot of a cluster; there may be no such one
 * @now: the time, as for slots_touch()
 * @seconds: for how long
 *
 * From now on it isn't idle, until that time has gone by again: so what was accessed and
 * is forgiven by slots_hold() has as long to be accessed again.
 *
 * Context: any; takes no locks.
 * Return: the first slot of the cluster, which may be free again by now; 0 if there is
 * none from @slot on.
 */
u32 slots_idle(struct slots *s, u32 slot, u32 now, u32 seconds)
{
	u32 i = slot >> SLOTS_CLUSTER_SHIFT, nr;

	/* Pairs with the release in slots_grow(). */
	nr = smp_load_acquire(&s->nr_clusters);
	for (; i < nr; i++) {
		struct slot_cluster *c = &s->clusters[i];

		if (!READ_ONCE(c->table) || (u32)(now - READ_ONCE(c->stored)) < seconds)
			continue;
		WRITE_ONCE(c->stored, now);
		return i << SLOTS_CLUSTER_SHIFT;
	}
	return 0;
}

/*
 * The words of a cluster, whoever's they are, or NULL if no slot of it is in use: then
 * its table may be coming just now. The caller holds its lock.
 */
static u64 *cluster_words(const struct slot_cluster *c)
{
	return c->used ? c->table : NULL;
}

/*
 * Mark a word busy. One that was accessed is left out unless @hot ones are wanted too,
 * and forgiven. Returns whether it is busy with the caller now.
 */
static bool hold_word(u64 *ptr, u64 word, bool hot)
{
	if (word & SLOT_BUSY)
		return false;
	if ((word & SLOT_ACCESSED) && !hot) {
		cmpxchg(ptr, word, slot_bare(word));
		return false;
	}
	return cmpxchg(ptr, word, word | SLOT_BUSY) == word;
}

/**
 * slots_hold_like() - mark certain words busy, for their pages to be copied
 * @s: the slots
 * @slot: where to begin, any slot; set to where to go on, the first slot of
 *	the next cluster when this one is through
 * @mask: which bits of a bare word say if it is taken
 * @like: what they have to be
 * @hot: those that were accessed, too; without it they are left out and forgiven: next
 *	time they are taken
 * @moves: set to what was found
 * @max: entries in @moves
 *
 * Context: any. Takes the cluster's lock with interrupts off.
 * Return: entries set; slots_let_go() must be called for each.
 */
unsigned int slots_hold_like(struct slots *s, u32 *slot, u64 mask, u64 like, bool hot,
			     struct slot_move *moves, unsigned int max)
{
	struct slot_cluster *c = slots_cluster(s, *slot);
	u32 base = *slot - slot_index(*slot), i = slot_index(*slot);
	unsigned int nr = 0;
	unsigned long flags;
	u64 *words;

	/* Pairs with the release in slots_grow(). */
	if ((base >> SLOTS_CLUSTER_SHIFT) >= smp_load_acquire(&s->nr_clusters)) {
		*slot = base + SLOTS_PER_CLUSTER;
		return 0;
	}
	spin_lock_irqsave(&c->lock, flags);
	words = cluster_words(c);
	for (; words && i < SLOTS_PER_CLUSTER && nr < max; i++) {
		u64 word = READ_ONCE(words[i]);

		if ((word & mask) == like && hold_word(&words[i], word, hot))
			moves[nr++] = (struct slot_move){ base + i, slot_bare(word) };
	}
	if (!words)
		i = SLOTS_PER_CLUSTER;
	spin_unlock_irqrestore(&c->lock, flags);
	*slot = base + i;
	return nr;
}

/**
 * slots_hold_one() - mark one word busy if it is a certain one
 * @s: the slots
 * @slot: any slot; there may be no such one
 * @word: its bare word, whether accessed or not
 *
 * Context: any. Takes the cluster's lock with interrupts off.
 * Return: whether slots_let_go() must be called for it.
 */
bool slots_hold_one(struct slots *s, u32 slot, u64 word)
{
	struct slot_cluster *c = slots_cluster(s, slot);
	bool held = false;
	unsigned long flags;
	u64 *words, now;

	/* Pairs with the release in slots_grow(). */
	if ((slot >> SLOTS_CLUSTER_SHIFT) >= smp_load_acquire(&s->nr_clusters))
		return false;
	spin_lock_irqsave(&c->lock, flags);
	words = cluster_words(c);
	now = words ? READ_ONCE(words[slot_index(slot)]) : 0;
	if (slot_bare(now) == word)
		held = hold_word(&words[slot_index(slot)], now, true);
	spin_unlock_irqrestore(&c->lock, flags);
	return held;
}

/* Exchange a word that is busy with the caller, if it still is there. */
static enum slot_fate release_word(u64 *ptr, const struct slot_move *move, u64 word, bool hot)
{
	u64 old = READ_ONCE(*ptr), seen, new;
	bool keep;

	/* Whoever reads the page may mark it accessed at any time. */
	for (;; old = seen) {
		if (!(old & SLOT_BUSY) || slot_bare(old) != move->word)
			return SLOT_GONE;
		keep = !word || (!hot && (old & SLOT_ACCESSED));
		new = (keep ? move->word : word) | (old & SLOT_ACCESSED);
		seen = cmpxchg(ptr, old, new);
		if (seen == old)
			return keep ? SLOT_KEPT : SLOT_MOVED;
	}
}

/**
 * slots_let_go() - a page has been copied, or could not be
 * @s: the slots
 * @move: what slots_hold() said, or was said to slots_hold_one()
 * @word: the slot's new word, or 0 to let it keep the old one
 * @hot: also if the page was accessed meanwhile; without it such a page keeps its word
 *
 * Context: any. Takes the cluster's lock with interrupts off.
 * Return: see enum slot_fate. What the mover releases may still be read by whoever
 * saw the word before.
 */
enum slot_fate slots_let_go(struct slots *s, const struct slot_move *move, u64 word, bool hot)
{
	struct slot_cluster *c = slots_cluster(s, move->slot);
	enum slot_fate fate = SLOT_GONE;
	unsigned long flags;
	u64 *words;

	/* The lock keeps the table there. */
	spin_lock_irqsave(&c->lock, flags);
	words = cluster_words(c);
	if (words)
		fate = release_word(&words[slot_index(move->slot)], move, word, hot);
	spin_unlock_irqrestore(&c->lock, flags);
	return fate;
}

/**
 * slots_look() - the words of slots that may be anybody's
 * @s: the slots
 * @slot: the first; there may be no such one
 * @words: set to theirs, 0 where a slot is free
 * @nr: how many there is room for
 *
 * For a look at all of them. The cluster's lock keeps its table there, and is let go of in
 * between: so an owner who wants it waits for @nr words to be copied, and not for a cluster's.
 *
 * Context: any. Takes the cluster's lock with interrupts off.
 * Return: words set: those that are left in the cluster, if that is less than @nr; 0 if there is
 * no such slot. Outdated as soon as it returns.
 */
unsigned int slots_look(struct slots *s, u32 slot, u64 *words, unsigned int nr)
{
	struct slot_cluster *c = slots_cluster(s, slot);
	unsigned long flags;
	unsigned int i;
	u64 *table;

	/* Pairs with the release in slots_grow(). */
	if ((slot >> SLOTS_CLUSTER_SHIFT) >= smp_load_acquire(&s->nr_clusters))
		return 0;
	nr = min_t(unsigned int, nr, SLOTS_PER_CLUSTER - slot_index(slot));
	spin_lock_irqsave(&c->lock, flags);
	table = cluster_words(c);
	for (i = 0; i < nr; i++)
		words[i] = table ? READ_ONCE(table[slot_index(slot) + i]) : 0;
	spin_unlock_irqrestore(&c->lock, flags);
	return nr;
}

/**
 * slot_set_fill() - make a slot hold a repeated 64-bit value
 * @s: the slots
 * @slot: a slot in use; the caller owns its word
 * @value: the value
 *
 * Writes the whole word, without the bits SLOT_BUSY and SLOT_ACCESSED.
 *
 * Context: Any that @s->ops->page_alloc can be called in. Takes @s->lock with
 * interrupts off, but allocates without locks.
 * Return: 0, or -ENOMEM; the word has not changed then.
 */
int slot_set_fill(struct slots *s, u32 slot, u64 value)
{
	struct slot_cluster *c = slots_cluster(s, slot);
	u32 idx = slot_index(slot);
	u64 word = slot_word(SLOT_FILL, value);
	u64 *wide;

	if (sign_extend_payload(word) != (s64)value) {
		wide = wide_page(s, c);
		if (!wide)
			return -ENOMEM;
		WRITE_ONCE(wide[idx], value);
		word = slot_word(SLOT_WIDE, 0);
	}
	/* Behind its value, and behind what the page is to be compared with. */
	smp_store_release(&c->table[idx], word);
	return 0;
}

/**
 * slot_fill_value() - the value that slot_set_fill() stored
 * @s: the slots
 * @slot: a slot in use, which the caller keeps from being freed
 * @word: its word, of tag SLOT_FILL or SLOT_WIDE
 *
 * Context: Any. Takes no locks.
 * Return: The repeated 64-bit value.
 */
u64 slot_fill_value(const struct slots *s, u32 slot, u64 word)
{
	if (slot_tag(word) == SLOT_FILL)
		return sign_extend_payload(word);
	return READ_ONCE(READ_ONCE(slots_cluster(s, slot)->wide)[slot_index(slot)]);
}

/**
 * slot_set_sum() - keep a checksum of what a slot is to hold
 * @s: the slots
 * @slot: a slot in use; the caller owns its word, which isn't of tag SLOT_WIDE
 * @sum: the checksum
 *
 * Context: as slot_set_fill().
 * Return: 0 or -ENOMEM.
 */
int slot_set_sum(struct slots *s, u32 slot, u32 sum)
{
	u64 *wide = wide_page(s, slots_cluster(s, slot));

	if (!wide)
		return -ENOMEM;
	WRITE_ONCE(wide[slot_index(slot)], sum);
	return 0;
}

/**
 * slot_sum() - the checksum that slot_set_sum() kept
 * @s: the slots
 * @slot: a slot in use for which it was called, which the caller keeps from being freed
 *
 * Context: Any. Takes no locks.
 * Return: The checksum.
 */
u32 slot_sum(const struct slots *s, u32 slot)
{
	return READ_ONCE(READ_ONCE(slots_cluster(s, slot)->wide)[slot_index(slot)]);
}
