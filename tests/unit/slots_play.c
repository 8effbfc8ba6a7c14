// SPDX-License-Identifier: GPL-2.0
#include "play.h"
#include "slots_space.h"

/* The model: what each slot's word must be, and for fill values, what value. */

#define PLAY_CLUSTERS	12
#define PLAY_SLOTS	(PLAY_CLUSTERS * SLOTS_PER_CLUSTER)
#define PLAY_CPUS	3

static struct play {
	struct space space;
	u64 word[PLAY_SLOTS];
	u64 value[PLAY_SLOTS];
	bool failing;
	struct slot_move moves[16];
	unsigned int nr_moves;
} play;

static void play_alloc(unsigned int cpu, unsigned int order)
{
	u32 i, nr = 1U << order, slots = play.space.s.nr_clusters * SLOTS_PER_CLUSTER;
	s64 first = slots_alloc(&play.space.s, cpu, order);

	if (first < 0) {
		CHECK(first == -ENOSPC || (first == -ENOMEM && play.failing));
		if (first == -ENOSPC)
			CHECK_EQ(play.space.s.nr_free, 0);
		/* Not with more than 3 % of the slots free. */
		if (first == -ENOSPC && order == 0)
			CHECK(slots - SLOTS_PER_CLUSTER - space_used(&play.space) <= slots / 32);
		return;
	}
	CHECK_EQ(first % nr, 0);
	CHECK(first >= SLOTS_PER_CLUSTER && first + nr <= slots);
	for (i = first; i < first + nr; i++) {
		CHECK_EQ(play.word[i], 0);
		play.word[i] = slot_word(SLOT_EMPTY, 0);
		CHECK_EQ(*slot_word_ptr(&play.space.s, i), play.word[i]);
	}
	space_validate_cluster(&play.space, first / SLOTS_PER_CLUSTER);
}

/* Free @nr slots from @slot on, or from the next one in use if @seek. */
static void play_free(u32 slot, unsigned int nr, bool seek)
{
	bool good = nr;
	u32 i;

	slot %= PLAY_SLOTS;
	while (seek && !play.word[slot] && slot < PLAY_SLOTS - 1)
		slot++;
	if (nr > SLOTS_PER_CLUSTER - slot % SLOTS_PER_CLUSTER)
		good = false;
	for (i = slot; good && i < slot + nr; i++)
		good = play.word[i];

	CHECK_EQ(slots_free(&play.space.s, slot, nr), good ? 0 : -EINVAL);
	if (good)
		memset(&play.word[slot], 0, nr * sizeof(play.word[0]));
	if (slot / SLOTS_PER_CLUSTER < play.space.s.nr_clusters)
		space_validate_cluster(&play.space, slot / SLOTS_PER_CLUSTER);
}

static void play_fill(u32 slot, u64 value)
{
	int err;

	slot %= PLAY_SLOTS;
	if (!play.word[slot])
		return;
	err = slot_set_fill(&play.space.s, slot, value);
	CHECK(err == 0 || (err == -ENOMEM && play.failing));
	if (err)
		return;
	play.word[slot] = *slot_word_ptr(&play.space.s, slot);
	play.value[slot] = value;
}

/* An owner stores something, or reads it. */
static void play_store(u32 slot, bool read)
{
	u64 *ptr;

	slot %= PLAY_SLOTS;
	if (!play.word[slot])
		return;
	ptr = slot_word_ptr(&play.space.s, slot);
	if (!read)
		*ptr = slot_word(SLOT_POOL, slot);
	else if (slot_tag(*ptr) == SLOT_POOL)
		*ptr |= SLOT_ACCESSED;
	play.word[slot] = *ptr;
}

static void play_hold(u32 slot, bool hot)
{
	unsigned int i;
	u32 before;

	slot %= PLAY_SLOTS;
	if (slot / SLOTS_PER_CLUSTER >= play.space.s.nr_clusters || play.nr_moves)
		return;
	before = slot;
	play.nr_moves = slots_hold(&play.space.s, &slot, SLOT_POOL, hot, play.moves,
				   ARRAY_SIZE(play.moves));
	CHECK(slot > before);
	for (i = 0; i < play.nr_moves; i++) {
		const struct slot_move *move = &play.moves[i];

		CHECK(move->slot >= before && move->slot < slot);
		CHECK_EQ(play.word[move->slot] & (hot ? ~SLOT_ACCESSED : ~0ULL), move->word);
	}
	/* The others it passed are accessed no more. */
	for (i = before; i < slot; i++)
		if (play.word[i])
			play.word[i] = *slot_word_ptr(&play.space.s, i);
}

