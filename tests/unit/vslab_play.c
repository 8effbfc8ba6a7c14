// SPDX-License-Identifier: GPL-2.0
#include "play.h"
#include "vslab_space.h"

#define MAX_OBJECTS	2000
#define NR_SETS		2

struct object {
	s64 offset;
	unsigned int len;
	u8 mark;
};

/* The model: the objects there are. */
static struct {
	struct vslab_space space;
	unsigned int nr;
	struct object objects[MAX_OBJECTS];
	u8 marks;
} play;

static void check_object(const struct object *o)
{
	const u8 *memory = play.space.memory + o->offset;

	CHECK_EQ(memory[0], o->mark);
	CHECK(!memcmp(memory, memory + 1, o->len - 1));
}

static void play_alloc(unsigned int set, unsigned int len)
{
	struct object *o = &play.objects[play.nr];
	s64 offset;

	if (play.nr == MAX_OBJECTS)
		return;
	offset = vslab_alloc(&play.space.slab, set, len);
	if (offset < 0) {
		CHECK(offset == -ENOSPC);
		CHECK(play.space.pages >= play.space.limit ||
		      READ_ONCE(play.space.slab.fresh) == VSLAB_TEST_SEGMENTS);
		return;
	}
	CHECK(!vslab_is_poor(&play.space.slab, offset));
	*o = (struct object){ offset, len, ++play.marks };
	memset(play.space.memory + offset, o->mark, len);
	play.nr++;
}

static void free_at(unsigned int i)
{
	check_object(&play.objects[i]);
	vslab_free(&play.space.slab, play.objects[i].offset);
	play.objects[i] = play.objects[--play.nr];
}

static void play_free(unsigned int i, unsigned int nr)
{
	while (nr-- && play.nr)
		free_at(i % play.nr);
}

/* Those in poor segments go elsewhere, if there is room. */
static void play_sweep(void)
{
	struct vslab *s = &play.space.slab;
	unsigned long poor = vslab_choose_poor(s), moved = 0;
	unsigned int i;

	for (i = 0; i < play.nr; i++) {
		struct object *o = &play.objects[i];
		s64 offset;

		if (!vslab_is_poor(s, o->offset))
			continue;
		moved++;
		offset = vslab_alloc(s, 0, o->len);
		if (offset < 0)
			continue;
		memcpy(play.space.memory + offset, play.space.memory + o->offset, o->len);
		vslab_free(s, o->offset);
		o->offset = offset;
	}
	CHECK_EQ(moved, poor);
	vslab_forget_poor(s);
}

/* What is pinned is as it was, but for what was freed, and nothing comes there. */
static void play_pin(u32 segment, unsigned int nr)
{
	struct vslab *s = &play.space.slab;
	unsigned int i, before = play.nr;

	if (!vslab_pin(s, segment))
		return;
	CHECK(!vslab_pin(s, segment));
	for (i = 0; i < nr; i++)
		play_alloc(i % NR_SETS, 1 + i * 97 % VSLAB_MAX_OBJECT);
	for (i = before; i < play.nr; i++)
		CHECK(play.objects[i].offset >> VSLAB_SEGMENT_SHIFT != segment);
	for (i = before; i-- && nr;)
		if (play.objects[i].offset >> VSLAB_SEGMENT_SHIFT == segment) {
			free_at(i);
			nr--;
		}
	vslab_unpin(s, segment);
}

void vslab_play(struct script *script)
{
	vslab_space_init(&play.space, NR_SETS, 40 + script_next(script, 1));
	play.nr = 0;
	while (script->left) {
		u64 op = script_next(script, 1), a = script_next(script, 2);
		unsigned int i;

		switch (op % 8) {
		case 0: case 1:
			play_alloc(op / 8 % NR_SETS, a % VSLAB_MAX_OBJECT + 1);
			break;
		case 2: case 3:
			for (i = 0; i < 60; i++)
				play_alloc(op / 8 % NR_SETS, a % VSLAB_MAX_OBJECT + 1);
			break;
		case 4:
			play_free(a, op / 8);
			break;
		case 5:
			play_free(a, 1);
			break;
		case 6:
			if (op & 8)
				play_pin(a % READ_ONCE(play.space.slab.fresh), op / 16);
			else
				play_sweep();
			break;
		case 7:
			if (op & 8) {
				play.space.locked = op / 16 % VSLAB_SEGMENT_PAGES;
				vslab_reap(&play.space.slab, a % 4);
				play.space.locked = 0;
			} else {
				vslab_close(&play.space.slab, op / 16 % NR_SETS);
			}
			break;
		}
	}
	play_free(0, play.nr);
	vslab_space_exit(&play.space);
}
