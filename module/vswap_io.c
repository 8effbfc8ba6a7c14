// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) "vswap: " fmt

#include <crypto/hash.h>
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/swap.h>
#include <linux/completion.h>
#include <linux/highmem.h>
#include <linux/memcontrol.h>
#include <linux/mempool.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/vmstat.h>
#include <linux/workqueue.h>

#include "port.h"
#include "vswap_auto.h"
#include "vswap_io.h"
#include "vswap_kept.h"
#include "vswap_payers.h"
#include "vswap_stats.h"
#include "vswap_tier.h"
#include "vswap_timing.h"
#include "vswap_unpack.h"

#define CREATE_TRACE_POINTS
#include "vswap_trace.h"

/* Sets of transfers that can always be under way, whatever memory is left. */
#define MIN_SETS	64

/**
 * struct folio_io - the transfers of one folio
 * @io: the set
 * @slots: where @io.slot lives
 * @end: told how it ended
 * @data: for @end
 * @keep: of a read: keeps what the words stood for
 * @timing: for who traces it
 * @transfer: the first one; few have more
 * @work: what is left to a worker when all have ended
 */
struct folio_io {
	struct vswap_io io;
	struct slots *slots;
	vswap_end_fn end;
	void *data;
	struct vswap_keep keep;
	struct vswap_timing timing;
	union {
		struct vswap_transfer transfer;
		struct work_struct work;
	};
};

/* Transfers that are waited for. */
struct sync_io {
	struct vswap_io io;
	struct vswap_keep keep;
	struct completion completion;
};

static struct kmem_cache *io_cache;
static mempool_t *io_pool;

/* What the end of a transfer, which may be an interrupt, is no place for. */
static struct workqueue_struct *io_queue;

/* What sums up each page, NULL if nothing does. */
static struct crypto_shash *summer;

static int start_checksum(const char *checksum)
{
	if (!strcmp(checksum, "none"))
		return 0;
	summer = crypto_alloc_shash(checksum, 0, 0);
	if (!IS_ERR(summer))
		return 0;
	summer = NULL;
	pr_err("checksum=%s: this kernel has no such checksum\n", checksum);
	return -EOPNOTSUPP;
}

/**
 * vswap_io_start() - get ready for I/O
 * @checksum: "none", or what keeps a checksum of each page, of 32 bits
 *
 * Context: process, may sleep.
 * Return: 0 or -errno with nothing left behind.
 */
int vswap_io_start(const char *checksum)
{
	int err = start_checksum(checksum);

	if (err)
		return err;
	/*
	 * As the kernel's bios: so a kernel that clears memory as it is allocated
	 * (init_on_alloc) leaves it alone. Each use sets all that it reads.
	 */
	io_cache = kmem_cache_create("vswap_io", sizeof(struct folio_io), 0,
				     SLAB_TYPESAFE_BY_RCU, NULL);
	if (io_cache)
		io_pool = mempool_create_slab_pool(MIN_SETS, io_cache);
	io_queue = alloc_workqueue("vswap_io", WQ_MEM_RECLAIM | WQ_HIGHPRI | WQ_UNBOUND, 0);
	err = io_pool && io_queue ? vswap_unpack_start() : -ENOMEM;
	if (err)
		vswap_io_stop();
	return err;
}

/**
 * vswap_io_stop() - the reverse of vswap_io_start()
 *
 * Context: process, may sleep; no I/O is under way.
 */
void vswap_io_stop(void)
{
	vswap_unpack_stop();
	/* Works that have told of their folio may still be there. */
	if (io_queue)
		destroy_workqueue(io_queue);
	io_queue = NULL;
	mempool_destroy(io_pool);
	io_pool = NULL;
	kmem_cache_destroy(io_cache);
	io_cache = NULL;
	if (summer)
		crypto_free_shash(summer);
	summer = NULL;
}

static u32 sum_page(struct page *page)
{
	void *data = kmap_local_page(page);
	u32 sum = 0;

	/* It can't fail: the algorithm is a synchronous one. */
	crypto_shash_tfm_digest(summer, data, PAGE_SIZE, (u8 *)&sum);
	kunmap_local(data);
	return sum;
}

/* Written out: a loop would cost more than the comparisons. */
static inline bool are_eight(const u64 *words, u64 value)
{
	return words[0] == value && words[1] == value && words[2] == value &&
	       words[3] == value && words[4] == value && words[5] == value &&
	       words[6] == value && words[7] == value;
}

/* Is the page one 64-bit word, repeated? The last word decides most cases. */
static bool page_filled(struct page *page, u64 *value)
{
	const u64 *words = kmap_local_page(page);
	const unsigned int nr = PAGE_SIZE / sizeof(*words);
	unsigned int i = 0;

	*value = words[0];
	if (words[nr - 1] == *value)
		while (i < nr && are_eight(words + i, *value))
			i += 8;
	kunmap_local(words);
	return i == nr;
}

static bool is_fill(u64 word)
{
	return slot_tag(word) == SLOT_FILL || slot_tag(word) == SLOT_WIDE;
}

