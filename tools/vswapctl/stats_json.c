// SPDX-License-Identifier: GPL-2.0
/* vswapctl stats as JSON. */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "columns.h"
#include "derived.h"
#include "json.h"
#include "message.h"
#include "settings.h"
#include "snapshot.h"
#include "stats_json.h"

/* What JSON has besides the files. */
static const struct {
	const char *key;
	struct value (*get)(const struct snapshot *snap);
} derived[] = {
	{ "free_pages",			area_free },
	{ "use_percent",		area_use },
	{ "stored_pages",		area_stored },
	{ "backend_memory_bytes",	area_backend_memory },
	{ "memory_taken_bytes",		area_memory_taken },
	{ "memory_saved_bytes",		area_memory_saved },
	{ "ratio",			area_ratio },
	{ "compressed_ratio",		area_compressed_ratio },
	{ "writeback_page_bytes",	area_writeback_page },
};

static struct json_object *settings_to_json(void)
{
	struct json_object *obj = json_object_new_object();
	struct settings settings;
	size_t i;

	settings_read(&settings);
	for (i = 0; i < settings.nr; i++)
		json_add(obj, settings.setting[i].name, json_text(settings.setting[i].value));
	if (!settings.nr) {
		json_object_put(obj);
		obj = NULL;
	}
	settings_free(&settings);
	return obj;
}

struct json_object *stats_to_json(const struct snapshot *snap)
{
	struct json_object *root = json_object_new_object();
	struct column_list list;
	struct value val;
	size_t i;

	for (i = 0; i < AREA_COUNT; i++)
		json_add(root, area_files[i].name,
			 value_to_json(&snap->file[i]));
	for (i = 0; i < sizeof(derived) / sizeof(*derived); i++) {
		val = derived[i].get(snap);
		json_add(root, derived[i].key, value_to_json(&val));
	}
	columns_all(&list);
	json_add(root, "backends", columns_to_json(&list, snap));
	json_add(root, "parameters", settings_to_json());
	return root;
}

/* ---- One line of many ---- */

static struct json_object *rates_of(const struct file *files, size_t nr, const struct value *before,
				    const struct value *now, double seconds)
{
	struct json_object *rates = json_object_new_object();
	struct value rate;
	size_t i;

	for (i = 0; i < nr; i++) {
		if (files[i].kind != KIND_COUNTER || !now[i].known)
			continue;
		rate = before ? value_rate(before[i], now[i], seconds) : value_unknown(UNIT_RATIO);
		json_add(rates, files[i].name, value_to_json(&rate));
	}
	return rates;
}

static struct json_object *rates_to_json(const struct snapshot *before, const struct snapshot *now,
					 double seconds)
{
	struct json_object *rates = rates_of(area_files, AREA_COUNT, before->file, now->file,
					     seconds);
	struct json_object *backends = json_object_new_object();
	size_t i;

	for (i = 0; i < now->nr_backends; i++) {
		const struct backend *backend = &now->backend[i];
		const struct backend *was = snapshot_find(before, backend->name.text);

		json_add(backends, backend->name.text,
			 rates_of(backend_files, BACKEND_COUNT, was ? was->file : NULL,
				  backend->file, seconds));
	}
	json_add(rates, "backends", backends);
	return rates;
}

void stats_json_line(const struct snapshot *before, const struct snapshot *now, double seconds)
{
	struct json_object *line = json_object_new_object(), *all = stats_to_json(now);
	struct value elapsed = value_unknown(UNIT_RATIO);
	char *time = format_now();

	elapsed.known = true;
	elapsed.fraction = seconds;
	json_add(line, "time", json_text(time));
	json_add(line, "seconds", value_to_json(&elapsed));
	json_add(line, "rates", rates_to_json(before, now, seconds));
	json_object_object_foreach(all, key, val)
		json_add(line, key, json_object_get(val));
	json_object_put(all);
	json_print_line(line);
	free(time);
}
