// SPDX-License-Identifier: GPL-2.0
#include "places.h"
#include "test.h"

static bool is(struct vswap_place place, int kind, unsigned int number, unsigned int bytes)
{
	return place.kind == kind && place.number == number && place.bytes == bytes;
}

/* What others read, and find by its offset. */
static void layout(void)
{
	CHECK_EQ(sizeof(struct vswap_place), 4);
	CHECK_EQ(offsetof(struct vswap_place, number), 1);
	CHECK_EQ(offsetof(struct vswap_place, bytes), 2);
	CHECK_EQ(VSWAP_PLACE_NONE, 0);
	CHECK_EQ(VSWAP_PLACE_EMPTY, 1);
	CHECK_EQ(VSWAP_PLACE_FILL, 2);
	CHECK_EQ(VSWAP_PLACE_POOL, 3);
	CHECK_EQ(VSWAP_PLACE_FILE, 4);
	CHECK_EQ(VSWAP_PLACE_PACKED, 5);
}

static void without_backend(void)
{
	CHECK(is(place_of_word(0, 9, 99), VSWAP_PLACE_NONE, 0, 0));
	CHECK(is(place_of_word(slot_word(SLOT_EMPTY, 0), 9, 99), VSWAP_PLACE_EMPTY, 0, 0));
	/* The value is nobody's business. */
	CHECK(is(place_of_word(slot_word(SLOT_FILL, U64_MAX >> 5), 9, 99),
		 VSWAP_PLACE_FILL, 0, 0));
	CHECK(is(place_of_word(slot_word(SLOT_WIDE, 0), 9, 99), VSWAP_PLACE_FILL, 0, 0));
}

static void in_backend(void)
{
	u64 payload = packed_payload(3, U32_MAX, 8, 1234);

	CHECK(is(place_of_word(slot_word(SLOT_POOL, U64_MAX >> 5), 15, 1), VSWAP_PLACE_POOL,
		 15, 1));
	CHECK(is(place_of_word(slot_word(SLOT_POOL, 0), 0, 4096), VSWAP_PLACE_POOL, 0, 4096));
	CHECK(is(place_of_word(slot_word(SLOT_FILE, U64_MAX >> 5), 7, 0), VSWAP_PLACE_FILE,
		 7, 4096));
	CHECK(is(place_of_word(slot_word(SLOT_PACKED, payload), packed_backend(payload), 0),
		 VSWAP_PLACE_PACKED, 3, 1234));
	payload = packed_payload(0, 0, 0, PACKED_ROOM);
	CHECK(is(place_of_word(slot_word(SLOT_PACKED, payload), 0, 0), VSWAP_PLACE_PACKED,
		 0, PACKED_ROOM));
}

/* Bits that are the mover's change nothing, and no word is anything else than one of these. */
static void any_word(void)
{
	u64 state = 1;
	int i;

	for (i = 0; i < 100000; i++) {
		u64 word = test_random(&state);
		struct vswap_place place = place_of_word(word, 5, 77), bare;

		bare = place_of_word(slot_bare(word), 5, 77);
		CHECK(is(bare, place.kind, place.number, place.bytes));
		CHECK(place.kind <= VSWAP_PLACE_PACKED && place.bytes <= 4096);
		CHECK(place.kind >= VSWAP_PLACE_POOL || (!place.number && !place.bytes));
		CHECK(place.kind < VSWAP_PLACE_POOL || place.number == 5);
	}
}

int main(void)
{
	static const struct test tests[] = {
		TEST(layout), TEST(without_backend), TEST(in_backend), TEST(any_word),
	};

	return test_main("places", tests, ARRAY_SIZE(tests));
}
