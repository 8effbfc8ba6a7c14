// SPDX-License-Identifier: GPL-2.0
/* The plan of vswapctl setup: what is missing of what there should be. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "doctor_options.h"
#include "later.h"
#include "message.h"
#include "plan.h"
#include "size.h"
#include "swap_file.h"
#include "system.h"
#include "text.h"
#include "value.h"

#define MIB		(UINT64_C(1) << 20)
#define GIB		(UINT64_C(1) << 30)
#define DEFAULT_NAME	"ssd"
/* A file that nobody asked for takes no more of the memory's size, and of what is free. */
#define MOST_BYTES	(8 * GIB)
#define MOST_OF_FREE	4
#define LEAST_BYTES	(64 * MIB)

static void add_step(struct plan *plan, enum step_kind kind, char *what, uint64_t bytes)
{
	struct step *grown = xreallocarray(plan->step, plan->nr + 1, sizeof(*grown));

	grown[plan->nr++] = (struct step){ kind, what, bytes };
	plan->step = grown;
}

static void __attribute__((format(printf, 2, 3))) add_note(struct plan *plan, const char *fmt, ...)
{
	char **grown = xreallocarray(plan->note, plan->nr_notes + 1, sizeof(*grown));
	va_list ap;

	plan->note = grown;
	va_start(ap, fmt);
	grown[plan->nr_notes++] = xvasprintf(fmt, ap);
	va_end(ap);
}

void plan_free(struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->nr; i++)
		free(plan->step[i].what);
	free(plan->step);
	for (i = 0; i < plan->nr_notes; i++)
		free(plan->note[i]);
	free(plan->note);
	free(plan->later);
}

static char *format(uint64_t bytes)
{
	struct value value = value_number(UNIT_BYTES, bytes);

	return value_format(&value, false);
}

/* ---- The swap file ---- */

struct file_wish {
	char *path;		/* NULL: there will be none */
	uint64_t bytes;
	bool is_new;
	bool crypt;		/* its disk is encrypted */
};

static uint64_t default_bytes(const struct scene *scene, const struct place *place)
{
	uint64_t bytes = scene->ram < MOST_BYTES ? scene->ram : MOST_BYTES;

	if (bytes > place->free / MOST_OF_FREE)
		bytes = place->free / MOST_OF_FREE;
	return bytes / MIB * MIB;
}

/* Returns why there can't be one, or NULL. */
static const char *size_file(struct file_wish *file, const struct scene *scene,
			     const struct wishes *wishes, const struct place *place)
{
	if (!place->holds_swap)
		return "a file system of this type can't hold swap files";
	if (!wishes->size)
		file->bytes = default_bytes(scene, place);
	else
		size_compute(wishes->size, scene->ram, &file->bytes);
	if (file->bytes < (wishes->size ? MIB : LEAST_BYTES))
		return wishes->size ? "1M at least" : "there is too little room for one";
	return file->bytes > place->free ? "there isn't so much room" : NULL;
}

static void wish_new_file(struct file_wish *file, struct plan *plan, const struct scene *scene,
			  const struct wishes *wishes)
{
	struct place place = place_find(file->path);
	const char *why = size_file(file, scene, wishes, &place);
	char *free_room = format(place.free);

	file->is_new = !why;
	if (why && (wishes->file || wishes->size))
		fail("%s: %s (%s, %s free)", file->path, why, place.type, free_room);
	if (why) {
		add_note(plan, "no swap file in %s: %s (%s, %s free)", file->path, why, place.type,
			 free_room);
		free(file->path);
		file->path = NULL;
	} else if (!strcmp(place.type, "btrfs")) {
		add_note(plan, "on btrfs a subvolume with a swap file in use can't be snapshotted: have "
			 "one of its own for %s", file->path);
	}
	free(free_room);
	place_free(&place);
}

/* What vswap.conf and the record can hold. */
static void check_path(const char *path)
{
	size_t len = strlen(path), i;
	bool good = *path == '/' && !isspace((unsigned char)path[len - 1]);

	for (i = 0; i < len; i++)
		good &= !iscntrl((unsigned char)path[i]);
	if (!good)
		fail_usage("--file: not a path that begins with /: '%s'", path);
}