/* Where @nr pages lie, for a tracepoint: a mover may be about to change that. */
static noinline u64 pages_where(struct slots *slots, u32 slot, unsigned int nr)
{
	u64 where = 0, *ptr;

	for (; nr; nr--, slot++) {
		ptr = slot_word_ptr(slots, slot);
		where += ptr ? vswap_where_of(READ_ONCE(*ptr)) : 0;
	}
	return where;
}

typedef void (*trace_fn)(u32 slot, unsigned int pages, int error, u64 ns, u64 where,
			 pid_t pid, struct cgroup *cgroup);

/* @trace: the tracepoint that somebody listens to. */
static __always_inline void trace_timed(trace_fn trace, const struct vswap_timing *timing,
					u32 slot, struct folio *folio, int error)
{
	static const struct vswap_timing unknown;
	u64 ns = timing->began ? ktime_get_ns() - timing->began : 0;
	struct mem_cgroup *memcg;

	if (!timing->began)
		timing = &unknown;
	rcu_read_lock();
	memcg = folio_memcg(folio);
	trace(slot, folio_nr_pages(folio), error, ns, timing->where, timing->pid,
	      memcg ? memcg->css.cgroup : NULL);
	rcu_read_unlock();
}

static noinline void trace_stored(const struct vswap_timing *timing, u32 slot,
				  struct folio *folio, int error)
{
	trace_timed(trace_vswap_stored, timing, slot, folio, error);
}

static noinline void trace_loaded(const struct vswap_timing *timing, u32 slot,
				  struct folio *folio, int error)
{
	trace_timed(trace_vswap_load, timing, slot, folio, error);
}

/* Nobody pays any more for what a slot held; who took the word away says so. */
static noinline void settle_up(u32 slot, u64 old)
{
	unsigned int bytes = vswap_tier_pool_bytes(old);

	if (bytes)
		vswap_slot_uncharge(slot, bytes);
	vswap_slot_drop_payer(slot);
}

/*
 * What a busy word stands for is released by the mover that made it busy. Within
 * rcu_read_lock().
 */
static __always_inline void make_empty(u32 slot, u64 *ptr)
{
	u64 old;

	/* Nobody but the owner changes such a word: no need to look at the same time. */
	if (READ_ONCE(*ptr) == slot_word(SLOT_EMPTY, 0)) {
		/* A mover may have given up what couldn't be read. */
		if (vswap_payers_are_on())
			vswap_slot_drop_payer(slot);
		return;
	}
	old = xchg(ptr, slot_word(SLOT_EMPTY, 0));
	if (vswap_payers_are_on())
		settle_up(slot, old);
	if (is_fill(old))
		vswap_stat_add(VSWAP_FILL_PAGES, -1);
	else if (!(old & SLOT_BUSY))
		vswap_tier_release_one(old);
}

/**
 * vswap_slots_forget() - drop what slots hold
 * @slots: the slots
 * @slot: the first of them; all are the caller's, and SLOT_EMPTY afterwards
 * @nr: how many, all in one cluster
 *
 * Context: any.
 */
void vswap_slots_forget(struct slots *slots, u32 slot, unsigned int nr)
{
	u64 *ptr = slot_word_ptr(slots, slot);

	rcu_read_lock();
	while (nr--)
		make_empty(slot++, ptr++);
	rcu_read_unlock();
}

static noinline void forget_one(u32 slot, u64 *ptr)
{
	rcu_read_lock();
	make_empty(slot, ptr);
	rcu_read_unlock();
}

/* As make_empty(), where what the slot holds is busy with the caller, if with anyone. */
static void take_back(u32 slot, u64 *ptr)
{
	u64 old = xchg(ptr, slot_word(SLOT_EMPTY, 0));

	if (vswap_payers_are_on())
		settle_up(slot, old);
	if (is_fill(old))
		vswap_stat_add(VSWAP_FILL_PAGES, -1);
	else
		vswap_tier_release(old);
}

/* A page that was busy with the caller is stored: others may move it from now on. */
static void settle(u64 *ptr)
{
	if (READ_ONCE(*ptr) & SLOT_BUSY)
		clear_bit_unlock(SLOT_BUSY_BIT, (unsigned long *)ptr);
}

static void settle_all(u64 *words, unsigned int nr)
{
	while (nr--)
		settle(words++);
}

static void take_back_all(u32 slot, u64 *words, unsigned int nr)
{
	while (nr--)
		take_back(slot++, words++);
}

/*
 * Drop what the slot held, and look if its page needs a place. Returns 1 if so, 0 if it is
 * stored already, or -errno.
 */
static __always_inline int prepare_page(struct slots *slots, u32 slot, u64 *ptr,
					struct page *page)
{
	u64 value;
	int err;

	/* What the slot held is outdated; its room may be just what is needed. */
	if (READ_ONCE(*ptr) != slot_word(SLOT_EMPTY, 0))
		forget_one(slot, ptr);

