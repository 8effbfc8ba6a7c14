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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROG		"vswap-stress"
#define PAGE_BYTES	4096u
#define PAGE_WORDS	(PAGE_BYTES / 8)
#define SECTOR_BYTES	512u
#define SECTORS		(PAGE_BYTES / SECTOR_BYTES)

#define MAX_PROCS	256u	/* bits of the worker in an identity: 8 */
#define MAX_CHILDREN	15u	/* bits of the writer in a generation: 4 */

enum exit_status {
	EXIT_GOOD	= 0,
	EXIT_BAD	= 1,	/* a page had the wrong content */
	EXIT_ERROR	= 2,	/* anything else that kept us from testing */
	EXIT_LOST	= 3,	/* a page could not be read: SIGBUS or EIO */
};

/* ---- what a page contains: content.c ---- */

enum kind { K_ANON, K_FORK, K_TMPFS, K_THP64, K_THP2M, K_COUNT };
enum content { C_ZERO, C_WORD, C_TEXT, C_RANDOM, C_NEAR, C_COUNT };

extern const char *const kind_names[K_COUNT];
extern const char *const content_names[C_COUNT];

/*
 * A generation counts the rewrites of a page, modulo 4096, in its low 12 bits.
 * The top 4 bits say who wrote it: 0 the worker, 1..15 a child of its.
 */
#define GEN_BITS	12
#define GEN_MASK	((1u << GEN_BITS) - 1)

static inline uint16_t gen_next(uint16_t gen, unsigned int writer)
{
	return (uint16_t)(writer << GEN_BITS | ((gen + 1) & GEN_MASK));
}

/* The generation of a page that was given back for good: all of it is zero */
#define GEN_DROPPED	0xfffe

/* Which page this is; with the seed, it determines all its bytes */
struct ident {
	uint32_t index;
	uint16_t gen;
	uint8_t kind;
	uint8_t worker;
};

struct mix {
	unsigned int weight[C_COUNT];
	unsigned int total;
};

/* A small generator for decisions (splitmix64); page content has its own */
struct rng {
	uint64_t state;
};

uint64_t mix64(uint64_t x);
uint64_t rng_next(struct rng *rng);
uint64_t rng_below(struct rng *rng, uint64_t bound);

void content_setup(uint64_t seed, const struct mix *mix);
enum content content_of(const struct ident *id);
/* buf needs PAGE_BYTES + CONTENT_SLACK bytes, the slack is scribbled on */
#define CONTENT_SLACK	32
void content_make(void *buf, const struct ident *id);
/* Say in words what the page in buf is; never more than size bytes */
void content_describe(const void *buf, char *out, size_t size);

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
	bool quiet;
	enum inject inject;
};

/* ---- memory under test: memory.c ---- */

struct region {
	enum kind kind;
	int fd;			/* of tmpfs, else -1 */
	uint8_t *mem;
	size_t pages;
	uint16_t *gen;		/* one per page, locked in RAM */
};

struct thp_control {
	unsigned int kb;	/* 0: not in use */
	char path[96];		/* of "enabled", empty if we changed nothing */
	char old[16];
	long long before[8];
};

size_t kind_unit_pages(enum kind kind);
int region_create(struct region *r, enum kind kind, size_t pages,
		  const char *tmpfs_dir);
int region_read(const struct region *r, size_t page, void *buf, size_t split);
int region_write(const struct region *r, size_t page, const void *buf,
		 size_t split);
int region_pageout(const struct region *r);
size_t region_resident(const struct region *r);
int region_drop(const struct region *r, size_t first, size_t count);
/* The directory to use for tmpfs, NULL for a memfd; -1 if it will not do */
int tmpfs_choose(const char **dir, uint64_t bytes);

void thp_enable(struct thp_control *thp, unsigned int kb);
void thp_restore(const struct thp_control *thp);
void thp_report(const struct thp_control *thp, const char *name);

static inline uint8_t *region_page(const struct region *r, size_t page)
{
	return r->mem + page * PAGE_BYTES;
}

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

/* Print to stderr in one piece, as several processes may do so at once */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
double now_seconds(void);
int read_full(int fd, void *buf, size_t len);
int write_full(int fd, const void *buf, size_t len);

#endif /* VSWAP_STRESS_H */
