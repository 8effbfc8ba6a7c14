// SPDX-License-Identifier: GPL-2.0
#include "packed.h"
#include "play.h"

static u64 words[PACKED_BLOCK / sizeof(u64)];
static u8 *const block = (u8 *)words;

static u64 payload_of(int offset, unsigned int len)
{
	return packed_payload(5, 77, offset, len);
}

static void payload(void)
{
	u64 all = packed_payload(63, U32_MAX, PACKED_BLOCK - PACKED_ALIGN, 4096);

	CHECK_EQ(all >> 59, 0);
	CHECK_EQ(packed_backend(all), 63);
	CHECK_EQ(packed_place(all), U32_MAX);
	CHECK_EQ(packed_offset(all), PACKED_BLOCK - PACKED_ALIGN);
	CHECK_EQ(packed_length(all), 4096);
	CHECK_EQ(packed_payload(0, 0, 0, 1), 0);
	CHECK_EQ(packed_length(0), 1);
}

static void whole(void)
{
	packed_init(block, 3);
	CHECK_EQ(packed_add(block, 0), -ENOSPC);
	CHECK_EQ(packed_add(block, PACKED_ROOM + 1), -ENOSPC);
	CHECK_EQ(packed_codec(block), -EINVAL);
	CHECK_EQ(packed_add(block, PACKED_ROOM), PACKED_HEADER);
	CHECK_EQ(packed_add(block, 1), -ENOSPC);
	CHECK_EQ(packed_count(block), 1);
	CHECK_EQ(packed_codec(block), 3);
	CHECK(packed_object(block, payload_of(PACKED_HEADER, PACKED_ROOM)) ==
	      block + PACKED_HEADER);
}

static void many(void)
{
	unsigned int i, next = PACKED_HEADER;

	packed_init(block, 255);
	for (i = 0; i < PACKED_MAX; i++) {
		/* Up to 8 bytes take 8, and 9 take 16. */
		CHECK_EQ(packed_add(block, 1 + i % 9), next);
		next += i % 9 == 8 ? 16 : 8;
	}
	CHECK_EQ(packed_add(block, 1), -ENOSPC);
	CHECK_EQ(packed_count(block), PACKED_MAX);
	CHECK_EQ(packed_codec(block), 255);
}

/* Each byte of the header wrong by itself. */
static void corrupted(void)
{
	unsigned int i, bit, refused = 0;

	packed_init(block, 1);
	CHECK_EQ(packed_add(block, 100), 8);
	CHECK_EQ(packed_add(block, 100), 112);
	for (i = 0; i < 4 * 8; i++) {
		block[i / 8] ^= 1 << i % 8;
		CHECK_EQ(packed_codec(block), -EINVAL);
		CHECK(!packed_object(block, payload_of(8, 100)));
		block[i / 8] ^= 1 << i % 8;
	}
	for (i = 6; i < 8; i++)
		for (bit = 0; bit < 8; bit++) {
			block[i] ^= 1 << bit;
			refused += packed_codec(block) < 0;
			block[i] ^= 1 << bit;
		}
	/* All but those that leave a multiple of 8 within the block. */
	CHECK_EQ(refused, 3 + 4);
	block[5] = 0;
	CHECK_EQ(packed_codec(block), -EINVAL);
	block[5] = PACKED_MAX + 1;
	CHECK_EQ(packed_codec(block), -EINVAL);
	memset(block, 0, PACKED_BLOCK);
	CHECK_EQ(packed_codec(block), -EINVAL);
	memset(block, 0xff, PACKED_BLOCK);
	CHECK_EQ(packed_codec(block), -EINVAL);
}

static void outside(void)
{
	packed_init(block, 1);
	CHECK_EQ(packed_add(block, 100), 8);
	CHECK(packed_object(block, payload_of(8, 104)) != NULL);
	CHECK(!packed_object(block, payload_of(8, 105)));
	CHECK(!packed_object(block, payload_of(0, 8)));
	CHECK(!packed_object(block, payload_of(112, 1)));
	CHECK(!packed_object(block, payload_of(PACKED_BLOCK - 8, 4096)));
}

static void random_scripts(void)
{
	play_random(packed_play, 500, 1000);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(payload), TEST(whole), TEST(many), TEST(corrupted), TEST(outside),
		TEST(random_scripts),
	};

	return test_main("packed", tests, ARRAY_SIZE(tests));
}
