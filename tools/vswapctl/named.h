/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_NAMED_H
#define VSWAPCTL_NAMED_H

#include <stdint.h>

struct json_object;

/* What vswap.conf and its parts say of a backend that somebody changes by hand. */
struct named {
	char *where;		/* lines that name it, for people; NULL: none does */
	uint64_t bytes;		/* what they say of its size; 0: nothing */
};

/* A file of another path isn't meant, whatever its name. */
struct named named_find(int dir, const char *name);
void named_free(struct named *named);

/* For programs: what @change, of that backend, leaves as vswap.conf has it. */
void named_add(struct json_object *change, const struct named *named);

#endif
