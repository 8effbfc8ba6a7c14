// SPDX-License-Identifier: GPL-2.0
/*
 * The table of operations, and how one is drawn from it
 */
#define _GNU_SOURCE
#include <string.h>

#include "torture.h"

#define OP(name, weight, zones, pages, how) \
	{ #name, op_##name, weight, zones, pages, how }

const struct op ops[] = {
	/* access.c */
	OP(verify,	16, IN_ALL,	64,	OP_SHARED | OP_CHILD),
	OP(rewrite,	16, IN_ALL,	64,	OP_PAGES | OP_CHILD),
	OP(blind,	4,  IN_ALL,	64,	OP_PAGES | OP_CHILD),
	OP(halves,	4,  IN_ALL,	16,	OP_PAGES | OP_CHILD),
	OP(touch,	8,  IN_ALL,	128,	OP_SHARED | OP_CHILD),
	OP(readv,	3,  IN_ALL,	16,	OP_PAGES | OP_CHILD),
	OP(writev,	3,  IN_ALL,	16,	OP_PAGES | OP_CHILD),
	OP(vmsplice,	3,  IN_ALL,	8,	OP_PAGES | OP_CHILD),
	OP(direct,	3,  IN_ALL,	32,	OP_PAGES),
	/* advice.c */
	OP(pageout,	24, IN_ALL,	512,	OP_SHARED | OP_CHILD),
	OP(cold,	4,  IN_ALL,	512,	OP_SHARED | OP_CHILD),
	OP(populate,	3,  IN_ALL,	128,	OP_SHARED | OP_CHILD),
	OP(willneed,	3,  IN_ALL,	128,	OP_SHARED | OP_CHILD),
	OP(collapse,	3,  IN_ANON,	512,	OP_SHARED | OP_CHILD),
	OP(free,	4,  IN_ANON,	64,	OP_PAGES),
	OP(dontneed,	4,  IN_ANON,	64,	OP_PAGES | OP_CHILD),
	OP(thin,	3,  IN_ANON,	64,	OP_PAGES | OP_CHILD),
	OP(split,	3,  IN_ANON,	512,	OP_PAGES | OP_CHILD),
	OP(merge,	2,  IN_ANON,	512,	OP_SHARED),
	OP(unmerge,	2,  IN_ANON,	512,	OP_SHARED),
	OP(small,	1,  IN_ANON,	512,	OP_SHARED),
	OP(huge,	2,  IN_ANON,	512,	OP_SHARED),
	/* map.c */
	OP(move,	4,  IN_ALL,	64,	OP_ALONE | OP_CHILD),
	OP(relocate,	1,  IN_ANON,	1,	OP_ALONE | OP_CHILD),
	OP(leave,	2,  IN_ANON,	64,	OP_ALONE | OP_CHILD),
	OP(protect,	3,  IN_ALL,	64,	OP_ALONE | OP_CHILD),
	OP(mlock,	2,  IN_ALL,	32,	OP_ALONE | OP_CHILD),
	OP(renew,	1,  IN_ANON,	128,	OP_ALONE | OP_CHILD),
	/* file.c */
	OP(punch,	3,  IN_FILES,	64,	OP_PAGES),
	OP(truncate,	1,  IN(Z_FILE),	64,	OP_ALONE),
	OP(syscalls,	4,  IN_FILES,	32,	OP_PAGES),
	OP(second,	3,  IN_FILES,	64,	OP_PAGES),
	/* process.c */
	OP(chain,	4,  IN_ALL,	16,	OP_FREE | OP_CHILD),
	OP(storm,	1,  IN_ALL,	16,	OP_FREE),
	OP(oom,		1,  IN_ALL,	1,	OP_FREE),
	/* uffd.c */
	OP(uffd_wp,	2,  IN_ANON,	16,	OP_ALONE),
	OP(uffd_move,	3,  IN_ANON,	32,	OP_ALONE),
};

const unsigned int ops_count = sizeof(ops) / sizeof(ops[0]);

_Static_assert(sizeof(ops) / sizeof(ops[0]) <= MAX_OPS, "a larger tally");

static bool unwanted[MAX_OPS];

static bool is_in(const char *name, const char *list)
{
	const size_t len = strlen(name);
	const char *at;

	for (at = strstr(list, name); at; at = strstr(at + 1, name)) {
		if ((at == list || at[-1] == ',') && (!at[len] || at[len] == ','))
			return true;
	}
	return false;
}

unsigned int ops_choose(const char *list, bool wanted)
{
	unsigned int i, n = 0;

	for (i = 0; i < ops_count; i++) {
		const bool named = is_in(ops[i].name, list);

		n += named;
		unwanted[i] |= named != wanted;
	}
	return n;
}

static unsigned int weight(const struct op *op, bool child)
{
	if (child && !(op->how & OP_CHILD))
		return 0;
	return unwanted[op - ops] ? 0 : op->weight;
}

const struct op *op_pick(struct rng *rng, bool child)
{
	unsigned int i, sum = 0, at;

	for (i = 0; i < ops_count; i++)
		sum += weight(&ops[i], child);
	if (!sum)
		return &ops[0];
	at = rng_below(rng, sum);
	for (i = 0; at >= weight(&ops[i], child); i++)
		at -= weight(&ops[i], child);
	return &ops[i];
}
