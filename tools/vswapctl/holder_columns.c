// SPDX-License-Identifier: GPL-2.0
/* What there is to be said of who has swapped pages. */
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "holder_columns.h"
#include "message.h"
#include "names.h"
#include "snapshot.h"

#define GET(name, unit)								\
	static struct value get_##name(const struct holder *holder)		\
	{									\
		return value_number(unit, holder->holding.name);		\
	}

GET(swapped, UNIT_PAGES)
GET(pool, UNIT_PAGES)
GET(pool_bytes, UNIT_BYTES)
GET(file_bytes, UNIT_BYTES)
GET(fill, UNIT_PAGES)
GET(none, UNIT_PAGES)

static struct value get_processes(const struct holder *holder)
{
	return value_number_if(holder->processes, UNIT_COUNT, holder->processes);
}

static struct value get_pid(const struct holder *holder)
{
	return value_number_if(holder->pid, UNIT_COUNT, holder->pid);
}

/* The holder's own text, not to be freed. */
static struct value text_if_any(char *text)
{
	return (struct value){ .unit = UNIT_TEXT, .known = text && *text, .text = text };
}

static struct value get_name(const struct holder *holder)
{
	return text_if_any(holder->name);
}

static struct value get_cgroup(const struct holder *holder)
{
	return text_if_any(holder->cgroup);
}

#define LEFT	0
#define RIGHT	SCOLS_FL_RIGHT

static const struct holder_column columns[] = {
	{ "SWAPPED", "swapped_pages", get_swapped, 7, RIGHT,
	  "what is swapped out: the sum of POOL, FILES, FILL and NONE" },
	{ "POOL", "pool_pages", get_pool, 6, RIGHT,
	  "of it in the compressed pool" },
	{ "COMPRESSED", "pool_bytes", get_pool_bytes, 6, RIGHT,
	  "what POOL takes there, without the gaps between" },
	{ "FILES", "files", NULL, 6, RIGHT,
	  "of it in swap files: a column for each, under its name" },
	{ "DISK", "file_bytes", get_file_bytes, 6, RIGHT,
	  "what FILES take there, without the gaps between" },
	{ "FILL", "fill_pages", get_fill, 6, RIGHT,
	  "of it pages of one value, which take nothing" },
	{ "NONE", "none_pages", get_none, 6, RIGHT,
	  "of it pages that aren't stored: in memory after all, or zeroes that the kernel keeps" },
	{ "PROCESSES", "processes", get_processes, 4, RIGHT,
	  "how many processes that is" },
	{ "PID", "pid", get_pid, 6, RIGHT,
	  "the process" },
	{ "NAME", "name", get_name, 8, LEFT,
	  "what the process runs, or where the tmpfs is mounted" },
	{ "CGROUP", "cgroup", get_cgroup, 8, LEFT,
	  "the cgroup, or that of the process" },
};

#define NR_COLUMNS	(sizeof(columns) / sizeof(*columns))

_Static_assert(NR_COLUMNS <= MAX_HOLDER_COLUMNS, "struct holder_list is too small");

#define WHERE		"SWAPPED,POOL,COMPRESSED,FILES,FILL,NONE"
#define BY_PID		WHERE ",PID,NAME"
#define BY_GROUP	WHERE ",PROCESSES,CGROUP"
#define BY_FILES	WHERE ",NAME"

const struct names holder_column_names = NAMES(columns);

void holder_columns_parse(struct holder_list *list, const char *names, enum holders_by by)
{
	static const char *const usual[] = {
		[BY_PROCESS] = BY_PID, [BY_CGROUP] = BY_GROUP, [BY_TMPFS] = BY_FILES,
	};
	size_t numbers[NR_COLUMNS], i;

	list->nr = names_choose(&holder_column_names, usual[by], names, numbers);
	for (i = 0; i < list->nr; i++)
		list->column[i] = &columns[numbers[i]];
}

void holder_columns_print_help(void)
{
	puts("\nColumns (without --output: " BY_PID ";\n with --cgroup: " BY_GROUP ";\n"
	     " with --tmpfs: " BY_FILES "):");
	names_print(&holder_column_names);
}

static bool is_file(const struct backend *backend)
{
	const struct value *type = &backend->file[BACKEND_TYPE];

	return type->known && !strcmp(type->text, "swapfile");
}

/* ---- Cells ---- */

static void add_cell(struct holder_cells *cells, const struct holder_column *column,
		     const char *heading, size_t backend)
{
	struct holder_cell *grown = xreallocarray(cells->cell, cells->nr + 1, sizeof(*grown));

	grown[cells->nr++] = (struct holder_cell){ column, heading, backend };
	cells->cell = grown;
}

void holder_cells_init(struct holder_cells *cells, const struct holder_list *list,
		       const struct snapshot *snap)
{
	size_t i, j;

	*cells = (struct holder_cells){ 0 };
	for (i = 0; i < list->nr; i++) {
		const struct holder_column *column = list->column[i];

		if (column->get)
			add_cell(cells, column, column->name, 0);
		for (j = 0; !column->get && j < snap->nr_backends; j++)
			if (is_file(&snap->backend[j]))
				add_cell(cells, column, snap->backend[j].name.text, j);
	}
}

void holder_cells_free(struct holder_cells *cells)
{
	free(cells->cell);
	*cells = (struct holder_cells){ 0 };
}

struct value holder_cell_value(const struct holder_cell *cell, const struct holder *holder)
{
	if (cell->column->get)
		return cell->column->get(holder);
	return value_number(UNIT_PAGES, holder->holding.file[cell->backend]);
}
