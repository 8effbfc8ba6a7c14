/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_SNAPSHOT_H
#define VSWAPCTL_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>

#include "value.h"

/*
 * The files of the interface: X(identifier, file name, unit, kind, what it is). The identifiers
 * index struct snapshot and struct backend, the names are the keys in JSON.
 */
#define AREA_FILES(X)										\
	X(VERSION,	"version",		TEXT,	TEXT,	"version of the module")	\
	X(DEVICE,	"device",		TEXT,	TEXT,	"the block device")		\
	X(STATE,	"state",		TEXT,	TEXT,	"on or off")			\
	X(PRIORITY,	"priority",		PRIORITY, GAUGE, "swap priority, -1 while off")	\
	X(SWAP_TYPE,	"swap_type",		PRIORITY, GAUGE, "number of the area among the kernel's, -1 while off") \
	X(CAPACITY,	"capacity_pages",	PAGES,	GAUGE,	"what the backends can hold by their present estimate") \
	X(USED,		"used_pages",		PAGES,	GAUGE,	"what is swapped out, before compression") \
	X(FILL,		"fill_pages",		PAGES,	GAUGE,	"pages of one repeated value, which take no backend") \
	X(VIRTUAL,	"virtual_pages",	PAGES,	GAUGE,	"address space of the area now") \
	X(VIRTUAL_LIMIT, "virtual_limit_pages",	PAGES,	GAUGE,	"what the address space can grow to") \
	X(CLUSTERS,	"clusters_used",	COUNT,	GAUGE,	"clusters of 512 slots that have a table") \
	X(METADATA,	"metadata_bytes",	BYTES,	GAUGE,	"memory for bookkeeping, without the backends") \
	X(GROW_STEPS,	"grow_steps",		COUNT,	COUNTER, "steps by which the address space grew") \
	X(GROW_FAILURES, "grow_failures",	COUNT,	COUNTER, "failed attempts at that")	\
	X(OUT,		"pages_out",		COUNT,	COUNTER, "pages swapped out")		\
	X(IN,		"pages_in",		COUNT,	COUNTER, "pages swapped in")		\
	X(FILL_OUT,	"fill_out",		COUNT,	COUNTER, "pages swapped out that were one repeated value") \
	X(ALLOC_FAILURES, "alloc_failures",	COUNT,	COUNTER, "folios that got no slot")	\
	X(STORE_FAILURES, "store_failures",	COUNT,	COUNTER, "folios that no backend took; they stayed in memory") \
	X(READ_ERRORS,	"read_errors",		COUNT,	COUNTER, "pages that could not be read back") \
	X(WRITE_ERRORS,	"write_errors",		COUNT,	COUNTER, "folios whose write failed; they stayed in memory") \
	X(BIO,		"bio_pages",		COUNT,	COUNTER, "pages that came as block I/O, past a hook") \
	X(WRITEBACK,	"writeback_pages",	COUNT,	COUNTER, "pages that moved from the pool to a swap file") \
	X(WRITEBACK_FAILURES, "writeback_failures", COUNT, COUNTER, "pages that should have and stayed in the pool") \
	X(WRITEBACK_BYTES, "writeback_bytes",	BYTES,	COUNTER, "written to swap files for that") \
	X(SHRINKER_PAGES, "shrinker_pages",	COUNT,	COUNTER, "pages that moved to a swap file because memory was short") \
	X(IDLE_PAGES,	"idle_pages",		COUNT,	COUNTER, "pages that moved to a swap file because nobody used them") \
	X(MOVED,	"moved_pages",		COUNT,	COUNTER, "pages that moved between backends other than by write-back") \
	X(RECOMPRESSED, "recompressed_pages",	COUNT,	COUNTER, "pages of the pool that its second compressor has compressed once more") \
	X(SWEPT,	"swept_pages",		COUNT,	COUNTER, "pages that moved inside the pool, to give back memory") \
	X(CHECKSUM_ERRORS, "checksum_errors",	COUNT,	COUNTER, "pages whose checksum was wrong when they were read back") \
	X(UNPAID,	"unpaid_pages",		COUNT,	COUNTER, "pages swapped out that their cgroup could not be charged for") \
	X(PACKED_KEPT,	"packed_kept",		PAGES,	GAUGE,	"blocks of several pages, kept in memory since they were read") \
	X(PACKED_HITS,	"packed_hits",		COUNT,	COUNTER, "pages read from these, without the disk")

