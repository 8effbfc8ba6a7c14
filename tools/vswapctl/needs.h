/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_NEEDS_H
#define VSWAPCTL_NEEDS_H

#include <stdbool.h>
#include <stddef.h>

enum need_kind {
	NEED_HOOK,		/* a function the module replaces: name, type */
	NEED_FUNCTION,		/* one it calls: name, type */
	NEED_SYMBOL,		/* data: name */
	NEED_FIELD,		/* structure, name, offset in bytes, type */
	NEED_SIZE,		/* structure, its size in bytes */
	NEED_VALUE,		/* a value of an enum: name, number */
	NEED_CONFIG,		/* an option of the kernel, without CONFIG_ */
	NEED_WITHOUT,		/* one that it must not have */
	NEED_ONLY,		/* a parameter that has one value there: name, type */
};

struct need {
	enum need_kind kind;
	char *structure;
	char *name;
	char *type;
	unsigned long number;	/* offset, size or value */
};

struct parameter {
	char *name;
	char *type;		/* "uint"; NULL: the module doesn't say */
};

/* What a module's file says of itself: modinfo. And what modprobe.d says of it. */
struct needs {
	char *path;
	char *version;
	char *kernel;		/* the one it was built for */
	char *signer;		/* NULL: not signed */
	char *words;		/* options of modprobe.d; NULL: none. Changed by reading it */
	bool blacklisted;
	char *install;		/* what is run in place of loading it; NULL: nothing */
	struct parameter *parameter;
	size_t nr_parameters;
	struct need *need;
	size_t nr;
};

/*
 * @path: the module's file; NULL: the one that modprobe would load
 * @modules: /lib/modules/RELEASE
 * @configs: the folder of modprobe's options; NULL: the usual ones
 *
 * Returns NULL if there is none; fails if it is no vswap module.
 */
struct needs *needs_read(const char *path, const char *modules, const char *configs);
void needs_free(struct needs *needs);

/* Would modprobe find a module, or know it to be part of the kernel, by this alias? */
bool needs_alias(const char *alias, const char *modules, const char *configs);

#endif
