// SPDX-License-Identifier: GPL-2.0
/* vswapctl record: what is looked at, each time. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "derived.h"
#include "disk.h"
#include "message.h"
#include "pressure.h"
#include "recording.h"
#include "room.h"
#include "swaps.h"
#include "system.h"

static double number(struct value val)
{
	if (!val.known)
		return NAN;
	if (val.unit == UNIT_RATIO)
		return val.fraction;
	return val.negative ? -(double)val.number : (double)val.number;
}

/* ---- The machine ---- */

static void look_at_machine(struct point *point)
{
	struct pressure pressure;
	uint64_t available = room_look().memory;

	pressure_read(&pressure);
	point->value[MEASURE_AVAILABLE] = available ? available : NAN;
	point->value[MEASURE_SOME] = number(pressure.some_total);
	point->value[MEASURE_FULL] = number(pressure.full_total);
	point->value[MEASURE_REFAULTS] = number(pressure.refaults);
	point->value[MEASURE_FAULTS] = number(pressure.faults);
	point->value[MEASURE_VM_OUT] = number(pressure.swapped_out);
	point->value[MEASURE_VM_IN] = number(pressure.swapped_in);
}

/* The disks of swap files, each once. */
static void find_disk(struct recording *recording, const char *path)
{
	dev_t disk;
	size_t i;

	if (!disk_of(path, &disk) || recording->nr_disks == MAX_BACKENDS)
		return;
	for (i = 0; i < recording->nr_disks; i++)
		if (recording->disk[i] == disk)
			return;
	recording->disk[recording->nr_disks++] = disk;
}

static void look_at_disks(const struct recording *recording, struct point *point)
{
	double read = 0, written = 0;
	struct disk disk;
	size_t i;

	for (i = 0; i < recording->nr_disks; i++) {
		if (!disk_read(recording->disk[i], &disk))
			return;
		read += disk.read_bytes;
		written += disk.written_bytes;
	}
	if (!recording->nr_disks)
		return;
	point->value[MEASURE_DISK_READ] = read;
	point->value[MEASURE_DISK_WRITTEN] = written;
}

/* ---- vswap ---- */

/* A backend that comes while the program runs gets a number then; one that goes keeps it. */
static size_t backend_number(struct recording *recording, const char *name)
{
	size_t i;

	for (i = 0; i < recording->nr_backends; i++)
		if (!strcmp(recording->backend[i], name))
			return i;
	if (i < MAX_BACKENDS) {
		recording->backend[i] = xstrdup(name);
		recording->nr_backends++;
	}
	return i;
}

static void look_at_backend(struct recording *recording, const struct backend *backend,
			    struct point *point)
{
	size_t i = backend_number(recording, backend->name.text);

	if (i == MAX_BACKENDS)
		return;
	if (backend->file[BACKEND_PATH].known)
		find_disk(recording, backend->file[BACKEND_PATH].text);
	point->backend[i][BACKEND_HAS] = number(backend->file[BACKEND_USED]);
	point->backend[i][BACKEND_TOOK] = number(backend->file[BACKEND_OUT]);
	point->backend[i][BACKEND_GAVE] = number(backend->file[BACKEND_IN]);
}

static void look_at_vswap(struct recording *recording, struct point *point)
{
	static const struct {
		enum measure measure;
		enum area_file file;
	} files[] = {
		{ MEASURE_FILL, AREA_FILL }, { MEASURE_OUT, AREA_OUT }, { MEASURE_IN, AREA_IN },
		{ MEASURE_WRITEBACK, AREA_WRITEBACK }, { MEASURE_LOST, AREA_READ_ERRORS },
		{ MEASURE_NOT_WRITTEN, AREA_WRITE_ERRORS }, { MEASURE_NO_ROOM, AREA_STORE_FAILURES },
	};
	struct snapshot snap;
	size_t i;

	/* somebody may unload it meanwhile */
	if (!snapshot_try_read(&snap))
		return;
	point->value[MEASURE_SWAPPED] = number(value_to_bytes(snap.file[AREA_USED]));
	point->value[MEASURE_TAKEN] = number(area_memory_taken(&snap));
	point->value[MEASURE_GAINED] = number(area_memory_saved(&snap));
	point->value[MEASURE_RATIO] = number(area_ratio(&snap));
	for (i = 0; i < sizeof(files) / sizeof(*files); i++)
		point->value[files[i].measure] = number(snap.file[files[i].file]);
	for (i = 0; i < snap.nr_backends; i++)
		look_at_backend(recording, &snap.backend[i], point);
	snapshot_free(&snap);
}

/* ---- What is in its place ---- */

/* Of what is in zram, and what that takes. */
static void look_at_zram(const char *device, struct point *point)
{
	char *path = xasprintf("/sys/block/%s/mm_stat", device);
	FILE *file = system_open(path);
	uint64_t original, used;

	if (file && fscanf(file, "%" SCNu64 " %*u %" SCNu64, &original, &used) == 2) {
		point->value[MEASURE_TAKEN] = used;
		point->value[MEASURE_GAINED] = (double)original - used;
		point->value[MEASURE_RATIO] = original && used ? (double)original / used : NAN;
	}
	if (file)
		fclose(file);
	free(path);
}

/* It has no counters of its own; the kernel's are of all areas. */
static void look_at_rival(struct recording *recording, struct point *point)
{
	FILE *file = swaps_open();
	struct swap swap;

	while (swaps_next(file, &swap))
		if (!strcmp(swap.path, recording->area))
			point->value[MEASURE_SWAPPED] = swap.used;
	swaps_close(file);
	if (!strncmp(recording->area, "/dev/zram", strlen("/dev/zram")))
		look_at_zram(recording->area + strlen("/dev/"), point);
	else
		find_disk(recording, recording->area);
	point->value[MEASURE_OUT] = point->value[MEASURE_VM_OUT];
	point->value[MEASURE_IN] = point->value[MEASURE_VM_IN];
}

/* ---- All ---- */

static void take_loads(struct point_loads *to, const struct latency_counts *counts)
{
	int place, i;

	for (place = 0; place < LATENCY_PLACES; place++)
		for (i = 0; i < LATENCY_BUCKETS; i++)
			to->bucket[place][i] = counts->cell[LATENCY_LOAD][place].bucket[i];
}

void recording_look(struct recording *recording, struct point *point, struct point_loads *loads)
{
	double *value = point->value;
	size_t i, j;

	for (i = 0; i < MEASURE_COUNT; i++)
		value[i] = NAN;
	for (i = 0; i < MAX_BACKENDS; i++)
		for (j = 0; j < BACKEND_MEASURES; j++)
			point->backend[i][j] = NAN;
	look_at_machine(point);
	if (recording->area)
		look_at_rival(recording, point);
	else
		look_at_vswap(recording, point);
	look_at_disks(recording, point);
	if (loads) {
		latency_probe_read(&recording->loads);
		take_loads(loads, &recording->loads);
	}
}
