// SPDX-License-Identifier: GPL-2.0
/* The rules for parameters and swap files; that they are kept, scenarios and vswapctl's tests see. */
#include "rules.h"
#include "test.h"

#define PAGE		4096U
#define PAGES		600U
#define MAX_BADPAGES	637U

static u8 page[PAGE];

static void put(size_t offset, u32 value)
{
	memcpy(page + offset, &value, sizeof(value));
}

/* As mkswap(8) makes it. */
static struct rules_header make_header(u32 nr_badpages)
{
	memset(page, 0, PAGE);
	memcpy(page + PAGE - 10, "SWAPSPACE2", 10);
	put(1024, 1);
	put(1028, PAGES - 1);
	put(1032, nr_badpages);
	return (struct rules_header){ .page = page, .page_size = PAGE };
}

static const char *check(struct rules_header header)
{
	return rules_check_header(&header, PAGES * PAGE, false);
}

static void header(void)
{
	struct rules_header found = make_header(0);

	CHECK(!rules_check_header(&found, PAGES * PAGE, true));
	CHECK_EQ(found.nr_pages, PAGES);
	CHECK(rules_check_header(&found, PAGES * PAGE - 1, true) != NULL);
	CHECK(!rules_check_header(&found, (u64)PAGES * PAGE + 1, true));
	put(1028, UINT32_MAX);
	CHECK(rules_check_header(&found, UINT64_MAX, true) != NULL);
	put(1028, 254);
	CHECK(rules_check_header(&found, UINT64_MAX, true) != NULL);
	put(1028, 255);
	CHECK(!rules_check_header(&found, UINT64_MAX, true));
	page[PAGE - 1] = '1';
	CHECK(rules_check_header(&found, UINT64_MAX, true) != NULL);
}

static void badpages(void)
{
	struct rules_header found = make_header(1);

	u32 i;

	put(1536, 0);
	CHECK(check(found) != NULL);
	put(1536, PAGES - 1);
	CHECK(!check(found));
	CHECK(rules_check_header(&found, PAGES * PAGE, true) != NULL);
	put(1536, PAGES);
	CHECK(check(found) != NULL);
	found = make_header(MAX_BADPAGES);
	for (i = 0; i < MAX_BADPAGES; i++)
		put(1536 + 4 * i, 1);
	CHECK(!check(found));
	CHECK(check(make_header(MAX_BADPAGES + 1)) != NULL);
	CHECK(check(make_header(UINT32_MAX)) != NULL);
}

/* Of a machine with the other order of bytes; the signature stays where it is. */
static void swapped(void)
{
	struct rules_header found = make_header(0);
	u32 word;

	put(1024, __builtin_bswap32(1));
	put(1028, __builtin_bswap32(PAGES - 1));
	put(1032, __builtin_bswap32(2));
	put(1536, __builtin_bswap32(7));
	put(1540, __builtin_bswap32(8));
	CHECK(!rules_check_header(&found, PAGES * PAGE, false));
	CHECK_EQ(found.nr_pages, PAGES);
	memcpy(&word, page + 1540, sizeof(word));
	CHECK_EQ(word, 8);
	found = make_header(0);
	put(1024, __builtin_bswap32(1));
	put(1032, UINT32_MAX);
	CHECK(check(found) != NULL);
	CHECK(!memcmp(page + PAGE - 10, "SWAPSPACE2", 10));
}

static void access_rights(void)
{
	CHECK(!rules_check_access(true, 0100600, true));
	CHECK(rules_check_access(true, 0100600, false) != NULL);
	CHECK(rules_check_access(true, 0100640, true) != NULL);
	CHECK(!rules_check_access(false, 0060660, false));
	CHECK(rules_check_access(false, 0060664, true) != NULL);
}

static void names(void)
{
	const char *list = " zswap ,ssd,,", *name;
	size_t len;

	name = rules_next_name(&list, &len);
	CHECK_EQ(rules_backend(name, len), RULES_ZSWAP);
	name = rules_next_name(&list, &len);
	CHECK_EQ(rules_backend(name, len), RULES_SSD);
	CHECK(rules_next_name(&list, &len) != NULL);
	CHECK_EQ(len, 0);
	CHECK(rules_next_name(&list, &len) != NULL);
	CHECK(!rules_next_name(&list, &len));
	CHECK_EQ(rules_backend("zswapx", 6), -EINVAL);
	CHECK_EQ(rules_backend("zswapx", 4), -EINVAL);
	CHECK_EQ(rules_backend("", 0), -EINVAL);
}

static void defaults(void)
{
	struct rules_params params = RULES_DEFAULTS;
	char why[RULES_WHY_SIZE];
	char list[500];

	CHECK_EQ(rules_check_params(&params, 1024, why), -EINVAL);
	params.backends = list;
	strcpy(list, "ssd,zswap");
	CHECK_EQ(rules_check_params(&params, 0, why), 0);
	memset(list, 'x', sizeof(list) - 1);
	list[sizeof(list) - 1] = '\0';
	CHECK_EQ(rules_check_params(&params, 0, why), -EINVAL);
	CHECK(strlen(why) < RULES_WHY_SIZE);
}

static void cold(void)
{
	CHECK(rules_has_cold("lz4", "zstd"));
	CHECK(!rules_has_cold("lz4", "none"));
	CHECK(!rules_has_cold("zstd", "zstd"));
}

int main(void)
{
	static const struct test tests[] = {
		TEST(header), TEST(badpages), TEST(swapped), TEST(access_rights), TEST(names),
		TEST(defaults), TEST(cold),
	};

	return test_main("rules", tests, ARRAY_SIZE(tests));
}
