/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_SNAPSHOT_H
#define VSWAPCTL_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>

#include "value.h"

/*
 * The files of the interface: X(identifier, file name, unit). The identifiers
 * index struct snapshot and struct backend, the names are the keys in JSON.
 */
#define AREA_FILES(X)						\
	X(VERSION,		"version",		TEXT)	\
	X(DEVICE,		"device",		TEXT)	\
	X(STATE,		"state",		TEXT)	\
	X(PRIORITY,		"priority",		PRIORITY) \
	X(CAPACITY,		"capacity_pages",	PAGES)	\
	X(USED,			"used_pages",		PAGES)	\
	X(FILL,			"fill_pages",		PAGES)	\
	X(VIRTUAL,		"virtual_pages",	PAGES)	\
	X(VIRTUAL_LIMIT,	"virtual_limit_pages",	PAGES)	\
	X(CLUSTERS,		"clusters_used",	COUNT)	\
	X(METADATA,		"metadata_bytes",	BYTES)	\
	X(GROW_STEPS,		"grow_steps",		COUNT)	\
	X(GROW_FAILURES,	"grow_failures",	COUNT)	\
	X(OUT,			"pages_out",		COUNT)	\
	X(IN,			"pages_in",		COUNT)	\
	X(FILL_OUT,		"fill_out",		COUNT)	\
	X(ALLOC_FAILURES,	"alloc_failures",	COUNT)	\
	X(STORE_FAILURES,	"store_failures",	COUNT)	\
	X(READ_ERRORS,		"read_errors",		COUNT)	\
	X(WRITE_ERRORS,		"write_errors",		COUNT)	\
	X(BIO,			"bio_pages",		COUNT)	\
	X(WRITEBACK,		"writeback_pages",	COUNT)	\
	X(WRITEBACK_FAILURES,	"writeback_failures",	COUNT)	\
	X(WRITEBACK_BYTES,	"writeback_bytes",	BYTES)	\
	X(SHRINKER_PAGES,	"shrinker_pages",	COUNT)	\
	X(IDLE_PAGES,		"idle_pages",		COUNT)	\
	X(MOVED,		"moved_pages",		COUNT)	\
	X(CHECKSUM_ERRORS,	"checksum_errors",	COUNT)

#define BACKEND_FILES(X)						\
	X(TYPE,			"type",				TEXT)	\
	X(TIER,			"tier",				COUNT)	\
	X(STATE,		"state",			TEXT)	\
	X(CAPACITY,		"capacity_pages",		PAGES)	\
	X(USED,			"used_pages",			PAGES)	\
	X(MEMORY,		"memory_bytes",			BYTES)	\
	X(OUT,			"pages_out",			COUNT)	\
	X(IN,			"pages_in",			COUNT)	\
	X(MOVED,		"moved_pages",			COUNT)	\
	X(FULL,			"rejected_full",		COUNT)	\
	X(COMPRESSOR,		"compressor",			TEXT)	\
	X(LIMIT,		"limit_bytes",			BYTES)	\
	X(POOL,			"pool_bytes",			BYTES)	\
	X(COMPRESSED,		"compressed_bytes",		BYTES)	\
	X(WHOLE,		"whole_pages",			PAGES)	\
	X(INCOMPRESSIBLE,	"rejected_incompressible",	COUNT)	\
	X(PATH,			"path",				TEXT)	\
	X(SIZE,			"size_pages",			PAGES)	\
	X(BAD,			"bad_pages",			PAGES)	\
	X(EXTENTS,		"extents",			COUNT)	\
	X(PACKED,		"packed_pages",			PAGES)	\
	X(BLOCKS,		"packed_blocks",		PAGES)	\
	X(DISCARDED,		"discarded_pages",		COUNT)	\
	X(ENCRYPTED,		"encrypted",			COUNT)	\
	X(READ_ERRORS,		"read_errors",			COUNT)	\
	X(WRITE_ERRORS,		"write_errors",			COUNT)

#define AREA_ID(id, name, unit)		AREA_##id,
#define BACKEND_ID(id, name, unit)	BACKEND_##id,

enum area_file { AREA_FILES(AREA_ID) AREA_COUNT };
enum backend_file { BACKEND_FILES(BACKEND_ID) BACKEND_COUNT };

struct file {
	const char *name;
	enum unit unit;
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
void snapshot_free(struct snapshot *snap);

#endif
