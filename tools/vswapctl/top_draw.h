/* SPDX-License-Identifier: GPL-2.0 */
/* vswapctl top: the screen. */
#ifndef VSWAPCTL_TOP_DRAW_H
#define VSWAPCTL_TOP_DRAW_H

#include <stdbool.h>
#include <stddef.h>

struct top_choice;
struct top_data;

/* What is shown of it, and how. */
struct top_view {
	double interval;
	bool exact;		/* sizes in bytes */
	bool paused;
	bool help;
	bool filtering;		/* the filter is being typed */
	size_t scroll;		/* lines of who has pages that are above the screen */
};

/* The terminal is the program's until top_draw_stop(); false if it isn't up to that. */
bool top_draw_start(void);
void top_draw_stop(void);

/* Corrects view->scroll if there are fewer lines. */
void top_draw(const struct top_data *data, const struct top_choice *choice, struct top_view *view);

#endif
