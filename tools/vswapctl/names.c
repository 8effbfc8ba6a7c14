// SPDX-License-Identifier: GPL-2.0
/* Columns: what they are called, and choosing them by name, as with --output. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "guess.h"
#include "message.h"
#include "names.h"

static const char *text_at(const struct names *names, const char *const *first, size_t i)
{
	return *(const char *const *)((const char *)first + i * names->size);
}

bool names_at(const struct names *names, size_t i, const char **name, const char **help)
{
	if (i >= names->nr)
		return false;
	*name = text_at(names, names->name, i);
	*help = text_at(names, names->help, i);
	return true;
}

void names_print(const struct names *names)
{
	const char *name, *help;
	size_t i;

	for (i = 0; names_at(names, i, &name, &help); i++)
		printf(" %14s  %s\n", name, help);
}

static size_t find(const struct names *names, const char *wanted)
{
	struct guess guess = { .word = wanted };
	const char *name, *help;
	size_t i;

	for (i = 0; names_at(names, i, &name, &help); i++) {
		if (!strcasecmp(name, wanted))
			return i;
		guess_consider(&guess, name);
	}
	fail_usage("unknown column '%s'%s", wanted, guess_text(&guess));
}

static size_t append(const struct names *names, const char *list, size_t *chosen, size_t nr)
{
	char *copy = xstrdup(list), *rest = copy, *name;
	size_t one, i;

	while ((name = strsep(&rest, ","))) {
		one = find(names, name);
		for (i = 0; i < nr && chosen[i] != one; i++)
			;
		if (i == nr)
			chosen[nr++] = one;
	}
	free(copy);
	return nr;
}

size_t names_choose(const struct names *names, const char *defaults, const char *list,
		    size_t *chosen)
{
	size_t nr = 0;

	if (!list || *list == '+')
		nr = append(names, defaults, chosen, nr);
	if (list)
		nr = append(names, list + (*list == '+'), chosen, nr);
	return nr;
}