/* The size in vswap.conf is for one that is made. */
static void note_size(struct plan *plan, const char *path, const struct scene *scene,
		      const struct wishes *wishes)
{
	uint64_t wanted = 0, bytes = swap_file_bytes(path);
	char *size = format(bytes);

	size_compute(wishes->size, scene->ram, &wanted);
	if (!bytes)
		add_note(plan, "%s is there already, and keeps its size", path);
	else if (wanted < bytes)
		add_note(plan, "%s is there already, and keeps its size, %s: it can't shrink", path, size);
	else if (wanted > bytes)
		add_note(plan, "%s is there already, and keeps its size, %s; to have it grow, when this is "
			 "done: vswapctl backend resize " DEFAULT_NAME " %lluM", path, size,
			 (unsigned long long)(wanted / MIB));
	free(size);
}

static void wish_file(struct file_wish *file, struct plan *plan, const struct scene *scene,
		      const struct wishes *wishes)
{
	const char *wrong;

	if (wishes->no_file)
		return;
	file->path = wishes->file ? xstrdup(wishes->file) : conf_default_path(DEFAULT_NAME);
	check_path(file->path);
	file->crypt = path_is_crypt(file->path);
	if (!system_has(file->path) && strncmp(file->path, "/dev/", strlen("/dev/"))) {
		wish_new_file(file, plan, scene, wishes);
		return;
	}
	wrong = swap_file_wrong(DEFAULT_NAME, file->path);
	if (wrong)
		fail("%s: %s", file->path, wrong);
	if (wishes->size)
		note_size(plan, file->path, scene, wishes);
}

/* ---- vswap.conf ---- */

static const char *pool_size(const struct wishes *wishes)
{
	return wishes->pool ? wishes->pool : PLAN_POOL;
}

/* As the rest of the machine: what is encrypted on the disk mustn't get there in the clear. */
static bool must_encrypt(const struct scene *scene, const struct file_wish *file)
{
	return scene->root.crypt && file->path && !file->crypt;
}

static char *make_conf(const struct file_wish *file, const struct wishes *wishes, bool encrypt)
{
	struct text text;
	FILE *out = text_begin(&text);

	fputs("# By vswapctl setup; see vswap.conf(5). After a change: vswapctl reload\n", out);
	if (encrypt)
		fputs("\n[area]\nencrypt = yes\n", out);
	fprintf(out, "\n[pool]\nsize = %s\n", pool_size(wishes));
	if (file->path)
		fprintf(out, "\n[file " DEFAULT_NAME "]\npath = %s\n", file->path);
	if (file->path && wishes->size)
		fprintf(out, "size = %s\n", wishes->size);
	return text_end(&text);
}

/* What swap that is on can't follow. */
static void plan_encryption(struct plan *plan, const struct scene *scene)
{
	if (!scene->on || system_line_is("/sys/module/vswap/parameters/encrypt", "Y"))
		return;
	plan->later = xasprintf("encryption counts from the next start on, and until then pages go to the "
				"file in the clear; at once by: %s", scene->has_unit ?
				"systemctl restart vswap" : "vswapctl stop && vswapctl start");
	add_note(plan, "%s", plan->later);
}

static void note_text(const char *text, void *plan)
{
	add_note(plan, "%s", text);
}

/* The keys that make_conf() writes. */
static void note_later(struct plan *plan, const struct file_wish *file, const struct wishes *wishes,
		       bool encrypt)
{
	struct later_key keys[4] = { { "pool", "size" } };
	size_t nr = 1;

	if (encrypt)
		keys[nr++] = (struct later_key){ "area", "encrypt" };
	if (file->path)
		keys[nr++] = (struct later_key){ "file " DEFAULT_NAME, "path" };
	if (file->path && wishes->size)
		keys[nr++] = (struct later_key){ "file " DEFAULT_NAME, "size" };
	later_look(CONF_PATH, keys, nr, note_text, plan);
}

static void plan_new_conf(struct plan *plan, const struct scene *scene, const struct wishes *wishes)
{
	const char *pool = pool_size(wishes);
	struct file_wish file = { 0 };
	uint64_t bytes;
	bool encrypt;

	if (!size_compute(pool, scene->ram, &bytes) || bytes < MIB || bytes > scene->ram)
		fail_usage("--pool: not a size, or more than the machine's memory: '%s'", pool);
	if (wishes->size && !size_compute(wishes->size, scene->ram, &bytes))
		fail_usage("--size: not a size: '%s'", wishes->size);
	wish_file(&file, plan, scene, wishes);
	encrypt = wishes->encrypt || must_encrypt(scene, &file);
	if (file.is_new)
		add_step(plan, STEP_FILE, xstrdup(file.path), file.bytes);
	add_step(plan, STEP_CONF, make_conf(&file, wishes, encrypt), 0);
	note_later(plan, &file, wishes, encrypt);
	if (encrypt && file.path)
		plan_encryption(plan, scene);
	free(file.path);
}

