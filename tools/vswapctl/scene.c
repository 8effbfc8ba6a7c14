// SPDX-License-Identifier: GPL-2.0
/* What vswapctl setup finds: memory, file systems, other swap, hibernation. */
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "message.h"
#include "room.h"
#include "scene.h"
#include "system.h"

#define RUNNING	"/run/systemd/system"
#define UNIT	"vswap.service"

/* ---- Where a file is ---- */

/* dm-crypt itself, or something made of it. Stacks are not deep. */
static bool is_crypt(const char *device, unsigned int depth)
{
	char *path = xasprintf("/sys/class/block/%s/dm/uuid", device), *uuid = system_line(path);
	bool crypt = !strncmp(uuid, "CRYPT-", strlen("CRYPT-"));
	struct dirent *entry;
	char *slaves;
	DIR *dir;

	free(uuid);
	free(path);
	path = xasprintf("/sys/class/block/%s/slaves", device);
	slaves = system_path(path);
	dir = crypt || !depth ? NULL : opendir(slaves);
	while (dir && !crypt && (entry = readdir(dir)))
		if (*entry->d_name != '.')
			crypt = is_crypt(entry->d_name, depth - 1);
	if (dir)
		closedir(dir);
	free(slaves);
	free(path);
	return crypt;
}

/* "/dev/mapper/root" is a link to the name that sysfs has. */
static bool source_is_crypt(const char *source)
{
	char *whole = system_path(source), *real = realpath(whole, NULL);
	bool crypt = *source == '/' && is_crypt(basename(real ? real : whole), 8);

	free(real);
	free(whole);
	return crypt;
}

