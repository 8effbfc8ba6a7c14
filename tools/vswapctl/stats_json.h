/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_STATS_JSON_H
#define VSWAPCTL_STATS_JSON_H

struct json_object;
struct snapshot;

/* All of it; the caller puts it. */
struct json_object *stats_to_json(const struct snapshot *snap);

/* Prints one line: the same, the time, and what the counters grew by in a second. */
void stats_json_line(const struct snapshot *before, const struct snapshot *now, double seconds);

#endif
