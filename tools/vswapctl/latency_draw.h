/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_LATENCY_DRAW_H
#define VSWAPCTL_LATENCY_DRAW_H

#include <stdbool.h>

#include "latency_probe.h"

struct json_object;

/* Tables for people of what was counted in so many seconds, and histograms if wanted. */
void latency_print(const struct latency_counts *counts, double seconds, bool histograms);

/* Three digits and a unit, such as 1.25ms. The caller frees it. */
char *format_ns(double ns);

/* What a place is called. */
const char *latency_place_name(enum latency_place place);

struct json_object *latency_to_json(const struct latency_counts *counts, double seconds);

#endif
