// SPDX-License-Identifier: GPL-2.0
#include "extents.h"
#include "play.h"

#define PLAY_PAGES	4096

/* The model: the block of each page. */
static struct {
	struct extents map;
	u32 pages;
	u64 block[PLAY_PAGES];
} play;

static void play_add(struct script *script)
{
	u8 op = script_next(script, 1);
	u32 i, nr = op % 4 ? script_next(script, 1) : script_next(script, 4);
	u32 page = play.pages + (op / 4 % 8 ? 0 : script_next(script, 1) - 128);
	u64 end = play.pages ? play.block[play.pages - 1] + 1 : 0;
	u64 block = op / 32 % 2 ? end : script_next(script, op / 64 ? 2 : 8);
	bool good, failing = op == 0xff;
	int err;

	/* Too big for the model, but not for the map. */
	if (page == play.pages && nr > PLAY_PAGES - play.pages && nr <= U32_MAX - play.pages)
		return;
	good = page == play.pages && nr && nr <= PLAY_PAGES - play.pages &&
	       block < EXTENTS_MAX_BLOCK && block + nr <= EXTENTS_MAX_BLOCK;
	if (failing)
		test_fail_alloc(1);
	err = extents_add(&play.map, page, nr, block);
	if (failing && good && test_alloc_failed())
		CHECK_EQ(err, -ENOMEM);
	else
		CHECK_EQ(err, good ? 0 : -EINVAL);
	test_fail_alloc(0);
	for (i = 0; !err && i < nr; i++)
		play.block[play.pages++] = block + i;
	CHECK_EQ(extents_pages(&play.map), play.pages);
}

static void play_check(void)
{
	u32 page, nr, run = 0, nr_extents = 0;

	CHECK_EQ(extents_lookup(&play.map, play.pages, &nr), EXTENTS_NONE);
	CHECK_EQ(nr, 0);
	for (page = play.pages; page--;) {
		bool joined = run && play.block[page] + 1 == play.block[page + 1];

		run = joined ? run + 1 : 1;
		nr_extents += !joined;
		CHECK_EQ(extents_lookup(&play.map, page, &nr), play.block[page]);
		CHECK_EQ(nr, run);
	}
	CHECK_EQ(play.map.nr, nr_extents);
}

void extents_play(struct script *script)
{
	play.pages = 0;
	extents_init(&play.map);
	while (script->left)
		play_add(script);
	play_check();
	extents_exit(&play.map);
}
