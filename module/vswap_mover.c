// SPDX-License-Identifier: GPL-2.0
/*
 * Write-back: the oldest pages of the pool go to a swap file. Evacuation: all pages of
 * a backend go to others.
 *
 * Slots are handed out front to back, so the pages of a cluster were evicted at
 * about the same time, and clusters come round in turn, the oldest first. A page
 * that was stored or read back since a mover last came by stays for another round,
 * since slots are used again in clusters of any age. Evacuation goes through a file
 * front to back instead, and takes hot pages as well.
 *
 * Each batch: mark words busy, copy the pages, find places for them, write and wait,
 * flip the words of those that nobody touched meanwhile, wait for readers of the
 * old words, release what is outdated. Slots are the same before and after; see
 * slots.h for who releases what.
 *
 * What is written back stays compressed if it can: the buffer is filled with packed blocks
 * then, and what goes to one place in the file is several pages.
 *
 * With a second compressor, a page that is to leave the pool for the first time is compressed
 * once more instead, and goes on the mover's next way round.
 */
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "packed.h"
#include "port.h"
#include "vswap_io.h"
#include "vswap_mover.h"
#include "vswap_payers.h"
#include "vswap_stats.h"
#include "vswap_tier.h"
#include "vswap_trace.h"

/*
 * Pages moved together: 512 KiB, in one piece of I/O if their places allow it; fewer where
 * memory is in pieces when they are needed first.
 */
#define MAX_BATCH_ORDER	7
#define MAX_BATCH	(1 << MAX_BATCH_ORDER)
static_assert(MAX_BATCH == VSWAP_BATCH_PAGES);
static_assert(PACKED_BLOCK == PAGE_SIZE);

/* Blocks with room left that the next page may go to. */
#define OPEN_BLOCKS	4

/**
 * struct block - a page of the buffer that holds some of the pages on their way
 * @first: the first of them
 * @nr: how many
 * @is_plain: a page as it is; else packed
 * @codec: what has compressed all that is packed
 */
struct block {
	u16 first;
	u16 nr;
	bool is_plain;
	u8 codec;
};

/* Do pages stay compressed when they are written back? Changes at any time. */
bool vswap_mover_packs = true;

/**
 * struct mover - pages on their way from one backend
 * @pages: what is on its way, contiguous
 * @order: there are 1 << @order of them
 * @moves: their slots and old words
 * @words: their new words, 0 where there is none
 * @read: which of them could be read
 * @blocks: pages of the buffer, where they aren't one page each
 * @places: where these go, as words of tag SLOT_FILE, 0 where there is none
 * @cgroups: whose I/O that is, or whose each page is: ids, see port_slot_cgroup(); 0 in an
 *	evacuation, which nobody's limit is to hold up
 * @block: which of them each page is in
 * @offset: where in it
 */
struct mover {
	struct page *pages;
	unsigned int order;
	struct slot_move moves[MAX_BATCH];
	u64 words[MAX_BATCH];
	DECLARE_BITMAP(read, MAX_BATCH);
	struct block blocks[MAX_BATCH];
	u64 places[MAX_BATCH];
	unsigned short cgroups[MAX_BATCH];
	u16 block[MAX_BATCH];
	u16 offset[MAX_BATCH];
};

/* What one can do without isn't worth reclaim, nor the reserves. */
#define GFP_SPARE	(__GFP_NOWARN | __GFP_NORETRY | __GFP_NOMEMALLOC)

/* Nor is a small one any use. */
#define MIN_SPARE_ORDER	5

/*
 * For write-back, whoever asks for it. Each evacuation has movers of its own: it waits for
 * what may be just the disk that nobody else should wait for.
 *
 * @lock: serialises users' coming and going
 * @users: write-backs under way; without one, only the first mover has memory
 * @movers: those with memory, @nr of them
 * @idle: a bit for each of these that nobody has
 * @changed: one has become idle
 * @walk: protects @slot
 * @slot: where the next batch of the oldest pages begins
 */
static struct {
	struct mutex lock;
	unsigned int users;
	unsigned int nr;
	struct mover movers[VSWAP_WRITE_BACK_BATCHES];
	unsigned long idle;
	wait_queue_head_t changed;
	struct mutex walk;
	u32 slot;
} writers = {
	.lock = __MUTEX_INITIALIZER(writers.lock),
	.changed = __WAIT_QUEUE_HEAD_INITIALIZER(writers.changed),
	.walk = __MUTEX_INITIALIZER(writers.walk),
};

