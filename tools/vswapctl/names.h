/* SPDX-License-Identifier: GPL-2.0 */
/* Columns chosen by name, as with --output. */
#ifndef VSWAPCTL_NAMES_H
#define VSWAPCTL_NAMES_H

#include <stddef.h>

/* What there is to choose from. */
struct names {
	size_t nr;
	const char *(*name)(size_t i);
	const char *defaults;
};

/*
 * @list: comma-separated, in any case; with a leading "+" they come after the default ones.
 * NULL: these. Puts the numbers of those chosen, each once, into @chosen, which has room for
 * all there are. Returns how many. Fails with a usage error if there is no such column.
 */
size_t names_choose(const struct names *names, const char *list, size_t *chosen);

#endif
