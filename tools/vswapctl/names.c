// SPDX-License-Identifier: GPL-2.0
/* Columns chosen by name, as with --output. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "guess.h"
#include "message.h"
#include "names.h"

static size_t find(const struct names *names, const char *name)
{
	struct guess guess = { .word = name };
	size_t i;

	for (i = 0; i < names->nr; i++) {
		if (!strcasecmp(names->name(i), name))
			return i;
		guess_consider(&guess, names->name(i));
	}
	fail_usage("unknown column '%s'%s", name, guess_text(&guess));
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

size_t names_choose(const struct names *names, const char *list, size_t *chosen)
{
	size_t nr = 0;

	if (!list || *list == '+')
		nr = append(names, names->defaults, chosen, nr);
	if (list)
		nr = append(names, list + (*list == '+'), chosen, nr);
	return nr;
}
