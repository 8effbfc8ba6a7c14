/* SPDX-License-Identifier: GPL-2.0 */
/* What vswapctl setup finds. */
#ifndef VSWAPCTL_SCENE_H
#define VSWAPCTL_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "swaps.h"

/* The file system that a path is on, or would be. */
struct place {
	char *type;		/* "" if it is not known */
	char *mount;
	bool holds_swap;	/* files of this type can be swap files */
	bool crypt;		/* on dm-crypt, as LUKS makes it */
	uint64_t free;
};

struct place place_find(const char *path);
void place_free(struct place *place);

/* Is what goes to this file or disk encrypted below it? */
bool path_is_crypt(const char *path);

/* A unit that has swap on others than vswap. */
struct other_unit {
	char *name;
	bool generated;		/* to be masked; else disabled */
};

struct scene {
	uint64_t ram;
	struct place root;
	bool systemd;		/* it runs */
	bool has_unit;		/* and knows vswap.service */
	bool enabled;		/* which is, at each boot */
	bool on;		/* vswap's area is */
	bool zswap;		/* the kernel's own, which is enabled */
	char *resume;		/* where hibernation goes; NULL: there is none */
	struct swap *swap;	/* all but vswap's */
	size_t nr_swaps;
	struct other_unit *unit;
	size_t nr_units;
};

/* Is there vswap.service, and a systemd to run it? */
bool scene_has_unit(void);

void scene_look(struct scene *scene);
void scene_free(struct scene *scene);

#endif
