// SPDX-License-Identifier: GPL-2.0
/*
 * What the options of all programs here have in common
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "options.h"
#include "util.h"

_Noreturn void usage_error(const char *what, const char *value)
{
	complain("%s: %s\nTry '%s --help'.\n", what, value, prog);
	exit(EXIT_ERROR);
}

/* Decimal, 0x or 0 as in C, and nothing behind it but, if allowed, a unit */
uint64_t parse_number(const char *text, uint64_t max, bool units)
{
	static const char suffix[] = "KMG";
	const char *unit;
	unsigned long long nr;
	unsigned int shift = 0;
	char *end;

	errno = 0;
	nr = strtoull(text, &end, 0);
	if (end == text || *text == '-' || errno)
		usage_error("not a number", text);
	unit = units && *end ? strchr(suffix, *end & ~0x20) : NULL;
	if (unit) {
		shift = 10 * (unit - suffix + 1);
		end++;
	}
	if (*end)
		usage_error("not a number", text);
	if (nr > max >> shift)
		usage_error("number too large", text);
	return nr << shift;
}

static void parse_weight(struct mix *mix, const char *item)
{
	const char *equals = strchr(item, '=');
	const size_t len = equals ? (size_t)(equals - item) : 0;
	unsigned int c;

	for (c = 0; c < C_COUNT; c++) {
		if (len == strlen(content_names[c]) &&
		    !strncmp(item, content_names[c], len))
			break;
	}
	if (c == C_COUNT)
		usage_error("bad --mix item", item);
	mix->weight[c] = parse_number(equals + 1, 1000000, false);
}

/* Contents that the list does not name do not occur */
void parse_mix(struct mix *mix, const char *list)
{
	char *copy = strdup(list);
	char *item, *save = NULL;
	unsigned int c;

	*mix = (struct mix) { .total = 0 };
	if (!copy)
		usage_error("--mix", strerror(ENOMEM));
	for (item = strtok_r(copy, ",", &save); item;
	     item = strtok_r(NULL, ",", &save))
		parse_weight(mix, item);
	free(copy);
	for (c = 0; c < C_COUNT; c++)
		mix->total += mix->weight[c];
	if (!mix->total)
		usage_error("--mix has no weight", list);
}

uint64_t random_seed(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return mix64((uint64_t)t.tv_sec << 30 ^ t.tv_nsec ^
		     (uint64_t)getpid() << 48);
}
