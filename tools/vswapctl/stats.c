// SPDX-License-Identifier: GPL-2.0
/* vswapctl stats: what a person wants to know. */
#include <json-c/json.h>
#include <libsmartcols.h>
#include <stdio.h>

#include "columns.h"
#include "command.h"
#include "derived.h"
#include "json.h"
#include "message.h"
#include "snapshot.h"
#include "table.h"

enum { BYTES, JSON };

static const struct option_row options[] = {
	[BYTES] = { 'b', "bytes", NULL, "sizes in bytes" },
	[JSON]  = { 'j', "json", NULL, "JSON, all numbers exact" },
	{ 0 }
};

typedef struct value (*area_getter)(const struct snapshot *snap);

/* What JSON has besides the files. */
static const struct {
	const char *key;
	area_getter get;
} derived[] = {
	{ "free_pages",			area_free },
	{ "use_percent",		area_use },
	{ "stored_pages",		area_stored },
	{ "backend_memory_bytes",	area_backend_memory },
	{ "memory_taken_bytes",		area_memory_taken },
	{ "memory_saved_bytes",		area_memory_saved },
	{ "ratio",			area_ratio },
	{ "compressed_ratio",		area_compressed_ratio },
	{ "writeback_page_bytes",	area_writeback_page },
};

/* A line for people: a file or a getter's value, then a note or another. */
struct row {
	const char *label;
	enum area_file file;
	area_getter get;
	const char *note;
	area_getter get_note;
};

static const struct row state_rows[] = {
	{ "Version", AREA_VERSION, NULL, "", NULL },
	{ "Device", AREA_DEVICE, NULL, "", NULL },
	{ "State", AREA_STATE, NULL, "", NULL },
	{ "Priority", AREA_PRIORITY, NULL, "", NULL },
	{ 0 }
};

static const struct row space_rows[] = {
	{ "Capacity", AREA_CAPACITY, NULL, "by present estimate", NULL },
	{ "Used", AREA_USED, NULL, NULL, area_use },
	{ "Free", 0, area_free, "", NULL },
	{ "Fill pages", AREA_FILL, NULL, "one repeated word, no backend", NULL },
	{ "Virtual space", AREA_VIRTUAL, NULL, "grows on demand", NULL },
	{ "Virtual limit", AREA_VIRTUAL_LIMIT, NULL, "", NULL },
	{ "Clusters used", AREA_CLUSTERS, NULL, "of 512 slots", NULL },
	{ 0 }
};

static const struct row memory_rows[] = {
	{ "Stored", 0, area_stored, "original size", NULL },
	{ "Memory of backends", 0, area_backend_memory, "", NULL },
	{ "Memory of metadata", AREA_METADATA, NULL, "", NULL },
	{ "Memory taken", 0, area_memory_taken, "backends and metadata", NULL },
	{ "Memory saved", 0, area_memory_saved, "stored less taken", NULL },
	{ "Compression ratio", 0, area_ratio, "original / pool", NULL },
	{ "", 0, area_compressed_ratio, "original / compressed", NULL },
	{ 0 }
};

static const struct row traffic_rows[] = {
	{ "Pages out", AREA_OUT, NULL, "", NULL },
	{ "  fill pages", AREA_FILL_OUT, NULL, "", NULL },
	{ "Pages in", AREA_IN, NULL, "", NULL },
	{ "Pages written back", AREA_WRITEBACK, NULL, "from the pool", NULL },
	{ "  bytes for each", 0, area_writeback_page,
	  "less where they stay compressed", NULL },
	{ "  short of memory", AREA_SHRINKER_PAGES, NULL, "", NULL },
	{ "  idle", AREA_IDLE_PAGES, NULL, "", NULL },
	{ "Pages moved", AREA_MOVED, NULL, "between backends", NULL },
	{ "Pages by block I/O", AREA_BIO, NULL, "past a hook", NULL },
	{ "Growth steps", AREA_GROW_STEPS, NULL, "", NULL },
	{ 0 }
};

static const struct row failure_rows[] = {
	{ "Allocation failures", AREA_ALLOC_FAILURES, NULL,
	  "folios without a slot", NULL },
	{ "Store failures", AREA_STORE_FAILURES, NULL,
	  "folios no backend took", NULL },
	{ "Read errors", AREA_READ_ERRORS, NULL, "pages lost", NULL },
	{ "Checksum errors", AREA_CHECKSUM_ERRORS, NULL,
	  "of the read errors", NULL },
	{ "Write errors", AREA_WRITE_ERRORS, NULL, "folios kept in memory", NULL },
	{ "Write-back failures", AREA_WRITEBACK_FAILURES, NULL,
	  "pages kept in the pool", NULL },
	{ "Growth failures", AREA_GROW_FAILURES, NULL, "", NULL },
	{ 0 }
};

