// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/swap.h>
#include <linux/completion.h>
#include <linux/highmem.h>
#include <linux/mempool.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <linux/vmstat.h>

#include "vswap_io.h"
#include "vswap_stats.h"
#include "vswap_tier.h"

/* Sets of transfers that can always be under way, whatever memory is left. */
#define MIN_SETS	64

/**
 * struct folio_io - the transfers of one folio
 * @io: the set
 * @slots: where @io.slot lives
 * @end: told how it ended
 * @data: for @end
 */
struct folio_io {
	struct vswap_io io;
	struct slots *slots;
	vswap_end_fn end;
	void *data;
};

static struct kmem_cache *io_cache;
static mempool_t *io_pool;

/* Those who have seen a word and read what it stands for in RAM. */
DEFINE_STATIC_SRCU(readers);

/**
 * vswap_io_start() - get ready for disk I/O
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vswap_io_start(void)
{
	io_cache = kmem_cache_create("vswap_io", sizeof(struct folio_io), 0, 0, NULL);
	if (!io_cache)
		return -ENOMEM;
	io_pool = mempool_create_slab_pool(MIN_SETS, io_cache);
	if (!io_pool) {
		kmem_cache_destroy(io_cache);
		return -ENOMEM;
	}
	return 0;
}

/**
 * vswap_io_stop() - the reverse of vswap_io_start()
 *
 * Context: process, may sleep; no I/O is under way.
 */
void vswap_io_stop(void)
{
	mempool_destroy(io_pool);
	kmem_cache_destroy(io_cache);
}

/* Is the page one 64-bit word, repeated? The last word decides most cases. */
static bool page_filled(struct page *page, u64 *value)
{
	const u64 *words = kmap_local_page(page);
	const unsigned int last = PAGE_SIZE / sizeof(*words) - 1;
	unsigned int i = last;

	*value = words[0];
	if (words[last] == *value)
		for (i = 1; i < last && words[i] == *value; i++)
			;
	else
		i = 0;
	kunmap_local(words);
	return i == last;
}

static bool is_fill(u64 word)
{
	return slot_tag(word) == SLOT_FILL || slot_tag(word) == SLOT_WIDE;
}

/**
 * vswap_slot_set() - give a slot a new word and forget the old one
 * @slots: the slots
 * @slot: a slot that the caller owns
 * @word: the new word; must not be one of a repeated value: slot_set_fill() is
 *	for those
 *
 * What a busy word stands for is released by the mover that made it busy.
 *
 * Context: any.
 */
void vswap_slot_set(struct slots *slots, u32 slot, u64 word)
{
	u64 old = xchg(slot_word_ptr(slots, slot), word);

	if (is_fill(old))
		vswap_stat_add(VSWAP_FILL_PAGES, -1);
	else if (!(old & SLOT_BUSY))
		vswap_tier_release(old);
}