/* @spare: one that others do without. */
static int get_buffer(struct mover *m, bool spare)
{
	unsigned int least = spare ? MIN_SPARE_ORDER : 1;
	gfp_t gfp = spare ? GFP_SPARE : GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY;

	if (m->pages)
		return 0;
	for (m->order = MAX_BATCH_ORDER; m->order >= least; m->order--) {
		m->pages = alloc_pages(gfp, m->order);
		if (m->pages)
			return 0;
	}
	if (!spare)
		m->pages = alloc_page(GFP_KERNEL);
	return m->pages ? 0 : -ENOMEM;
}

static void put_buffer(struct mover *m)
{
	if (m->pages)
		__free_pages(m->pages, m->order);
	m->pages = NULL;
}

/* One more for write-back. Returns whether there is. */
static bool add_writer(void)
{
	struct mover *m = &writers.movers[writers.nr];

	if (get_buffer(m, writers.nr))
		return false;
	set_bit(writers.nr++, &writers.idle);
	wake_up(&writers.changed);
	return true;
}

/* Until there are no more than @nr, none of which is anybody's. */
static void drop_writers(unsigned int nr)
{
	while (writers.nr > nr) {
		clear_bit(--writers.nr, &writers.idle);
		put_buffer(&writers.movers[writers.nr]);
	}
}

/* Is there somewhere for pages of the pool to go, or another form to take? */
static bool has_work(void)
{
	return vswap_tier_writes_back() || vswap_tier_cold_bit();
}

/**
 * vswap_mover_start() - get ready to move pages, if there is somewhere to move them
 *
 * Context: process, may sleep; the backends are open.
 * Return: 0 or -ENOMEM.
 */
int vswap_mover_start(void)
{
	writers.slot = 0;
	return has_work() && !add_writer() ? -ENOMEM : 0;
}

/**
 * vswap_mover_stop() - the reverse of vswap_mover_start()
 *
 * Context: process; no batch is under way.
 */
void vswap_mover_stop(void)
{
	drop_writers(0);
}

/**
 * vswap_mover_writers_get() - pages are to be written back
 * @pages: how many, about
 *
 * Context: process, may sleep.
 * Return: how many batches can be under way at once, at least one, other users' included, if
 * there are any; vswap_mover_writers_put() ends it. Or -ENOMEM; -EOPNOTSUPP: no swap file
 * is behind a pool, which has no second compressor, either.
 */
int vswap_mover_writers_get(unsigned long pages)
{
	unsigned long most = min(pages / MAX_BATCH, (unsigned long)VSWAP_WRITE_BACK_BATCHES);
	int ret;

	if (!has_work())
		return -EOPNOTSUPP;
	mutex_lock(&writers.lock);
	while ((!writers.nr || writers.nr < most) && add_writer())
		;
	ret = writers.nr ?: -ENOMEM;
	writers.users += !!writers.nr;
	mutex_unlock(&writers.lock);
	return ret;
}

/**
 * vswap_mover_writers_put() - the reverse of vswap_mover_writers_get()
 *
 * Context: process, may sleep; none of the caller's batches is under way.
 */
void vswap_mover_writers_put(void)
{
	mutex_lock(&writers.lock);
	if (!--writers.users)
		drop_writers(1);
	mutex_unlock(&writers.lock);
}

static struct mover *try_get_writer(void)
{
	unsigned int i;

	for (i = 0; i < VSWAP_WRITE_BACK_BATCHES; i++)
		if (test_and_clear_bit(i, &writers.idle))
			return &writers.movers[i];
	return NULL;
}

static struct mover *get_writer(void)
{
	struct mover *m;

	wait_event(writers.changed, (m = try_get_writer()));
	return m;
}

static void put_writer(struct mover *m)
{
	/* What was done with it, before another has it; pairs with try_get_writer(). */
	smp_mb__before_atomic();
	set_bit(m - writers.movers, &writers.idle);
	wake_up(&writers.changed);
}

/* ---- Copying ---- */

static bool load_one(struct mover *m, unsigned int i)
{
	u64 word = m->moves[i].word;
	struct vswap_backend *b = vswap_tier_backend(word);

	return !b->ops->load(b, m->pages + i, slot_payload(word));
}

