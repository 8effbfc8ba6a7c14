// SPDX-License-Identifier: GPL-2.0
/*
 * Zones: whose turn a page is, what it should be, whether it is that
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "torture.h"

#define REPORTS		8	/* bad pages described, of all processes */

struct zone zones[ZONES];

static pthread_mutex_t layout = PTHREAD_MUTEX_INITIALIZER;

static const enum kind slot_kinds[ZONES] = {
	[Z_ANON] = K_ANON, [Z_THP64] = K_THP64, [Z_THP2M] = K_THP2M,
	[Z_FILE] = K_TMPFS, [Z_COMMON] = K_TMPFS,
};

/* ---- creation ---- */

static void *table(size_t bytes, bool common)
{
	void *mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS |
			 (common ? MAP_SHARED : MAP_PRIVATE), -1, 0);

	if (mem == MAP_FAILED)
		return NULL;
	(void)mlock(mem, bytes);
	return mem;
}

static void init_guard(struct zone *z)
{
	pthread_rwlockattr_t attr;

	/* Or who wants the zone alone would wait for ever */
	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(&attr,
				      PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&z->guard, &attr);
}

int zone_create(enum slot slot, size_t pages, const char *tmpfs_dir)
{
	const bool common = slot == Z_COMMON;
	struct zone *z = &zones[slot];
	size_t i;
	int err;

	z->slot = slot;
	init_guard(z);
	err = region_create(&z->r, slot_kinds[slot], pages, tmpfs_dir);
	if (err)
		return err;
	if (common)
		z->r.gen = table(pages * sizeof(*z->r.gen), true);
	z->lock = table(pages * sizeof(*z->lock), common);
	z->flags = table(pages, common);
	if (!z->r.gen || !z->lock || !z->flags)
		return -ENOMEM;
	for (i = 0; i < pages; i++)
		z->r.gen[i] = GEN_DROPPED;
	if (slot != Z_FILE && madvise(z->r.mem, pages * PAGE_BYTES, MADV_DOFORK))
		return -errno;
	return 0;
}

void zones_lock(void)
{
	unsigned int i;

	for (i = 0; i < ZONES; i++)
		pthread_rwlock_wrlock(&zones[i].guard);
}

void zones_unlock(void)
{
	unsigned int i;

	for (i = 0; i < ZONES; i++)
		pthread_rwlock_unlock(&zones[i].guard);
}

/* The other threads are not here; what they held in private zones is nobody's */
void zones_after_fork(void)
{
	unsigned int i;

	for (i = 0; i < ZONES; i++)
		init_guard(&zones[i]);
	pthread_mutex_init(&layout, NULL);
}

/* ---- addresses ---- */

void layout_lock(void)
{
	pthread_mutex_lock(&layout);
}

void layout_unlock(void)
{
	pthread_mutex_unlock(&layout);
}

void *map_somewhere(size_t bytes, int prot)
{
	void *mem;

	layout_lock();
	mem = mmap(NULL, bytes, prot, MAP_PRIVATE | MAP_ANONYMOUS |
		   MAP_NORESERVE, -1, 0);
	layout_unlock();
	return mem == MAP_FAILED ? NULL : mem;
}

/* ---- locks of pages ---- */

static bool is_gone(uint32_t tid)
{
	return kill((pid_t)tid, 0) && errno == ESRCH;
}

/* A holder that was killed may have been writing: what is there nobody knows */
static bool take_over(struct zone *z, size_t page, uint32_t from)
{
	if (!is_gone(from) ||
	    !atomic_compare_exchange_strong(&z->lock[page], &from, self.tid))
		return false;
	z->flags[page] = PAGE_UNKNOWN;
	tally->abandoned++;
	return true;
}

static void page_lock(struct zone *z, size_t page)
{
	unsigned int tries;
	uint32_t holder;

	for (tries = 1; ; tries++) {
		holder = 0;
		if (atomic_compare_exchange_strong(&z->lock[page], &holder,
						   self.tid))
			return;
		if (tries % 64 == 0 && take_over(z, page, holder))
			return;
		sched_yield();
	}
}

static void page_unlock(struct zone *z, size_t page)
{
	atomic_store(&z->lock[page], 0);
}

void range_lock(struct zone *z, size_t first, size_t count)
{
	size_t page;

	for (page = first; page < first + count; page++)
		page_lock(z, page);
}

void range_unlock(struct zone *z, size_t first, size_t count)
{
	size_t page;

	for (page = first; page < first + count; page++)
		page_unlock(z, page);
}

/* ---- access that may find that a page can't be read ---- */