	if (page_filled(page, &value) && !slot_set_fill(slots, slot, value)) {
		vswap_stat_add(VSWAP_FILL_PAGES, 1);
		vswap_stat_add(VSWAP_FILL_OUT, 1);
		return 0;
	}
	err = summer ? slot_set_sum(slots, slot, sum_page(page)) : 0;
	if (vswap_payers_are_on() && !err)
		vswap_slot_set_payer(slot, page_folio(page));
	return err ?: 1;
}

/* A page has found a place, or @ret is -errno: then it keeps no payer. */
static noinline void settle_payer(u32 slot, int ret, u64 word)
{
	if (ret < 0)
		vswap_slot_drop_payer(slot);
	else if (slot_tag(word) == SLOT_POOL)
		vswap_slot_charge(slot, vswap_tier_pool_bytes(word));
}

/*
 * The word is busy with the caller until what it stands for is there: a page in a file
 * isn't before it is written. @busy: so it is wherever the page finds a place, since
 * others have to find one too. @ptr: where the slot's word is. Returns 0, 1 if the page is
 * still to be written to a file, or -errno.
 */
static int place_page(struct slots *slots, u32 slot, u64 *ptr, struct page *page, bool busy)
{
	u64 word, found;
	int ret = prepare_page(slots, slot, ptr, page);

	if (ret > 0)
		ret = vswap_tier_place(page, slot, &found) ?: 1;
	if (vswap_payers_are_on() && ret)
		settle_payer(slot, ret, found);
	if (ret <= 0)
		return ret;
	word = found;
	if (busy || slot_tag(word) == SLOT_FILE)
		word |= SLOT_BUSY;
	if (slot_tag(word) == SLOT_POOL)
		word |= SLOT_ACCESSED;
	/* A mover may take it at once: what it stands for comes before. Pairs with hold_word(). */
	smp_store_release(ptr, word);
	return slot_tag(word) == SLOT_FILE;
}

static void load_fill(struct page *page, u64 value)
{
	u64 *words = kmap_local_page(page);

	if (value)
		memset64(words, value, PAGE_SIZE / sizeof(*words));
	else
		clear_page(words);
	kunmap_local(words);
}

/*
 * How many of @nr words, the first of which was seen to be @first, stand for pages side
 * by side in one swap file.
 */
static unsigned int file_run(const u64 *words, unsigned int nr, u64 first)
{
	unsigned int i;

	for (i = 1; i < nr; i++)
		if (slot_bare(READ_ONCE(words[i])) !=
		    slot_bare(first) + ((u64)i << SLOT_PAYLOAD_SHIFT))
			break;
	return i;
}

/* Start the transfers of @nr pages side by side in one file. */
static void submit_run(u64 first, struct vswap_io *io, blk_opf_t opf, struct page *page,
		       unsigned int nr)
{
	struct vswap_backend *b = vswap_tier_backend(first);

	b->ops->submit(b, io, opf, page, nr, vswap_tier_file_slot(first));
}

/*
 * Start the transfers of all pages that are in files. No word changes meanwhile: they are
 * busy with the caller, or no slot has them yet. So their backends stay, too.
 */
static void submit_file_pages(const u64 *words, struct vswap_io *io, blk_opf_t opf,
			      struct page *page, unsigned int nr)
{
	unsigned int i, run;

	for (i = 0; i < nr; i += run) {
		u64 word = READ_ONCE(words[i]);

		run = 1;
		if (slot_tag(word) == SLOT_PACKED && !op_is_write(opf)) {
			run = vswap_unpack(words + i, nr - i, word, io, page + i);
		} else if (slot_tag(word) == SLOT_FILE) {
			run = file_run(words + i, nr - i, word);
			submit_run(word, io, opf, page + i, run);
		}
	}
}

static struct folio_io *folio_io_alloc(void (*done)(struct vswap_io *io))
{
	struct folio_io *fio = mempool_alloc(io_pool, GFP_NOIO);

	vswap_io_init(&fio->io, done);
	fio->io.spare = &fio->transfer;
	fio->keep.files = 0;
	return fio;
}

static void folio_io_set(struct folio_io *fio, struct slots *slots, u32 slot,
			 struct folio *folio, const struct vswap_timing *timing,
			 vswap_end_fn end, void *data)
{
	fio->io.folio = folio;
	fio->io.slot = slot;
	fio->slots = slots;
	fio->timing.began = timing->began;
	if (unlikely(timing->began))
		fio->timing = *timing;
	fio->end = end;
	fio->data = data;
}

static void folio_io_leave_to_worker(struct folio_io *fio, work_func_t fn)
{
	INIT_WORK(&fio->work, fn);
	queue_work(io_queue, &fio->work);
}

static void folio_io_end(struct folio_io *fio, int error)
{
	vswap_end_fn end = fio->end;
	void *data = fio->data;

	mempool_free(fio, io_pool);
	end(data, error);
}