static void play_let_go(bool stay, bool hot)
{
	while (play.nr_moves) {
		const struct slot_move *move = &play.moves[--play.nr_moves];
		u64 *now = &play.word[move->slot];
		u64 file = stay ? 0 : slot_word(SLOT_FILE, move->slot);
		enum slot_fate fate = slots_let_go(&play.space.s, move, file, hot);

		if (!(*now & SLOT_BUSY)) {
			CHECK_EQ(fate, SLOT_GONE);
			continue;
		}
		CHECK_EQ(slot_bare(*now), move->word);
		CHECK_EQ(fate, stay || (!hot && (*now & SLOT_ACCESSED)) ? SLOT_KEPT : SLOT_MOVED);
		*now = fate == SLOT_MOVED ? file | (*now & SLOT_ACCESSED) : *now & ~SLOT_BUSY;
	}
}

/* Whatever part of a cluster is asked for, and no further than to its end. */
static void play_look(u32 slot, unsigned int room)
{
	unsigned int nr, left = SLOTS_PER_CLUSTER - slot % SLOTS_PER_CLUSTER, i;
	u64 words[SLOTS_PER_CLUSTER + 1];

	nr = slots_look(&play.space.s, slot, words, room);
	if (slot >= play.space.s.nr_clusters * SLOTS_PER_CLUSTER) {
		CHECK_EQ(nr, 0);
		return;
	}
	CHECK_EQ(nr, room < left ? room : left);
	for (i = 0; i < nr; i++)
		CHECK_EQ(words[i], play.word[slot + i]);
}

static void play_check(void)
{
	u32 i;

	space_validate(&play.space);
	for (i = 0; i <= play.space.s.nr_clusters * SLOTS_PER_CLUSTER; i += SLOTS_PER_CLUSTER / 2) {
		play_look(i, SLOTS_PER_CLUSTER + 1);
		play_look(i + 5, 1 + i % 64);
	}
	for (i = 0; i < play.space.s.nr_clusters * SLOTS_PER_CLUSTER; i++) {
		const u64 *word = slot_word_ptr(&play.space.s, i);
		u64 tag = slot_tag(play.word[i]);

		CHECK_EQ(word ? *word : 0, play.word[i]);
		CHECK_EQ(slots_peek(&play.space.s, i), play.word[i]);
		if (tag == SLOT_FILL || tag == SLOT_WIDE)
			CHECK_EQ(slot_fill_value(&play.space.s, i, *word), play.value[i]);
	}
	CHECK_EQ(test_allocs(), play.space.s.nr_tables + play.space.s.nr_wide + 1);
}

static void play_step(struct script *script)
{
	u8 op = script_next(script, 1), arg = script_next(script, 1);
	struct slots *s = &play.space.s;
	unsigned int i;

	switch (op % 10) {
	case 0:
	case 1:
		play_alloc(op / 8 % PLAY_CPUS, arg % SLOTS_NR_ORDERS);
		break;
	case 2:
		for (i = 0; i < arg; i++)
			play_alloc(op / 8 % PLAY_CPUS, op / 32 % 4);
		break;
	case 3:
		play_free(script_next(script, 2), 1U << arg % SLOTS_NR_ORDERS, true);
		break;
	case 4:
		for (i = 0; i < arg; i++)
			play_free((op / 8 + i) * 13 * arg, 1 + op / 8 % 4, true);
		break;
	case 5:
		play_free(script_next(script, 2), arg, false);
		break;
	case 6:
		play_fill(script_next(script, 2), script_next(script, 8));
		break;
	case 8:
		for (i = 0; i < arg; i++)
			play_store(op / 10 * 512 + arg * i, i % 3 == 2);
		break;
	case 9:
		if (arg % 2)
			play_hold(op / 10 * 509, arg % 2);
		else
			play_let_go(arg % 4, arg / 4 % 2);
		break;
	case 7:
		if (arg % 4 == 0 && s->nr_clusters < PLAY_CLUSTERS)
			space_grow(&play.space, s->nr_clusters + 1);
		if (arg % 4 == 1) {
			test_fail_alloc(1 + op / 8 % 4);
			play.failing = true;
		}
		if (arg % 4 == 2)
			play_check();
		break;
	}
}

void slots_play(struct script *script)
{
	u32 i;

	memset(&play, 0, sizeof(play));
	space_init(&play.space, PLAY_CLUSTERS, PLAY_CPUS);
	space_grow(&play.space, 1 + script_next(script, 1) % 8);
	while (script->left)
		play_step(script);
	play_let_go(false, false);
	play_check();
	for (i = 0; i < PLAY_SLOTS; i++)
		if (play.word[i])
			CHECK_EQ(slots_free(&play.space.s, i, 1), 0);
	memset(play.word, 0, sizeof(play.word));
	play_check();
	space_exit(&play.space, 0);
	test_fail_alloc(0);
}
