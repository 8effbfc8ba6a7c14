/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vswap-torture: do with memory what programs can do, at random and all at
 * once, and verify every byte
 *
 * The coordinator starts actors, kills some, starts them again and adds up.  An
 * actor is a process with a few threads, each of which goes from step to step:
 * an operation of the table (ops.c) on some pages of a zone.  What a step does
 * follows from the seed, the actor, the thread and the step's number, and from
 * nothing else, so that a seed repeats all decisions; when each one comes is
 * the scheduler's.  Children that an operation forks make steps of their own.
 *
 * Locks: a zone's guard is held for reading by whoever accesses its pages, for
 * writing by whoever changes where they are.  A page's lock is held while its
 * content is looked at or changed.  It lies with the pages, in memory shared by
 * all actors if these are, and names its holder, who may be killed.  One zone
 * at a time, its pages in ascending order; all guards, in order, to fork.
 */
#ifndef VSWAP_TORTURE_H
#define VSWAP_TORTURE_H

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "memory.h"
#include "util.h"

#define MAX_ACTORS	64u
#define MAX_THREADS	8u
#define MAX_DEPTH	3u	/* of children of children */
#define MAX_OPS		48u
#define PMD_PAGES	512u
#define COMMON_OWNER	255u	/* in the identity of a page of all actors */

/* ---- zones, and the pages in them: zone.c ---- */

enum slot { Z_ANON, Z_THP64, Z_THP2M, Z_FILE, Z_COMMON, ZONES };

#define IN(slot)	(1u << (slot))
#define IN_ANON		(IN(Z_ANON) | IN(Z_THP64) | IN(Z_THP2M))
#define IN_FILES	(IN(Z_FILE) | IN(Z_COMMON))
#define IN_ALL		(IN_ANON | IN_FILES)

struct zone {
	struct region r;
	enum slot slot;
	pthread_rwlock_t guard;
	_Atomic uint32_t *lock;	/* of each page: the thread that holds it, or 0 */
	uint8_t *flags;		/* of each page */
};

#define PAGE_FREED	1	/* MADV_FREE: may be zero from now on */
#define PAGE_UNKNOWN	2	/* whoever wrote it was killed meanwhile */

extern struct zone zones[ZONES];

int zone_create(enum slot slot, size_t pages, const char *tmpfs_dir);
void zones_lock(void);
void zones_unlock(void);
void zones_after_fork(void);

/*
 * While pages are away their place is free, and it is theirs: nobody may be
 * given it meanwhile, so whoever asks for addresses takes the same lock.
 */
void layout_lock(void);
void layout_unlock(void);
void *map_somewhere(size_t bytes, int prot);

void range_lock(struct zone *z, size_t first, size_t count);
void range_unlock(struct zone *z, size_t first, size_t count);

/* With the page's lock held */
void page_check(struct zone *z, size_t page);
void page_check_at(struct zone *z, size_t page, const void *mem);
void page_renew(struct zone *z, size_t page);
/* The content of its next version, in self.expect; page_renewed() says it is there */
void page_next(struct zone *z, size_t page);
void page_renewed(struct zone *z, size_t page);
void page_dropped(struct zone *z, size_t page);
void page_spoil(struct zone *z, size_t page);
void range_check(struct zone *z, size_t first, size_t count);

/* Takes and leaves the locks of the pages */
void range_verify(struct zone *z, size_t first, size_t count);
void range_touch(struct zone *z, size_t first, size_t count);

static inline uint8_t *zone_page(const struct zone *z, size_t page)
{
	return region_page(&z->r, page);
}

/* ---- operations: ops.c ---- */

/*
 * Returns 0 or -errno: EAGAIN and the like if the kernel was busy, EINVAL and
 * the like if it doesn't have that; all else is a failure.
 */
typedef int op_fn(struct zone *z, size_t first, size_t count);

#define OP_SHARED	0	/* the zone stays where it is */
#define OP_PAGES	1	/* and the pages' locks are held */
#define OP_ALONE	2	/* no other thread in the zone; nor are pages locked */
#define OP_FREE		4	/* no lock at all */
#define OP_CHILD	8	/* a forked child may do it, too */

struct op {
	const char *name;
	op_fn *fn;
	unsigned int weight;
	unsigned int zones;	/* IN(...) */
	unsigned int pages;	/* at most */
	unsigned int how;
};

extern const struct op ops[];
extern const unsigned int ops_count;

