// SPDX-License-Identifier: GPL-2.0
/* The files of the interface, read into memory. */
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "snapshot.h"
#include "sysfs.h"

#define FILE_ROW(id, file_name, file_unit, file_kind, what) \
	{ .name = file_name, .unit = UNIT_##file_unit, .kind = KIND_##file_kind, .help = what },

const struct file area_files[AREA_COUNT] = { AREA_FILES(FILE_ROW) };
const struct file backend_files[BACKEND_COUNT] = { BACKEND_FILES(FILE_ROW) };

static struct value read_value(int dir, const char *path, enum unit unit)
{
	char *text = sysfs_read(dir, path);
	struct value val;

	if (!text)
		return value_unknown(unit);
	if (!value_parse(&val, unit, text))
		sysfs_malformed(path, text);
	free(text);
	return val;
}

struct value area_value(int dir, enum area_file file)
{
	return read_value(dir, area_files[file].name, area_files[file].unit);
}

struct value backend_value(int dir, const char *name, enum backend_file file)
{
	char *path = xasprintf("backend/%s/%s", name, backend_files[file].name);
	struct value val = read_value(dir, path, backend_files[file].unit);

	free(path);
	return val;
}

static void read_backend(int dir, struct backend *backend)
{
	int i;

	for (i = 0; i < BACKEND_COUNT; i++)
		backend->file[i] = backend_value(dir, backend->name.text, i);
}

static bool is_plain_name(const char *name)
{
	return name[0] != '.' && !strchr(name, '/');
}

static struct backend *append_backend(struct snapshot *snap)
{
	snap->backend = xreallocarray(snap->backend, snap->nr_backends + 1, sizeof(*snap->backend));
	return &snap->backend[snap->nr_backends++];
}

static void read_backends(int dir, struct snapshot *snap)
{
	static const char path[] = "backends";
	char *names = sysfs_read(dir, path);
	char *rest = names;
	struct backend *backend;
	char *name;

	snap->backends_known = names;
	while ((name = strsep(&rest, " "))) {
		if (!*name)
			continue;
		if (!is_plain_name(name))
			sysfs_malformed(path, name);
		backend = append_backend(snap);
		value_parse(&backend->name, UNIT_TEXT, name);
		read_backend(dir, backend);
	}
	free(names);
}

bool snapshot_try_read(struct snapshot *snap)
{
	int dir = sysfs_try_open();
	int i;

	*snap = (struct snapshot){ 0 };
	if (dir < 0)
		return false;
	for (i = 0; i < AREA_COUNT; i++)
		snap->file[i] = area_value(dir, i);
	read_backends(dir, snap);
	if (sysfs_try_close(dir))
		return true;
	snapshot_free(snap);
	*snap = (struct snapshot){ 0 };
	return false;
}

void snapshot_read(struct snapshot *snap)
{
	if (!snapshot_try_read(snap))
		sysfs_fail_not_loaded();
}

void snapshot_free(struct snapshot *snap)
{
	struct backend *backend = snap->backend;
	int i;

	for (i = 0; i < AREA_COUNT; i++)
		value_free(&snap->file[i]);
	for (; backend < snap->backend + snap->nr_backends; backend++) {
		value_free(&backend->name);
		for (i = 0; i < BACKEND_COUNT; i++)
			value_free(&backend->file[i]);
	}
	free(snap->backend);
}

const struct backend *snapshot_find(const struct snapshot *snap, const char *name)
{
	const struct backend *backend = snap->backend;

	for (; backend < snap->backend + snap->nr_backends; backend++)
		if (!strcmp(backend->name.text, name))
			return backend;
	return NULL;
}
