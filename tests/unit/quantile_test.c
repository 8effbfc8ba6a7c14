// SPDX-License-Identifier: GPL-2.0
/* Quantiles of known distributions, out of buckets of an eighth of a power of two. */
#include <math.h>
#include <string.h>

#include "quantile.h"
#include "test.h"

static void count(struct latency_cell *cell, u64 ns, u64 folios)
{
	cell->bucket[latency_bucket(ns)] += folios;
	cell->folios += folios;
	cell->ns += ns * folios;
	if (cell->max < ns)
		cell->max = ns;
}

/* Each time is in a bucket that begins no later, and ends after it. */
static void in_its_bucket(u64 ns)
{
	unsigned int bucket = latency_bucket(ns);

	CHECK(bucket < LATENCY_BUCKETS);
	CHECK(bucket_begin(bucket) <= ns);
	CHECK(ns < bucket_begin(bucket + 1));
}

static void buckets(void)
{
	unsigned int i;
	u64 ns;

	for (ns = 0; ns < 100000; ns++)
		in_its_bucket(ns);
	for (i = 0; i < LATENCY_OCTAVES; i++) {
		in_its_bucket(1ULL << i);
		in_its_bucket((1ULL << i) + (1ULL << i) / 2);
		in_its_bucket((2ULL << i) - 1);
	}
	CHECK_EQ(latency_bucket(1ULL << LATENCY_OCTAVES), LATENCY_BUCKETS - 1);
	CHECK_EQ(latency_bucket(~0ULL), LATENCY_BUCKETS - 1);
	CHECK_EQ(latency_bucket((1ULL << LATENCY_OCTAVES) - 1), LATENCY_BUCKETS - 1);
}

/* None is wider than an eighth of where it begins. */
static void widths(void)
{
	unsigned int i;

	for (i = 0; i < LATENCY_BUCKETS; i++) {
		u64 width = bucket_begin(i + 1) - bucket_begin(i);

		CHECK(width == 1 || width * LATENCY_STEPS <= bucket_begin(i));
	}
}

static void nothing(void)
{
	static const struct latency_cell cell;

	CHECK_EQ(quantile(&cell, 0.5), 0);
	CHECK_EQ(quantile(&cell, 0.999), 0);
}

static void one(void)
{
	struct latency_cell cell = { 0 };

	count(&cell, 1000, 1);
	CHECK(fabs(quantile(&cell, 0.5) - 1000) < 64);
	CHECK(quantile(&cell, 0.5) <= quantile(&cell, 0.999));
	CHECK(quantile(&cell, 1) <= 1000);
}

static bool close_to(double is, double should_be, double share)
{
	return fabs(is - should_be) <= should_be * share;
}

/* Of 0 to 1000000 evenly spread, so are quantiles; within a bucket interpolation is exact. */
static void even(void)
{
	struct latency_cell cell = { 0 };
	u64 ns;

	for (ns = 0; ns < 1000000; ns++)
		count(&cell, ns, 1);
	CHECK(close_to(quantile(&cell, 0.5), 500000, 0.0001));
	CHECK(close_to(quantile(&cell, 0.25), 250000, 0.0001));
	/* The last bucket is taken to be full, up to 1048576: 0.9 is before it. */
	CHECK(close_to(quantile(&cell, 0.9), 900000, 0.0001));
	CHECK(close_to(quantile(&cell, 0.99), 990000, 0.02));
	CHECK(close_to(quantile(&cell, 0.999), 999000, 0.002));
	CHECK_EQ(quantile(&cell, 1), 999999);
}

/* Such as a pool, and a disk for one of fifty. */
static void two_peaks(void)
{
	struct latency_cell cell = { 0 };

	count(&cell, 3000, 9800);
	count(&cell, 8000000, 200);
	CHECK(close_to(quantile(&cell, 0.5), 3000, 0.125));
	CHECK(close_to(quantile(&cell, 0.97), 3000, 0.125));
	CHECK(close_to(quantile(&cell, 0.99), 8000000, 0.125));
	CHECK(close_to(quantile(&cell, 0.999), 8000000, 0.125));
}

/* 1 - e^(-x/mean): the quantile q is mean * -ln(1 - q). */
static void exponential(void)
{
	struct latency_cell cell = { 0 };
	const double mean = 50000, qs[] = { 0.1, 0.5, 0.9, 0.99, 0.999 };
	unsigned int i;

	for (i = 0; i < 1000000; i++)
		count(&cell, mean * -log(1 - (i + 0.5) / 1000000), 1);
	for (i = 0; i < ARRAY_SIZE(qs); i++)
		CHECK(close_to(quantile(&cell, qs[i]), mean * -log(1 - qs[i]), 0.01));
}

/* Whatever was counted, a larger share never takes less, and none takes more than the most. */
static void ascending(void)
{
	u64 state = 7;
	int round, i;

	for (round = 0; round < 200; round++) {
		struct latency_cell cell = { 0 };
		double last = 0;

		for (i = 0; i <= round; i++)
			count(&cell, test_random(&state) >> test_random(&state) % 64,
			      1 + test_random(&state) % 5);
		for (i = 0; i <= 1000; i++) {
			double now = quantile(&cell, i / 1000.0);

			CHECK(now >= last);
			CHECK(now <= cell.max);
			last = now;
		}
	}
}

/* What came in between is what would have been counted from then on. */
static void between(void)
{
	struct latency_cell before = { 0 }, all, alone = { 0 };

	count(&before, 90000, 3);
	count(&before, 500, 10);
	all = before;
	count(&all, 600, 7);
	count(&alone, 600, 7);
	cell_subtract(&all, &before);
	CHECK_EQ(all.folios, 7);
	CHECK_EQ(all.ns, alone.ns);
	CHECK(!memcmp(all.bucket, alone.bucket, sizeof(all.bucket)));
	/* Not of before: the end of its bucket, as 600 isn't known any more. */
	CHECK_EQ(all.max, 640);

	all = before;
	count(&all, 100000, 1);
	cell_subtract(&all, &before);
	CHECK_EQ(all.max, 100000);

	cell_add(&all, &alone);
	CHECK_EQ(all.folios, 8);
	CHECK_EQ(all.max, 100000);
	CHECK_EQ(all.bucket[latency_bucket(600)], 7);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(buckets), TEST(widths), TEST(nothing), TEST(one), TEST(even), TEST(two_peaks),
		TEST(exponential), TEST(ascending), TEST(between),
	};

	return test_main("quantile", tests, ARRAY_SIZE(tests));
}
