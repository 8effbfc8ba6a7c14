/* SPDX-License-Identifier: GPL-2.0 */
/* What vswapctl record draws, and has as JSON: numbers, one for each point of time. */
#ifndef VSWAPCTL_CURVES_H
#define VSWAPCTL_CURVES_H

#include <stddef.h>

struct json_object;
struct recording;

/* Gauges as they are, counters as what they grew by in a second since the point before. */
struct curve {
	char *path;		/* in JSON: "available_bytes", "backends/zswap/used_pages" */
	double *y;		/* NAN: not known */
};

struct curves {
	size_t nr, nr_points;
	struct curve *curve;
};

void curves_make(struct curves *curves, const struct recording *recording);
void curves_free(struct curves *curves);

/* NULL: there is none of that path, or nothing of it is known. */
const double *curves_find(const struct curves *curves, const char *path);

/* Objects within objects, as their paths say. */
struct json_object *curves_to_json(const struct curves *curves);

/* Null if it isn't known. */
struct json_object *double_to_json(double number);

#endif
