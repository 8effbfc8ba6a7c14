// SPDX-License-Identifier: GPL-2.0
/* vswapctl writeback: pages of the pool go to the swap file now. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "command.h"
#include "json.h"
#include "message.h"
#include "sysfs.h"
#include "value.h"

enum { JSON, PAGES, SIZE };

static const struct option_row options[] = {
	[JSON]  = { 'j', "json", NULL, "JSON" },
	[PAGES] = { 'p', "pages", "<n>", "so many pages; all of the pool by default" },
	[SIZE]  = { 's', "size", "<size>", "so much of what is stored, at its original size" },
	{ 0 }
};

static uint64_t parse_pages(const char *text)
{
	struct value val;

	if (!value_parse(&val, UNIT_PAGES, text))
		fail_usage("not a number of pages: '%s'", text);
	return val.number;
}

static uint64_t parse_size(const char *text)
{
	struct value val;

	if (!value_parse_size(&val, text))
		fail_usage("not a size: '%s'", text);
	/* at least so much */
	return val.number / PAGE_BYTES + !!(val.number % PAGE_BYTES);
}

/* What the module counts; fails if it doesn't, as an older one. */
static uint64_t written_back(int dir)
{
	static const char path[] = "writeback_pages";
	char *text = sysfs_read(dir, path);
	struct value val;

	if (!text)
		fail("the vswap module has no %s/%s", sysfs_root(), path);
	if (!value_parse(&val, UNIT_COUNT, text))
		sysfs_malformed(path, text);
	free(text);
	return val.number;
}

static const char *reason(int error)
{
	switch (error) {
	case EOPNOTSUPP:
		return "there is no swap file behind a pool";
	case ENOSPC:
		return "the swap file is full";
	case EIO:
		return "the disk failed, see the kernel's log";
	default:
		return strerror(error);
	}
}

static void run(const struct command *cmd, int argc, char **argv)
{
	uint64_t pages = UINT64_MAX >> 1, before, moved;
	int option, dir, error;
	char *text, *size;
	struct json_object *change;
	struct value val;

	while ((option = next_option(cmd, argc, argv)) >= 0) {
		if (option == JSON)
			messages_as_json();
		else
			pages = option == SIZE ? parse_size(optarg) : parse_pages(optarg);
	}

	dir = sysfs_open();
	before = written_back(dir);
	text = xasprintf("%" PRIu64, pages);
	error = sysfs_write(dir, "writeback", text);
	free(text);
	moved = written_back(dir) - before;
	sysfs_close(dir);
	change = change_new("written back", NULL);
	json_add(change, "pages", json_object_new_uint64(moved));
	if (error) {
		change_done(change, NULL);
		fail("%" PRIu64 " pages written back, then: %s", moved, reason(error));
	}
	val = value_number(UNIT_PAGES, moved);
	size = value_format(&val, false);
	change_done(change, "%" PRIu64 " pages written back (%s)", moved, size);
	changes_end();
	free(size);
}

const struct command writeback_command = {
	.name = "writeback",
	.help = "Write pages of the pool back to the swap file",
	.options = options,
	.run = run,
};