/* "\040" is a space. */
static void decode(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (text[0] == '\\' && text[1] && text[2] && text[3]) {
			*to++ = (char)strtol(strndupa(text + 1, 3), NULL, 8);
			text += 3;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

static bool is_below(const char *path, const char *mount)
{
	size_t len = strlen(mount);

	if (!strcmp(mount, "/"))
		return true;
	return !strncmp(path, mount, len) && (!path[len] || path[len] == '/');
}

static bool can_hold_swap(const char *type)
{
	static const char *const types[] = { "ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs" };
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (!strcmp(type, types[i]))
			return true;
	return false;
}

/* Free, there or in what is above it and exists. */
static uint64_t free_bytes(const char *path)
{
	char *whole = system_path(path);
	uint64_t bytes = 0;
	struct statvfs fs;
	char *slash;

	while (statvfs(*whole ? whole : "/", &fs)) {
		slash = strrchr(whole, '/');
		if (errno != ENOENT || !slash)
			goto out;
		*slash = '\0';
	}
	bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
out:
	free(whole);
	return bytes;
}

/* "36 35 98:0 / /mnt rw,noatime master:1 - ext4 /dev/sda1 rw" */
static void take_mount(struct place *place, const char *path, const char *line)
{
	char mount[4096], type[64], source[4096];
	const char *rest = strstr(line, " - ");

	if (!rest || sscanf(line, "%*s %*s %*s %*s %4095s", mount) != 1 ||
	    sscanf(rest, " - %63s %4095s", type, source) != 2)
		return;
	decode(mount);
	decode(source);
	/* Of two on the same folder the later one is on top. */
	if (!is_below(path, mount) || strlen(mount) < strlen(place->mount))
		return;
	place_free(place);
	*place = (struct place){
		.type = xstrdup(type), .mount = xstrdup(mount),
		.holds_swap = can_hold_swap(type), .crypt = source_is_crypt(source),
	};
}

struct place place_find(const char *path)
{
	struct place place = { .type = xstrdup(""), .mount = xstrdup("") };
	FILE *file = system_open("/proc/self/mountinfo");
	char *line = NULL;
	size_t size = 0;

	while (file && getline(&line, &size, file) > 0)
		take_mount(&place, path, line);
	free(line);
	if (file)
		fclose(file);
	place.free = free_bytes(path);
	return place;
}

void place_free(struct place *place)
{
	free(place->type);
	free(place->mount);
}

bool path_is_crypt(const char *path)
{
	struct place place = place_find(path);
	bool crypt = place.crypt;

	place_free(&place);
	return strncmp(path, "/dev/", strlen("/dev/")) ? crypt : source_is_crypt(path);
}

/* ---- Other swap ---- */

static void look_at_swaps(struct scene *scene)
{
	FILE *file = swaps_open();
	struct swap swap, *grown;

	while (swaps_next(file, &swap)) {
		if (!strcmp(swap.path, VSWAP_DEVICE)) {
			scene->on = true;
			continue;
		}
		grown = xreallocarray(scene->swap, scene->nr_swaps + 1, sizeof(*grown));
		scene->swap = grown;
		grown[scene->nr_swaps++] = swap;
	}
	swaps_close(file);
}

static bool is_masked(const char *name)
{
	char *path = xasprintf("/etc/systemd/system/%s", name), *whole = system_path(path), target[16];
	ssize_t len = readlink(whole, target, sizeof(target));
	bool masked = len == (ssize_t)strlen("/dev/null") && !strncmp(target, "/dev/null", len);

	free(whole);
	free(path);
	return masked;
}

static void add_unit(struct scene *scene, const char *path, bool generated)
{
	char *copy = xstrdup(path), *name = basename(copy);
	struct other_unit *grown;
	size_t i;

	for (i = 0; i < scene->nr_units && strcmp(scene->unit[i].name, name); i++)
		;
	if (i == scene->nr_units && !is_masked(name)) {
		grown = xreallocarray(scene->unit, i + 1, sizeof(*grown));
		scene->unit = grown;
		grown[scene->nr_units++] = (struct other_unit){ xstrdup(name), generated };
	}
	free(copy);
}

static void add_units(struct scene *scene, const char *pattern, bool generated)
{
	char *whole = system_path(pattern);
	glob_t found;
	size_t i;

	if (!glob(whole, 0, NULL, &found)) {
		for (i = 0; i < found.gl_pathc; i++)
			add_unit(scene, found.gl_pathv[i], generated);
		globfree(&found);
	}
	free(whole);
}

/* What sets up zram, or swap files that come and go, by itself. */
static void look_for_units(struct scene *scene)
{
	static const char *const services[] = {
		"zramswap", "zram-config", "zramd", "zram-swap", "systemd-swap", "swapspace",
		"dphys-swapfile",
	};
	size_t i;

	add_units(scene, "/run/systemd/generator/dev-zram*.swap", true);
	for (i = 0; i < sizeof(services) / sizeof(*services); i++) {
		char *pattern = xasprintf("/etc/systemd/system/*.wants/%s.service", services[i]);

		add_units(scene, pattern, false);
		free(pattern);
	}
}

/* ---- The rest ---- */

/* "8:3" of sysfs, or what resume= says. */
static char *find_resume(void)
{
	char *device = system_line("/sys/power/resume"), *line, *words, *word, *value = NULL;

	if (*device && strcmp(device, "0:0"))
		return device;
	free(device);
	line = system_line("/proc/cmdline");
	words = line;
	while (!value && (word = strsep(&words, " ")))
		if (!strncmp(word, "resume=", strlen("resume=")))
			value = xstrdup(word + strlen("resume="));
	free(line);
	return value;
}

bool scene_has_unit(void)
{
	return system_has(RUNNING) && (system_has("/etc/systemd/system/" UNIT) ||
				       system_has("/usr/lib/systemd/system/" UNIT) ||
				       system_has("/lib/systemd/system/" UNIT));
}

void scene_look(struct scene *scene)
{
	*scene = (struct scene){
		.ram = system_ram(), .root = place_find("/"),
		.systemd = system_has(RUNNING), .has_unit = scene_has_unit(),
		.enabled = system_has("/etc/systemd/system/sysinit.target.wants/" UNIT),
		.zswap = system_line_is("/sys/module/zswap/parameters/enabled", "Y"),
		.resume = find_resume(),
	};
	look_at_swaps(scene);
	look_for_units(scene);
}

void scene_free(struct scene *scene)
{
	size_t i;

	for (i = 0; i < scene->nr_units; i++)
		free(scene->unit[i].name);
	free(scene->unit);
	free(scene->swap);
	free(scene->resume);
	place_free(&scene->root);
}
