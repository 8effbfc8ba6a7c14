// SPDX-License-Identifier: GPL-2.0
/* vswapctl backends, also as vswapctl backend list: one line per backend. */
#include <getopt.h>
#include <json-c/json.h>

#include "columns.h"
#include "command.h"
#include "json.h"
#include "message.h"
#include "snapshot.h"
#include "sysfs.h"
#include "table.h"

enum { BYTES, JSON, NOHEADINGS, OUTPUT, OUTPUT_ALL, RAW };

static const struct option_row options[] = {
	[BYTES]      = { 'b', "bytes", NULL, "sizes in bytes" },
	[JSON]       = { 'j', "json", NULL, "JSON, all numbers exact" },
	[NOHEADINGS] = { 'n', "noheadings", NULL, "no headings" },
	[OUTPUT]     = { 'o', "output", "<list>",
			 "columns to show; +<list> adds to the default ones" },
	[OUTPUT_ALL] = {  0,  "output-all", NULL, "all columns" },
	[RAW]        = { 'r', "raw", NULL, "not aligned, for scripts" },
	{ 0 }
};

static void print_json(const struct column_list *list,
		       const struct snapshot *snap)
{
	struct json_object *root = json_object_new_object();

	json_add(root, "backends", columns_to_json(list, snap));
	json_print(root);
}

static void run(const struct command *cmd, int argc, char **argv)
{
	struct table_style style = { .headings = true };
	struct column_list list;
	struct snapshot snap;
	bool json = false;
	int option;

	columns_parse(&list, DEFAULT_COLUMNS);
	while ((option = next_option(cmd, argc, argv)) >= 0) {
		switch (option) {
		case BYTES:
			style.exact = true;
			break;
		case JSON:
			json = true;
			break;
		case NOHEADINGS:
			style.headings = false;
			break;
		case OUTPUT:
			columns_parse(&list, optarg);
			break;
		case OUTPUT_ALL:
			columns_all(&list);
			break;
		case RAW:
			style.raw = true;
			break;
		}
	}
	if (json && style.raw)
		fail_usage("--json and --raw exclude each other");
	if (json)
		messages_as_json();

	snapshot_read(&snap);
	if (!snap.backends_known)
		fail("no list of backends (no %s/backends)", sysfs_root());
	if (json)
		print_json(&list, &snap);
	else
		columns_print_table(&list, &snap, &style);
	snapshot_free(&snap);
}

const struct command backends_command = {
	.name = "backends",
	.help = "Show a table of the backends",
	.options = options,
	.columns = &column_names,
	.more_help = columns_print_help,
	.run = run,
};

const struct command backend_list_command = {
	.group = "backend",
	.name = "list",
	.help = "Show a table of the backends",
	.options = options,
	.columns = &column_names,
	.more_help = columns_print_help,
	.run = run,
};