enum { STATE, SPACE, MEMORY, TRAFFIC, FAILURES, NR_SECTIONS };

static const struct row *const sections[NR_SECTIONS] = {
	[STATE] = state_rows,
	[SPACE] = space_rows,
	[MEMORY] = memory_rows,
	[TRAFFIC] = traffic_rows,
	[FAILURES] = failure_rows,
};

static size_t count_rows(const struct row *row)
{
	size_t n = 0;

	while (row[n].label)
		n++;
	return n;
}

static struct value row_value(const struct row *row,
			      const struct snapshot *snap)
{
	return row->get ? row->get(snap) : snap->file[row->file];
}

static void add_rows(struct libscols_table *table, const struct row *row,
		     const struct snapshot *snap,
		     const struct table_style *style)
{
	struct libscols_line *line;
	struct value val;

	for (; row->label; row++) {
		line = table_line(table);
		val = row_value(row, snap);
		table_text(line, 0, row->label);
		table_value(line, 1, &val, style);
		if (row->note) {
			table_text(line, 2, row->note);
		} else {
			val = row->get_note(snap);
			table_value(line, 2, &val, style);
		}
	}
}

/* All sections are one table, so that they line up. */
static struct libscols_table *fill_sections(const struct snapshot *snap,
					    bool exact)
{
	const struct table_style style = { .exact = exact };
	struct libscols_table *table = table_new(&style);
	size_t i;

	table_column(table, "label", 0, 0);
	table_column(table, "value", 0, SCOLS_FL_RIGHT);
	table_column(table, "note", 0, 0);
	for (i = 0; i < NR_SECTIONS; i++)
		add_rows(table, sections[i], snap, &style);
	return table;
}

static void print_section(struct libscols_table *table, int section)
{
	size_t first = 0;
	int i;

	for (i = 0; i < section; i++)
		first += count_rows(sections[i]);
	if (section)
		putchar('\n');
	table_print_lines(table, first, count_rows(sections[section]));
}

static void print_backends(const char *names, const struct snapshot *snap,
			   const struct table_style *style)
{
	struct column_list list;

	putchar('\n');
	if (!snap->backends_known || !snap->nr_backends) {
		puts(snap->backends_known ? "No backends" : "Backends  -");
		return;
	}
	columns_parse(&list, names);
	columns_print_table(&list, snap, style);
}

static void print_plain(const struct snapshot *snap, bool exact)
{
	const struct table_style style = { .exact = exact, .headings = true };
	struct libscols_table *table = fill_sections(snap, exact);

	print_section(table, STATE);
	print_section(table, SPACE);
	print_section(table, MEMORY);
	print_backends(DEFAULT_COLUMNS, snap, &style);
	print_section(table, TRAFFIC);
	print_section(table, FAILURES);
	print_backends("NAME,FULL,INCOMPRESSIBLE,READ-ERRORS,WRITE-ERRORS",
		       snap, &style);
	table_free(table);
}

static void print_json(const struct snapshot *snap)
{
	struct json_object *root = json_object_new_object();
	struct column_list list;
	struct value val;
	size_t i;

	for (i = 0; i < AREA_COUNT; i++)
		json_add(root, area_files[i].name,
			 value_to_json(&snap->file[i]));
	for (i = 0; i < sizeof(derived) / sizeof(*derived); i++) {
		val = derived[i].get(snap);
		json_add(root, derived[i].key, value_to_json(&val));
	}
	columns_all(&list);
	json_add(root, "backends", columns_to_json(&list, snap));
	json_print(root);
}

static void run(const struct command *cmd, int argc, char **argv)
{
	struct snapshot snap;
	bool exact = false;
	bool json = false;
	int option;

	while ((option = next_option(cmd, argc, argv)) >= 0) {
		switch (option) {
		case BYTES:
			exact = true;
			break;
		case JSON:
			json = true;
			break;
		}
	}
	if (json)
		messages_as_json();

	snapshot_read(&snap);
	if (json)
		print_json(&snap);
	else
		print_plain(&snap, exact);
	snapshot_free(&snap);
}

const struct command stats_command = {
	.name = "stats",
	.help = "Show what is stored, what it takes, and what failed",
	.options = options,
	.run = run,
};
