// SPDX-License-Identifier: GPL-2.0
/* vswapctl status: is all well, and what is to be done if not. */
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "columns.h"
#include "command.h"
#include "derived.h"
#include "health.h"
#include "json.h"
#include "message.h"
#include "snapshot.h"
#include "table.h"

enum { BYTES, JSON, QUIET };

static const struct option_row options[] = {
	[BYTES] = { 'b', "bytes", NULL, "sizes in bytes" },
	[JSON]  = { 'j', "json", NULL, "JSON" },
	[QUIET] = { 'q', "quiet", NULL, "nothing unless something is to be said" },
	{ 0 }
};

#define STATUS_COLUMNS	"NAME,TYPE,STATE,USED,CAPACITY,USE%,READ-ERRORS,WRITE-ERRORS"

static void print_use(const struct snapshot *snap, bool exact)
{
	struct value share = area_use(snap), saved = area_memory_saved(snap);
	char *used = value_format(&snap->file[AREA_USED], exact);
	char *capacity = value_format(&snap->file[AREA_CAPACITY], exact);
	char *percent = value_format(&share, exact), *gained = value_format(&saved, exact);

	printf("  swap: %s of %s used (%s), %s of memory gained\n", used, capacity, percent, gained);
	free(used);
	free(capacity);
	free(percent);
	free(gained);
}

static void print_errors(const struct snapshot *snap)
{
	char *lost = value_format(&snap->file[AREA_READ_ERRORS], false);
	char *kept = value_format(&snap->file[AREA_WRITE_ERRORS], false);
	char *refused = value_format(&snap->file[AREA_STORE_FAILURES], false);

	printf("\nerrors: %s pages lost; kept in memory: %s that could not be written, %s that found "
	       "no room\n", lost, kept, refused);
	free(lost);
	free(kept);
	free(refused);
}

/* The worst alone: what comes next is seen when that is done. JSON has all. */
static void print_text(const struct health *health, const struct snapshot *snap, bool exact)
{
	const struct table_style style = { .exact = exact, .headings = true };
	struct column_list list;

	printf(" state: %s\nstatus: %s\naction: %s\n", health_state(health),
	       health->nr ? health->ailment[0].status : "Swap is on, and all of it works.",
	       health->nr ? health->ailment[0].action : "None.");
	if (health->nr > 1)
		printf("  more: %zu, by --json\n", health->nr - 1);
	if (!snap)
		return;
	print_use(snap, exact);
	if (snap->nr_backends) {
		putchar('\n');
		columns_parse(&list, STATUS_COLUMNS);
		columns_print_table(&list, snap, &style);
	}
	print_errors(snap);
}

static struct json_object *ailments_to_json(const struct health *health)
{
	static const char *const severities[] = { "note", "degraded", "off" };
	struct json_object *array = json_object_new_array(), *one;
	size_t i;

	for (i = 0; i < health->nr; i++) {
		one = json_object_new_object();
		json_add(one, "severity", json_text(severities[health->ailment[i].severity]));
		json_add(one, "status", json_text(health->ailment[i].status));
		json_add(one, "action", json_text(health->ailment[i].action));
		json_object_array_add(array, one);
	}
	return array;
}

static void print_json(const struct health *health, const struct snapshot *snap)
{
	static const enum area_file files[] = {
		AREA_USED, AREA_CAPACITY, AREA_READ_ERRORS, AREA_WRITE_ERRORS, AREA_STORE_FAILURES,
	};
	struct json_object *root = json_object_new_object();
	struct column_list list;
	size_t i;

	json_add(root, "state", json_text(health_state(health)));
	json_add(root, "findings", ailments_to_json(health));
	for (i = 0; snap && i < sizeof(files) / sizeof(*files); i++)
		json_add(root, area_files[files[i]].name, value_to_json(&snap->file[files[i]]));
	if (snap) {
		columns_parse(&list, STATUS_COLUMNS);
		json_add(root, "backends", columns_to_json(&list, snap));
	}
	json_print(root);
}

static void run(const struct command *cmd, int argc, char **argv)
{
	bool exact = false, json = false, quiet = false, degraded;
	struct snapshot snap, *loaded;
	struct health health;
	int option;

	while ((option = next_option(cmd, argc, argv)) >= 0) {
		exact |= option == BYTES;
		json |= option == JSON;
		quiet |= option == QUIET;
	}
	if (json)
		messages_as_json();
	loaded = snapshot_try_read(&snap) ? &snap : NULL;
	health_read(&health, loaded);
	if (json)
		print_json(&health, loaded);
	else if (health.nr || !quiet)
		print_text(&health, loaded, exact);
	degraded = health_is_degraded(&health);
	health_free(&health);
	if (loaded)
		snapshot_free(loaded);
	if (degraded)
		exit(EXIT_FAILURE);
}

static void more_help(void)
{
	puts("\nThe exit status is 1 if swap is off or degraded.");
}

const struct command status_command = {
	.name = "status",
	.help = "Say in a sentence whether all is well, and what to do if not",
	.options = options,
	.more_help = more_help,
	.run = run,
};
