/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a page contains follows from who it is; and what is wrong with one that
 * contains something else.  No memory is touched but what is given: content.c,
 * check.c
 */
#ifndef VSWAP_CONTENT_H
#define VSWAP_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_BYTES	4096u
#define PAGE_WORDS	(PAGE_BYTES / 8)
#define SECTOR_BYTES	512u
#define SECTORS		(PAGE_BYTES / SECTOR_BYTES)

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

/* ---- a page that is not what it should be: check.c ---- */

#define IDENT_TEXT	96
#define REPORT_TEXT	2048

/* As "kind=anon worker=0 ..."; returns out */
const char *ident_text(char out[IDENT_TEXT], const struct ident *id);
/*
 * Expected and found, in several lines; mem is where the page is mapped, for a
 * second look, and what a word or two on the content that was expected
 */
void page_report(char out[REPORT_TEXT], const struct ident *id,
		 const char *what, uint64_t seed, const void *want,
		 const void *found, const void *mem);

#endif /* VSWAP_CONTENT_H */
