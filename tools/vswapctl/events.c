// SPDX-License-Identifier: GPL-2.0
/* vswapctl events: a line for each change. The module tells nobody of them: it looks. */
#include <getopt.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "command.h"
#include "json.h"
#include "message.h"
#include "series.h"
#include "snapshot.h"

enum { INTERVAL, JSON };

static const struct option_row options[] = {
	[INTERVAL] = { 'i', "interval", "<time>", "from one look to the next: 1 (default), 500ms, 5m" },
	[JSON]     = { 'j', "json", NULL, "JSON, a line for each" },
	{ 0 }
};

struct watch {
	bool json;
	bool loaded;
	struct snapshot snap;	/* of the last look, empty if the module wasn't loaded */
};

/* ---- One line ---- */

static struct json_object *begin_line(const char *time)
{
	struct json_object *line = json_object_new_object();

	json_add(line, "time", json_text(time));
	return line;
}

/* @key: what @val is called, if there is one. The text is for people. */
static void __attribute__((format(printf, 6, 7)))
tell(const struct watch *watch, const char *change, const struct value *name, const char *key,
     struct json_object *val, const char *fmt, ...)
{
	char *time = format_now();
	struct json_object *line;
	va_list ap;

	if (watch->json) {
		line = begin_line(time);
		json_add(line, "change", json_text(change));
		if (name)
			json_add(line, "backend", value_to_json(name));
		if (key)
			json_add(line, key, json_object_get(val));
		json_print_line(line);
	} else {
		printf("%s ", time);
		if (name)
			printf("%s: ", name->text);
		va_start(ap, fmt);
		vprintf(fmt, ap);
		va_end(ap);
		putchar('\n');
	}
	json_object_put(val);
	free(time);
}

static void tell_plain(const struct watch *watch, const char *change, const struct value *name)
{
	tell(watch, change, name, NULL, NULL, "%s", change);
}

/* ---- Backends ---- */

static const char *state_of(const struct backend *backend)
{
	const struct value *state = &backend->file[BACKEND_STATE];

	return state->known ? state->text : NULL;
}

/* One that is just added is on, if nothing is said of it. */
static void compare_states(const struct watch *watch, const struct backend *before,
			   const struct backend *now)
{
	const char *was = before ? state_of(before) : "on", *is = state_of(now);

	if (was && is && strcmp(was, is))
		tell_plain(watch, strcmp(is, "on") ? is : "enabled", &now->name);
}

static struct value size_of(const struct backend *backend)
{
	const struct value *limit = &backend->file[BACKEND_LIMIT];

	return limit->known ? *limit : value_to_bytes(backend->file[BACKEND_SIZE]);
}

/* While swap is off a file has no size. */
static void compare_sizes(const struct watch *watch, const struct backend *before,
			  const struct backend *now)
{
	struct value was = size_of(before), is = size_of(now);
	char *from, *to;

	if (!was.known || !is.known || !was.number || !is.number || was.number == is.number)
		return;
	from = value_format(&was, false);
	to = value_format(&is, false);
	tell(watch, "resized", &now->name, "bytes", value_to_json(&is), "resized from %s to %s",
	     from, to);
	free(from);
	free(to);
}

static void compare_errors(const struct watch *watch, const struct backend *before,
			   const struct backend *now)
{
	static const struct {
		enum backend_file file;
		const char *change;
		const char *text;
	} errors[] = {
		{ BACKEND_READ_ERRORS, "read errors", "read" },
		{ BACKEND_WRITE_ERRORS, "write errors", "written" },
	};
	struct value grown;
	size_t i;

	for (i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		grown = value_grown(before->file[errors[i].file], now->file[errors[i].file]);
		if (grown.known && grown.number)
			tell(watch, errors[i].change, &now->name, "pages", value_to_json(&grown),
			     "%" PRIu64 " %s could not be %s", grown.number,
			     grown.number == 1 ? "page" : "pages", errors[i].text);
	}
}