/* What of the folio is in a pool can't be freed in an interrupt. */
static void folio_out_failed(struct work_struct *work)
{
	struct folio_io *fio = container_of(work, struct folio_io, work);

	take_back_all(fio->io.slot, slot_word_ptr(fio->slots, fio->io.slot),
		      folio_nr_pages(fio->io.folio));
	vswap_stat_add(VSWAP_WRITE_ERRORS, 1);
	if (trace_vswap_stored_enabled())
		trace_stored(&fio->timing, fio->io.slot, fio->io.folio, fio->io.error);
	folio_io_end(fio, fio->io.error);
}

static void folio_out_done(struct vswap_io *io)
{
	struct folio_io *fio = container_of(io, struct folio_io, io);

	if (unlikely(READ_ONCE(io->error))) {
		folio_io_leave_to_worker(fio, folio_out_failed);
		return;
	}
	settle_all(slot_word_ptr(fio->slots, io->slot), folio_nr_pages(io->folio));
	if (trace_vswap_stored_enabled())
		trace_stored(&fio->timing, io->slot, io->folio, 0);
	folio_io_end(fio, 0);
}

/*
 * Mirrors end_swap_bio_write(): a folio whose write failed is dirty again and still in
 * memory.
 */
static void end_out(void *data, int error)
{
	struct folio *folio = data;

	if (unlikely(error)) {
		folio_mark_dirty(folio);
		folio_clear_reclaim(folio);
	}
	folio_end_writeback(folio);
}

/* Returns how many pages from the first on need a place, before one that doesn't; or -errno. */
static int prepare_run(struct slots *slots, u32 slot, u64 *words, struct page *page,
		       unsigned int nr)
{
	unsigned int i;
	int ret = 1;

	for (i = 0; i < nr && ret > 0; i++)
		ret = prepare_page(slots, slot + i, &words[i], page + i);
	if (vswap_payers_are_on() && ret < 0)
		while (i--)
			vswap_slot_drop_payer(slot + i);
	return ret < 0 ? ret : i - !ret;
}

/*
 * Find places for @nr pages, and make their words busy. A file whose free places are in
 * pieces isn't searched for a long run again and again. Returns as place_page(), with
 * words set of those that found one.
 */
static int place_run(u32 slot, u64 *words, struct page *page, unsigned int nr)
{
	unsigned int i, k, want = nr;
	bool in_file = false;
	u64 word;
	int ret;

	for (i = 0; i < nr; i += ret) {
		ret = vswap_tier_place_run(page + i, slot + i, min(want, nr - i), &word);
		if (ret < 0)
			return ret;
		if (vswap_payers_are_on())
			settle_payer(slot + i, ret, word);
		for (k = 0; k < ret; k++)
			WRITE_ONCE(words[i + k], (word | SLOT_BUSY) +
						 ((u64)k << SLOT_PAYLOAD_SHIFT));
		if (slot_tag(word) == SLOT_FILE) {
			in_file = true;
			want = max_t(unsigned int, ret, want / 2);
		}
	}
	return in_file;
}

/* All pages of a folio find a place, or none keeps one. Returns as place_page(). */
static noinline int place_pages(struct slots *slots, u32 slot, u64 *words,
				struct folio *folio, unsigned int nr)
{
	bool in_file = false;
	unsigned int i, run;
	int ret = 0;

	/* A page that needs no place is behind each run. */
	for (i = 0; i < nr && ret >= 0; i += run + 1) {
		ret = prepare_run(slots, slot + i, words + i, folio_page(folio, i), nr - i);
		run = max(ret, 0);
		if (ret > 0)
			ret = place_run(slot + i, words + i, folio_page(folio, i), run);
		in_file |= ret > 0;
	}
	if (ret < 0)
		take_back_all(slot, words, min(i, nr));
	else if (!in_file)
		settle_all(words, nr);
	return ret < 0 ? ret : in_file;
}

/*
 * Reclaim is far from here, whoever the caller is: it might wait for what this task
 * holds. Returns as place_page().
 */
static __always_inline int place_folio(struct slots *slots, u32 slot, struct folio *folio,
				       unsigned int nr)
{
	unsigned int noreclaim = memalloc_noreclaim_save();
	u64 *words = slot_word_ptr(slots, slot);
	int entered = vswap_tier_enter(), ret;

	if (nr == 1)
		ret = place_page(slots, slot, words, folio_page(folio, 0), false);
	else
		ret = place_pages(slots, slot, words, folio, nr);
	vswap_tier_leave(entered);
	memalloc_noreclaim_restore(noreclaim);
	return ret;
}

/* Write what of a folio is in files. */
static void write_folio(struct slots *slots, u32 slot, struct folio *folio, blk_opf_t opf,
			const struct vswap_timing *timing, vswap_end_fn end, void *data)
{
	struct folio_io *fio = folio_io_alloc(folio_out_done);
	const u64 *words = slot_word_ptr(slots, slot);

	opf |= REQ_OP_WRITE | REQ_SWAP;
	folio_io_set(fio, slots, slot, folio, timing, end, data);
	if (!folio_test_large(folio))
		submit_run(READ_ONCE(*words), &fio->io, opf, folio_page(folio, 0), 1);
	else
		submit_file_pages(words, &fio->io, opf, folio_page(folio, 0),
				  folio_nr_pages(folio));
	vswap_io_put(&fio->io, 0);
}

