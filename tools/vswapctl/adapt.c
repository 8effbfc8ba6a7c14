// SPDX-License-Identifier: GPL-2.0
/* The module that is loaded becomes what the configuration says. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapt.h"
#include "addition.h"
#include "change.h"
#include "control.h"
#include "doctor_options.h"
#include "json.h"
#include "message.h"
#include "program.h"
#include "snapshot.h"
#include "sysfs.h"
#include "system.h"

#define PARAMETERS	"/sys/module/vswap/parameters"
#define MIB_SHIFT	20

struct adaptation {
	const struct conf *conf;
	bool on;
	struct snapshot was;	/* the backends before anything is done */
	size_t nr;		/* how many of those wanted are there */
	int dir;
	int control;
};

static void __attribute__((format(printf, 1, 2))) tell_later(const char *fmt, ...)
{
	struct json_object *change;
	va_list ap;
	char *text;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		fail("out of memory");
	va_end(ap);
	change = change_new("from the next start on", NULL);
	json_add(change, "key", json_text(text));
	change_done(change, "%s: from the next start on", text);
	free(text);
}

static bool is_pool(const struct backend *backend)
{
	const struct value *type = &backend->file[BACKEND_TYPE];

	return type->known && !strcmp(type->text, ADDITION_POOL);
}

static const struct backend *find_pool(const struct adaptation *a)
{
	size_t i;

	for (i = 0; i < a->was.nr_backends; i++)
		if (is_pool(&a->was.backend[i]))
			return &a->was.backend[i];
	return NULL;
}

/* ---- One backend ---- */

static void add(struct adaptation *a, struct vswap_backend_spec *spec)
{
	int error = control_request(a->control, VSWAP_BACKEND_ADD, spec);

	if (error)
		fail("%s: %s", spec->name, addition_reason(a->dir, spec, error));
	change_done(change_new("added", spec->name), a->on ? "%s: added" : NULL, spec->name);
	a->nr++;
}

static bool is_missing(int error)
{
	return error == ENOENT || error == ENXIO || error == ENODEV || error == ENOTDIR;
}

static void add_file(struct adaptation *a, const struct conf_file *file)
{
	struct vswap_backend_spec spec = { .type = ADDITION_FILE, .tier = file->tier };
	char *whole = system_path(file->path);
	int error;

	control_set_name(spec.name, file->name);
	spec.fd = open(whole, O_RDONLY | O_CLOEXEC);
	error = errno;
	free(whole);
	if (spec.fd >= 0) {
		add(a, &spec);
		close(spec.fd);
	} else if (is_missing(error) && !a->conf->params.require_all) {
		complain("%s: %s: %s: swap goes without it; when it is there: vswapctl reload",
			 file->name, file->path, strerror(error));
	} else {
		fail("%s: %s: %s", file->name, file->path, strerror(error));
	}
}

static void add_pool(struct adaptation *a)
{
	struct vswap_backend_spec spec = {
		.name = CONF_POOL, .type = ADDITION_POOL, .fd = -1,
		.limit_bytes = a->conf->pool_bytes, .tier = a->conf->pool_tier,
	};

	snprintf(spec.compressor, sizeof(spec.compressor), "%s",
		 a->conf->params.zswap_compressor);
	add(a, &spec);
}

/* Shows its progress, and can be interrupted. */
static void move_away(const char *name)
{
	char *argv[] = { "/proc/self/exe", "backend", "remove", "--", (char *)name, NULL };

	fflush(stdout);
	if (program_run(argv))
		fail("%s: not removed", name);
	change_done(change_new("removed", name), NULL);
}

static void take_away(const struct adaptation *a, const char *name)
{
	struct vswap_backend_request request = { .fd = -1 };
	static const struct reason none[] = { { 0 } };
	int error;

	if (a->on) {
		move_away(name);
		return;
	}
	control_set_name(request.name, name);
	error = control_request(a->control, VSWAP_BACKEND_REMOVE, &request);
	if (error)
		fail("%s: %s", name, control_reason(none, error));
}

static void resize_pool(const struct adaptation *a, const char *name)
{
	struct vswap_backend_request request = { .fd = -1, .bytes = a->conf->pool_bytes };
	static const struct reason none[] = { { 0 } };
	int error;

	control_set_name(request.name, name);
	error = control_request(a->control, VSWAP_BACKEND_RESIZE, &request);
	if (error)
		fail("%s: %s", name, control_reason(none, error));
	change_done(change_new("resized", name), "%s: resized", name);
}

/* ---- All of them ---- */