static void compare_backends(const struct watch *watch, const struct snapshot *now)
{
	const struct backend *backend, *other;

	if (!now->backends_known)	/* it is just being unloaded */
		return;
	for (backend = now->backend; backend < now->backend + now->nr_backends; backend++) {
		other = snapshot_find(&watch->snap, backend->name.text);
		if (other) {
			compare_sizes(watch, other, backend);
			compare_errors(watch, other, backend);
		} else {
			tell_plain(watch, "added", &backend->name);
		}
		compare_states(watch, other, backend);
	}
	backend = watch->snap.backend;
	for (; backend < watch->snap.backend + watch->snap.nr_backends; backend++)
		if (!snapshot_find(now, backend->name.text))
			tell_plain(watch, "removed", &backend->name);
}

/* ---- All of it ---- */

static bool is_on(const struct snapshot *snap)
{
	const struct value *state = &snap->file[AREA_STATE];

	return state->known && !strcmp(state->text, "on");
}

/* What it was before comes first, so that each line is true when the ones above it are. */
static void compare(const struct watch *watch, const struct snapshot *now, bool loaded)
{
	if (is_on(&watch->snap) && !is_on(now))
		tell_plain(watch, "swapped off", NULL);
	if (watch->loaded && !loaded)
		tell_plain(watch, "unloaded", NULL);
	if (loaded && !watch->loaded)
		tell_plain(watch, "loaded", NULL);
	if (loaded)
		compare_backends(watch, now);
	if (!is_on(&watch->snap) && is_on(now))
		tell_plain(watch, "swapped on", NULL);
}

/* How it is when it begins: what comes are changes of this. */
static void print_first(const struct watch *watch)
{
	const char *state = !watch->loaded ? "not loaded" : is_on(&watch->snap) ? "on" : "off";
	const struct snapshot *snap = &watch->snap;
	struct json_object *line, *backends;
	char *time = format_now();
	size_t i;

	if (watch->json) {
		line = begin_line(time);
		backends = json_object_new_object();
		json_add(line, "state", json_text(state));
		for (i = 0; i < snap->nr_backends; i++)
			json_add(backends, snap->backend[i].name.text,
				 value_to_json(&snap->backend[i].file[BACKEND_STATE]));
		json_add(line, "backends", backends);
		json_print_line(line);
	} else {
		printf("%s %s", time, state);
		for (i = 0; i < snap->nr_backends; i++)
			printf("%s %s %s", i ? "," : ":", snap->backend[i].name.text,
			       state_of(&snap->backend[i]) ?: "-");
		putchar('\n');
	}
	free(time);
}

static void __attribute__((noreturn)) follow(struct watch *watch, double interval)
{
	double due = now_seconds();
	struct snapshot now;
	bool loaded;

	watch->loaded = snapshot_try_read(&watch->snap);
	print_first(watch);
	for (;;) {
		flush_stdout();
		due = next_due(due, interval);
		sleep_until(due);
		loaded = snapshot_try_read(&now);
		compare(watch, &now, loaded);
		snapshot_free(&watch->snap);
		watch->snap = now;
		watch->loaded = loaded;
	}
}

static void run(const struct command *cmd, int argc, char **argv)
{
	struct watch watch = { 0 };
	double interval = 1;
	int option;

	while ((option = next_option(cmd, argc, argv)) >= 0) {
		if (option == JSON)
			watch.json = true;
		else
			interval = series_parse_interval(optarg);
	}
	if (watch.json)
		messages_as_json();
	follow(&watch, interval);
}

static void more_help(void)
{
	puts("\nThe first line says how it is, each further one what has changed.");
}

const struct command events_command = {
	.name = "events",
	.help = "Follow what changes: swap, backends, their states, sizes and errors",
	.options = options,
	.more_help = more_help,
	.run = run,
};