/* What the moves stand for in the pool. */
static void read_from_pool(struct mover *m, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		__assign_bit(i, m->read, load_one(m, i));
}

/* In a file: all at once, or where that fails, one by one, to see which. */
static void read_from_file(struct mover *m, unsigned int nr)
{
	u64 *words = m->words;
	unsigned int i;

	for (i = 0; i < nr; i++)
		words[i] = m->moves[i].word;
	if (!vswap_words_read(words, m->pages, nr)) {
		bitmap_fill(m->read, nr);
		return;
	}
	for (i = 0; i < nr; i++)
		__assign_bit(i, m->read, !vswap_words_read(words + i, m->pages + i, 1));
}

typedef int (*place_fn)(struct page *page, u32 slot, struct vswap_backend *from, u64 *word);

/*
 * Find places for those that could be read. Returns how many found one; @err is set to
 * the last reason for one that didn't.
 */
static unsigned int place_batch(struct mover *m, unsigned int nr, struct vswap_backend *from,
				place_fn place, int *err)
{
	int entered = vswap_tier_enter(), ret;
	unsigned int i, placed = 0;
	u64 word;

	for (i = 0; i < nr; i++) {
		m->words[i] = 0;
		if (!test_bit(i, m->read))
			continue;
		/* A backend that refuses may have left anything in it. */
		ret = place(m->pages + i, m->moves[i].slot, from, &word);
		if (ret) {
			*err = ret;
			continue;
		}
		m->words[i] = word;
		placed++;
	}
	vswap_tier_leave(entered);
	return placed;
}

/*
 * As slots_let_go(), and what is charged goes along: to the file, from there, to another pool, or
 * to what is compressed once more. The payer is charged before anybody can free the page where it
 * is then; if it doesn't get there, that was for nothing. Of a page that is gone its owner has
 * uncharged what it was.
 */
static noinline enum slot_fate let_go_charged(struct slots *slots, const struct slot_move *move,
					      u64 word, bool hot)
{
	unsigned int old_bytes = vswap_tier_pool_bytes(move->word);
	unsigned int bytes = vswap_tier_pool_bytes(word);
	struct vswap_payer *payer = vswap_payer_get(move->slot);
	enum slot_fate fate;

	if (bytes)
		vswap_payer_charge(payer, bytes);
	fate = slots_let_go(slots, move, word, hot);
	if (fate == SLOT_MOVED && old_bytes)
		vswap_payer_uncharge(payer, old_bytes, slot_in_file(word));
	else if (fate != SLOT_MOVED && bytes)
		vswap_payer_uncharge(payer, bytes, false);
	vswap_payer_put(payer);
	return fate;
}

static enum slot_fate let_go(struct slots *slots, const struct slot_move *move, u64 word,
			     bool hot)
{
	if (vswap_payers_are_on())
		return let_go_charged(slots, move, word, hot);
	return slots_let_go(slots, move, word, hot);
}

/* Flip the words, and leave those that no slot has. Returns how many pages moved. */
static unsigned int let_go_batch(struct mover *m, struct slots *slots, unsigned int nr,
				 bool written, bool hot)
{
	unsigned int i, moved = 0;

	for (i = 0; i < nr; i++) {
		u64 word = written ? m->words[i] : 0;

		switch (let_go(slots, &m->moves[i], word, hot)) {
		case SLOT_MOVED:
			trace_vswap_move(m->moves[i].slot, m->moves[i].word, word);
			m->words[i] = 0;
			moved++;
			break;
		case SLOT_KEPT:
			m->moves[i].word = 0;
			break;
		case SLOT_GONE:
			break;
		}
	}
	return moved;
}

/* What no slot has: a word of 0 stands for nothing. */
static void release_batch(struct mover *m, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		vswap_tier_release(m->moves[i].word);
		vswap_tier_release(m->words[i]);
	}
}

/*
 * @nr_places pages of the buffer go where @places say. Returns how many of the @nr pages
 * moved from @from, or -errno if they couldn't be written.
 */
static int finish_batch(struct mover *m, struct slots *slots, unsigned int nr,
			struct vswap_backend *from, const u64 *places, unsigned int nr_places,
			bool hot)
{
	int err = nr_places ? vswap_words_write(places, m->cgroups, m->pages, nr_places) : 0;
	unsigned int moved = let_go_batch(m, slots, nr, !err, hot);

	/* The new words that no slot has, none ever had. */
	vswap_tier_wait(from);
	release_batch(m, nr);
	return err ?: (int)moved;
}