/* Where its pages lie is known now; a folio that isn't on its way to a disk is there. */
static noinline void trace_placed(struct slots *slots, u32 slot, struct folio *folio, int ret,
				  struct vswap_timing *timing)
{
	if (timing->began && ret >= 0)
		timing->where = pages_where(slots, slot, folio_nr_pages(folio));
	if (ret <= 0)
		trace_stored(timing, slot, folio, ret);
}

/* @timing: set for write_folio(). Returns as place_page(). */
static __always_inline int store_folio(struct slots *slots, u32 slot, struct folio *folio,
				       unsigned int nr, struct vswap_timing *timing)
{
	int ret;

	vswap_timing_begin(timing, trace_vswap_stored_enabled());
	ret = place_folio(slots, slot, folio, nr);
	trace_vswap_store(slot, nr, min(ret, 0));
	if (trace_vswap_stored_enabled())
		trace_placed(slots, slot, folio, ret, timing);
	if (ret < 0)
		vswap_stat_add(VSWAP_STORE_FAILURES, 1);
	else
		vswap_stat_add(VSWAP_PAGES_OUT, nr);
	return ret;
}

/* As store_folio(), and counts what was stored where the kernel does. */
static __always_inline int store_and_count(struct slots *slots, u32 slot, struct folio *folio,
					   struct vswap_timing *timing)
{
	unsigned int nr = folio_nr_pages(folio);
	int ret = store_folio(slots, slot, folio, nr, timing);

	if (ret < 0)
		return ret;
	count_vm_events(PSWPOUT, nr);
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	if (folio_test_pmd_mappable(folio))
		count_vm_event(THP_SWPOUT);
#endif
	return ret;
}

/**
 * vswap_folio_out() - store a folio
 * @slots: the slots
 * @slot: its first slot; the others follow
 * @folio: a locked folio in the swap cache, mapped nowhere
 * @opf: flags for disk I/O, besides the operation
 *
 * Mirrors __swap_writepage(). On success the folio is unlocked, and under
 * writeback if disk I/O is under way.
 *
 * Context: reclaim, may sleep.
 * Return: 0; or -ENOSPC, -ENOMEM, -EIO: no page is stored, the folio is as it was
 * and still locked.
 */
int vswap_folio_out(struct slots *slots, u32 slot, struct folio *folio, blk_opf_t opf)
{
	struct vswap_timing timing;
	int ret = store_and_count(slots, slot, folio, &timing);

	if (ret < 0)
		return ret;
	if (!ret) {
		folio_unlock(folio);
		return 0;
	}
	folio_start_writeback(folio);
	folio_unlock(folio);
	write_folio(slots, slot, folio, opf, &timing, end_out, folio);
	return 0;
}

/**
 * vswap_folio_store() - store a folio that stays locked
 * @slots: the slots
 * @slot: its first slot; the others follow
 * @folio: a locked folio in the swap cache, mapped nowhere
 *
 * Mirrors zswap_store(). On success the folio is under writeback if disk I/O is under way.
 *
 * Context: reclaim, may sleep.
 * Return: 0; or -ENOSPC, -ENOMEM, -EIO: no page is stored, the folio is as it was.
 */
int vswap_folio_store(struct slots *slots, u32 slot, struct folio *folio)
{
	struct vswap_timing timing;
	int ret = store_and_count(slots, slot, folio, &timing);

	if (ret > 0) {
		folio_start_writeback(folio);
		write_folio(slots, slot, folio, 0, &timing, end_out, folio);
	}
	return min(ret, 0);
}

/**
 * vswap_folio_write() - store a folio that is under writeback
 * @slots: the slots
 * @slot: its first slot; the others follow
 * @folio: an unlocked folio in the swap cache, under writeback
 * @end: called when it is stored, or could not be; maybe before this returns
 * @data: for @end
 *
 * Mirrors a swap_ops' submit_write.
 *
 * Context: reclaim, may sleep.
 * Return: 0, or what @end was told: -ENOSPC, -ENOMEM or -EIO, no page is stored.
 */
int vswap_folio_write(struct slots *slots, u32 slot, struct folio *folio, vswap_end_fn end,
		      void *data)
{
	struct vswap_timing timing;
	int ret = store_folio(slots, slot, folio, folio_nr_pages(folio), &timing);

	if (ret > 0)
		write_folio(slots, slot, folio, 0, &timing, end, data);
	else
		end(data, ret);
	return min(ret, 0);
}

