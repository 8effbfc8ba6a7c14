// SPDX-License-Identifier: GPL-2.0
/*
 * A worker: creates its share of the memory, fills, verifies and rewrites it
 * as the coordinator says, and reports each page that is not what it should be
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stress.h"

#define DETAILED_REPORTS	20	/* of each process; the rest is counted */
#define RANGE_PAGES		128	/* longest range of most discarded ones */

struct worker {
	unsigned int nr;
	unsigned int writer;	/* 0, or which child this is */
	int fd;			/* results go there */
	const struct options *opt;
	struct region region[K_COUNT];
	unsigned int regions;
	size_t pages;
	struct rng rng;
	unsigned int detailed;
	struct command cmd;
	struct result res;
};

/* One per process; the signal handlers need it as well */
static struct worker me;
static volatile sig_atomic_t stop_asked;

static uint64_t expect[(PAGE_BYTES + CONTENT_SLACK) / 8];
static uint64_t scratch[PAGE_WORDS];
static uint64_t found[PAGE_WORDS];

/* ---- helpers ---- */

void result_add(struct result *sum, const struct result *more)
{
	sum->pages += more->pages;
	sum->filled += more->filled;
	sum->verified += more->verified;
	sum->rewritten += more->rewritten;
	sum->discarded += more->discarded;
	sum->bad += more->bad;
	sum->lost += more->lost;
	sum->failed += more->failed;
}

static bool stopping(void)
{
	return stop_asked && me.cmd.may_stop;
}

static struct ident page_ident(const struct region *r, size_t page)
{
	return (struct ident) {
		.index = (uint32_t)page,
		.gen = r->gen[page],
		.kind = (uint8_t)r->kind,
		.worker = (uint8_t)me.nr,
	};
}

/* ---- reports ---- */

static const char *process_text(void)
{
	static char text[48];

	if (me.writer)
		snprintf(text, sizeof(text), "child %u of worker %u", me.writer,
			 me.nr);
	else
		snprintf(text, sizeof(text), "worker %u", me.nr);
	return text;
}

static void report_bad(const struct ident *id, const char *what,
		       const void *want, const uint8_t *mem, bool by_read)
{
	char report[REPORT_TEXT];

	page_report(report, id, what, me.opt->seed, want, found, mem);
	complain("BAD page in phase %s, seen by %s with %s\n%s", me.cmd.phase,
		 process_text(), by_read ? "read" : "mmap", report);
}

/*
 * After the report the page gets the right content again, so that each
 * corruption counts once.
 */
static void bad_page(const struct ident *id, const char *what, const void *want,
		     const void *seen, uint8_t *mem, bool by_read)
{
	memcpy(found, seen, PAGE_BYTES);
	me.res.bad++;
	if (me.detailed < DETAILED_REPORTS)
		report_bad(id, what, want, mem, by_read);
	else if (me.detailed == DETAILED_REPORTS)
		complain("further bad pages of %s are only counted\n",
			 process_text());
	me.detailed++;
	memcpy(mem, want, PAGE_BYTES);
}

static _Noreturn void lose_page(void)
{
	me.res.lost++;
	write_full(me.fd, &me.res, sizeof(me.res));
	_exit(EXIT_LOST);
}

static _Noreturn void lose_file_page(const struct region *r, size_t page,
				     const char *call, int err)
{
	struct ident id = page_ident(r, page);
	char who[IDENT_TEXT];

	complain("LOST page in phase %s, %s by %s: %s: %s\n", me.cmd.phase,
		 call, process_text(), ident_text(who, &id), strerror(-err));
	lose_page();
}

static const struct region *find_region(const uint8_t *addr)
{
	unsigned int i;

	for (i = 0; i < me.regions; i++) {
		const struct region *r = &me.region[i];

		if (addr >= r->mem && addr < region_page(r, r->pages))
			return r;
	}
	return NULL;
}

/*
 * It comes from a memcpy or memcmp of ours, so stdio is safe to use; if it
 * does not, the next one kills us (SA_RESETHAND).
 */
static void on_sigbus(int sig, siginfo_t *info, void *context)
{
	const uint8_t *addr = info->si_addr;
	const struct region *r = find_region(addr);
	struct ident id;
	char who[IDENT_TEXT];

	(void)sig;
	(void)context;
	if (!r) {
		complain("SIGBUS at %p, in no tested memory, in phase %s of %s\n",
			 info->si_addr, me.cmd.phase, process_text());
		lose_page();
	}
	id = page_ident(r, (addr - r->mem) / PAGE_BYTES);
	complain("LOST page in phase %s, SIGBUS (code %d) in %s: %s%s\n",
		 me.cmd.phase, info->si_code, process_text(), ident_text(who, &id),
		 r->kind == K_TMPFS ? " (or is the tmpfs full?)" : "");
	lose_page();
}