/* ---- Packing ---- */

static void *block_data(struct mover *m, unsigned int k)
{
	return page_address(m->pages + k);
}

/* One more block for page @i. Returns how many there are then. */
static unsigned int open_block(struct mover *m, unsigned int k, unsigned int i, bool is_plain,
			       unsigned int codec)
{
	m->blocks[k] = (struct block){ .first = i, .is_plain = is_plain, .codec = codec };
	if (!is_plain)
		packed_init(block_data(m, k), codec);
	return k + 1;
}

static bool add_to_block(struct mover *m, unsigned int k, unsigned int i, unsigned int len,
			 unsigned int codec)
{
	int offset;

	if (m->blocks[k].is_plain || m->blocks[k].codec != codec)
		return false;
	offset = packed_add(block_data(m, k), len);
	if (offset < 0)
		return false;
	m->block[i] = k;
	m->offset[i] = offset;
	m->blocks[k].nr++;
	return true;
}

/* The earliest of the last few blocks with room for a page that the same has compressed. */
static bool add_to_open_block(struct mover *m, unsigned int nr_blocks, unsigned int i,
			      unsigned int len, unsigned int codec)
{
	unsigned int k = nr_blocks > OPEN_BLOCKS ? nr_blocks - OPEN_BLOCKS : 0;

	for (; k < nr_blocks; k++)
		if (add_to_block(m, k, i, len, codec))
			return true;
	return false;
}

/* Put the compressed pages into blocks. Returns how many these are. */
static unsigned int fill_blocks(struct mover *m, unsigned int nr, struct vswap_backend *from)
{
	unsigned int i, len, codec, nr_blocks = 0;

	for (i = 0; i < nr; i++) {
		u64 payload = slot_payload(m->moves[i].word);

		len = from->ops->length(from, payload);
		codec = from->ops->codec(from, payload);
		if (len > PACKED_ROOM) {
			m->block[i] = nr_blocks;
			nr_blocks = open_block(m, nr_blocks, i, true, codec);
			continue;
		}
		if (!add_to_open_block(m, nr_blocks, i, len, codec)) {
			nr_blocks = open_block(m, nr_blocks, i, false, codec);
			add_to_block(m, nr_blocks - 1, i, len, codec);
		}
		from->ops->fetch(from, payload, block_data(m, m->block[i]) + m->offset[i]);
	}
	return nr_blocks;
}

/* A page that has a block for itself is better off as it is: it is sooner read. */
static bool make_plain(struct mover *m, unsigned int k)
{
	struct block *block = &m->blocks[k];
	u64 word = m->moves[block->first].word;
	struct vswap_backend *from = vswap_tier_backend(word);

	block->is_plain = true;
	return !from->ops->load(from, m->pages + k, slot_payload(word));
}

static int place_block(struct mover *m, unsigned int k, struct vswap_backend *from)
{
	struct block *block = &m->blocks[k];

	if (block->nr > 1)
		return vswap_tier_place_block(block->nr, from, &m->places[k]);
	if (!make_plain(m, k))
		return -EIO;
	return vswap_tier_place_behind(m->pages + k, m->moves[block->first].slot, from,
				       &m->places[k]);
}

/* A block is its first page's cgroup's. That page is its number or behind it: no id is lost. */
static void set_cgroups_of_blocks(struct mover *m, unsigned int nr_blocks)
{
	unsigned int k;

	for (k = 0; k < nr_blocks; k++)
		m->cgroups[k] = m->cgroups[m->blocks[k].first];
}

/* Find places for the blocks. Returns how many found one. */
static unsigned int place_blocks(struct mover *m, unsigned int nr_blocks,
				 struct vswap_backend *from)
{
	int entered = vswap_tier_enter();
	unsigned int k, placed = 0;

	for (k = 0; k < nr_blocks; k++) {
		if (place_block(m, k, from))
			m->places[k] = 0;
		else
			placed++;
	}
	vswap_tier_leave(entered);
	return placed;
}