static void plan_file_of_conf(struct plan *plan, const struct conf_file *file)
{
	struct place place;

	if (system_has(file->path))
		return;
	if (!file->bytes) {
		add_note(plan, "[file %s]: %s isn't there, and no size is given for it", file->name,
			 file->path);
		return;
	}
	place = place_find(file->path);
	if (!place.holds_swap)
		fail("%s: a file system of this type (%s) can't hold swap files", file->path,
		     place.type);
	if (file->bytes > place.free)
		fail("%s: there isn't so much room", file->path);
	add_step(plan, STEP_FILE, xstrdup(file->path), file->bytes);
	place_free(&place);
}

static bool has_wishes(const struct wishes *wishes)
{
	return wishes->pool || wishes->file || wishes->size || wishes->no_file || wishes->encrypt;
}

static bool is_written(const char *text)
{
	FILE *file = system_open(CONF_PATH);
	char *now = NULL;
	size_t size = 0;
	bool same = file && getdelim(&now, &size, '\0', file) > 0 && !strcmp(now, text);

	free(now);
	if (file)
		fclose(file);
	return same;
}

/* The one that is there is somebody's work; it is replaced for wishes only. */
static void plan_conf(struct plan *plan, const struct scene *scene, const struct wishes *wishes)
{
	struct step *last;
	struct conf conf;
	size_t i;

	conf_read_or_fail(&conf);
	if (conf.given && !has_wishes(wishes)) {
		for (i = 0; i < conf.nr_files; i++)
			plan_file_of_conf(plan, &conf.file[i]);
		if (conf.params.encrypt && conf.nr_files)
			plan_encryption(plan, scene);
	} else {
		plan_new_conf(plan, scene, wishes);
		last = &plan->step[plan->nr - 1];
		if (is_written(last->what)) {
			free(last->what);
			plan->nr--;
		}
	}
	conf_free(&conf);
}

/* ---- The rest ---- */

static bool changes_conf(const struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->nr; i++)
		if (plan->step[i].kind == STEP_CONF || plan->step[i].kind == STEP_FILE)
			return true;
	return false;
}

static void plan_units(struct plan *plan, const struct scene *scene)
{
	size_t i;

	if (!scene->has_unit)
		add_note(plan, "there is no vswap.service here: have \"vswapctl start\" run at each boot");
	else if (!scene->enabled)
		add_step(plan, STEP_ENABLE, xstrdup("vswap.service"), 0);
	if (!scene->on)
		add_step(plan, STEP_START, NULL, 0);
	else if (changes_conf(plan))
		add_step(plan, STEP_RELOAD, NULL, 0);
	/* Last, so that there is always swap. */
	for (i = 0; i < scene->nr_units && scene->systemd; i++)
		add_step(plan, scene->unit[i].generated ? STEP_MASK : STEP_DISABLE,
			 xstrdup(scene->unit[i].name), 0);
}

static void note_swap(struct plan *plan, const struct scene *scene, const struct swap *swap)
{
	char *size = format(swap->bytes);

	if (!swap_is_zram(swap))
		add_note(plan, "%s (%s) stays, for what vswap has no room for", swap->path, size);
	else if (!scene->nr_units)
		add_note(plan, "%s (%s) stays: no unit is known that switches it on", swap->path,
			 size);
	free(size);
}

static void note_others(struct plan *plan, const struct scene *scene)
{
	size_t i;

	for (i = 0; i < scene->nr_swaps; i++)
		note_swap(plan, scene, &scene->swap[i]);
	if (scene->zswap)
		add_note(plan, "the kernel's own zswap stays on, and gets only what goes to other swap");
	if (scene->resume)
		add_note(plan, "hibernation goes to %s, as before", scene->resume);
}

void plan_make(struct plan *plan, const struct scene *scene, const struct wishes *wishes)
{
	*plan = (struct plan){ 0 };
	if (scene->ram == UINT64_MAX)
		fail("the machine's memory isn't known: /proc/meminfo can't be read");
	plan_conf(plan, scene, wishes);
	plan_units(plan, scene);
	note_others(plan, scene);
}
