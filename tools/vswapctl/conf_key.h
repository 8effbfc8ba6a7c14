/* SPDX-License-Identifier: GPL-2.0 */
/* The keys of vswap.conf. */
#ifndef VSWAPCTL_CONF_KEY_H
#define VSWAPCTL_CONF_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum conf_kind {
	BOOL, CHOICE, WORD, PERCENT, PERCENT_OR_0, PRIORITY, POOL_SIZE, FILE_SIZE, SPACE, TIME,
	TIER, PATH,
};

struct conf_key {
	const char *section;
	const char *name;
	enum conf_kind kind;
	size_t offset;		/* in struct conf; those of a file in struct conf_file */
	const char *parameter;	/* of the module; NULL: start sees to it */
	bool live;
	const char *choices;	/* of CHOICE */
};

/* The last one has no section. */
extern const struct conf_key conf_keys[];

/*
 * Sets what @key stands for, in a struct conf or conf_file; @ram is what sizes are parts of.
 * Returns what @text has to be, or NULL.
 */
const char *conf_key_set(const struct conf_key *key, const char *text, uint64_t ram, void *in);

#endif