/* The new words of the pages. Returns how many have one. */
static unsigned int make_words(struct mover *m, unsigned int nr, struct vswap_backend *from)
{
	unsigned int i, placed = 0;

	for (i = 0; i < nr; i++) {
		u64 place = m->places[m->block[i]];
		u64 payload = slot_payload(m->moves[i].word);

		if (place && !m->blocks[m->block[i]].is_plain)
			place = vswap_tier_packed_word(place, m->offset[i],
						       from->ops->length(from, payload));
		m->words[i] = place;
		placed += !!place;
	}
	return placed;
}

/* ---- What is compressed once more ---- */

/* Which words of the pool can do with it, or with going to a file: all, or those that haven't been. */
static u64 pool_mask(void)
{
	return SLOT_TAG_MASK | (vswap_tier_writes_back() ? 0 : vswap_tier_cold_bit());
}

/* Returns its new word, or 0: it stays as it is. */
static u64 recompress_one(struct mover *m, unsigned int i)
{
	u64 word = m->moves[i].word, payload;
	struct vswap_backend *b = vswap_tier_backend(word);

	if (b->ops->recompress(b, m->pages, slot_payload(word), &payload))
		return 0;
	return vswap_tier_word(b, payload);
}

/*
 * Of @nr moves, compress once more what hasn't been. Returns how many others are left, now the
 * first ones. @moved is raised by how many have changed.
 */
static unsigned int recompress_held(struct mover *m, struct slots *slots, unsigned int nr,
				    int *moved)
{
	struct vswap_backend *from = nr ? vswap_tier_backend(m->moves[0].word) : NULL;
	unsigned int i, done = 0;
	u64 word;
	int ret;

	for (i = 0; i < nr; i++) {
		word = recompress_one(m, i);
		if (!word)
			continue;
		swap(m->moves[done], m->moves[i]);
		m->words[done++] = word;
		cond_resched();
	}
	if (!done)
		return nr;
	ret = finish_batch(m, slots, done, from, NULL, 0, false);
	vswap_stat_add(VSWAP_RECOMPRESSED_PAGES, ret);
	*moved += ret;
	nr -= done;
	memmove(m->moves, m->moves + done, nr * sizeof(*m->moves));
	return nr;
}

/* ---- Write-back ---- */

static void insert_move(struct mover *m, unsigned int from, unsigned int to)
{
	struct slot_move move = m->moves[from];
	unsigned short cgroup = m->cgroups[from];

	memmove(m->moves + to + 1, m->moves + to, (from - to) * sizeof(*m->moves));
	memmove(m->cgroups + to + 1, m->cgroups + to, (from - to) * sizeof(*m->cgroups));
	m->moves[to] = move;
	m->cgroups[to] = cgroup;
}

/* Pages of a cgroup come together, in the order they have: so they may go in one I/O. */
static void group_by_cgroup(struct mover *m, unsigned int nr)
{
	unsigned int i, first, next;

	for (i = 0; i < nr; i++)
		m->cgroups[i] = port_slot_cgroup(m->moves[i].slot);
	for (first = 0; first < nr; first = next) {
		next = first + 1;
		for (i = next; i < nr; i++) {
			if (m->cgroups[i] != m->cgroups[first])
				continue;
			if (i > next)
				insert_move(m, i, next);
			next++;
		}
	}
}

/*
 * Words of the oldest clusters, those that have @like in the bits @mask, from @slot on, which
 * is set to where to go on. Returns how many, from one cluster, maybe none.
 */
static unsigned int hold_oldest(struct mover *m, struct slots *slots, u32 *slot, u64 mask,
				u64 like, bool hot)
{
	if (!(*slot % SLOTS_PER_CLUSTER))
		*slot = slots_oldest(slots);
	if (!*slot)
		return 0;
	return slots_hold_like(slots, slot, mask, like, hot, m->moves, 1U << m->order);
}

/*
 * Write pages of the pool as they are there. @placed: set to how many found a place.
 * Returns how many moved or -errno.
 */
static int write_packed(struct mover *m, struct slots *slots, unsigned int nr,
			struct vswap_backend *from, unsigned int *placed)
{
	unsigned int nr_blocks = fill_blocks(m, nr, from);
	unsigned int written = place_blocks(m, nr_blocks, from);
	int ret;

