/* SPDX-License-Identifier: GPL-2.0 */
/* What vswapctl record has seen, one point of time after the other, in memory that is bounded. */
#ifndef VSWAPCTL_POINTS_H
#define VSWAPCTL_POINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "latency_buckets.h"

/* More than a chart is wide in dots. */
#define MAX_POINTS	600
/* The module has no more. */
#define MAX_BACKENDS	16

/* X(identifier, key in JSON, kind); keys of counters are as the kernel's and the module's files. */
#define MEASURES(X)							\
	X(AVAILABLE,	"available_bytes",		GAUGE)		\
	X(SWAPPED,	"swapped_bytes",		GAUGE)		\
	X(TAKEN,	"memory_taken_bytes",		GAUGE)		\
	X(GAINED,	"memory_gained_bytes",		GAUGE)		\
	X(RATIO,	"ratio",			GAUGE)		\
	X(FILL,		"fill_pages",			GAUGE)		\
	X(OUT,		"pages_out",			COUNTER)	\
	X(IN,		"pages_in",			COUNTER)	\
	X(WRITEBACK,	"writeback_pages",		COUNTER)	\
	X(LOST,		"read_errors",			COUNTER)	\
	X(NOT_WRITTEN,	"write_errors",			COUNTER)	\
	X(NO_ROOM,	"store_failures",		COUNTER)	\
	X(VM_OUT,	"pswpout",			COUNTER)	\
	X(VM_IN,	"pswpin",			COUNTER)	\
	X(REFAULTS,	"workingset_refault_anon",	COUNTER)	\
	X(FAULTS,	"pgmajfault",			COUNTER)	\
	X(DISK_READ,	"disk_read_bytes",		COUNTER)	\
	X(DISK_WRITTEN,	"disk_written_bytes",		COUNTER)	\
	X(SOME,		"stall_some_us",		COUNTER)	\
	X(FULL,		"stall_full_us",		COUNTER)

#define MEASURE_ID(id, key, kind)	MEASURE_##id,
enum measure { MEASURES(MEASURE_ID) MEASURE_COUNT };

enum measure_kind { MEASURE_GAUGE, MEASURE_COUNTER };

extern const struct measure_row {
	const char *key;
	enum measure_kind kind;
} measures[MEASURE_COUNT];

/* Of each backend, as its files have it. */
enum backend_measure { BACKEND_HAS, BACKEND_TOOK, BACKEND_GAVE, BACKEND_MEASURES };

extern const char *const backend_keys[BACKEND_MEASURES];

/* NAN: not known. Counters count since boot. */
struct point {
	uint64_t sample;	/* its number */
	double seconds;		/* since the start */
	double value[MEASURE_COUNT];
	double backend[MAX_BACKENDS][BACKEND_MEASURES];
};

/*
 * Loads so far, by place and time: by the difference of two it is known what came in between,
 * as long as that is less than 2^32 in a bucket.
 */
struct point_loads {
	uint32_t bucket[LATENCY_PLACES][LATENCY_BUCKETS];
};

/*
 * Those that are kept: the first, the last, and of the others each whose number can be divided by
 * @stride. When there is no room for more, it doubles.
 */
struct points {
	size_t nr;
	uint64_t samples, stride;
	struct point *point;
	struct point_loads *loads;	/* of each point; NULL: not measured */
};

void points_init(struct points *points, bool with_loads);
void points_free(struct points *points);

/* Sets point->sample. @loads: may be NULL */
void points_add(struct points *points, struct point *point, const struct point_loads *loads);

/* By how much it grew from one point to another; NAN: isn't known, or it began anew. */
double grown(double before, double now);

/* What came from a place between two points. It has no pages, and no max but a bucket's end. */
void loads_between(struct latency_cell *cell, const struct points *points, size_t from, size_t to,
		   enum latency_place place);

#endif