bool backend_is_at(const struct backend *backend, const char *place)
{
	const struct value *path = &backend->file[BACKEND_PATH];

	return path->known && conf_path_is(place, path->text);
}

/* Is it where it has to be? If not, and the area is on, that is told. */
static bool has_tier(const struct adaptation *a, const struct backend *backend, int tier)
{
	const struct value *its = &backend->file[BACKEND_TIER];

	if (!its->known || its->number == (uint64_t)tier)
		return true;
	if (a->on)
		tell_later("%s: tier = %d", backend->name.text, tier);
	return a->on;
}

/* What is used gives way only to what can be used; before swap is on there is nothing in it. */
static bool has_to_stay(const struct adaptation *a, const struct backend *there,
			const struct conf_file *file)
{
	const char *why = a->on ? swap_file_wrong(file->name, file->path) : NULL;

	if (why)
		tell_one_error("%s: stays where it is: %s: %s", there->name.text, file->path, why);
	return why;
}

static void adapt_file(struct adaptation *a, const struct conf_file *file)
{
	const struct backend *there = snapshot_find(&a->was, file->name);

	if (there && ((backend_is_at(there, file->path) && has_tier(a, there, file->tier)) ||
		      has_to_stay(a, there, file))) {
		a->nr++;
		return;
	}
	if (there)
		take_away(a, file->name);
	add_file(a, file);
}

static void adapt_pool(struct adaptation *a)
{
	const struct backend *there = find_pool(a);

	if (there && !has_tier(a, there, a->conf->pool_tier)) {
		take_away(a, there->name.text);
		there = NULL;
	}
	if (!there) {
		add_pool(a);
		return;
	}
	a->nr++;
	if (there->file[BACKEND_LIMIT].known && there->file[BACKEND_LIMIT].number >> MIB_SHIFT !=
						a->conf->pool_bytes >> MIB_SHIFT)
		resize_pool(a, there->name.text);
}

static bool is_wanted(const struct adaptation *a, const struct backend *backend)
{
	if (is_pool(backend))
		return a->conf->has_pool;
	return conf_find_file(a->conf, backend->name.text);
}

static void take_others_away(const struct adaptation *a)
{
	size_t i;

	for (i = 0; i < a->was.nr_backends; i++)
		if (!is_wanted(a, &a->was.backend[i]))
			take_away(a, a->was.backend[i].name.text);
}

void adapt_backends(const struct conf *conf, bool on)
{
	struct adaptation a = { .conf = conf, .on = on };
	size_t i;

	snapshot_read(&a.was);
	a.dir = sysfs_open();
	a.control = control_open();
	for (i = 0; i < conf->nr_files; i++)
		adapt_file(&a, &conf->file[i]);
	if (conf->has_pool)
		adapt_pool(&a);
	if (!a.nr)
		fail("none of the backends in " CONF_NAME " is there");
	take_others_away(&a);
	control_close();
	close(a.dir);
	snapshot_free(&a.was);
}

/* ---- Parameters ---- */

static void write_parameter(const struct conf_parameter *parameter)
{
	char *path = xasprintf(PARAMETERS "/%s", parameter->name), *whole = system_path(path);
	FILE *file = fopen(whole, "we");
	bool failed = !file || fputs(parameter->value, file) < 0;
	struct json_object *change;
	char *key;

	if (file && fclose(file))
		failed = true;
	if (failed)
		fail("cannot write %s: %s", path, strerror(errno));
	key = xasprintf("[%s] %s", parameter->section, parameter->key);
	change = change_new("changed", NULL);
	json_add(change, "key", json_text(key));
	change_done(change, "%s: changed", key);
	free(key);
	free(whole);
	free(path);
}

static void adapt_parameter(const struct conf_parameter *parameter)
{
	char *path = xasprintf(PARAMETERS "/%s", parameter->name);
	bool differs = system_has(path) && !system_line_is(path, parameter->value);

	free(path);
	if (differs && parameter->live)
		write_parameter(parameter);
	else if (differs)
		tell_later("[%s] %s", parameter->section, parameter->key);
}

static void tell_priority(const struct conf *conf)
{
	int dir = sysfs_open();
	struct value its = area_value(dir, AREA_PRIORITY);

	if (conf->params.priority >= 0 && its.known &&
	    (its.negative || its.number != (uint64_t)conf->params.priority))
		tell_later("[area] priority");
	close(dir);
}

void adapt_parameters(const struct conf *conf)
{
	struct conf_parameter parameter;
	size_t i;

	for (i = 0; conf_parameter(conf, i, &parameter); i++) {
		adapt_parameter(&parameter);
		free(parameter.value);
	}
	tell_priority(conf);
}