	*placed = make_words(m, nr, from);
	set_cgroups_of_blocks(m, nr_blocks);
	ret = finish_batch(m, slots, nr, from, m->places, written ? nr_blocks : 0, false);
	if (ret >= 0)
		vswap_stat_add(VSWAP_WRITEBACK_BYTES, written * PAGE_SIZE);
	return ret;
}

/* The same, decompressed. */
static int write_plain(struct mover *m, struct slots *slots, unsigned int nr,
		       struct vswap_backend *from, unsigned int *placed)
{
	int err = 0, ret;

	read_from_pool(m, nr);
	*placed = place_batch(m, nr, from, vswap_tier_place_behind, &err);
	ret = finish_batch(m, slots, nr, from, m->words, *placed ? nr : 0, false);
	if (ret >= 0)
		vswap_stat_add(VSWAP_WRITEBACK_BYTES, *placed * PAGE_SIZE);
	return ret;
}

/*
 * Leave out the pages of cgroups that keep theirs in RAM; all, where there is no swap file.
 * Returns how many moves are left; the others, behind them, are let go.
 */
static unsigned int leave_out_barred(struct mover *m, struct slots *slots, unsigned int nr)
{
	unsigned int i, left = 0, gone = nr;
	bool has_file = vswap_tier_writes_back();

	for (i = 0; i < nr; i++) {
		if (!has_file || !port_slot_may_leave(m->moves[i].slot))
			continue;
		swap(m->moves[left], m->moves[i]);
		left++;
	}
	for (i = left; i < gone; ) {
		if (slots_let_go(slots, &m->moves[i], 0, false) != SLOT_GONE) {
			i++;
			continue;
		}
		gone--;
		swap(m->moves[i], m->moves[gone]);
	}
	if (gone < nr)
		vswap_tier_wait(vswap_tier_backend(m->moves[gone].word));
	for (i = gone; i < nr; i++)
		vswap_tier_release(m->moves[i].word);
	return left;
}

/* The next of the oldest pages. @slot: set to where the ones after them are, 0: there are none. */
static unsigned int hold_next_oldest(struct mover *m, struct slots *slots, u32 *slot)
{
	unsigned int nr;

	mutex_lock(&writers.walk);
	nr = hold_oldest(m, slots, &writers.slot, pool_mask(), SLOT_POOL, false);
	*slot = writers.slot;
	mutex_unlock(&writers.walk);
	return nr;
}

static int write_back_held(struct mover *m, struct slots *slots, unsigned int nr)
{
	struct vswap_backend *from = vswap_tier_backend(m->moves[0].word);
	unsigned int placed;
	int ret;

	group_by_cgroup(m, nr);
	if (READ_ONCE(vswap_mover_packs))
		ret = write_packed(m, slots, nr, from, &placed);
	else
		ret = write_plain(m, slots, nr, from, &placed);
	vswap_stat_add(VSWAP_WRITEBACK_PAGES, max(ret, 0));
	vswap_stat_add(VSWAP_WRITEBACK_FAILURES, ret < 0 ? nr : nr - placed);
	return placed ? ret : -ENOSPC;
}

/* Nothing that is held goes to a file if there is none, or its cgroup won't have it. */
static int write_back_batch(struct mover *m, struct slots *slots, bool recompress)
{
	int moved = 0, ret;
	unsigned int nr;
	u32 slot;

	do {
		nr = hold_next_oldest(m, slots, &slot);
		if (recompress)
			nr = recompress_held(m, slots, nr, &moved);
		nr = leave_out_barred(m, slots, nr);
		cond_resched();
	} while (!nr && !moved && slot % SLOTS_PER_CLUSTER);
	if (!nr)
		return moved || slot ? moved : -ENOENT;
	ret = write_back_held(m, slots, nr);
	return ret < 0 && !moved ? ret : moved + max(ret, 0);
}

/**
 * vswap_mover_write_back() - move some of the oldest pages from the pool to a swap file
 * @slots: the slots, which must be kept from going away
 * @recompress: have the pool compress once more what it hasn't yet, instead; then there needn't
 *	be a swap file
 *
 * A page stays in the pool, and its slot as it was, if it is used meanwhile, or if
 * there is no room for it, or if it can't be written.
 *
 * Context: process, may sleep, after vswap_mover_writers_get(); neither reclaim nor a page
 * under writeback waits for it.
 * Return: how many pages moved, maybe none of the cluster that was looked at; -ENOENT:
 * there is nothing swapped; -ENOSPC: no room; -EIO: the disk failed; -EOPNOTSUPP: no
 * swap file is behind a pool.
 */
