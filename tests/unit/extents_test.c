// SPDX-License-Identifier: GPL-2.0
#include "extents.h"
#include "play.h"

static struct extents map;

static void lookup(u32 page, u64 block, u32 contiguous)
{
	u32 nr = 12345;

	CHECK_EQ(extents_lookup(&map, page, &nr), block);
	CHECK_EQ(nr, contiguous);
}

static void empty(void)
{
	extents_init(&map);
	CHECK_EQ(extents_pages(&map), 0);
	lookup(0, EXTENTS_NONE, 0);
	lookup(U32_MAX, EXTENTS_NONE, 0);
	extents_exit(&map);
	extents_exit(&map);
}

static void three(void)
{
	extents_init(&map);
	CHECK_EQ(extents_add(&map, 0, 10, 1000), 0);
	CHECK_EQ(extents_add(&map, 10, 1, 0), 0);
	CHECK_EQ(extents_add(&map, 11, 5, 500), 0);
	CHECK_EQ(map.nr, 3);
	CHECK_EQ(extents_pages(&map), 16);
	lookup(0, 1000, 10);
	lookup(9, 1009, 1);
	lookup(10, 0, 1);
	lookup(11, 500, 5);
	lookup(15, 504, 1);
	lookup(16, EXTENTS_NONE, 0);
	extents_exit(&map);
}

static void merged(void)
{
	u32 i;

	extents_init(&map);
	for (i = 0; i < 1000; i++)
		CHECK_EQ(extents_add(&map, i, 1, 7 + i), 0);
	CHECK_EQ(map.nr, 1);
	lookup(1, 8, 999);
	CHECK_EQ(extents_add(&map, 1000, 1, 1006), 0);	/* not after the last block */
	CHECK_EQ(map.nr, 2);
	extents_exit(&map);
}

static void gap_and_overlap(void)
{
	extents_init(&map);
	CHECK_EQ(extents_add(&map, 1, 1, 0), -EINVAL);
	CHECK_EQ(extents_add(&map, 0, 0, 0), -EINVAL);
	CHECK_EQ(extents_add(&map, 0, 8, 0), 0);
	CHECK_EQ(extents_add(&map, 9, 1, 100), -EINVAL);
	CHECK_EQ(extents_add(&map, 7, 2, 100), -EINVAL);
	CHECK_EQ(extents_add(&map, 0, 8, 0), -EINVAL);
	CHECK_EQ(extents_pages(&map), 8);
	CHECK_EQ(map.nr, 1);
	extents_exit(&map);
}

static void overflow(void)
{
	extents_init(&map);
	CHECK_EQ(extents_add(&map, 0, 2, EXTENTS_MAX_BLOCK - 1), -EINVAL);
	CHECK_EQ(extents_add(&map, 0, 1, EXTENTS_MAX_BLOCK), -EINVAL);
	CHECK_EQ(extents_add(&map, 0, 2, U64_MAX), -EINVAL);
	CHECK_EQ(extents_add(&map, 0, 1, EXTENTS_MAX_BLOCK - 1), 0);
	CHECK_EQ(extents_add(&map, 1, U32_MAX, 0), -EINVAL);
	CHECK_EQ(extents_add(&map, 1, U32_MAX - 1, 0), 0);
	CHECK_EQ(extents_add(&map, U32_MAX, 1, 1ULL << 40), -EINVAL);
	CHECK_EQ(extents_pages(&map), U32_MAX);
	lookup(U32_MAX - 1, U32_MAX - 2, 1);
	lookup(U32_MAX, EXTENTS_NONE, 0);
	extents_exit(&map);
}

static void many(void)
{
	u32 i;

	extents_init(&map);
	for (i = 0; i < 100000; i++)
		CHECK_EQ(extents_add(&map, i * 3, 3, (100000 - i) * 10ULL), 0);
	CHECK_EQ(map.nr, 100000);
	for (i = 0; i < 300000; i++)
		lookup(i, (100000 - i / 3) * 10ULL + i % 3, 3 - i % 3);
	extents_exit(&map);
}

static void fail_nth(void)
{
	unsigned int nth;
	u32 pages;

	for (nth = 1; ; nth++) {
		test_fail_alloc(nth);
		extents_init(&map);
		for (pages = 0; pages < 1000; )
			if (extents_add(&map, pages, 1, pages * 2) == 0)
				pages++;
			else
				CHECK_EQ(extents_pages(&map), pages);
		lookup(999, 1998, 1);
		extents_exit(&map);
		if (!test_alloc_failed())
			break;
	}
	CHECK(nth > 5);
}

static void random_scripts(void)
{
	play_random(extents_play, 1000, 500);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(empty), TEST(three), TEST(merged), TEST(gap_and_overlap),
		TEST(overflow), TEST(many), TEST(fail_nth), TEST(random_scripts),
	};

	return test_main("extents", tests, ARRAY_SIZE(tests));
}
