// SPDX-License-Identifier: GPL-2.0
/* vswapctl who: whose pages are swapped out, and where they lie. */
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "holder_columns.h"
#include "holders.h"
#include "json.h"
#include "message.h"
#include "snapshot.h"
#include "table.h"

enum { BYTES, CGROUP, JSON, NOHEADINGS, OUTPUT, PID, RAW, TMPFS };

static const struct option_row options[] = {
	[BYTES]      = { 'b', "bytes", NULL, "sizes in bytes" },
	[CGROUP]     = { 'c', "cgroup", NULL, "by cgroup, each with those below it" },
	[JSON]       = { 'j', "json", NULL, "JSON, all numbers exact" },
	[NOHEADINGS] = { 'n', "noheadings", NULL, "no headings" },
	[OUTPUT]     = { 'o', "output", "<list>",
			 "columns to show; +<list> adds to the default ones" },
	[PID]        = { 'p', "pid", NULL, "by process, as without an option" },
	[RAW]        = { 'r', "raw", NULL, "not aligned, for scripts" },
	[TMPFS]      = { 't', "tmpfs", NULL, "by tmpfs, and shared memory that is in none" },
	{ 0 }
};

struct request {
	enum holders_by by;
	struct table_style style;
	bool json;
	const char *columns;
};

/* ---- The table ---- */

static void add_line(struct libscols_table *table, const struct holder_cells *cells,
		     const struct holder *holder, const struct table_style *style)
{
	struct libscols_line *line = table_line(table);
	struct value val;
	size_t i;

	for (i = 0; i < cells->nr; i++) {
		val = holder_cell_value(&cells->cell[i], holder);
		table_value(line, i, &val, style);
	}
}

/* What stands where a holder's name would, whatever names are shown. */
static struct holder named(const struct holder *holder, char *name)
{
	struct holder copy = *holder;

	copy.name = name;
	copy.cgroup = name;
	return copy;
}

static void print_table(const struct holders *holders, const struct holder_cells *cells,
			const struct table_style *style)
{
	static char others[] = "(others)", all[] = "(all)";
	struct libscols_table *table = table_new(style);
	struct holder last[] = { named(&holders->others, others), named(&holders->all, all) };
	size_t i;

	for (i = 0; i < cells->nr; i++)
		table_column(table, cells->cell[i].heading, cells->cell[i].column->width,
			     cells->cell[i].column->flags);
	for (i = 0; i < holders->nr; i++)
		add_line(table, cells, &holders->holder[i], style);
	for (i = 0; i < sizeof(last) / sizeof(*last); i++)
		add_line(table, cells, &last[i], style);
	table_print(table);
}

/* ---- JSON ---- */

static struct json_object *holder_to_json(const struct holder *holder,
					  const struct holder_list *list,
					  const struct holder_cells *cells)
{
	struct json_object *obj = json_object_new_object(), *at;
	struct value val;
	size_t i;

	/* of a column with a cell for each file an object, also where there are none */
	for (i = 0; i < list->nr; i++)
		json_add(obj, list->column[i]->key,
			 list->column[i]->get ? NULL : json_object_new_object());
	for (i = 0; i < cells->nr; i++) {
		const struct holder_cell *cell = &cells->cell[i];

		at = cell->column->get ? obj : json_object_object_get(obj, cell->column->key);
		val = holder_cell_value(cell, holder);
		json_add(at, cell->column->get ? cell->column->key : cell->heading,
			 value_to_json(&val));
	}
	return obj;
}

static void print_json(const struct holders *holders, const struct holder_list *list,
		       const struct holder_cells *cells)
{
	struct json_object *root = json_object_new_object(), *array = json_object_new_array();
	size_t i;

	for (i = 0; i < holders->nr; i++)
		json_object_array_add(array, holder_to_json(&holders->holder[i], list, cells));
	json_add(root, "holders", array);
	json_add(root, "others", holder_to_json(&holders->others, list, cells));
	json_add(root, "all", holder_to_json(&holders->all, list, cells));
	json_print(root);
}

/* ---- The command ---- */

static void set_option(struct request *request, int option, const char *arg)
{
	switch (option) {
	case BYTES:
		request->style.exact = true;
		break;
	case CGROUP:
		request->by = BY_CGROUP;
		break;
	case JSON:
		request->json = true;
		break;
	case NOHEADINGS:
		request->style.headings = false;
		break;
	case OUTPUT:
		request->columns = arg;
		break;
	case PID:
		request->by = BY_PROCESS;
		break;
	case RAW:
		request->style.raw = true;
		break;
	case TMPFS:
		request->by = BY_TMPFS;
		break;
	}
}

static void run(const struct command *cmd, int argc, char **argv)
{
	struct request request = { .style = { .headings = true } };
	struct holders holders;
	struct snapshot snap;
	struct holder_cells cells;
	struct holder_list list;
	char *reason;
	int option;

	while ((option = next_option(cmd, argc, argv)) >= 0)
		set_option(&request, option, optarg);
	if (request.json && request.style.raw)
		fail_usage("--json and --raw exclude each other");
	holder_columns_parse(&list, request.columns, request.by);
	if (request.json)
		messages_as_json();

	snapshot_read(&snap);
	reason = holders_read(&holders, &snap, request.by);
	if (reason)
		fail("cannot tell who has swapped pages: %s", reason);
	holder_cells_init(&cells, &list, &snap);
	if (request.json)
		print_json(&holders, &list, &cells);
	else
		print_table(&holders, &cells, &request.style);
	holder_cells_free(&cells);
	holders_free(&holders);
	snapshot_free(&snap);
}

const struct command who_command = {
	.name = "who",
	.help = "Show whose pages are swapped out, and where they lie",
	.options = options,
	.columns = &holder_column_names,
	.more_help = holder_columns_print_help,
	.run = run,
};
