// SPDX-License-Identifier: GPL-2.0
#include "errors.h"
#include "test.h"

#define AGE	3600

/* @nr errors, @apart from each other, the first one @at. Returns how many are remembered. */
static u64 errors(u64 *until, u64 at, unsigned int nr, u64 apart)
{
	u64 remembered = 0;

	for (; nr; nr--, at += apart)
		remembered = errors_add(until, at, AGE);
	return remembered;
}

static void burst(void)
{
	u64 until = 0;

	CHECK_EQ(errors(&until, 1000, 1, 0), 1);
	CHECK_EQ(errors(&until, 1000, 31, 0), 32);
	CHECK_EQ(errors(&until, 1000, 1, 0), 33);
}

/* Not all at the very same moment. */
static void soon_after(void)
{
	u64 until = 0;

	CHECK_EQ(errors(&until, 1000, 32, 60), 32);
}

static void rare(void)
{
	u64 until = 0;

	CHECK_EQ(errors(&until, 1, 10000, AGE), 1);
	CHECK_EQ(errors(&until, 10000 * AGE, 10000, 30 * AGE), 1);
}

static void one_by_one(void)
{
	u64 until = 0;

	CHECK_EQ(errors(&until, 1000, 32, 0), 32);
	CHECK_EQ(errors(&until, 1000 + 10 * AGE, 1, 0), 23);
	CHECK_EQ(errors(&until, 1000 + 33 * AGE, 1, 0), 1);
}

/* More of them than are forgotten. */
static void frequent(void)
{
	u64 until = 0;

	CHECK(errors(&until, 1000, 70, AGE / 2) >= 32);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(burst), TEST(soon_after), TEST(rare), TEST(one_by_one), TEST(frequent),
	};

	return test_main("errors", tests, ARRAY_SIZE(tests));
}
