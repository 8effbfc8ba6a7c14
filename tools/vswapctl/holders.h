/* SPDX-License-Identifier: GPL-2.0 */
/* Who has swapped pages, and where these lie. */
#ifndef VSWAPCTL_HOLDERS_H
#define VSWAPCTL_HOLDERS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct snapshot;

/* What a number of swapped pages comes to: all but the bytes are pages. */
struct holding {
	uint64_t swapped;	/* the sum of pool, files, fill and none */
	uint64_t pool;
	uint64_t pool_bytes;	/* what they take there, without gaps */
	uint64_t files;
	uint64_t file_bytes;	/* likewise */
	uint64_t *file;		/* of each backend of the snapshot */
	uint64_t fill;		/* of one value, in no backend */
	uint64_t none;		/* not stored */
};

struct holder {
	pid_t pid;		/* 0: no process */
	char *name;		/* of a process or tmpfs; NULL: a cgroup */
	char *cgroup;		/* NULL: a tmpfs */
	size_t processes;
	struct holding holding;
};

/* Each page counts once in each holder that has it, and once in all. */
struct holders {
	size_t nr;
	struct holder *holder;	/* who has most first */
	struct holder others;	/* pages that are no process's, or in no tmpfs */
	struct holder all;
};

enum holders_by {
	BY_PROCESS,
	BY_CGROUP,		/* with those below */
	BY_TMPFS,
};

/* Returns NULL, or why it can't be known: the caller frees that, and else the holders. */
char *holders_read(struct holders *holders, const struct snapshot *snap, enum holders_by by);
void holders_free(struct holders *holders);

#endif
