// SPDX-License-Identifier: GPL-2.0
/* What vswapctl record has seen, for programs. */
#include <json-c/json.h>
#include <math.h>
#include <unistd.h>

#include "json.h"
#include "latency_draw.h"
#include "page.h"
#include "recording.h"
#include "stats_json.h"
#include "system.h"
#include "value.h"

static struct json_object *words_to_json(char *const *words)
{
	struct json_object *array = json_object_new_array();

	for (; *words; words++)
		json_object_array_add(array, json_text(*words));
	return array;
}

static double seconds_of(struct timeval time)
{
	return time.tv_sec + time.tv_usec / 1e6;
}

/* Of the program, and of those processes that it waited for. */
static struct json_object *usage_to_json(const struct rusage *usage)
{
	struct json_object *obj = json_object_new_object();

	json_add(obj, "user_seconds", double_to_json(seconds_of(usage->ru_utime)));
	json_add(obj, "system_seconds", double_to_json(seconds_of(usage->ru_stime)));
	json_add(obj, "major_faults", double_to_json(usage->ru_majflt));
	json_add(obj, "largest_process_bytes", double_to_json(usage->ru_maxrss * 1024.0));
	return obj;
}

static struct json_object *totals_to_json(const struct recording *recording)
{
	struct json_object *obj = json_object_new_object();
	size_t i;

	for (i = 0; i < MEASURE_COUNT; i++)
		if (measures[i].kind == MEASURE_COUNTER)
			json_add(obj, measures[i].key, double_to_json(recording_total(recording, i)));
	return obj;
}

static struct json_object *most_to_json(const struct recording *recording)
{
	struct json_object *obj = json_object_new_object();
	size_t i;

	for (i = 0; i < MEASURE_COUNT; i++)
		if (measures[i].kind == MEASURE_GAUGE)
			json_add(obj, measures[i].key, double_to_json(recording->most[i]));
	json_add(obj, "least_available_bytes", double_to_json(recording->least_available));
	json_add(obj, "ratio_when_most_was_swapped", double_to_json(recording->ratio));
	return obj;
}

static struct json_object *backends_to_json(const struct recording *recording)
{
	struct json_object *all = json_object_new_object(), *obj;
	size_t i, j;

	for (i = 0; i < recording->nr_backends; i++) {
		obj = json_object_new_object();
		json_add(obj, "most_used_pages", double_to_json(recording->most_held[i]));
		for (j = BACKEND_TOOK; j < BACKEND_MEASURES; j++)
			json_add(obj, backend_keys[j],
				 double_to_json(recording_backend_total(recording, i, j)));
		json_add(all, recording->backend[i], obj);
	}
	return all;
}

static struct json_object *run_to_json(const struct recording *recording,
				       const struct curves *curves)
{
	struct json_object *obj = json_object_new_object();

	json_add(obj, "name", json_text(recording->name));
	json_add(obj, "seconds", double_to_json(recording->seconds));
	json_add(obj, "status", double_to_json(recording->status));
	json_add(obj, "program", usage_to_json(&recording->usage));
	json_add(obj, "interval", double_to_json(recording->interval));
	json_add(obj, "samples", double_to_json(recording->points.samples));
	json_add(obj, "recorder_seconds", double_to_json(recording->own_seconds));
	json_add(obj, "totals", totals_to_json(recording));
	json_add(obj, "most", most_to_json(recording));
	json_add(obj, "backends", backends_to_json(recording));
	json_add(obj, "latency", recording->no_loads ? NULL :
				 latency_to_json(&recording->loads, recording->seconds));
	json_add(obj, "no_latency", recording->no_loads ? json_text(recording->no_loads) : NULL);
	json_add(obj, "series", curves_to_json(curves));
	return obj;
}

static struct json_object *machine_to_json(const struct page *page)
{
	struct json_object *obj = json_object_new_object();
	uint64_t ram = system_ram();
	char name[256] = "";

	if (page->hostname && !gethostname(name, sizeof(name) - 1))
		json_add(obj, "hostname", json_text(name));
	json_add(obj, "kernel", json_text(system_release()));
	json_add(obj, "memory_bytes", ram == UINT64_MAX ? NULL : json_object_new_uint64(ram));
	json_add(obj, "processors", double_to_json(sysconf(_SC_NPROCESSORS_ONLN)));
	return obj;
}

struct json_object *page_to_json(const struct page *page)
{
	struct json_object *root = json_object_new_object(), *runs = json_object_new_array();
	size_t i;

	for (i = 0; i < page->nr; i++)
		json_object_array_add(runs, run_to_json(page->run[i], &page->curves[i]));
	json_add(root, "vswapctl", json_text(VSWAPCTL_VERSION));
	json_add(root, "time", json_text(page->began));
	json_add(root, "command", words_to_json(page->run[0]->command));
	json_add(root, "machine", machine_to_json(page));
	json_add(root, "runs", runs);
	json_add(root, "vswap", stats_to_json(&page->snap));
	return root;
}
