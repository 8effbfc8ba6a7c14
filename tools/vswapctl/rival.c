// SPDX-License-Identifier: GPL-2.0
/*
 * Another swap area in vswap's place, and back. vswap goes off first, if there is room for what it
 * has; it comes back first, too, so that what the rival has then can go there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "program.h"
#include "rival.h"
#include "room.h"
#include "snapshot.h"
#include "swaps.h"
#include "sysfs.h"
#include "system.h"

#define ZRAM		"zram"
#define ZRAM_CONTROL	"/sys/class/zram-control"
/* Of a pool that doesn't tell what it can hold. */
#define USUAL_RATIO	3

static struct {
	char *path;		/* of the rival */
	char *priority;		/* vswap's */
	char *zram;		/* its number; NULL: it is none */
	bool zram_loaded;	/* by us */
	bool vswap_off;
	bool on;		/* the rival is */
	bool watched;		/* rival_leave() is done at the end */
} rival;

/* ---- Steps ---- */

static bool run(const char *what, char *const *words)
{
	if (program_run(words)) {
		complain("%s failed", what);
		return false;
	}
	complain("%s", what);
	return true;
}

static bool swap_on(const char *path)
{
	char *words[] = { "swapon", "-p", rival.priority, (char *)path, NULL };
	char *what = xasprintf("swapon -p %s %s", rival.priority, path);
	bool done = run(what, words);

	free(what);
	return done;
}

static bool swap_off(const char *path)
{
	char *words[] = { "swapoff", (char *)path, NULL };
	char *what = xasprintf("swapoff %s", path);
	bool done = run(what, words);

	free(what);
	return done;
}

static bool put(const char *path, const char *text)
{
	char *whole = system_path(path);
	FILE *file = fopen(whole, "we");
	bool done = file && fputs(text, file) >= 0;

	if (file && fclose(file))
		done = false;
	free(whole);
	return done;
}

/* A file of the zram device. */
static bool put_zram(const char *name, const char *text)
{
	char *path = xasprintf("/sys/block/zram%s/%s", rival.zram, name);
	bool done = put(path, text);

	if (!done)
		complain("cannot write '%s' to %s", text, path);
	free(path);
	return done;
}

void forget_files(void)
{
	sync();
	if (!put("/proc/sys/vm/drop_caches", "3"))
		complain("cannot drop caches: one run may find more files in memory than the other");
}

/* ---- Beforehand ---- */

static bool is_on(const char *path)
{
	FILE *file = swaps_open();
	struct swap swap;
	bool found = false;

	while (!found && swaps_next(file, &swap))
		found = !strcmp(swap.path, path);
	swaps_close(file);
	return found;
}

/* As /proc/swaps has it, without symbolic links; NULL: there is none. The caller frees it. */
static char *real_path(const char *path)
{
	char *root = system_path(""), *whole = system_path(path), *real = realpath(whole, NULL);
	char *within = real ? xstrdup(real + strlen(root)) : NULL;

	free(root);
	free(whole);
	free(real);
	return within;
}

static void check_path(const char *path)
{
	char *real = real_path(path);

	if (*path != '/')
		fail_usage("--compare takes zram, or the whole path of a swap file: '%s'", path);
	if (!real)
		fail("cannot compare: there is no %s", path);
	if (is_on(real))
		fail("cannot compare: %s is swapped to already", path);
	free(real);
}

void rival_check(const char *with)
{
	struct room room = room_look();
	char *lack = room_lack(&room);

	if (strcmp(with, ZRAM))
		check_path(with);
	if (geteuid() != system_owner())
		fail("cannot compare: only root can");
	if (!room.on)
		fail("cannot compare: swap is off: vswapctl start");
	if (lack)
		fail("cannot compare: " VSWAP_STAYS_ON "%s", lack);
}

/* ---- zram ---- */