static void on_stop(int sig)
{
	(void)sig;
	stop_asked = 1;
}

/* The coordinator started us with the stop signals blocked */
static void set_signals(void)
{
	sigset_t none;

	struct sigaction bus = {
		.sa_sigaction = on_sigbus,
		.sa_flags = SA_SIGINFO | SA_RESETHAND | SA_NODEFER,
	};
	struct sigaction stop = {
		.sa_handler = on_stop,
		.sa_flags = SA_RESTART,
	};

	sigaction(SIGBUS, &bus, NULL);
	sigaction(SIGUSR1, &stop, NULL);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* ---- operations on one page ---- */

static size_t pick_split(void)
{
	uint64_t bits = rng_next(&me.rng);

	return bits & 1 ? bits >> 8 & (PAGE_BYTES - 1) : 0;
}

static const void *look_at(const struct region *r, size_t page, bool by_read)
{
	int err;

	if (!by_read)
		return region_page(r, page);
	err = region_read(r, page, scratch, pick_split());
	if (err)
		lose_file_page(r, page, "read", err);
	return scratch;
}

static void verify_page(struct region *r, size_t page, bool by_read)
{
	struct ident id = page_ident(r, page);
	const void *seen;

	content_make(expect, &id);
	seen = look_at(r, page, by_read);
	me.res.verified++;
	if (memcmp(seen, expect, PAGE_BYTES))
		bad_page(&id, content_names[content_of(&id)], expect, seen,
			 region_page(r, page), by_read);
}

/* A page that was given back has to be zero */
static void verify_dropped(struct region *r, size_t page, bool by_read)
{
	static const uint64_t zero[PAGE_WORDS];
	struct ident id = page_ident(r, page);
	const void *seen = look_at(r, page, by_read);

	me.res.verified++;
	if (memcmp(seen, zero, PAGE_BYTES))
		bad_page(&id, "zero (given back)", zero, seen,
			 region_page(r, page), by_read);
}

static void put_page(struct region *r, size_t page, bool by_write)
{
	struct ident id = page_ident(r, page);
	int err;

	content_make(expect, &id);
	if (!by_write) {
		memcpy(region_page(r, page), expect, PAGE_BYTES);
		return;
	}
	err = region_write(r, page, expect, pick_split());
	if (err)
		lose_file_page(r, page, "write", err);
}

static void rewrite_page(struct region *r, size_t page, bool by_write)
{
	r->gen[page] = gen_next(r->gen[page], me.writer);
	put_page(r, page, by_write);
	me.res.rewritten++;
}

/* ---- phases ---- */

static size_t share_of(uint64_t bytes, enum kind kind)
{
	const size_t unit = kind_unit_pages(kind);
	const uint64_t each = unit * PAGE_BYTES * (uint64_t)me.opt->procs;

	return (bytes + each - 1) / each * unit;
}

static void create_kind(enum kind kind)
{
	struct region *r = &me.region[me.regions];
	int err;

	if (!me.opt->size[kind])
		return;
	err = region_create(r, kind, share_of(me.opt->size[kind], kind),
			    me.opt->tmpfs_dir);
	if (err) {
		complain("cannot get %s memory: %s\n", kind_names[kind],
			 strerror(-err));
		me.res.failed++;
		return;
	}
	me.regions++;
	me.pages += r->pages;
}

static void phase_create(void)
{
	unsigned int kind;

	for (kind = 0; kind < K_COUNT; kind++)
		create_kind(kind);
	me.res.pages = me.pages;
}

static void fill_region(struct region *r)
{
	const bool by_write = me.cmd.by_read && r->kind == K_TMPFS;
	size_t page;

	for (page = 0; page < r->pages && !stopping(); page++) {
		/* a file: every other MiB through write(2) */
		put_page(r, page, by_write && page & 256);
		me.res.filled++;
	}
}

static void verify_region(struct region *r)
{
	const bool by_read = me.cmd.by_read && r->kind == K_TMPFS;
	size_t page;

	for (page = 0; page < r->pages && !stopping(); page++)
		verify_page(r, page, by_read);
}

static void pageout_region(struct region *r)
{
	static bool warned;
	int err = region_pageout(r);

	if (err && !warned) {
		complain("warning: MADV_PAGEOUT of %s memory: %s\n",
			 kind_names[r->kind], strerror(-err));
		warned = true;
	}
	me.res.resident += region_resident(r);
}

static void each_region(void (*fn)(struct region *r))
{
	unsigned int i;

	for (i = 0; i < me.regions; i++)
		fn(&me.region[i]);
}

/* ---- random ---- */

static struct region *pick_page(size_t *page)
{
	struct region *r = me.region;

	*page = rng_below(&me.rng, me.pages);
	while (*page >= r->pages)
		*page -= r++->pages;
	return r;
}

static void random_op(void)
{
	uint64_t bits = rng_next(&me.rng);
	size_t page;
	struct region *r = pick_page(&page);
	const bool write = rng_below(&me.rng, 100) < me.opt->write_percent;
	const bool file = r->kind == K_TMPFS;

	/* a few writes are blind, as they take other paths in the kernel */
	if (!write || bits & 3)
		verify_page(r, page, file && bits & 4);
	if (write)
		rewrite_page(r, page, file && bits & 8);
}

static void phase_random(void)
{
	const double end = now_seconds() + me.cmd.seconds;
	uint64_t i;

	for (i = 0; me.cmd.seconds || i < me.cmd.ops; i++) {
		if (stopping())
			break;
		if (me.cmd.seconds && i % 16 == 0 && now_seconds() >= end)
			break;
		random_op();
	}
}

/* ---- giving back ---- */

/* Ranges of random lengths with random gaps, repeatable, from first to last */
struct range_walk {
	struct rng rng;
	size_t first;
	size_t count;
};

static struct range_walk range_start(const struct region *r)
{
	return (struct range_walk) {
		.rng.state = mix64(me.opt->seed + r->kind * 256u + me.nr),
	};
}

static bool range_next(struct range_walk *w, const struct region *r)
{
	const unsigned int percent = me.opt->discard_percent;
	size_t len = 1 + rng_below(&w->rng, RANGE_PAGES);
	size_t at = w->first + w->count;

	if (rng_below(&w->rng, 16) == 0)
		len *= 8;
	at += rng_below(&w->rng, 2 * len * (100 - percent) / percent + 1);
	if (at >= r->pages)
		return false;
	w->first = at;
	w->count = len < r->pages - at ? len : r->pages - at;
	return true;
}

static void discard_region(struct region *r)
{
	struct range_walk w = range_start(r);
	int err;

	while (range_next(&w, r)) {
		err = region_drop(r, w.first, w.count);
		if (err) {
			complain("cannot give back %s memory: %s\n",
				 kind_names[r->kind], strerror(-err));
			me.res.failed++;
			return;
		}
		me.res.discarded += w.count;
	}
}

static void refill_region(struct region *r)
{
	const bool file = r->kind == K_TMPFS;
	struct range_walk w = range_start(r);
	size_t page;

	while (range_next(&w, r)) {
		for (page = w.first; page < w.first + w.count; page++) {
			if (page % 4 == 0)
				verify_dropped(r, page, file && page & 4);
			r->gen[page] = gen_next(r->gen[page], me.writer);
			put_page(r, page, file && page & 8);
			me.res.filled++;
		}
	}
}

/* Single pages: what is left of them is holes in whatever holds several */
static void thin_region(struct region *r)
{
	size_t page;

	for (page = 0; page < r->pages; page++) {
		if (!rng_below(&me.rng, me.opt->thin))
			continue;
		if (region_drop(r, page, 1)) {
			complain("cannot give back %s memory: %s\n",
				 kind_names[r->kind], strerror(errno));
			me.res.failed++;
			return;
		}
		r->gen[page] = GEN_DROPPED;
		me.res.discarded++;
	}
}

/* ---- fork ---- */

static void flip_byte(uint8_t *page)
{
	uint64_t bits = rng_next(&me.rng);

	page[bits & (PAGE_BYTES - 1)] ^= 1 << (bits >> 32 & 7);
}

static _Noreturn void child_main(struct region *r, unsigned int nr, int fd)
{
	uint64_t n = r->pages * me.opt->fork_write / 100;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	me.fd = fd;
	me.writer = nr;
	me.rng.state ^= mix64(nr);
	memset(&me.res, 0, sizeof(me.res));
	me.cmd.may_stop = false;
	verify_region(r);
	while (n--)
		rewrite_page(r, rng_below(&me.rng, r->pages), false);
	if (me.opt->inject == INJECT_CHILD && nr == 1 && !me.nr)
		flip_byte(region_page(r, rng_below(&me.rng, r->pages)));
	if (me.opt->pageout)
		pageout_region(r);
	verify_region(r);
	write_full(fd, &me.res, sizeof(me.res));
	_exit(EXIT_GOOD);
}

struct child {
	pid_t pid;
	int fd;
};

static int start_child(struct region *r, struct child *c, unsigned int nr)
{
	int pipefd[2];

	if (pipe(pipefd))
		return -errno;
	c->pid = fork();
	if (!c->pid) {
		close(pipefd[0]);
		child_main(r, nr, pipefd[1]);
	}
	close(pipefd[1]);
	c->fd = pipefd[0];
	if (c->pid < 0) {
		close(c->fd);
		return -EAGAIN;
	}
	return 0;
}

static void collect_child(const struct child *c, unsigned int nr)
{
	struct result res;
	bool silent = read_full(c->fd, &res, sizeof(res));
	int status = 0;

	close(c->fd);
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!silent)
		result_add(&me.res, &res);
	if (WIFSIGNALED(status))
		complain("child %u of worker %u: killed by signal %d\n", nr,
			 me.nr, WTERMSIG(status));
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS)
		me.res.lost++;
	else if (silent)
		me.res.failed++;
}

