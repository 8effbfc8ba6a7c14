// SPDX-License-Identifier: GPL-2.0
/*
 * The steps of vswapctl setup. Each can be done when it is done already, and undone when it
 * never was: between the record and the step the machine may have gone off.
 */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapt.h"
#include "change.h"
#include "conf.h"
#include "json.h"
#include "message.h"
#include "program.h"
#include "replace.h"
#include "room.h"
#include "snapshot.h"
#include "step.h"
#include "swap_file.h"
#include "swaps.h"
#include "system.h"
#include "value.h"

#define UNIT		"vswap.service"
#define SAVED		"/var/lib/vswap/conf."

/* ---- Programs ---- */

static int run(const char *program, const char *a, const char *b, const char *c)
{
	char *argv[] = { (char *)program, (char *)a, (char *)b, (char *)c, NULL };

	fflush(stdout);
	return program_run(argv);
}

static void systemctl(const char *a, const char *b, const char *c)
{
	if (run("systemctl", a, b, c))
		fail("systemctl %s %s%s%s failed", a, b ? b : "", c ? " " : "", c ? c : "");
}

static int vswapctl(const char *verb)
{
	return run("/proc/self/exe", verb, NULL, NULL);
}

/* ---- Swap: by the unit, where there are units ---- */

static void have_swap(bool has_unit)
{
	/* The unit may be active, and swap off all the same. */
	if (has_unit)
		systemctl("restart", UNIT, NULL);
	else if (vswapctl("start"))
		fail("vswapctl start failed");
}

/*
 * "systemctl stop" succeeds whatever becomes of swap, and the unit isn't stopped a second time:
 * its turn comes when swap is off.
 */
static void have_no_swap(bool has_unit)
{
	struct room room = room_look();
	char *lack = room.on ? room_lack(&room) : NULL;
	bool failed;

	if (lack)
		fail(VSWAP_STAYS_ON "%s", lack);
	failed = vswapctl("stop");
	if (room_look().on)
		fail(VSWAP_STAYS_ON "vswapctl stop says why; free memory or add swap, and try again");
	if (has_unit)
		systemctl("stop", UNIT, NULL);
	else if (failed)
		fail("vswapctl stop failed");
}

/* A unit that isn't active can't be reloaded. To start it leaves swap that is on as it is. */
static bool reload(bool has_unit)
{
	if (!has_unit)
		return !vswapctl("reload");
	systemctl("start", UNIT, NULL);
	return !run("systemctl", "reload", UNIT, NULL);
}

void follow_conf(bool has_unit)
{
	if (room_look().on && system_has(CONF_PATH) && !reload(has_unit))
		fail("swap doesn't follow " CONF_PATH ": vswapctl reload says why");
}

/* Of somebody else: systemctl stop succeeds whatever comes of it there, too. */
static void stop_other(const char *unit)
{
	FILE *file;
	struct swap swap;
	char *its;

	systemctl("stop", unit, NULL);
	file = swaps_open();
	while (swaps_next(file, &swap)) {
		if (!swap_is_zram(&swap))
			continue;
		its = xasprintf("dev-%s.swap", swap.path + strlen("/dev/"));
		if (!strcmp(unit, its) || !strncmp(unit, "zram", strlen("zram")))
			fail("%s stays on, after systemctl stop %s; free memory or add swap, and try again",
			     swap.path, unit);
		free(its);
	}
	swaps_close(file);
}

/* ---- vswap.conf ---- */

/* The caller frees it; NULL: there is none. */
static char *read_text(const char *path)
{
	FILE *file = system_open(path);
	char *text = NULL;
	size_t size = 0;

	if (file && getdelim(&text, &size, '\0', file) < 0) {
		free(text);
		text = xstrdup("");
	}
	if (file)
		fclose(file);
	return text;
}

/* FNV-1a: to know one's own text again, no more. */
static void make_sum(const char *text, char sum[17])
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	sprintf(sum, "%016" PRIx64, hash);
}

