/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vswap-stress: dirty more memory than there is RAM and verify every byte
 *
 * The program has three layers of processes.  The coordinator (the process
 * the user started) touches no tested memory: it tells the workers what to do,
 * phase by phase, adds up their results and prints.  Each worker owns its
 * share of each kind of memory.  The children of a worker exist only during
 * the fork phase, where they share its --fork memory copy-on-write.
 */
#ifndef VSWAP_STRESS_H
#define VSWAP_STRESS_H

#include "memory.h"
#include "options.h"
#include "util.h"

#define PROG		"vswap-stress"
#define MAX_PROCS	256u	/* bits of the worker in an identity: 8 */
#define MAX_CHILDREN	15u	/* bits of the writer in a generation: 4 */

/* ---- options ---- */

enum inject {
	INJECT_NONE,
	INJECT_BYTE,		/* flip bits of one byte of one page */
	INJECT_LAST,		/* the same to the last byte of a page */
	INJECT_SWAP,		/* exchange two pages */
	INJECT_STALE,		/* one page has an older generation */
	INJECT_SECTOR,		/* one sector of a page is another page's */
	INJECT_CHILD,		/* a byte of one page as one child sees it */
	INJECT_SIGBUS,		/* one page cannot be read */
};

struct options {
	uint64_t size[K_COUNT];		/* bytes, of all workers together */
	const char *tmpfs_dir;
	struct mix mix;
	uint64_t seed;
	unsigned int procs;
	unsigned int children;
	unsigned int fork_write;	/* percent a child rewrites */
	unsigned int passes;
	uint64_t random_ops;
	bool random_given;
	unsigned int seconds;
	unsigned int write_percent;
	unsigned int discard_percent;
	unsigned int thin;		/* of so many pages one is kept, or 0 */
	bool pageout;
	bool hold;
	bool stand;
	bool quiet;
	enum inject inject;
};

/* ---- workers: worker.c ---- */

enum op {
	OP_CREATE, OP_FILL, OP_INJECT, OP_PAGEOUT, OP_VERIFY, OP_FORK,
	OP_RANDOM, OP_DISCARD, OP_REFILL, OP_THIN,
};

struct command {
	enum op op;
	bool may_stop;		/* SIGUSR1 cuts it short */
	bool by_read;		/* tmpfs: read(2) rather than the mapping */
	uint64_t ops;
	unsigned int seconds;
	char phase[16];
};

struct result {
	uint64_t pages;		/* that exist, set by OP_CREATE only */
	uint64_t filled;
	uint64_t verified;	/* times a page was compared, all its bytes */
	uint64_t rewritten;
	uint64_t discarded;
	uint64_t resident;	/* after OP_PAGEOUT: pages that stayed */
	uint64_t bad;
	uint64_t lost;
	uint64_t failed;
};

void result_add(struct result *sum, const struct result *more);
/* Serve commands from the socket fd until it is closed; does not return */
_Noreturn void worker_main(unsigned int nr, int fd, const struct options *opt);

#endif /* VSWAP_STRESS_H */