int vswap_mover_write_back(struct slots *slots, bool recompress)
{
	struct mover *m;
	int ret;

	if (!(recompress ? has_work() : vswap_tier_writes_back()))
		return -EOPNOTSUPP;
	m = get_writer();
	ret = write_back_batch(m, slots, recompress);
	put_writer(m);
	return ret;
}

/**
 * vswap_mover_write_cluster() - move some pages of a cluster from the pool to a swap file, or where
 *	there is none, have them compressed once more
 * @slots: as for vswap_mover_write_back()
 * @slot: where to begin; set to where to go on, the first slot of the next cluster when
 *	this one is through
 *
 * Context: as for vswap_mover_write_back().
 * Return: likewise, but for -ENOENT.
 */
int vswap_mover_write_cluster(struct slots *slots, u32 *slot)
{
	struct mover *m;
	unsigned int nr;
	int ret = 0;

	if (!has_work())
		return -EOPNOTSUPP;
	m = get_writer();
	nr = slots_hold_like(slots, slot, pool_mask(), SLOT_POOL, false, m->moves, 1U << m->order);
	if (!vswap_tier_writes_back())
		nr = recompress_held(m, slots, nr, &ret);
	nr = leave_out_barred(m, slots, nr);
	if (nr)
		ret = write_back_held(m, slots, nr);
	put_writer(m);
	return ret;
}

/* ---- Evacuation ---- */

/*
 * Words of the next places in use. Those that aren't in their slot's word are just being
 * filled or freed. Returns how many, maybe none.
 */
static unsigned int hold_places(struct mover *m, struct slots *slots,
				struct vswap_evacuation *walk)
{
	struct vswap_backend *b = walk->from;
	unsigned int nr = 0;
	u32 slot;

	while (nr < 1U << m->order) {
		if (!b->ops->next(b, &walk->place, &slot)) {
			walk->stage = EVACUATE_CLUSTERS;
			break;
		}
		m->moves[nr] = (struct slot_move){ slot, vswap_tier_word(b, walk->place) };
		nr += slots_hold_one(slots, slot, m->moves[nr].word);
		walk->place++;
		cond_resched();
	}
	return nr;
}

/*
 * Words of a pool, or of packed blocks, cluster by cluster: no reverse map says whose pages
 * there are. Slot words alone do, so this needs nothing that is on a disk. Returns how many,
 * maybe none.
 */
static unsigned int hold_clusters(struct mover *m, struct slots *slots,
				  struct vswap_evacuation *walk)
{
	u64 mask = SLOT_TAG_MASK, like = SLOT_POOL;
	unsigned int nr = 0;

	if (walk->from->ops->tag != SLOT_POOL)
		mask = vswap_tier_packed_mask(walk->from, &like);
	while (!nr && walk->stage == EVACUATE_CLUSTERS) {
		nr = hold_oldest(m, slots, &walk->slot, mask, like, true);
		cond_resched();
		if (walk->slot && walk->slot % SLOTS_PER_CLUSTER)
			continue;
		walk->nr_clusters++;
		if (!walk->slot || walk->nr_clusters > READ_ONCE(slots->nr_tables))
			walk->stage = EVACUATE_OVER;
	}
	return nr;
}

/* The next pages of this round. Returns how many, none when it is over. */
static unsigned int hold_next(struct mover *m, struct slots *slots,
			      struct vswap_evacuation *walk)
{
	unsigned int nr = 0;

	mutex_lock(&walk->lock);
	while (!nr && walk->stage != EVACUATE_OVER)
		nr = walk->stage == EVACUATE_PLACES ? hold_places(m, slots, walk) :
						      hold_clusters(m, slots, walk);
	mutex_unlock(&walk->lock);
	return nr;
}

/* Pages that can't be read: their slots hold nothing from now on. */
static void give_up_unread(struct mover *m, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (!test_bit(i, m->read))
			m->words[i] = slot_word(SLOT_EMPTY, 0);
}