static bool is_intact(struct slots *slots, u32 slot, struct page *page)
{
	u64 *ptr = slot_word_ptr(slots, slot), word = ptr ? READ_ONCE(*ptr) : 0;
	struct vswap_backend *b;

	if (slot_tag(word) != SLOT_POOL && !slot_in_file(word))
		return true;
	if (sum_page(page) == slot_sum(slots, slot))
		return true;
	/* It stays while the word is the slot's. */
	rcu_read_lock();
	b = vswap_tier_backend(word);
	pr_alert_ratelimited("slot %u: what %s holds is not what was stored\n", slot,
			     b ? b->name : "no backend");
	if (b)
		vswap_backend_error(b);
	rcu_read_unlock();
	vswap_stat_add(VSWAP_CHECKSUM_ERRORS, 1);
	/* The disk may know better when it is asked again. */
	if (slot_tag(word) == SLOT_PACKED)
		kept_forget(&vswap_kept, vswap_tier_block_key(word));
	return false;
}

static int compare_sums(struct slots *slots, u32 slot, struct page *page, unsigned int nr)
{
	int err = 0;

	for (; nr; nr--, slot++, page++)
		if (!is_intact(slots, slot, page))
			err = -EIO;
	return err;
}

/* Are these the pages that were stored? Returns 0, or -EIO if not. */
static inline int check_sums(struct slots *slots, u32 slot, struct page *page, unsigned int nr)
{
	return summer ? compare_sums(slots, slot, page, nr) : 0;
}

static noinline void read_failed(u32 slot, unsigned int nr, int error)
{
	vswap_stat_add(VSWAP_READ_ERRORS, nr);
	pr_alert_ratelimited("slot %u: read error %d, %u pages are lost to their reader\n",
			     slot, error, nr);
}

static inline void count_read(u32 slot, struct folio *folio, unsigned int nr, int error,
			      const struct vswap_timing *timing)
{
	if (trace_vswap_load_enabled())
		trace_loaded(timing, slot, folio, error);
	if (likely(!error))
		vswap_stat_add(VSWAP_PAGES_IN, nr);
	else
		read_failed(slot, nr, error);
}

static void folio_in_end(struct folio_io *fio, int error)
{
	vswap_tier_keep_no_more(&fio->keep);
	count_read(fio->io.slot, fio->io.folio, folio_nr_pages(fio->io.folio), error, &fio->timing);
	folio_io_end(fio, error);
}

static void folio_in_check(struct work_struct *work)
{
	struct folio_io *fio = container_of(work, struct folio_io, work);
	struct folio *folio = fio->io.folio;

	folio_in_end(fio, check_sums(fio->slots, fio->io.slot, folio_page(folio, 0),
				     folio_nr_pages(folio)));
}

/* Sums of a large folio take long. */
static void folio_in_done(struct vswap_io *io)
{
	struct folio_io *fio = container_of(io, struct folio_io, io);
	int error = READ_ONCE(io->error);

	if (summer && !error)
		folio_io_leave_to_worker(fio, folio_in_check);
	else
		folio_in_end(fio, error);
}

/* Mirrors end_swap_bio_read(): a folio that is not up to date is SIGBUS. */
static void end_in(void *data, int error)
{
	struct folio *folio = data;

	if (likely(!error))
		folio_mark_uptodate(folio);
	folio_unlock(folio);
}

/* Fails when a mover changed the word: then its next look is a round away. */
static void mark_accessed(u64 *ptr, u64 word)
{
	if (!(word & SLOT_ACCESSED))
		cmpxchg(ptr, word, word | SLOT_ACCESSED);
}

static int load_from_pool(u64 word, struct page *page)
{
	struct vswap_backend *b = vswap_tier_backend(word);
	int err = b->ops->load(b, page, slot_payload(word));

	vswap_backend_count(b, err ? BACKEND_READ_ERRORS : BACKEND_PAGES_IN, 1);
	return err;
}

/* Fill one page whose data is in RAM. */
static int load_word(struct slots *slots, u32 slot, u64 word, struct page *page)
{
	switch (slot_tag(word)) {
	case SLOT_FILL:
	case SLOT_WIDE:
		load_fill(page, slot_fill_value(slots, slot, word));
		return 0;
	case SLOT_POOL:
		mark_accessed(slot_word_ptr(slots, slot), word);
		if (vswap_payers_are_on())
			vswap_slot_count(slot, PORT_CHARGE_IN);
		return load_from_pool(word, page);
	default:
		return -EIO;
	}
}

static void sync_io_done(struct vswap_io *io)
{
	complete(&container_of(io, struct sync_io, io)->completion);
}

static void sync_io_init(struct sync_io *sio)
{
	init_completion(&sio->completion);
	sio->keep.files = 0;
	vswap_io_init(&sio->io, sync_io_done);
}

/* Returns 0 or -errno. */
static int sync_io_wait(struct sync_io *sio, int error)
{
	vswap_io_put(&sio->io, error);
	wait_for_completion_io(&sio->completion);
	vswap_tier_keep_no_more(&sio->keep);
	return READ_ONCE(sio->io.error);
}

/* Move what of @nr pages is in files, and wait for it. Returns 0 or -errno. */
static int transfer_pages(const u64 *words, struct page *page, unsigned int nr,
			  blk_opf_t opf)
{
	struct sync_io sio;

	sync_io_init(&sio);
	submit_file_pages(words, &sio.io, opf, page, nr);
	return sync_io_wait(&sio, 0);
}

