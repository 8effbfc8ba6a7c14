/* SPDX-License-Identifier: GPL-2.0 */
/* /etc/vswap.conf and its parts: vswap.conf(5). */
#ifndef VSWAPCTL_CONF_H
#define VSWAPCTL_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../module/rules.h"

#define CONF_NAME	"vswap.conf"
#define CONF_PATH	"/etc/" CONF_NAME

#define CONF_MAX_TIER	INT32_MAX

/* The pool's name in the module. */
#define CONF_POOL	"zswap"

struct conf_file {
	char *name;
	char *path;
	char *where;		/* as conf.pool_where */
	uint64_t bytes;		/* what setup makes it with; 0: not said */
	int tier;
	bool has_tier;		/* it was said */
};

struct conf {
	bool given;		/* there is a file with a section */
	bool has_pool;
	char *pool_where;	/* file and line of each section that names it, for people */
	int pool_tier;
	uint64_t pool_bytes;	/* its limit */
	struct rules_params params;
	bool packed;
	bool shrinker;
	unsigned int idle_seconds;
	unsigned int virtual_gb;
	struct conf_file *file;
	size_t nr_files;
};

/*
 * Reads them all, each overriding those before it. @wrong is called, with file and line, for
 * all that isn't as it should be.
 */
void conf_read(struct conf *conf, void (*wrong)(const char *text));
void conf_free(struct conf *conf);

/* The same, but fails if anything is wrong. */
void conf_read_or_fail(struct conf *conf);

struct conf_file *conf_find_file(const struct conf *conf, const char *name);
void conf_add_file(struct conf *conf, const char *name);

/* Is what the module has at @path the file or disk at @place, by whatever name? */
bool conf_path_is(const char *place, const char *path);

/* Where a file is for which no path= is given. The caller frees it. */
char *conf_default_path(const char *name);

/* A parameter of the module, and the key that it is set by. */
struct conf_parameter {
	const char *name;
	const char *section;
	const char *key;
	bool live;		/* it changes while the module is loaded */
	char *value;		/* as the kernel shows it; the caller frees it */
};

/* The @i-th of them; false if there is none. */
bool conf_parameter(const struct conf *conf, size_t i, struct conf_parameter *parameter);

#endif
