/* SPDX-License-Identifier: GPL-2.0 */
/* What a machine tells of its memory, its swap and its disk. */
#ifndef VSWAPCTL_FIGURES_H
#define VSWAPCTL_FIGURES_H

#include "value.h"

struct conf;
struct json_object;
struct snapshot;

/* X(identifier, key in JSON, unit, what people read, what it is of) */
#define FIGURES(X)										\
	X(RAM,		"memory_bytes",		BYTES,	"Memory",	"MemTotal of /proc/meminfo") \
	X(AVAILABLE,	"available_bytes",	BYTES,	"  available",	"MemAvailable there")	\
	X(WAITED,	"pressure_percent",	PERCENT, "Waited for",	"by somebody, in the last 5 minutes: /proc/pressure/memory") \
	X(OTHER_SWAP,	"other_swap_bytes",	BYTES,	"Other swap",	"/proc/swaps, but vswap and zram") \
	X(ZRAM,		"zram_bytes",		BYTES,	"zram",		"/proc/swaps")		\
	X(SAMPLED,	"sampled_pages",	COUNT,	"Pages sampled", "at random, of all processes' memory") \
	X(FILL,		"sampled_fill_percent",	PERCENT, "  of one value", "of these: such as zeroes, which take nothing") \
	X(INCOMPRESSIBLE, "sampled_incompressible_percent", PERCENT, "  incompressible", "of the others: more than 75% of a page by LZ4") \
	X(SAMPLED_BYTES, "sampled_page_bytes",	COUNT,	"  bytes for each", "of those that shrink more, of 4096") \
	X(POOL_BYTES,	"pool_page_bytes",	COUNT,	"Bytes in the pool", "for each page of 4096 there, gaps included") \
	X(POOL_LIMIT,	"pool_limit_bytes",	BYTES,	"Pool's limit",	"as it is now")		\
	X(POOL_TAKES,	"pool_bytes",		BYTES,	"Pool takes",	"of memory, now")	\
	X(POOL_USE,	"pool_use_percent",	PERCENT, "  of its limit", "how full it is")	\
	X(POOL_OUT,	"pool_pages_out",	COUNT,	"Pages into it", "since the module was loaded") \
	X(POOL_IN,	"pool_pages_in",	COUNT,	"Pages out of it", "that were read back")	\
	X(POOL_FULL,	"pool_rejected_full",	COUNT,	"Found it full", "pages that went elsewhere") \
	X(FILES,	"swap_files",		COUNT,	"Swap files",	"that are there")	\
	X(FILE_IN,	"file_pages_in",	COUNT,	"Pages from them", "that were read back") \
	X(FILE_USE,	"file_use_percent",	PERCENT, "  full to",	"all together")		\
	X(NO_ROOM,	"store_failures",	COUNT,	"Found no room", "folios that stayed in memory") \
	X(DISK_READ,	"disk_read_ms",		RATIO,	"A read, in ms", "of the swap file's disk, on average since boot: /sys/dev/block")

#define FIGURE_ID(id, key, unit, label, help)	FIGURE_##id,
enum figure { FIGURES(FIGURE_ID) FIGURE_COUNT };

struct figures {
	struct value value[FIGURE_COUNT];
	bool loaded;
	bool sampling_allowed;	/* false: it was wanted, and isn't root who asks */
};

/*
 * @snap: NULL if the module isn't loaded
 * Memory is sampled where the pool doesn't tell yet how it compresses.
 */
void figures_read(struct figures *figures, const struct snapshot *snap, const struct conf *conf);

/* Those that are known, a line for each. */
void figures_print(const struct figures *figures);

/* All of them. */
struct json_object *figures_to_json(const struct figures *figures);

#endif