/* The word of a slot, which may be in no use at all. */
static __always_inline u64 look(struct slots *slots, u32 slot)
{
	u64 *ptr = slot_word_ptr(slots, slot);

	return ptr ? READ_ONCE(*ptr) : 0;
}

/*
 * Fill pages whose data is in RAM, up to one that is in a file; @done: set to how many. Each
 * word is looked at once: a mover may change it at any time, but what it stood for stays within
 * vswap_tier_enter(). Returns 0 or -errno.
 */
static __always_inline int load_pages(struct slots *slots, u32 slot, struct page *page,
				      unsigned int nr, unsigned int *done)
{
	unsigned int i = 0;
	int entered, err = 0;

	*done = 0;
	if (slot_in_file(look(slots, slot)))
		return 0;
	entered = vswap_tier_enter();
	do {
		u64 word = look(slots, slot + i);

		if (slot_in_file(word))
			break;
		err = load_word(slots, slot + i, word, page + i);
		i++;
	} while (i < nr && !err);
	vswap_tier_leave(entered);
	*done = i;
	return err;
}

/*
 * Start reading the pages that are in files, and fill those that aren't, or no more. What the
 * words stood for stays until @keep is told. Returns 0 or -errno.
 */
static __always_inline int read_pages(struct slots *slots, u32 slot, struct page *page,
				      unsigned int nr, struct vswap_io *io,
				      struct vswap_keep *keep)
{
	unsigned int i, run;
	int err = 0;

	for (i = 0; i < nr && !err; i += run) {
		u64 *ptr = slot_word_ptr(slots, slot + i);
		u64 word = ptr ? vswap_tier_keep(keep, ptr) : 0;

		if (slot_tag(word) == SLOT_FILE) {
			run = file_run(ptr, nr - i, word);
			submit_run(word, io, REQ_OP_READ, page + i, run);
		} else if (slot_tag(word) == SLOT_PACKED) {
			run = vswap_unpack(ptr, nr - i, word, io, page + i);
		} else {
			err = load_pages(slots, slot + i, page + i, nr - i, &run);
		}
	}
	return err;
}

/* A folio is about to be read; the words tell where its pages lie. */
static __always_inline void begin_read(struct vswap_timing *timing, struct slots *slots,
				       u32 slot, unsigned int nr)
{
	vswap_timing_begin(timing, trace_vswap_load_enabled());
	if (unlikely(timing->began))
		timing->where = pages_where(slots, slot, nr);
}

/* Read pages and wait for them. Returns 0 or -errno. */
static int read_and_wait(struct slots *slots, u32 slot, struct page *page, unsigned int nr)
{
	struct sync_io sio;
	unsigned int done;
	int err = load_pages(slots, slot, page, nr, &done);

	if (!err && done < nr) {
		sync_io_init(&sio);
		err = read_pages(slots, slot + done, page + done, nr - done, &sio.io, &sio.keep);
		err = sync_io_wait(&sio, err);
	}
	if (!err)
		err = check_sums(slots, slot, page, nr);
	return err;
}

/* Read the pages of a folio from @done on. */
static noinline void read_rest(struct slots *slots, u32 slot, struct folio *folio,
			       unsigned int done, const struct vswap_timing *timing,
			       vswap_end_fn end, void *data)
{
	struct folio_io *fio = folio_io_alloc(folio_in_done);
	int err;

	folio_io_set(fio, slots, slot, folio, timing, end, data);
	err = read_pages(slots, slot + done, folio_page(folio, done),
			 folio_nr_pages(folio) - done, &fio->io, &fio->keep);
	vswap_io_put(&fio->io, err);
}

static bool any_in_pool(const u64 *words, unsigned int nr)
{
	while (nr--)
		if (slot_tag(READ_ONCE(*words++)) == SLOT_POOL)
			return true;
	return false;
}

/*
 * Mirrors zswap_load(): the folio is the only copy from now on of what it had in the pool.
 * Dirty, and so written before it is dropped, it has to be first. It may be written back just
 * now: its copy in the file is outdated then, too. Whose cgroup has no disk keeps its copy: it
 * might find no room again. Returns whether the pool gets room.
 */
static bool take_from_pool(struct slots *slots, u32 slot, struct folio *folio)
{
	u64 *words = slot_word_ptr(slots, slot);
	unsigned int nr = folio_nr_pages(folio);

	if (!any_in_pool(words, nr) || !port_slot_may_leave(slot))
		return false;
	folio_mark_dirty(folio);
	rcu_read_lock();
	for (; nr; nr--, slot++, words++)
		if (slot_tag(READ_ONCE(*words)) == SLOT_POOL)
			make_empty(slot, words);
	rcu_read_unlock();
	return true;
}

/**
 * vswap_folio_read() - read a folio of the swap cache back
 * @slots: the slots
 * @slot: its first slot
 * @folio: a locked folio in the swap cache, not up to date
 * @take: if all of it is in RAM, the pool keeps no copy, and the folio is dirty
 * @end: called when all of it has been read, or some could not be; maybe before this
 *	returns
 * @data: for @end
 *
 * Mirrors a swap_ops' submit_read.
 *
 * Context: process, may sleep.
 * Return: whether something has been taken from the pool.
 */
