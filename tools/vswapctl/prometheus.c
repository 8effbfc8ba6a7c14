// SPDX-License-Identifier: GPL-2.0
/* vswapctl stats --prometheus: metrics in the text format of Prometheus, version 0.0.4. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "derived.h"
#include "health.h"
#include "json.h"
#include "message.h"
#include "prometheus.h"
#include "replace.h"
#include "snapshot.h"
#include "text.h"

#define AREA	"vswap_"
#define BACKEND	"vswap_backend_"

/* What isn't a file. */
static const struct {
	const char *name;
	const char *help;
	struct value (*get)(const struct snapshot *snap);
} derived[] = {
	{ AREA "stored_bytes", "what the backends hold and pages of one value, before compression",
	  area_stored },
	{ AREA "memory_taken_bytes", "memory of all backends and for bookkeeping",
	  area_memory_taken },
	{ AREA "memory_saved_bytes", "stored_bytes less memory_taken_bytes", area_memory_saved },
};

static const char *const states[] = {
	"on", "disabled", "removing", "failed", "evacuating",
};

/* ---- The format ---- */

static void print_head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* name="text", with what would end the text escaped */
static void print_label(FILE *out, const char *before, const char *name, const char *text)
{
	char *clean = json_clean_text(text), *c;

	fprintf(out, "%s%s=\"", before, name);
	for (c = clean; *c; c++) {
		if (*c == '\n')
			fputs("\\n", out);
		else if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else
			fputc(*c, out);
	}
	fputc('"', out);
	free(clean);
}

static void print_number(FILE *out, const struct value *val)
{
	struct value bytes = value_to_bytes(*val);
	char *text = value_format(&bytes, true);

	fprintf(out, " %s\n", text);
	free(text);
}

/*
 * "used_pages" is used_bytes, as what others measure in bytes; of events, which are counted,
 * "pages_out" is pages_out_total.
 */
static char *metric_name(const char *prefix, const struct file *file)
{
	size_t len = strlen(file->name);
	const char *unit = "";

	if (file->unit == UNIT_PAGES) {
		unit = "_bytes";
		if (len > strlen("_pages") && !strcmp(file->name + len - strlen("_pages"), "_pages"))
			len -= strlen("_pages");
	}
	return xasprintf("%s%.*s%s%s", prefix, (int)len, file->name, unit,
			 file->kind == KIND_COUNTER ? "_total" : "");
}

/* Its head, and its name for the samples; the caller frees it. */
static char *start_metric(FILE *out, const char *prefix, const struct file *file)
{
	char *name = metric_name(prefix, file);

	print_head(out, name, file->kind == KIND_COUNTER ? "counter" : "gauge", file->help);
	return name;
}

static void print_flag(FILE *out, const char *name, const char *help, bool on)
{
	print_head(out, name, "gauge", help);
	fprintf(out, "%s %d\n", name, on);
}

static void print_text_label(FILE *out, const char *before, const char *name,
			     const struct value *val)
{
	print_label(out, before, name, val->known ? val->text : "");
}

/* ---- The area ---- */

static void print_area(FILE *out, const struct snapshot *snap)
{
	struct value val;
	char *name;
	size_t i;

	print_head(out, AREA "info", "gauge", "what is loaded");
	print_text_label(out, AREA "info{", "version", &snap->file[AREA_VERSION]);
	print_text_label(out, ",", "device", &snap->file[AREA_DEVICE]);
	fputs("} 1\n", out);
	print_flag(out, AREA "on", "1 while swapped on",
		   snap->file[AREA_STATE].known && !strcmp(snap->file[AREA_STATE].text, "on"));
	for (i = 0; i < AREA_COUNT; i++) {
		if (area_files[i].kind == KIND_TEXT || !snap->file[i].known)
			continue;
		name = start_metric(out, AREA, &area_files[i]);
		fputs(name, out);
		print_number(out, &snap->file[i]);
		free(name);
	}
	for (i = 0; i < sizeof(derived) / sizeof(*derived); i++) {
		val = derived[i].get(snap);
		if (!val.known)
			continue;
		print_head(out, derived[i].name, "gauge", derived[i].help);
		fputs(derived[i].name, out);
		print_number(out, &val);
	}
}

/* ---- Backends ---- */

static bool any_known(const struct snapshot *snap, enum backend_file file)
{
	size_t i;

	for (i = 0; i < snap->nr_backends; i++)
		if (snap->backend[i].file[file].known)
			return true;
	return false;
}

static void print_backend_file(FILE *out, const struct snapshot *snap, enum backend_file file)
{
	char *name;
	size_t i;

	if (backend_files[file].kind == KIND_TEXT || !any_known(snap, file))
		return;
	name = start_metric(out, BACKEND, &backend_files[file]);
	for (i = 0; i < snap->nr_backends; i++) {
		if (!snap->backend[i].file[file].known)
			continue;
		fputs(name, out);
		print_label(out, "{", "backend", snap->backend[i].name.text);
		fputc('}', out);
		print_number(out, &snap->backend[i].file[file]);
	}
	free(name);
}

static void print_backend_info(FILE *out, const struct snapshot *snap)
{
	size_t i;

	print_head(out, BACKEND "info", "gauge", "what it is");
	for (i = 0; i < snap->nr_backends; i++) {
		const struct backend *backend = &snap->backend[i];

		print_label(out, BACKEND "info{", "backend", backend->name.text);
		print_text_label(out, ",", "type", &backend->file[BACKEND_TYPE]);
		print_text_label(out, ",", "compressor", &backend->file[BACKEND_COMPRESSOR]);
		print_text_label(out, ",", "path", &backend->file[BACKEND_PATH]);
		fputs("} 1\n", out);
	}
}

static void print_backend_state(FILE *out, const struct snapshot *snap)
{
	size_t i, j;

	print_head(out, BACKEND "state", "gauge", "1 for the state it is in, 0 for the others");
	for (i = 0; i < snap->nr_backends; i++) {
		const struct value *state = &snap->backend[i].file[BACKEND_STATE];

		for (j = 0; state->known && j < sizeof(states) / sizeof(*states); j++) {
			print_label(out, BACKEND "state{", "backend", snap->backend[i].name.text);
			print_label(out, ",", "state", states[j]);
			fprintf(out, "} %d\n", !strcmp(state->text, states[j]));
		}
	}
}

static void print_backends(FILE *out, const struct snapshot *snap)
{
	int i;

	if (!snap->nr_backends)
		return;
	print_backend_info(out, snap);
	if (any_known(snap, BACKEND_STATE))
		print_backend_state(out, snap);
	for (i = 0; i < BACKEND_COUNT; i++)
		print_backend_file(out, snap, i);
}

/* ---- All of it ---- */

static void print_metrics(FILE *out)
{
	struct health health;
	struct snapshot snap;
	bool loaded = snapshot_try_read(&snap);

	print_flag(out, AREA "loaded", "1 if the module is loaded", loaded);
	if (!loaded)
		return;
	health_read(&health, &snap);
	print_flag(out, AREA "degraded", "1 when vswapctl status would exit with status 1",
		   health_is_degraded(&health));
	health_free(&health);
	print_area(out, &snap);
	print_backends(out, &snap);
	snapshot_free(&snap);
}

void prometheus_run(const char *path)
{
	struct text metrics;
	char *text;
	int error;

	if (!path) {
		print_metrics(stdout);
		return;
	}
	print_metrics(text_begin(&metrics));
	text = text_end(&metrics);
	error = replace_passing_file(path, text, 0644);
	if (error)
		fail("cannot write %s: %s", path, strerror(error));
	free(text);
}
