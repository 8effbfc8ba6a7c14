// SPDX-License-Identifier: GPL-2.0
/* What vswapctl record has seen, in memory that is bounded. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "points.h"
#include "quantile.h"

const struct measure_row measures[MEASURE_COUNT] = {
#define MEASURE_ROW(id, key, kind)	{ key, MEASURE_##kind },
	MEASURES(MEASURE_ROW)
};

const char *const backend_keys[BACKEND_MEASURES] = {
	[BACKEND_HAS] = "used_pages",
	[BACKEND_TOOK] = "pages_out",
	[BACKEND_GAVE] = "pages_in",
};

void points_init(struct points *points, bool with_loads)
{
	*points = (struct points){ .stride = 1 };
	points->point = xcalloc(MAX_POINTS, sizeof(*points->point));
	if (with_loads)
		points->loads = xcalloc(MAX_POINTS, sizeof(*points->loads));
}

void points_free(struct points *points)
{
	free(points->point);
	free(points->loads);
}

static bool is_kept(const struct points *points, uint64_t sample)
{
	return !(sample % points->stride);
}

static void set(struct points *points, size_t to, const struct point *point,
		const struct point_loads *loads)
{
	points->point[to] = *point;
	if (points->loads && loads)
		points->loads[to] = *loads;
}

/* Every second one goes. */
static void thin(struct points *points)
{
	size_t i, kept = 0;

	points->stride *= 2;
	for (i = 0; i < points->nr; i++)
		if (is_kept(points, points->point[i].sample))
			set(points, kept++, &points->point[i], points->loads ? &points->loads[i] : NULL);
	points->nr = kept;
}

void points_add(struct points *points, struct point *point, const struct point_loads *loads)
{
	point->sample = points->samples++;
	/* it was there as the last one only */
	if (points->nr && !is_kept(points, points->point[points->nr - 1].sample))
		points->nr--;
	if (points->nr == MAX_POINTS)
		thin(points);
	set(points, points->nr++, point, loads);
}

double grown(double before, double now)
{
	return now >= before ? now - before : NAN;
}

void loads_between(struct latency_cell *cell, const struct points *points, size_t from, size_t to,
		   enum latency_place place)
{
	const uint32_t *before = points->loads[from].bucket[place];
	const uint32_t *now = points->loads[to].bucket[place];
	unsigned int i;

	memset(cell, 0, sizeof(*cell));
	for (i = 0; i < LATENCY_BUCKETS; i++) {
		cell->bucket[i] = (uint32_t)(now[i] - before[i]);
		cell->folios += cell->bucket[i];
		if (cell->bucket[i])
			cell->max = bucket_begin(i + 1);
	}
}
