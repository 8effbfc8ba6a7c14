/* SPDX-License-Identifier: GPL-2.0 */
/* What vswapctl setup has done, or was about to do: for --undo. */
#ifndef VSWAPCTL_SETUP_RECORD_H
#define VSWAPCTL_SETUP_RECORD_H

#include <stddef.h>

struct record_entry {
	char *verb;
	char *what;
	char *more;		/* "" if there is nothing */
};

struct record {
	struct record_entry *entry;
	size_t nr;
};

void record_read(struct record *record);
void record_free(struct record *record);

/* On the disk when this returns; fails if it can't be. */
void record_add(struct record *record, const char *verb, const char *what, const char *more);

/* Without the last one; without any the file is gone. */
void record_drop_last(struct record *record);

#endif
