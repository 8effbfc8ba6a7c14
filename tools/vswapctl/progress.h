/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_PROGRESS_H
#define VSWAPCTL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct value;

enum { PROGRESS_SAMPLES = 16, PROGRESS_MS = 200 };

/* A line on the terminal that tells how many pages are left. */
struct progress {
	const char *name;
	bool terminal;
	bool shown;
	uint64_t total;
	unsigned int nr;	/* samples taken, the last ones kept */
	struct {
		uint64_t left;
		double seconds;
	} sample[PROGRESS_SAMPLES];
};

/* Where stdout is no terminal, nothing is ever shown. */
void progress_start(struct progress *progress, const char *name);
void progress_show(struct progress *progress, struct value left);
void progress_clear(struct progress *progress);

#endif