static int evacuate_held(struct mover *m, struct slots *slots, struct vswap_evacuation *walk,
			 unsigned int nr)
{
	unsigned int placed, unread;
	int err = 0, ret;

	if (walk->from->ops->tag == SLOT_POOL)
		read_from_pool(m, nr);
	else
		read_from_file(m, nr);
	placed = place_batch(m, nr, walk->from, vswap_tier_place_elsewhere, &err);
	unread = nr - bitmap_weight(m->read, nr);
	if (walk->force)
		give_up_unread(m, nr);
	ret = finish_batch(m, slots, nr, walk->from, m->words, placed ? nr : 0, true);
	if (ret < 0)
		return ret;
	if (walk->force)
		vswap_stat_add(VSWAP_READ_ERRORS, unread);
	else
		atomic_long_add(unread, &walk->unreadable);
	atomic_long_add(ret, &walk->moved);
	vswap_stat_add(VSWAP_MOVED_PAGES, ret);
	vswap_backend_count(walk->from, BACKEND_MOVED_PAGES, ret);
	return err;
}

/**
 * vswap_mover_evacuation_init() - pages of a backend are to move to others
 * @walk: to be set up; vswap_mover_evacuation_thin() with no batch left ends it
 * @from: the backend
 * @force: give up pages that can't be read
 *
 * Context: any.
 */
void vswap_mover_evacuation_init(struct vswap_evacuation *walk, struct vswap_backend *from,
				 bool force)
{
	*walk = (struct vswap_evacuation){ .from = from, .force = force };
	mutex_init(&walk->lock);
	vswap_mover_evacuation_again(walk);
}

/**
 * vswap_mover_evacuation_again() - begin a round at the front
 * @walk: the walk; none of its batches is under way
 *
 * Context: process.
 */
void vswap_mover_evacuation_again(struct vswap_evacuation *walk)
{
	bool by_places = walk->from->ops->tag != SLOT_POOL;

	walk->stage = by_places ? EVACUATE_PLACES : EVACUATE_CLUSTERS;
	walk->place = 0;
	walk->nr_clusters = 0;
}

/* NULL for lack of memory. @spare: one that others do without. */
static struct mover *new_mover(bool spare)
{
	struct mover *m = kvzalloc(sizeof(*m), GFP_KERNEL | (spare ? __GFP_NORETRY : 0));

	if (m && !get_buffer(m, spare))
		return m;
	kvfree(m);
	return NULL;
}

/**
 * vswap_mover_evacuation_ready() - get memory for batches
 * @walk: one without any, or nothing is done
 * @pages: how many there are to move
 *
 * One is enough; others are there if memory is plenty.
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vswap_mover_evacuation_ready(struct vswap_evacuation *walk, unsigned long pages)
{
	unsigned long nr = clamp(DIV_ROUND_UP(pages, MAX_BATCH), 1UL,
				 (unsigned long)VSWAP_EVACUATION_BATCHES);
	struct mover *m = NULL;

	if (walk->nr_movers)
		return 0;
	do {
		m = new_mover(walk->nr_movers);
		if (m)
			walk->movers[walk->nr_movers++] = m;
	} while (m && walk->nr_movers < nr);
	return walk->nr_movers ? 0 : -ENOMEM;
}

/**
 * vswap_mover_evacuate() - move some pages of a backend to others
 * @slots: the slots, which must be kept from going away
 * @walk: goes on from call to call, until its round is over
 * @i: below @walk->nr_movers; the caller's alone
 *
 * Pages that are just being written, or that find no room, or can't be read, are left.
 *
 * Context: process, may sleep; neither reclaim nor a page under writeback waits for it.
 * Return: 1: there may be more; 0: this round is over, but for what other callers have
 * in their hands; -ENOSPC, -ENOMEM: no room for some; -EIO: where they went to failed.
 */
int vswap_mover_evacuate(struct slots *slots, struct vswap_evacuation *walk, unsigned int i)
{
	struct mover *m = walk->movers[i];
	unsigned int nr = hold_next(m, slots, walk);

	return nr ? evacuate_held(m, slots, walk, nr) ?: 1 : 0;
}

/**
 * vswap_mover_evacuation_thin() - give back memory
 * @walk: the walk; none of its batches is under way
 * @nr: as many can be from now on, if there are more
 *
 * Context: process.
 */
void vswap_mover_evacuation_thin(struct vswap_evacuation *walk, unsigned int nr)
{
	while (walk->nr_movers > nr) {
		struct mover *m = walk->movers[--walk->nr_movers];

		put_buffer(m);
		kvfree(m);
	}
}
