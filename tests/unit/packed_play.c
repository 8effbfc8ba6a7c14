// SPDX-License-Identifier: GPL-2.0
#include "packed.h"
#include "play.h"

/* The model: what was added to the block. */
static struct {
	u64 block[PACKED_BLOCK / sizeof(u64)];
	unsigned int nr;
	unsigned int end;
	unsigned int codec;
	u64 payload[PACKED_MAX];
	u8 fill[PACKED_MAX];
} play;

static void play_init(unsigned int codec)
{
	memset(play.block, 0xff, sizeof(play.block));
	packed_init(play.block, codec);
	play.codec = codec;
	play.nr = 0;
	play.end = PACKED_HEADER;
	CHECK_EQ(packed_count(play.block), 0);
	/* One without pages isn't one. */
	CHECK_EQ(packed_codec(play.block), -EINVAL);
}

static void play_add(unsigned int len, u8 fill)
{
	int offset = packed_add(play.block, len);
	unsigned int i = play.nr;

	if (!len || play.end + len > PACKED_BLOCK || i == PACKED_MAX) {
		CHECK_EQ(offset, -ENOSPC);
		return;
	}
	CHECK_EQ(offset, play.end);
	CHECK_EQ(offset % PACKED_ALIGN, 0);
	memset((u8 *)play.block + offset, fill, len);
	play.payload[i] = packed_payload(fill % 64, fill * 16843009U, offset, len);
	CHECK_EQ(packed_backend(play.payload[i]), fill % 64);
	CHECK_EQ(packed_place(play.payload[i]), fill * 16843009U);
	CHECK_EQ(packed_offset(play.payload[i]), offset);
	CHECK_EQ(packed_length(play.payload[i]), len);
	play.fill[i] = fill;
	play.nr++;
	play.end = (offset + len + 7) & ~7U;
}

/* All of them are there, and between them zeros. */
static void play_check(void)
{
	unsigned int i, at, used = PACKED_HEADER;
	const u8 *block = (const u8 *)play.block;

	CHECK_EQ(packed_count(play.block), play.nr);
	if (!play.nr)
		return;
	CHECK_EQ(packed_codec(play.block), play.codec);
	for (i = 0; i < play.nr; i++) {
		unsigned int offset = packed_offset(play.payload[i]);
		unsigned int len = packed_length(play.payload[i]);

		CHECK(packed_object(play.block, play.payload[i]) == block + offset);
		for (at = offset; at < offset + len; at++)
			CHECK_EQ(block[at], play.fill[i]);
		for (; at % PACKED_ALIGN; at++)
			CHECK_EQ(block[at], 0);
		used = at;
	}
	for (at = used; at < PACKED_BLOCK; at++)
		CHECK_EQ(block[at], 0);
}

/* Whatever is in a block, what is found is inside. */
static void play_hostile(struct script *script, u64 payload)
{
	u8 *block = (u8 *)play.block;
	const u8 *object;
	unsigned int i;
	int codec;

	for (i = 0; i < PACKED_HEADER; i++)
		block[i] ^= script_next(script, 1);
	codec = packed_codec(play.block);
	CHECK(codec == -EINVAL || (codec >= 0 && codec < 256));
	object = packed_object(play.block, payload);
	if (object) {
		CHECK(codec >= 0);
		CHECK(object >= block + PACKED_HEADER);
		CHECK(object + packed_length(payload) <= block + PACKED_BLOCK);
	}
	play_init(play.codec);
}

void packed_play(struct script *script)
{
	play_init(script_next(script, 1));
	while (script->left) {
		u8 op = script_next(script, 1);

		switch (op % 8) {
		case 0:
			play_check();
			play_init(script_next(script, 1));
			break;
		case 1:
			play_add(script_next(script, 2), op);
			break;
		case 2:
			play_hostile(script, script_next(script, 8));
			break;
		case 3:
			play_add(script_next(script, 2) % 64, op);
			break;
		default:
			play_add(script_next(script, 2) % 2048, op);
			break;
		}
	}
	play_check();
}
