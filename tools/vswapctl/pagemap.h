/* SPDX-License-Identifier: GPL-2.0 */
/* Processes, their mappings, and what their page tables have in these: /proc/PID. */
#ifndef VSWAPCTL_PAGEMAP_H
#define VSWAPCTL_PAGEMAP_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* Bits of an entry: Documentation/admin-guide/mm/pagemap.rst. */
#define PAGEMAP_PRESENT	(UINT64_C(1) << 63)
#define PAGEMAP_SWAPPED	(UINT64_C(1) << 62)
#define PAGEMAP_OF_FILE	(UINT64_C(1) << 61)
#define PAGEMAP_FRAME	((UINT64_C(1) << 55) - 1)

struct mapping {
	uint64_t start, end;	/* in pages */
	bool shared;
};

/* Of the open /proc the next process; 0: there is no more. */
pid_t process_next(DIR *folder);

/* NULL: it has gone, or it isn't ours to look at. */
FILE *process_open(pid_t pid, const char *file);

/* What /proc/PID/status says of a key, such as "VmSwap"; 0 if it doesn't. */
uint64_t process_kib(pid_t pid, const char *key);

/* Is this line of smaps or maps the first of a mapping? If not, @mapping stays. */
bool mapping_parse(struct mapping *mapping, const char *line);

/* Calls @take with the entries of a mapping, piece by piece; @first is the page of the first. */
void mapping_read(const struct mapping *mapping, int pagemap,
		  void (*take)(void *to, uint64_t first, const uint64_t *entry, size_t nr), void *to);

#endif