/* As much as the pool can hold, in no more memory than that may take, compressed alike. */
static bool set_zram(const struct backend *pool)
{
	const struct value *limit = &pool->file[BACKEND_LIMIT];
	struct value size = value_to_bytes(pool->file[BACKEND_CAPACITY]);
	const char *compressor = pool->file[BACKEND_COMPRESSOR].text;
	char *text;
	bool done;

	if (compressor && !put_zram("comp_algorithm", compressor))
		return false;
	if (!size.known || !size.number)
		size = value_number(UNIT_BYTES, limit->number * USUAL_RATIO);
	text = xasprintf("%ju", (uintmax_t)size.number);
	done = put_zram("disksize", text);
	free(text);
	text = xasprintf("%ju", (uintmax_t)limit->number);
	done = done && put_zram("mem_limit", text);
	free(text);
	return done;
}

static const struct backend *find_pool(const struct snapshot *snap)
{
	size_t i;

	for (i = 0; i < snap->nr_backends; i++)
		if (snap->backend[i].file[BACKEND_LIMIT].known)
			return &snap->backend[i];
	return NULL;
}

static bool load_zram(void)
{
	char *words[] = { "modprobe", "zram", "num_devices=0", NULL };

	if (system_has(ZRAM_CONTROL))
		return true;
	rival.zram_loaded = run("modprobe zram", words);
	return rival.zram_loaded;
}

static bool make_zram(const struct snapshot *snap)
{
	const struct backend *pool = find_pool(snap);
	char *mkswap[] = { "mkswap", NULL, NULL };
	char *what;
	bool done;

	if (!pool) {
		complain("vswap has no pool that zram could be like");
		return false;
	}
	if (!load_zram())
		return false;
	rival.zram = system_line(ZRAM_CONTROL "/hot_add");
	if (!*rival.zram) {
		free(rival.zram);
		rival.zram = NULL;
		complain("there is no zram device to be had");
		return false;
	}
	rival.path = xasprintf("/dev/zram%s", rival.zram);
	mkswap[1] = rival.path;
	if (!set_zram(pool))
		return false;
	what = xasprintf("mkswap %s", rival.path);
	done = run(what, mkswap);
	free(what);
	return done;
}

static void remove_zram(void)
{
	char *words[] = { "modprobe", "-r", "zram", NULL };

	if (rival.zram && (!put_zram("reset", "1") || !put(ZRAM_CONTROL "/hot_remove", rival.zram)))
		complain("%s is left", rival.path);
	free(rival.zram);
	rival.zram = NULL;
	if (rival.zram_loaded)
		run("modprobe -r zram", words);
	rival.zram_loaded = false;
}

/* ---- There and back ---- */

static bool change_places(const char *with, const struct snapshot *snap)
{
	struct room room = room_look();
	char *lack = room_lack(&room);

	if (lack) {
		complain(VSWAP_STAYS_ON "%s", lack);
		free(lack);
		return false;
	}
	if (strcmp(with, ZRAM))
		rival.path = real_path(with);
	else if (!make_zram(snap))
		return false;
	rival.vswap_off = rival.path && swap_off(VSWAP_DEVICE);
	if (!rival.vswap_off)
		return false;
	rival.on = swap_on(rival.path);
	return rival.on;
}

const char *rival_come(const char *with)
{
	struct snapshot snap;
	bool done;

	snapshot_read(&snap);
	rival.priority = value_format(&snap.file[AREA_PRIORITY], true);
	if (!rival.watched)
		atexit(rival_leave);
	rival.watched = true;
	done = change_places(with, &snap);
	snapshot_free(&snap);
	if (!done)
		rival_leave();
	return done ? rival.path : NULL;
}

void rival_leave(void)
{
	if (rival.vswap_off) {
		rival.vswap_off = !swap_on(VSWAP_DEVICE);
		if (rival.vswap_off)
			complain("vswap is off; what is to be done: swapon -p %s %s", rival.priority,
				 VSWAP_DEVICE);
	}
	if (rival.on) {
		rival.on = !swap_off(rival.path);
		if (rival.on)
			complain("%s is still on; what is to be done, when there is room: swapoff %s",
				 rival.path, rival.path);
	}
	if (!rival.on)
		remove_zram();
	rival.vswap_off = false;
	rival.on = false;
}
