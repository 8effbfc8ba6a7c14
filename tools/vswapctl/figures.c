// SPDX-License-Identifier: GPL-2.0
/* What a machine tells of its memory, its swap and its disk. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "disk.h"
#include "figures.h"
#include "json.h"
#include "message.h"
#include "pressure.h"
#include "room.h"
#include "sample.h"
#include "snapshot.h"
#include "swaps.h"
#include "system.h"

/* With less there is no average. */
#define LEAST_PAGES	1000
#define LEAST_SAMPLED	100
#define LEAST_READS	100

static const struct {
	const char *key;
	enum unit unit;
	const char *label;
	const char *help;
} rows[] = {
#define ROW(id, key, unit, label, help)	{ key, UNIT_##unit, label, help },
	FIGURES(ROW)
};

static void set(struct figures *figures, enum figure figure, uint64_t number)
{
	figures->value[figure] = value_number(rows[figure].unit, number);
}

/* ---- The machine ---- */

static void read_swaps(struct figures *figures)
{
	uint64_t other = 0, zram = 0;
	FILE *file = swaps_open();
	struct swap swap;

	if (!file)
		return;
	while (swaps_next(file, &swap)) {
		if (swap_is_zram(&swap))
			zram += swap.bytes;
		else if (strcmp(swap.path, VSWAP_DEVICE))
			other += swap.bytes;
	}
	swaps_close(file);
	set(figures, FIGURE_OTHER_SWAP, other);
	set(figures, FIGURE_ZRAM, zram);
}

static void read_machine(struct figures *figures)
{
	uint64_t ram = system_ram(), available = room_look().memory;
	struct pressure pressure;

	if (ram != UINT64_MAX)
		set(figures, FIGURE_RAM, ram);
	if (available)
		set(figures, FIGURE_AVAILABLE, available);
	pressure_read(&pressure);
	figures->value[FIGURE_WAITED] = pressure.some_long;
	read_swaps(figures);
}

static void read_disk(struct figures *figures, const char *path)
{
	struct disk disk;
	dev_t number;

	if (disk_of(path, &number) && disk_read(number, &disk) && disk.reads >= LEAST_READS)
		figures->value[FIGURE_DISK_READ] = value_ratio(value_number(UNIT_COUNT, disk.read_ms),
							       value_number(UNIT_COUNT, disk.reads));
}

/* ---- The module ---- */

static void read_pool(struct figures *figures, const struct value *file)
{
	struct value *to = figures->value;

	to[FIGURE_POOL_LIMIT] = file[BACKEND_LIMIT];
	to[FIGURE_POOL_TAKES] = file[BACKEND_POOL];
	to[FIGURE_POOL_USE] = value_percent(file[BACKEND_POOL], file[BACKEND_LIMIT]);
	to[FIGURE_POOL_OUT] = file[BACKEND_OUT];
	to[FIGURE_POOL_IN] = file[BACKEND_IN];
	to[FIGURE_POOL_FULL] = file[BACKEND_FULL];
	if (file[BACKEND_POOL].known && file[BACKEND_USED].known &&
	    file[BACKEND_USED].number >= LEAST_PAGES)
		set(figures, FIGURE_POOL_BYTES,
		    file[BACKEND_POOL].number / file[BACKEND_USED].number);
}

static void read_module(struct figures *figures, const struct snapshot *snap)
{
	struct value used = value_number(UNIT_PAGES, 0), room = used, in = value_number(UNIT_COUNT, 0);
	uint64_t files = 0;
	size_t i;

	for (i = 0; i < snap->nr_backends; i++) {
		const struct value *file = snap->backend[i].file;

		if (!file[BACKEND_TYPE].known)
			continue;
		if (!strcmp(file[BACKEND_TYPE].text, "zswap")) {
			read_pool(figures, file);
			continue;
		}
		files++;
		used = value_add(used, file[BACKEND_USED]);
		room = value_add(room, file[BACKEND_CAPACITY]);
		in = value_add(in, file[BACKEND_IN]);
		if (file[BACKEND_PATH].known && !figures->value[FIGURE_DISK_READ].known)
			read_disk(figures, file[BACKEND_PATH].text);
	}
	figures->value[FIGURE_NO_ROOM] = snap->file[AREA_STORE_FAILURES];
	if (!snap->backends_known)
		return;
	set(figures, FIGURE_FILES, files);
	if (!files)
		return;
	figures->value[FIGURE_FILE_IN] = in;
	figures->value[FIGURE_FILE_USE] = value_percent(used, room);
}

/* ---- How memory compresses ---- */

static void read_sample(struct figures *figures)
{
	struct sample sample;
	uint64_t others, shrinking;

	sample_read(&sample);
	figures->sampling_allowed = sample.allowed;
	if (!sample.allowed)
		return;
	set(figures, FIGURE_SAMPLED, sample.pages);
	others = sample.pages - sample.fill;
	figures->value[FIGURE_FILL] = value_percent(value_number(UNIT_COUNT, sample.fill),
						    value_number(UNIT_COUNT, sample.pages));
	figures->value[FIGURE_INCOMPRESSIBLE] =
		value_percent(value_number(UNIT_COUNT, sample.incompressible),
			      value_number(UNIT_COUNT, others));
	shrinking = others - sample.incompressible;
	if (others >= LEAST_SAMPLED)
		set(figures, FIGURE_SAMPLED_BYTES,
		    shrinking ? (sample.bytes + shrinking / 2) / shrinking : 0);
}

void figures_read(struct figures *figures, const struct snapshot *snap, const struct conf *conf)
{
	size_t i;

	*figures = (struct figures){ .loaded = snap, .sampling_allowed = true };
	for (i = 0; i < FIGURE_COUNT; i++)
		figures->value[i] = value_unknown(rows[i].unit);
	read_machine(figures);
	if (snap)
		read_module(figures, snap);
	else if (conf->nr_files)
		read_disk(figures, conf->file[0].path);
	if (!figures->value[FIGURE_POOL_BYTES].known)
		read_sample(figures);
}

/* ---- Told ---- */

void figures_print(const struct figures *figures)
{
	size_t i;

	for (i = 0; i < FIGURE_COUNT; i++) {
		char *text = value_format(&figures->value[i], false);

		if (figures->value[i].known)
			printf("%-18s %9s %s\n", rows[i].label, text, rows[i].help);
		free(text);
	}
}

struct json_object *figures_to_json(const struct figures *figures)
{
	struct json_object *obj = json_object_new_object();
	size_t i;

	for (i = 0; i < FIGURE_COUNT; i++)
		json_add(obj, rows[i].key, value_to_json(&figures->value[i]));
	return obj;
}
