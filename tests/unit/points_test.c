// SPDX-License-Identifier: GPL-2.0
/* The points of vswapctl record: which are kept when there are many, and what is between two. */
#include <math.h>
#include <stdlib.h>

#include "points.h"
#include "test.h"

/* The tool's own ends the program with a message. */
void *xcalloc(size_t n, size_t size);
void *xcalloc(size_t n, size_t size)
{
	void *memory = calloc(n, size);

	if (!memory)
		abort();
	return memory;
}

/* A second each, in which one page goes out, and a load takes as many ns as seconds have gone. */
static void fill(struct points *points, u64 samples)
{
	struct point_loads loads = { 0 };
	struct point point = { 0 };
	u64 i;

	for (i = 0; i < samples; i++) {
		point.seconds = i;
		point.value[MEASURE_OUT] = i;
		loads.bucket[LATENCY_POOL][latency_bucket(i)]++;
		points_add(points, &point, &loads);
	}
}

/* All in order, the first and the last one, and none further apart from the next than another. */
static void check(const struct points *points, u64 samples)
{
	size_t i;

	CHECK(points->nr <= MAX_POINTS);
	CHECK_EQ(points->samples, samples);
	CHECK_EQ(points->point[0].sample, 0);
	CHECK_EQ(points->point[points->nr - 1].sample, samples - 1);
	for (i = 0; i < points->nr; i++) {
		const struct point *point = &points->point[i];

		CHECK(point->seconds == point->sample);
		if (i + 1 < points->nr)
			CHECK_EQ(point->sample, i * points->stride);
	}
	if (samples > MAX_POINTS)
		CHECK(points->nr >= MAX_POINTS / 2);
	else
		CHECK_EQ(points->nr, samples);
}

static void thinned(void)
{
	static const u64 samples[] = {
		1, 2, MAX_POINTS - 1, MAX_POINTS, MAX_POINTS + 1, MAX_POINTS + 2, 2 * MAX_POINTS - 1,
		2 * MAX_POINTS, 2 * MAX_POINTS + 1, 10007,
	};
	struct points points;
	size_t i;

	for (i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		points_init(&points, true);
		fill(&points, samples[i]);
		check(&points, samples[i]);
		points_free(&points);
	}
}

/* However many are left out, what is between the others is all there was. */
static void nothing_lost(void)
{
	struct latency_cell cell;
	struct points points;
	double out = 0;
	u64 folios = 0;
	size_t i;

	points_init(&points, true);
	fill(&points, 10000);
	for (i = 1; i < points.nr; i++) {
		out += grown(points.point[i - 1].value[MEASURE_OUT], points.point[i].value[MEASURE_OUT]);
		loads_between(&cell, &points, i - 1, i, LATENCY_POOL);
		CHECK_EQ(cell.folios, points.point[i].sample - points.point[i - 1].sample);
		CHECK(cell.max > points.point[i].seconds);
		folios += cell.folios;
		loads_between(&cell, &points, i - 1, i, LATENCY_FILE);
		CHECK_EQ(cell.folios, 0);
		CHECK_EQ(cell.max, 0);
	}
	CHECK(out == 9999);
	CHECK_EQ(folios, 9999);
	points_free(&points);
}

/* A bucket that has counted past 2^32 in between. */
static void wraps(void)
{
	struct point_loads loads = { 0 };
	struct point point = { 0 };
	struct latency_cell cell;
	struct points points;

	points_init(&points, true);
	loads.bucket[LATENCY_FILE][7] = UINT32_MAX - 1;
	points_add(&points, &point, &loads);
	loads.bucket[LATENCY_FILE][7] = 3;
	points_add(&points, &point, &loads);
	loads_between(&cell, &points, 0, 1, LATENCY_FILE);
	CHECK_EQ(cell.folios, 5);
	points_free(&points);
}

static void unknown(void)
{
	CHECK(grown(3, 5) == 2);
	CHECK(isnan(grown(5, 3)));
	CHECK(isnan(grown(NAN, 3)));
	CHECK(isnan(grown(3, NAN)));
}

int main(void)
{
	static const struct test tests[] = {
		TEST(thinned), TEST(nothing_lost), TEST(wraps), TEST(unknown),
	};

	return test_main("points", tests, ARRAY_SIZE(tests));
}