static int place_page(struct slots *slots, u32 slot, struct page *page)
{
	u64 value, word;
	int err;

	/* What the slot held is outdated; its room may be just what is needed. */
	vswap_slot_set(slots, slot, slot_word(SLOT_EMPTY, 0));

	if (page_filled(page, &value) && !slot_set_fill(slots, slot, value)) {
		vswap_stat_add(VSWAP_FILL_PAGES, 1);
		vswap_stat_add(VSWAP_FILL_OUT, 1);
		return 0;
	}
	err = vswap_tier_place(page, slot, &word);
	if (!err)
		WRITE_ONCE(*slot_word_ptr(slots, slot), word);
	return err;
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
 * How many of @nr words stand for pages side by side in one swap file; 0 if the first
 * isn't in a file at all.
 */
static unsigned int file_run(const u64 *words, unsigned int nr)
{
	u64 first = slot_bare(READ_ONCE(words[0]));
	unsigned int i;

	if (slot_tag(first) != SLOT_FILE)
		return 0;
	for (i = 1; i < nr; i++)
		if (slot_bare(READ_ONCE(words[i])) != first + ((u64)i << SLOT_PAYLOAD_SHIFT))
			break;
	return i;
}

/* Start the transfers of all pages that are in files. */
static void submit_file_pages(const u64 *words, struct vswap_io *io, blk_opf_t opf,
			      struct page *page, unsigned int nr)
{
	unsigned int i, run;

	for (i = 0; i < nr; i += max(run, 1U)) {
		struct vswap_backend *b;
		u64 word;

		run = file_run(words + i, nr - i);
		if (!run)
			continue;
		word = READ_ONCE(words[i]);
		b = vswap_tier_backend(word);
		b->ops->submit(b, io, opf, page + i, run,
			       vswap_tier_file_slot(word));
	}
}

/* Move what of a folio is in files; @done gets a struct folio_io. */
static void transfer_folio(struct slots *slots, u32 slot, struct folio *folio, blk_opf_t opf,
			   void (*done)(struct vswap_io *io), vswap_end_fn end, void *data)
{
	struct folio_io *fio = mempool_alloc(io_pool, GFP_NOIO);

	vswap_io_init(&fio->io, done);
	fio->io.folio = folio;
	fio->io.slot = slot;
	fio->slots = slots;
	fio->end = end;
	fio->data = data;
	submit_file_pages(slot_word_ptr(slots, slot), &fio->io, opf, folio_page(folio, 0),
			  folio_nr_pages(folio));
	vswap_io_put(&fio->io, 0);
}

/* Pages whose write failed must not be believed to be in the file. */
static void forget_file_pages(struct slots *slots, u32 slot, unsigned int nr)
{
	while (nr--) {
		if (slot_tag(READ_ONCE(*slot_word_ptr(slots, slot))) == SLOT_FILE)
			vswap_slot_set(slots, slot, slot_word(SLOT_EMPTY, 0));
		slot++;
	}
}

static void folio_out_done(struct vswap_io *io)
{
	struct folio_io *fio = container_of(io, struct folio_io, io);
	vswap_end_fn end = fio->end;
	void *data = fio->data;
	int error = READ_ONCE(io->error);

	if (unlikely(error)) {
		forget_file_pages(fio->slots, io->slot, folio_nr_pages(io->folio));
		vswap_stat_add(VSWAP_WRITE_ERRORS, 1);
	}
	mempool_free(fio, io_pool);
	end(data, error);
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

/*
 * All pages of the folio find a place, or none keeps one. Reclaim is far from here,
 * whoever the caller is: it might wait for what this task holds.
 */
static int place_folio(struct slots *slots, u32 slot, struct folio *folio, bool *in_file)
{
	unsigned int noreclaim = memalloc_noreclaim_save();
	long i, nr = folio_nr_pages(folio);
	int err = 0;

	*in_file = false;
	for (i = 0; i < nr && !err; i++) {
		err = place_page(slots, slot + i, folio_page(folio, i));
		if (slot_tag(READ_ONCE(*slot_word_ptr(slots, slot + i))) == SLOT_FILE)
			*in_file = true;
	}
	while (err && i--)
		vswap_slot_set(slots, slot + i, slot_word(SLOT_EMPTY, 0));
	memalloc_noreclaim_restore(noreclaim);
	return err;
}

static int store_folio(struct slots *slots, u32 slot, struct folio *folio, bool *in_file)
{
	int err = place_folio(slots, slot, folio, in_file);

	if (err)
		vswap_stat_add(VSWAP_STORE_FAILURES, 1);
	else
		vswap_stat_add(VSWAP_PAGES_OUT, folio_nr_pages(folio));
	return err;
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
	bool in_file;
	int err = store_folio(slots, slot, folio, &in_file);

	if (err)
		return err;
	count_vm_events(PSWPOUT, folio_nr_pages(folio));
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	if (folio_test_pmd_mappable(folio))
		count_vm_event(THP_SWPOUT);
#endif
	if (!in_file) {
		folio_unlock(folio);
		return 0;
	}
	folio_start_writeback(folio);
	folio_unlock(folio);
	transfer_folio(slots, slot, folio, REQ_OP_WRITE | REQ_SWAP | opf, folio_out_done,
		       end_out, folio);
	return 0;
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
	bool in_file;
	int err = store_folio(slots, slot, folio, &in_file);

	if (!err && in_file)
		transfer_folio(slots, slot, folio, REQ_OP_WRITE | REQ_SWAP, folio_out_done, end,
			       data);
	else
		end(data, err);
	return err;
}

static void count_read(u32 slot, struct folio *folio, int error)
{
	long nr = folio_nr_pages(folio);

	if (likely(!error)) {
		vswap_stat_add(VSWAP_PAGES_IN, nr);
	} else {
		vswap_stat_add(VSWAP_READ_ERRORS, nr);
		pr_alert_ratelimited("slot %u: read error %d, %ld pages are lost to their reader\n",
				     slot, error, nr);
	}
}

static void folio_in_done(struct vswap_io *io)
{
	struct folio_io *fio = container_of(io, struct folio_io, io);
	vswap_end_fn end = fio->end;
	void *data = fio->data;
	int error = READ_ONCE(io->error);

	count_read(io->slot, io->folio, error);
	mempool_free(fio, io_pool);
	end(data, error);
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

static int load_word(struct slots *slots, u32 slot, struct page *page)
{
	u64 *ptr = slot_word_ptr(slots, slot);
	u64 word = ptr ? READ_ONCE(*ptr) : 0;

	switch (slot_tag(word)) {
	case SLOT_FILL:
	case SLOT_WIDE:
		load_fill(page, slot_fill_value(slots, slot, word));
		return 0;
	case SLOT_POOL:
		mark_accessed(ptr, word);
		return load_from_pool(word, page);
	case SLOT_FILE:
		return 1;
	default:
		return -EIO;
	}
}

/* Fill one page if its data is in RAM. Returns 1 if it is in a file. */
static int load_page(struct slots *slots, u32 slot, struct page *page)
{
	int reader = srcu_read_lock(&readers);
	int ret = load_word(slots, slot, page);

	srcu_read_unlock(&readers, reader);
	return ret;
}

/**
 * vswap_io_wait_for_readers() - wait for those who read what a word stood for
 *
 * Afterwards whatever no slot stands for any more can be released.
 *
 * Context: process, may sleep.
 */
void vswap_io_wait_for_readers(void)
{
	synchronize_srcu(&readers);
}

struct sync_io {
	struct vswap_io io;
	struct completion completion;
};

static void sync_io_done(struct vswap_io *io)
{
	complete(&container_of(io, struct sync_io, io)->completion);
}

/* Move what of @nr pages is in files, and wait for it. Returns 0 or -errno. */
static int transfer_pages(const u64 *words, struct page *page, unsigned int nr,
			  blk_opf_t opf)
{
	struct sync_io sio;

	init_completion(&sio.completion);
	vswap_io_init(&sio.io, sync_io_done);
	submit_file_pages(words, &sio.io, opf, page, nr);
	vswap_io_put(&sio.io, 0);
	wait_for_completion_io(&sio.completion);
	return READ_ONCE(sio.io.error);
}

/* Fill the pages whose data is in RAM; @in_file: others are in files. */
static int load_folio(struct slots *slots, u32 slot, struct folio *folio, bool *in_file)
{
	long i, nr = folio_nr_pages(folio);
	int err = 0;

	*in_file = false;
	for (i = 0; i < nr && err >= 0; i++) {
		err = load_page(slots, slot + i, folio_page(folio, i));
		if (err > 0)
			*in_file = true;
	}
	return min(err, 0);
}

/**
 * vswap_folio_in() - read a folio back
 * @slots: the slots
 * @slot: its first slot
 * @folio: a locked folio, not up to date
 *
 * Mirrors swap_read_folio(). The folio is unlocked when it has been read; it is up
 * to date only if all of it could be. That may be after this returns, but not for a
 * folio that bypasses the swap cache: nothing but its reader holds it, and a reader
 * that is killed lets it go.
 *
 * Context: process, may sleep.
 */
void vswap_folio_in(struct slots *slots, u32 slot, struct folio *folio)
{
	long nr = folio_nr_pages(folio);
	bool in_file;
	int err = load_folio(slots, slot, folio, &in_file);

	count_vm_events(PSWPIN, nr);
	if (!err && in_file && !folio_test_swapcache(folio)) {
		err = transfer_pages(slot_word_ptr(slots, slot), folio_page(folio, 0), nr,
				     REQ_OP_READ);
		in_file = false;
	}
	if (!err && in_file) {
		transfer_folio(slots, slot, folio, REQ_OP_READ, folio_in_done, end_in, folio);
		return;
	}
	count_read(slot, folio, err);
	end_in(folio, err);
}

/**
 * vswap_folio_read() - read a folio of the swap cache back
 * @slots: the slots
 * @slot: its first slot
 * @folio: a locked folio in the swap cache, not up to date
 * @end: called when all of it has been read, or some could not be; maybe before this
 *	returns
 * @data: for @end
 *
 * Mirrors a swap_ops' submit_read.
 *
 * Context: process, may sleep.
 */
void vswap_folio_read(struct slots *slots, u32 slot, struct folio *folio, vswap_end_fn end,
		      void *data)
{
	bool in_file;
	int err = load_folio(slots, slot, folio, &in_file);

	if (!err && in_file) {
		transfer_folio(slots, slot, folio, REQ_OP_READ, folio_in_done, end, data);
		return;
	}
	count_read(slot, folio, err);
	end(data, err);
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
	int err = place_page(slots, slot, page);

	if (!err && slot_tag(READ_ONCE(*slot_word_ptr(slots, slot))) == SLOT_FILE)
		err = transfer_pages(slot_word_ptr(slots, slot), page, 1,
				     REQ_OP_WRITE | REQ_SWAP);
	memalloc_noreclaim_restore(noreclaim);
	if (err)
		vswap_slot_set(slots, slot, slot_word(SLOT_EMPTY, 0));
	else
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
	int err = load_page(slots, slot, page);

	if (err > 0)
		err = transfer_pages(slot_word_ptr(slots, slot), page, 1, REQ_OP_READ);
	vswap_stat_add(err ? VSWAP_READ_ERRORS : VSWAP_PAGES_IN, 1);
	return err;
}

/**
 * vswap_words_write() - write pages to where words say, and wait for it
 * @words: slot words; pages whose word isn't one of a file are left out
 * @pages: as many contiguous pages
 * @nr: how many
 *
 * Context: process, may sleep.
 * Return: 0, or -errno if any of them couldn't be written.
 */
int vswap_words_write(const u64 *words, struct page *pages, unsigned int nr)
{
	return transfer_pages(words, pages, nr, REQ_OP_WRITE | REQ_SWAP);
}
