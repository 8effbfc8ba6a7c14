/* SPDX-License-Identifier: GPL-2.0 */
/* How well the memory of the processes compresses, before anything is swapped. */
#ifndef VSWAPCTL_SAMPLE_H
#define VSWAPCTL_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

struct sample {
	bool allowed;		/* others' memory is root's alone to read */
	uint64_t pages;		/* that were read */
	uint64_t fill;		/* of them of one value, which take nothing */
	uint64_t incompressible; /* of the others: more than 75% is left of them by LZ4 */
	uint64_t bytes;		/* what the rest takes */
};

/*
 * Reads some hundred pages, at random, of all that are in memory and no file's. What has gone
 * meanwhile is left out; what is in them is forgotten at once.
 */
void sample_read(struct sample *sample);

#endif