bool vswap_folio_read(struct slots *slots, u32 slot, struct folio *folio, bool take,
		      vswap_end_fn end, void *data)
{
	unsigned int nr = folio_nr_pages(folio), done;
	struct page *page = folio_page(folio, 0);
	struct vswap_timing timing;
	int err;

	begin_read(&timing, slots, slot, nr);
	err = load_pages(slots, slot, page, nr, &done);
	if (!err && done < nr) {
		read_rest(slots, slot, folio, done, &timing, end, data);
		return false;
	}
	if (!err)
		err = check_sums(slots, slot, page, nr);
	take = take && !err && take_from_pool(slots, slot, folio);
	count_read(slot, folio, nr, err, &timing);
	end(data, err);
	return take;
}

/**
 * vswap_folio_in() - read a folio back
 * @slots: the slots
 * @slot: its first slot
 * @folio: a locked folio, not up to date
 * @take: see vswap_folio_read()
 *
 * Mirrors swap_read_folio(). The folio is unlocked when it has been read; it is up
 * to date only if all of it could be. That may be after this returns, but not for a
 * folio that bypasses the swap cache: nothing but its reader holds it, and a reader
 * that is killed lets it go. So its copy stays.
 *
 * Context: process, may sleep.
 * Return: see vswap_folio_read().
 */
bool vswap_folio_in(struct slots *slots, u32 slot, struct folio *folio, bool take)
{
	long nr = folio_nr_pages(folio);
	struct vswap_timing timing;
	int err;

	count_vm_events(PSWPIN, nr);
	if (folio_test_swapcache(folio))
		return vswap_folio_read(slots, slot, folio, take, end_in, folio);
	begin_read(&timing, slots, slot, nr);
	err = read_and_wait(slots, slot, folio_page(folio, 0), nr);
	count_read(slot, folio, nr, err, &timing);
	end_in(folio, err);
	return false;
}

/**
 * vswap_page_out() - store one page and wait for it
 * @slots: the slots
 * @slot: its slot
 * @page: the page
 *
 * Context: process, may sleep.
 * Return: 0, or -errno with nothing stored.
 */
int vswap_page_out(struct slots *slots, u32 slot, struct page *page)
{
	unsigned int noreclaim = memalloc_noreclaim_save();
	u64 *ptr = slot_word_ptr(slots, slot);
	int entered = vswap_tier_enter();
	int err = place_page(slots, slot, ptr, page, true);

	vswap_tier_leave(entered);
	if (err > 0)
		err = transfer_pages(ptr, page, 1, REQ_OP_WRITE | REQ_SWAP);
	if (err)
		take_back(slot, ptr);
	else
		settle(ptr);
	memalloc_noreclaim_restore(noreclaim);
	if (!err)
		vswap_stat_add(VSWAP_PAGES_OUT, 1);
	return err;
}

/**
 * vswap_page_in() - read one page and wait for it
 * @slots: the slots
 * @slot: its slot
 * @page: the page to fill
 *
 * Context: process, may sleep.
 * Return: 0 or -EIO.
 */
int vswap_page_in(struct slots *slots, u32 slot, struct page *page)
{
	int err = read_and_wait(slots, slot, page, 1);

	vswap_stat_add(err ? VSWAP_READ_ERRORS : VSWAP_PAGES_IN, 1);
	return err;
}

static unsigned int cgroup_run(const unsigned short *cgroups, unsigned int nr)
{
	unsigned int i;

	for (i = 1; i < nr && cgroups[i] == cgroups[0]; i++)
		;
	return i;
}

/**
 * vswap_words_write() - write pages to where words say, and wait for it
 * @words: slot words; pages whose word isn't one of a file are left out
 * @cgroups: whose I/O each of them is: see struct vswap_io
 * @pages: as many contiguous pages
 * @nr: how many
 *
 * Context: process, may sleep.
 * Return: 0, or -errno if any of them couldn't be written.
 */
int vswap_words_write(const u64 *words, const unsigned short *cgroups, struct page *pages,
		      unsigned int nr)
{
	struct sync_io sio;
	unsigned int i, run;

	sync_io_init(&sio);
	for (i = 0; i < nr; i += run) {
		run = cgroup_run(cgroups + i, nr - i);
		sio.io.cgroup = cgroups[i];
		submit_file_pages(words + i, &sio.io, REQ_OP_WRITE | REQ_SWAP, pages + i, run);
	}
	return sync_io_wait(&sio, 0);
}

/**
 * vswap_words_read() - read pages from where words say, and wait for it
 * @words: slot words of pages in files
 * @pages: as many contiguous pages
 * @nr: how many
 *
 * Context: process, may sleep.
 * Return: 0, or -errno if any of them couldn't be read.
 */
int vswap_words_read(const u64 *words, struct page *pages, unsigned int nr)
{
	return transfer_pages(words, pages, nr, REQ_OP_READ);
}