/*
 * The children and we verify at the same time, each its own view; ours must
 * still be the same when they have gone.
 */
static void phase_fork(struct region *r)
{
	struct child child[MAX_CHILDREN];
	unsigned int i, n;

	if (r->kind != K_FORK)
		return;
	for (n = 0; n < me.opt->children; n++) {
		if (start_child(r, &child[n], n + 1)) {
			complain("cannot fork child %u of worker %u\n", n + 1,
				 me.nr);
			me.res.failed++;
			break;
		}
	}
	verify_region(r);
	for (i = 0; i < n; i++)
		collect_child(&child[i], i + 1);
	verify_region(r);
}

/* ---- the self-test: do what a broken kernel might do ---- */

static void inject_sigbus(uint8_t *page)
{
	int fd = memfd_create("empty", MFD_CLOEXEC);

	if (fd < 0 || mmap(page, PAGE_BYTES, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED)
		me.res.failed++;
}

static void inject_stale(struct region *r, size_t page)
{
	struct ident id = page_ident(r, page);
	uint8_t *mem = region_page(r, page);

	do {	/* older by so much that the content is not the same */
		id.gen--;
		content_make(expect, &id);
	} while (!memcmp(mem, expect, PAGE_BYTES) && id.gen != r->gen[page]);
	memcpy(mem, expect, PAGE_BYTES);
}

static void inject_swap(uint8_t *a, uint8_t *b)
{
	memcpy(scratch, a, PAGE_BYTES);
	memcpy(a, b, PAGE_BYTES);
	memcpy(b, scratch, PAGE_BYTES);
}

/* Another page whose content is another; a few tries have to do */
static uint8_t *another_page(const uint8_t *one, size_t at, size_t len)
{
	uint8_t *two;
	size_t page;
	int i;

	for (i = 0; i < 100; i++) {
		struct region *r = pick_page(&page);

		two = region_page(r, page);
		if (memcmp(one + at, two + at, len))
			return two;
	}
	complain("no page is different from another\n");
	me.res.failed++;
	return two;
}

static void phase_inject(void)
{
	const size_t sector = 3 * SECTOR_BYTES;
	size_t page;
	struct region *r = pick_page(&page);
	uint8_t *mem = region_page(r, page);

	if (me.nr)
		return;
	switch (me.opt->inject) {
	case INJECT_BYTE:
		flip_byte(mem);
		break;
	case INJECT_LAST:
		mem[PAGE_BYTES - 1] ^= 0x80;
		break;
	case INJECT_SWAP:
		inject_swap(mem, another_page(mem, 0, PAGE_BYTES));
		break;
	case INJECT_STALE:
		inject_stale(r, page);
		break;
	case INJECT_SECTOR:
		memcpy(mem + sector,
		       another_page(mem, sector, SECTOR_BYTES) + sector,
		       SECTOR_BYTES);
		break;
	case INJECT_SIGBUS:
		inject_sigbus(mem);
		break;
	default:
		break;
	}
}

/* ---- serving ---- */

static void run_command(void)
{
	switch (me.cmd.op) {
	case OP_CREATE:
		phase_create();
		break;
	case OP_FILL:
		each_region(fill_region);
		break;
	case OP_INJECT:
		phase_inject();
		break;
	case OP_PAGEOUT:
		each_region(pageout_region);
		break;
	case OP_VERIFY:
		each_region(verify_region);
		break;
	case OP_FORK:
		each_region(phase_fork);
		break;
	case OP_RANDOM:
		phase_random();
		break;
	case OP_DISCARD:
		each_region(discard_region);
		break;
	case OP_REFILL:
		each_region(refill_region);
		break;
	case OP_THIN:
		each_region(thin_region);
		break;
	}
}

_Noreturn void worker_main(unsigned int nr, int fd, const struct options *opt)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	me.nr = nr;
	me.fd = fd;
	me.opt = opt;
	me.rng.state = mix64(opt->seed ^ mix64(nr + 1));
	set_signals();
	while (!read_full(fd, &me.cmd, sizeof(me.cmd))) {
		memset(&me.res, 0, sizeof(me.res));
		run_command();
		if (write_full(fd, &me.res, sizeof(me.res)))
			break;
	}
	_exit(EXIT_GOOD);
}
