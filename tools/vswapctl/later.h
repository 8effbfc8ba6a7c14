/* SPDX-License-Identifier: GPL-2.0 */
/* Parts of vswap.conf that override what is written into another one. */
#ifndef VSWAPCTL_LATER_H
#define VSWAPCTL_LATER_H

#include <stddef.h>

struct later_key {
	const char *section;
	const char *key;
};

/*
 * Calls @tell with a line for each place behind the file @path that gives one of @nr keys as well.
 * @path: as the system has it; one that isn't there yet is the first
 */
void later_look(const char *path, const struct later_key *keys, size_t nr,
		void (*tell)(const char *text, void *to), void *to);

#endif
