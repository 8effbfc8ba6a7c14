// SPDX-License-Identifier: GPL-2.0
/*
 * Room for what is swapped to /dev/vswap0, once it is off. What the pool gives back meanwhile
 * isn't counted: it comes late, since pages lie there several together.
 */
#include <ftw.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "room.h"
#include "swaps.h"
#include "system.h"
#include "value.h"

#define CGROUPS		"/sys/fs/cgroup"
#define KB		UINT64_C(1024)

static void look_at_swaps(struct room *room)
{
	FILE *file = swaps_open();
	struct swap swap;

	while (swaps_next(file, &swap)) {
		if (!strcmp(swap.path, VSWAP_DEVICE)) {
			room->on = true;
			room->swapped = swap.used;
		} else if (!swap_is_zram(&swap)) {
			/* What zram has is memory, and counted already. */
			room->elsewhere += swap.bytes - swap.used;
		}
	}
	swaps_close(file);
}

static uint64_t available_memory(void)
{
	FILE *file = system_open("/proc/meminfo");
	uint64_t kb = 0;
	char line[128];

	while (file && fgets(line, sizeof(line), file) &&
	       sscanf(line, "MemAvailable: %" SCNu64, &kb) != 1)
		;
	if (file)
		fclose(file);
	return kb * KB;
}

struct room room_look(void)
{
	struct room room = { .memory = available_memory() };

	look_at_swaps(&room);
	return room;
}

uint64_t room_wanted(uint64_t swapped)
{
	return swapped + swapped / 8;
}

/* False if there is no such file, or "max" is in it. */
static bool read_bytes(const char *cgroup, const char *name, uint64_t *bytes)
{
	char *path = xasprintf("%s/%s", cgroup, name);
	FILE *file = fopen(path, "re");
	bool found = file && fscanf(file, "%" SCNu64, bytes) == 1;

	if (file)
		fclose(file);
	free(path);
	return found;
}

/* What the cgroup's memory has of files, which can go. */
static uint64_t bytes_of_files(const char *cgroup)
{
	char *path = xasprintf("%s/memory.stat", cgroup), line[128];
	FILE *file = fopen(path, "re");
	uint64_t sum = 0, bytes;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "active_file %" SCNu64, &bytes) == 1 ||
		    sscanf(line, "inactive_file %" SCNu64, &bytes) == 1)
			sum += bytes;
	if (file)
		fclose(file);
	free(path);
	return sum;
}

/* nftw() has no argument for these. */
static uint64_t elsewhere;
static char *tight;

static int look_at_cgroup(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	uint64_t max, current, swapped;

	(void)status;
	if (type != FTW_D || !ftw->level || !read_bytes(path, "memory.max", &max) ||
	    !read_bytes(path, "memory.current", &current) ||
	    !read_bytes(path, "memory.swap.current", &swapped))
		return 0;
	if (current + room_wanted(swapped) <= max + bytes_of_files(path) + elsewhere || !swapped)
		return 0;
	tight = xstrdup(path);
	return 1;
}

char *room_tight_cgroup(const struct room *room)
{
	char *top = system_path(CGROUPS "/"), *name = NULL;

	elsewhere = room->elsewhere;
	if (nftw(top, look_at_cgroup, 16, FTW_PHYS) == 1)
		name = xstrdup(tight + strlen(top));
	free(tight);
	free(top);
	return name;
}

static char *format_bytes(uint64_t bytes)
{
	struct value val = value_number(UNIT_BYTES, bytes);

	return value_format(&val, false);
}

static char *say_bytes(uint64_t swapped, uint64_t wanted, uint64_t there)
{
	char *is = format_bytes(swapped), *needs = format_bytes(wanted), *has = format_bytes(there);
	char *text = xasprintf("what is swapped there, %s, needs %s free in memory and other swap, "
			       "and there are %s; free memory or add swap, and try again",
			       is, needs, has);

	free(is);
	free(needs);
	free(has);
	return text;
}

static char *say_cgroup(const struct room *room)
{
	char *cgroup = room_tight_cgroup(room), *text;

	if (!cgroup)
		return NULL;
	text = xasprintf("the cgroup %s has more in swap than its memory.max lets into memory; "
			 "raise memory.max or add swap, and try again", cgroup);
	free(cgroup);
	return text;
}

char *room_lack(const struct room *room)
{
	uint64_t wanted = room_wanted(room->swapped), there = room->memory + room->elsewhere;

	if (!room->swapped)
		return NULL;
	return wanted > there ? say_bytes(room->swapped, wanted, there) : say_cgroup(room);
}
