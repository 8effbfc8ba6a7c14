/* SPDX-License-Identifier: GPL-2.0 */
/* Columns: what they are called, and choosing them by name, as with --output. */
#ifndef VSWAPCTL_NAMES_H
#define VSWAPCTL_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* What there is to choose from: an array of any kind, each with a name and a help. */
struct names {
	size_t nr;
	size_t size;			/* of each */
	const char *const *name;	/* of the first */
	const char *const *help;
};

#define NAMES(columns) {							\
	sizeof(columns) / sizeof(*(columns)), sizeof(*(columns)),		\
	&(columns)[0].name, &(columns)[0].help					\
}

/* The @i-th; false if there is none. */
bool names_at(const struct names *names, size_t i, const char **name, const char **help);

/* A line for each, as part of a help. */
void names_print(const struct names *names);

/*
 * @list: comma-separated, in any case; with a leading "+" they come after @defaults. NULL:
 * these. Puts the numbers of those chosen, each once, into @chosen, which has room for all
 * there are. Returns how many. Fails with a usage error if there is no such column.
 */
size_t names_choose(const struct names *names, const char *defaults, const char *list,
		    size_t *chosen);

#endif
