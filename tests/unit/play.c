// SPDX-License-Identifier: GPL-2.0
#include "play.h"

u64 script_next(struct script *script, unsigned int bytes)
{
	u64 value = 0;
	unsigned int i;

	for (i = 0; i < bytes && script->left; i++, script->left--)
		value |= (u64)*script->at++ << 8 * i;
	return value;
}

void play_random(void (*play)(struct script *script), unsigned int rounds, size_t size)
{
	u8 *bytes = malloc(size);
	struct script script;
	u64 seed = 1;
	size_t i;

	CHECK(bytes);
	while (rounds--) {
		for (i = 0; i < size; i++)
			bytes[i] = test_random(&seed);
		script = (struct script){ .at = bytes, .left = size };
		play(&script);
	}
	free(bytes);
}