static void write_or_fail(const char *path, const char *text)
{
	int error = replace_file(path, text, 0644);

	if (error)
		fail("cannot write %s: %s", path, strerror(error));
}

static void remove_or_fail(const char *path)
{
	char *whole = system_path(path);

	if (unlink(whole) && errno != ENOENT)
		fail("cannot remove %s: %s", path, strerror(errno));
	sync_folder(whole);
	free(whole);
}

static void write_conf(const char *text, struct record *record)
{
	char *before = read_text(CONF_PATH), *saved = xstrdup(""), sum[17];

	make_sum(text, sum);
	if (before) {
		free(saved);
		saved = xasprintf(SAVED "%zu", record->nr);
		write_or_fail(saved, before);
	}
	record_add(record, "conf", sum, saved);
	write_or_fail(CONF_PATH, text);
	free(saved);
	free(before);
}

static bool same_text(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static bool undo_conf(const struct record_entry *entry)
{
	char *now = read_text(CONF_PATH), sum[17] = "";
	char *before = *entry->more ? read_text(entry->more) : NULL;
	bool stays = false;

	if (now)
		make_sum(now, sum);
	if (now && strcmp(sum, entry->what)) {
		stays = !same_text(now, before);
		if (stays)
			remark(CONF_PATH " was changed since, and stays");
	} else if (before) {
		write_or_fail(CONF_PATH, before);
	} else if (now) {
		remove_or_fail(CONF_PATH);
	}
	if (before)
		remove_or_fail(entry->more);
	free(before);
	free(now);
	return !stays;
}

/* ---- Swap files ---- */

static void make_file(const struct step *step, struct record *record)
{
	char uuid[SWAP_UUID_SIZE];

	swap_file_make_uuid(uuid);
	record_add(record, "file", step->what, uuid);
	swap_file_make(step->what, step->bytes, uuid);
}

static bool is_used(const char *path)
{
	struct snapshot snap;
	bool used = false;
	size_t i;

	if (!room_look().on || !snapshot_try_read(&snap))
		return false;
	for (i = 0; i < snap.nr_backends; i++)
		used |= backend_is_at(&snap.backend[i], path);
	snapshot_free(&snap);
	return used;
}

/* Swap may be on that no step has switched on: it goes without the file, or goes. */
static void let_go(const char *path, bool has_unit)
{
	if (is_used(path))
		follow_conf(has_unit);
	if (is_used(path))
		have_no_swap(has_unit);
}

/* Only if it is the one that was made: somebody may have made another since. */
static bool undo_file(const struct record_entry *entry, bool has_unit)
{
	swap_file_forget(entry->what);
	if (swap_file_has_uuid(entry->what, entry->more)) {
		let_go(entry->what, has_unit);
		remove_or_fail(entry->what);
		return true;
	}
	if (!system_has(entry->what))
		return true;
	remark("The swap file isn't the one that was made, and stays");
	return false;
}

/* ---- Steps ---- */

static void print_conf(const char *text)
{
	const char *line = text, *end;

	puts(":");
	for (; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		printf("%s%.*s\n", end > line ? "        " : "", (int)(end - line), line);
	}
}

static char *file_text(const struct step *step)
{
	struct value bytes = value_number(UNIT_BYTES, step->bytes);
	char *size = value_format(&bytes, false);
	char *text = xasprintf("make the swap file %s, %s", step->what, size);

	free(size);
	return text;
}

char *step_text(const struct step *step)
{
	switch (step->kind) {
	case STEP_FILE:
		return file_text(step);
	case STEP_CONF:
		return xstrdup("write " CONF_PATH);
	case STEP_ENABLE:
		return xasprintf("enable %s: swap at each boot", step->what);
	case STEP_START:
		return xstrdup("switch swap on, on " VSWAP_DEVICE);
	case STEP_RELOAD:
		return xstrdup("have swap, which is on, follow " CONF_PATH);
	case STEP_DISABLE:
	case STEP_MASK:
		break;
	}
	return xasprintf("switch %s off, now and at each boot", step->what);
}

void step_print(const struct step *step)
{
	char *text = step_text(step);

	fputs(text, stdout);
	if (step->kind == STEP_CONF)
		print_conf(step->what);
	else
		putchar('\n');
	free(text);
}

struct json_object *step_change(const struct step *step)
{
	static const char *const words[] = {
		[STEP_FILE] = "made", [STEP_CONF] = "written", [STEP_ENABLE] = "unit enabled",
		[STEP_START] = "swapped on", [STEP_RELOAD] = "reloaded",
		[STEP_DISABLE] = "unit disabled", [STEP_MASK] = "unit masked",
	};
	struct json_object *change = change_new(words[step->kind], NULL);

	switch (step->kind) {
	case STEP_FILE:
		json_add(change, "path", json_text(step->what));
		json_add(change, "bytes", json_object_new_uint64(step->bytes));
		break;
	case STEP_CONF:
		json_add(change, "path", json_text(CONF_PATH));
		json_add(change, "text", json_text(step->what));
		break;
	case STEP_ENABLE:
	case STEP_DISABLE:
	case STEP_MASK:
		json_add(change, "unit", json_text(step->what));
		break;
	case STEP_START:
	case STEP_RELOAD:
		break;
	}
	return change;
}

void step_do(const struct step *step, bool has_unit, struct record *record)
{
	switch (step->kind) {
	case STEP_FILE:
		make_file(step, record);
		break;
	case STEP_CONF:
		write_conf(step->what, record);
		break;
	case STEP_ENABLE:
		record_add(record, "enable", step->what, "");
		systemctl("enable", step->what, NULL);
		break;
	case STEP_START:
		record_add(record, "start", UNIT, "");
		/* For the generator. */
		if (has_unit)
			systemctl("daemon-reload", NULL, NULL);
		have_swap(has_unit);
		break;
	case STEP_RELOAD:
		if (has_unit)
			systemctl("daemon-reload", NULL, NULL);
		follow_conf(has_unit);
		break;
	case STEP_DISABLE:
		record_add(record, "disable", step->what, "");
		stop_other(step->what);
		systemctl("disable", step->what, NULL);
		break;
	case STEP_MASK:
		record_add(record, "mask", step->what, "");
		/* Not at once by --now: systemd no longer knows what a masked unit's swap is. */
		stop_other(step->what);
		systemctl("mask", step->what, NULL);
		break;
	}
}

char *undo_text(const struct record_entry *entry)
{
	if (!strcmp(entry->verb, "file"))
		return xasprintf("delete the swap file %s", entry->what);
	if (!strcmp(entry->verb, "conf"))
		return xstrdup(*entry->more ? "write what was in " CONF_PATH " before" :
					      "delete " CONF_PATH);
	if (!strcmp(entry->verb, "start"))
		return xstrdup("switch swap on " VSWAP_DEVICE " off");
	if (!strcmp(entry->verb, "enable"))
		return xasprintf("disable %s", entry->what);
	if (!strcmp(entry->verb, "disable") || !strcmp(entry->verb, "mask"))
		return xasprintf("switch %s on again", entry->what);
	fail("the record has \"%s\": was it written by a later vswapctl?", entry->verb);
}

bool undo(const struct record_entry *entry, bool has_unit)
{
	if (!strcmp(entry->verb, "file"))
		return undo_file(entry, has_unit);
	if (!strcmp(entry->verb, "conf"))
		return undo_conf(entry);
	if (!strcmp(entry->verb, "start")) {
		have_no_swap(has_unit);
	} else if (!strcmp(entry->verb, "enable")) {
		systemctl("disable", entry->what, NULL);
	} else if (!strcmp(entry->verb, "disable")) {
		systemctl("enable", "--now", entry->what);
	} else if (!strcmp(entry->verb, "mask")) {
		systemctl("unmask", entry->what, NULL);
		systemctl("start", entry->what, NULL);
	}
	return true;
}