static int copy_page(void *to, const void *from)
{
	if (sigsetjmp(self.bus, 0))
		return -EIO;
	self.guarded = 1;
	memcpy(to, from, PAGE_BYTES);
	self.guarded = 0;
	return 0;
}

static int read_word(const uint8_t *mem)
{
	if (sigsetjmp(self.bus, 0))
		return -EIO;
	self.guarded = 1;
	(void)*(volatile const uint64_t *)mem;
	self.guarded = 0;
	return 0;
}

/* ---- what a page is ---- */

static struct ident page_ident(const struct zone *z, size_t page)
{
	return (struct ident) {
		.index = (uint32_t)z->slot << 24 | (uint32_t)page,
		.gen = z->r.gen[page],
		.kind = (uint8_t)z->r.kind,
		.worker = z->slot == Z_COMMON ? COMMON_OWNER :
			  (uint8_t)self.actor,
	};
}

static bool is_zero(const uint64_t *page)
{
	return !page[0] && !memcmp(page, page + 1, PAGE_BYTES - 8);
}

/* Its content is gone, by a read error; from now on it is an empty one */
static void page_lose(struct zone *z, size_t page)
{
	struct ident id = page_ident(z, page);
	char who[IDENT_TEXT];

	tally->lost++;
	trace("LOST in %s: %s", self.doing, ident_text(who, &id));
	if (region_drop(&z->r, page, 1))
		fail("can't give up a page that is lost: %s", strerror(errno));
	page_dropped(z, page);
}

static void page_bad(struct zone *z, size_t page, const struct ident *id,
		     const void *mem)
{
	char report[REPORT_TEXT];

	tally->bad++;
	tally->stop = true;
	trace("BAD in %s of zone %u, page %zu", self.doing, z->slot, page);
	if (tally->told++ < REPORTS) {
		page_report(report, id, content_names[content_of(id)], opt.seed,
			    self.expect, self.seen, mem);
		complain("BAD page in %s, step %llu of actor %u, thread %u, depth %u\n%s",
			 self.doing, (unsigned long long)self.step, self.actor,
			 self.thread, self.depth, report);
	}
	/* so that each counts once */
	copy_page(zone_page(z, page), self.expect);
}

/* The page as it is mapped at mem, which may be elsewhere for a while */
void page_check_at(struct zone *z, size_t page, const void *mem)
{
	struct ident id = page_ident(z, page);

	if (z->flags[page] & PAGE_UNKNOWN)
		return;
	if (copy_page(self.seen, mem)) {
		page_lose(z, page);
		return;
	}
	content_make(self.expect, &id);
	tally->verified++;
	if (!memcmp(self.seen, self.expect, PAGE_BYTES))
		return;
	if (z->flags[page] & PAGE_FREED && is_zero(self.seen))
		page_dropped(z, page);
	else
		page_bad(z, page, &id, mem);
}

void page_check(struct zone *z, size_t page)
{
	page_check_at(z, page, zone_page(z, page));
}

void page_dropped(struct zone *z, size_t page)
{
	z->r.gen[page] = GEN_DROPPED;
	z->flags[page] = 0;
}

void page_next(struct zone *z, size_t page)
{
	struct ident id = page_ident(z, page);

	id.gen = gen_next(id.gen, self.depth);
	content_make(self.expect, &id);
}

void page_renewed(struct zone *z, size_t page)
{
	z->r.gen[page] = gen_next(z->r.gen[page], self.depth);
	z->flags[page] = 0;
	tally->rewritten++;
}

void page_renew(struct zone *z, size_t page)
{
	page_next(z, page);
	if (copy_page(zone_page(z, page), self.expect)) {
		page_lose(z, page);
		return;
	}
	page_renewed(z, page);
}

/* The self-test: what a broken kernel might do */
void page_spoil(struct zone *z, size_t page)
{
	zone_page(z, page)[below(PAGE_BYTES)] ^= 1 << below(8);
}

void range_check(struct zone *z, size_t first, size_t count)
{
	size_t page;

	for (page = first; page < first + count; page++)
		page_check(z, page);
}

void range_verify(struct zone *z, size_t first, size_t count)
{
	size_t page;

	for (page = first; page < first + count; page++) {
		page_lock(z, page);
		page_check(z, page);
		page_unlock(z, page);
	}
}

/* Without its lock, so that several fault the same page at once */
void range_touch(struct zone *z, size_t first, size_t count)
{
	size_t page;

	for (page = first; page < first + count; page++)
		(void)read_word(zone_page(z, page));
}
