/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Players: each carries out a script of operations, given as bytes, on the code under
 * test and on a simple model of it, and checks that they agree. The bytes come from a
 * random generator in the tests, and from libFuzzer in the fuzzers.
 */
#ifndef VSWAP_TEST_PLAY_H
#define VSWAP_TEST_PLAY_H

#include "test.h"

struct script {
	const u8 *at;
	size_t left;
};

/* The next number of 1..8 bytes, little-endian; zeroes after the end. */
u64 script_next(struct script *script, unsigned int bytes);

void slots_play(struct script *script);
void extents_play(struct script *script);
void filemap_play(struct script *script);
void packed_play(struct script *script);
void kept_play(struct script *script);
void vslab_play(struct script *script);
void btf_play(struct script *script);

/* Play @rounds scripts of @size random bytes, the same ones in every run. */
void play_random(void (*play)(struct script *script), unsigned int rounds, size_t size);

#endif /* VSWAP_TEST_PLAY_H */
