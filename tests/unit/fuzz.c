// SPDX-License-Identifier: GPL-2.0
/* A libFuzzer target; PLAY is the player to fuzz with. */
#include "play.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct script script = { .at = data, .left = size };

	test_fail_alloc(0);
	PLAY(&script);
	CHECK_EQ(test_allocs(), 0);
	return 0;
}