#define BACKEND_FILES(X)									\
	X(TYPE,		"type",			TEXT,	TEXT,	"zswap or swapfile")		\
	X(NUMBER,	"number",		COUNT,	GAUGE,	"its number in what the module says of pages") \
	X(TIER,		"tier",			COUNT,	GAUGE,	"lower ones are preferred")	\
	X(STATE,	"state",		TEXT,	TEXT,	"on, disabled, removing, failed, evacuating") \
	X(CAPACITY,	"capacity_pages",	PAGES,	GAUGE,	"what it can hold by its present estimate") \
	X(USED,		"used_pages",		PAGES,	GAUGE,	"what it holds, before compression") \
	X(MEMORY,	"memory_bytes",		BYTES,	GAUGE,	"memory it takes")		\
	X(OUT,		"pages_out",		COUNT,	COUNTER, "pages stored in it")		\
	X(IN,		"pages_in",		COUNT,	COUNTER, "pages read back from it")	\
	X(MOVED,	"moved_pages",		COUNT,	COUNTER, "pages moved from it to others") \
	X(FULL,		"rejected_full",	COUNT,	COUNTER, "pages it refused for want of space") \
	X(COMPRESSOR,	"compressor",		TEXT,	TEXT,	"of a pool")			\
	X(COLD_COMPRESSOR, "cold_compressor",	TEXT,	TEXT,	"of a pool, for its oldest pages") \
	X(ALLOCATOR,	"allocator",		TEXT,	TEXT,	"of a pool: slab or zsmalloc")	\
	X(LIMIT,	"limit_bytes",		BYTES,	GAUGE,	"limit of the pool")		\
	X(TARGET,	"target_bytes",		BYTES,	GAUGE,	"what it may take of that now")	\
	X(POOL,		"pool_bytes",		BYTES,	GAUGE,	"memory the pool takes")	\
	X(COMPRESSED,	"compressed_bytes",	BYTES,	GAUGE,	"sum of the sizes of the compressed pages") \
	X(WHOLE,	"whole_pages",		PAGES,	GAUGE,	"pages in the pool that don't shrink") \
	X(COLD,		"cold_pages",		PAGES,	GAUGE,	"pages in the pool that its second compressor has had") \
	X(INCOMPRESSIBLE, "rejected_incompressible", COUNT, COUNTER, "pages left to the next backend because they don't shrink") \
	X(PATH,		"path",			TEXT,	TEXT,	"file or device")		\
	X(SIZE,		"size_pages",		PAGES,	GAUGE,	"size of the swap file")	\
	X(BAD,		"bad_pages",		PAGES,	GAUGE,	"what is never used of it")	\
	X(EXTENTS,	"extents",		COUNT,	GAUGE,	"contiguous pieces of it on the disk") \
	X(PACKED,	"packed_pages",		PAGES,	GAUGE,	"what is compressed in it, before that") \
	X(BLOCKS,	"packed_blocks",	PAGES,	GAUGE,	"what that takes")		\
	X(DISCARDED,	"discarded_pages",	COUNT,	COUNTER, "pages that its disk was told to forget") \
	X(ENCRYPTED,	"encrypted",		COUNT,	GAUGE,	"1 if its pages are encrypted")	\
	X(READ_ERRORS,	"read_errors",		COUNT,	COUNTER, "pages that could not be read") \
	X(WRITE_ERRORS,	"write_errors",		COUNT,	COUNTER, "pages that could not be written")

#define AREA_ID(id, name, unit, kind, help)	AREA_##id,
#define BACKEND_ID(id, name, unit, kind, help)	BACKEND_##id,

enum area_file { AREA_FILES(AREA_ID) AREA_COUNT };
enum backend_file { BACKEND_FILES(BACKEND_ID) BACKEND_COUNT };

enum kind {
	KIND_TEXT,
	KIND_GAUGE,		/* how it is now */
	KIND_COUNTER,		/* only grows, from 0 when the module is loaded */
};

struct file {
	const char *name;
	enum unit unit;
	enum kind kind;
	const char *help;
};

extern const struct file area_files[AREA_COUNT];
extern const struct file backend_files[BACKEND_COUNT];

struct backend {
	struct value name;
	struct value file[BACKEND_COUNT];
};

/* All there is to read, read once. */
struct snapshot {
	struct value file[AREA_COUNT];
	bool backends_known;
	size_t nr_backends;
	struct backend *backend;	/* in order of preference */
};

/* One of them, now; @dir is that of sysfs_open(). */
struct value area_value(int dir, enum area_file file);
struct value backend_value(int dir, const char *name, enum backend_file file);

void snapshot_read(struct snapshot *snap);

/* False, with nothing in it, if the module isn't loaded. */
bool snapshot_try_read(struct snapshot *snap);

void snapshot_free(struct snapshot *snap);

/* NULL: there is no backend of this name. */
const struct backend *snapshot_find(const struct snapshot *snap, const char *name);

#endif