/* Of those named, separated by commas, only; or of the others. Returns how many were found. */
unsigned int ops_choose(const char *list, bool wanted);
const struct op *op_pick(struct rng *rng, bool child);

#define DECLARE_OP(name) op_fn op_##name
DECLARE_OP(verify);
DECLARE_OP(rewrite);
DECLARE_OP(blind);
DECLARE_OP(halves);
DECLARE_OP(touch);
DECLARE_OP(readv);
DECLARE_OP(writev);
DECLARE_OP(vmsplice);
DECLARE_OP(direct);
DECLARE_OP(pageout);
DECLARE_OP(cold);
DECLARE_OP(populate);
DECLARE_OP(willneed);
DECLARE_OP(collapse);
DECLARE_OP(free);
DECLARE_OP(dontneed);
DECLARE_OP(thin);
DECLARE_OP(split);
DECLARE_OP(merge);
DECLARE_OP(unmerge);
DECLARE_OP(small);
DECLARE_OP(huge);
DECLARE_OP(move);
DECLARE_OP(relocate);
DECLARE_OP(leave);
DECLARE_OP(protect);
DECLARE_OP(mlock);
DECLARE_OP(renew);
DECLARE_OP(punch);
DECLARE_OP(truncate);
DECLARE_OP(syscalls);
DECLARE_OP(second);
DECLARE_OP(chain);
DECLARE_OP(storm);
DECLARE_OP(oom);
DECLARE_OP(uffd_wp);
DECLARE_OP(uffd_move);

/* ---- actors and their steps: actor.c ---- */

enum inject { INJECT_NONE, INJECT_BYTE, INJECT_COMMON, INJECT_CHILD, INJECT_LOST };

struct options {
	uint64_t size;			/* bytes, of all actors together */
	uint64_t common;		/* bytes that they share */
	uint64_t seed;
	unsigned int actors;
	unsigned int threads;
	unsigned int seconds;
	uint64_t steps;			/* of each thread; 0: until told to stop */
	unsigned int kill;		/* an actor about every so many seconds */
	const char *direct_dir;		/* for files with O_DIRECT */
	const char *oom_dir;		/* a cgroup with limits */
	enum inject inject;
	bool trace;
	struct mix mix;
};

extern struct options opt;

/* In memory of all processes, so that nothing is lost with one that is killed */
struct tally {
	_Atomic uint64_t verified;
	_Atomic uint64_t rewritten;
	_Atomic uint64_t bad;
	_Atomic uint64_t lost;
	_Atomic uint64_t failed;
	_Atomic uint64_t abandoned;
	_Atomic uint64_t killed;	/* by us */
	_Atomic uint64_t gone;		/* by a SIGKILL that wasn't ours */
	_Atomic uint64_t oom;		/* in the cgroup that is for that */
	_Atomic uint64_t done[MAX_OPS];
	_Atomic uint64_t skipped[MAX_OPS];
	_Atomic uint64_t busy[MAX_OPS];
	_Atomic uint32_t told;		/* bad pages described */
	_Atomic bool stop;
};

extern struct tally *tally;

/* What a thread knows of itself */
struct self {
	unsigned int actor;
	unsigned int thread;
	unsigned int depth;		/* 0, or of whom it is a child of a child */
	uint32_t tid;
	uint64_t seed;
	uint64_t step;
	struct rng rng;			/* of this step */
	const char *doing;
	int direct_fd;			/* opened: number + 1 */
	volatile sig_atomic_t guarded;
	sigjmp_buf bus;			/* where a SIGBUS goes while guarded */
	uint64_t expect[(PAGE_BYTES + CONTENT_SLACK) / 8];
	uint64_t seen[PAGE_WORDS];
};

extern _Thread_local struct self self;

static inline uint64_t below(uint64_t bound)
{
	return rng_below(&self.rng, bound);
}

/* A line of the log, with time and actor, if these are wanted */
void trace(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same as complaint; an error of the kernel or of ours, not of a page */
void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Forks, in a child with steps of its own; the parent goes on with its pid or -errno */
pid_t fork_child(uint64_t seed);
_Noreturn void child_steps(unsigned int steps);
/* Ends a child that one may have been told to kill, and says how it ended */
void child_end(pid_t pid, bool kill_it);

_Noreturn void actor_main(unsigned int nr, unsigned int life);
void make_tally(void);
void create_common(void);

#endif /* VSWAP_TORTURE_H */
