// SPDX-License-Identifier: GPL-2.0
/* The table of backends: what its columns are, printing it. */
#include <json-c/json.h>
#include <libsmartcols.h>
#include <stdio.h>

#include "columns.h"
#include "derived.h"
#include "json.h"
#include "names.h"
#include "snapshot.h"
#include "table.h"

struct column {
	const char *name;
	const char *key;	/* in JSON; NULL: the name of the file */
	int file;		/* enum backend_file, unless there is a getter */
	struct value (*get)(const struct backend *backend);
	double width;
	int flags;
	const char *help;
};

static struct value get_name(const struct backend *backend)
{
	return backend->name;
}

#define LEFT	0
#define RIGHT	SCOLS_FL_RIGHT

static const struct column columns[] = {
	{ "NAME", "name", 0, get_name, 6, LEFT,
	  "name of the backend" },
	{ "TYPE", NULL, BACKEND_TYPE, NULL, 8, LEFT,
	  "zswap (compressed memory) or swapfile" },
	{ "TIER", NULL, BACKEND_TIER, NULL, 4, RIGHT,
	  "lower ones are preferred, those of one tier take turns" },
	{ "STATE", NULL, BACKEND_STATE, NULL, 5, LEFT,
	  "on, disabled, removing, failed (only read, after errors), or evacuating (the same, pages move)" },
	{ "CAPACITY", NULL, BACKEND_CAPACITY, NULL, 8, RIGHT,
	  "what it can hold by its present estimate" },
	{ "USED", NULL, BACKEND_USED, NULL, 6, RIGHT,
	  "what it holds, at its original size" },
	{ "USE%", "use_percent", 0, backend_use, 4, RIGHT,
	  "USED as a share of CAPACITY" },
	{ "MEMORY", NULL, BACKEND_MEMORY, NULL, 6, RIGHT,
	  "memory it takes, all included" },
	{ "RATIO", "ratio", 0, backend_ratio, 5, RIGHT,
	  "USED divided by POOL" },
	{ "COMP-RATIO", "compressed_ratio", 0, backend_compressed_ratio, 5, RIGHT,
	  "USED divided by COMPRESSED" },
	{ "OUT", NULL, BACKEND_OUT, NULL, 6, RIGHT,
	  "pages stored since the module was loaded" },
	{ "IN", NULL, BACKEND_IN, NULL, 6, RIGHT,
	  "pages loaded since then" },
	{ "MOVED", NULL, BACKEND_MOVED, NULL, 5, RIGHT,
	  "pages moved from it to other backends" },
	{ "FULL", NULL, BACKEND_FULL, NULL, 4, RIGHT,
	  "pages refused for want of space" },
	{ "NUMBER", NULL, BACKEND_NUMBER, NULL, 4, RIGHT,
	  "its number in what the module says of pages" },
	{ "COMPRESSOR", NULL, BACKEND_COMPRESSOR, NULL, 6, LEFT,
	  "zswap: name of the compressor" },
	{ "COLD-COMPRESSOR", NULL, BACKEND_COLD_COMPRESSOR, NULL, 6, LEFT,
	  "zswap: name of the one for its oldest pages" },
	{ "ALLOCATOR", NULL, BACKEND_ALLOCATOR, NULL, 6, LEFT,
	  "zswap: where its pages lie: slab or zsmalloc" },
	{ "LIMIT", NULL, BACKEND_LIMIT, NULL, 6, RIGHT,
	  "zswap: limit of the pool" },
	{ "TARGET", NULL, BACKEND_TARGET, NULL, 6, RIGHT,
	  "zswap: what it may take of that now" },
	{ "POOL", NULL, BACKEND_POOL, NULL, 6, RIGHT,
	  "zswap: memory the pool takes" },
	{ "COMPRESSED", NULL, BACKEND_COMPRESSED, NULL, 6, RIGHT,
	  "zswap: sum of the sizes of the stored objects" },
	{ "WHOLE", NULL, BACKEND_WHOLE, NULL, 6, RIGHT,
	  "zswap: pages kept whole because they don't shrink" },
	{ "COLD", NULL, BACKEND_COLD, NULL, 4, RIGHT,
	  "zswap: pages that the second compressor has had" },
	{ "INCOMPRESSIBLE", NULL, BACKEND_INCOMPRESSIBLE, NULL, 4, RIGHT,
	  "zswap: pages left to the next backend" },
	{ "PATH", NULL, BACKEND_PATH, NULL, 8, LEFT,
	  "swapfile: file or device" },
	{ "SIZE", NULL, BACKEND_SIZE, NULL, 6, RIGHT,
	  "swapfile: size of the area, all included" },
	{ "BAD", NULL, BACKEND_BAD, NULL, 4, RIGHT,
	  "swapfile: what is never used of it" },
	{ "EXTENTS", NULL, BACKEND_EXTENTS, NULL, 4, RIGHT,
	  "swapfile: contiguous pieces on the disk" },
	{ "PACKED", NULL, BACKEND_PACKED, NULL, 6, RIGHT,
	  "swapfile: what of USED is compressed, in blocks" },
	{ "BLOCKS", NULL, BACKEND_BLOCKS, NULL, 6, RIGHT,
	  "swapfile: what these blocks take" },
	{ "DISCARDED", NULL, BACKEND_DISCARDED, NULL, 6, RIGHT,
	  "swapfile: pages that its disk was told to forget" },
	{ "ENCRYPTED", NULL, BACKEND_ENCRYPTED, NULL, 4, RIGHT,
	  "swapfile: 1 if its pages are encrypted" },
	{ "READ-ERRORS", NULL, BACKEND_READ_ERRORS, NULL, 4, RIGHT,
	  "swapfile: pages that could not be read" },
	{ "WRITE-ERRORS", NULL, BACKEND_WRITE_ERRORS, NULL, 4, RIGHT,
	  "swapfile: pages that could not be written" },
};

#define NR_COLUMNS	(sizeof(columns) / sizeof(*columns))

_Static_assert(NR_COLUMNS <= MAX_COLUMNS, "struct column_list is too small");

static const char *column_key(const struct column *column)
{
	return column->key ? column->key : backend_files[column->file].name;
}

static struct value column_value(const struct column *column,
				 const struct backend *backend)
{
	return column->get ? column->get(backend) : backend->file[column->file];
}

const struct names column_names = NAMES(columns);

void columns_parse(struct column_list *list, const char *names)
{
	size_t chosen[NR_COLUMNS], i;

	list->nr = names_choose(&column_names, DEFAULT_COLUMNS, names, chosen);
	for (i = 0; i < list->nr; i++)
		list->column[i] = &columns[chosen[i]];
}

void columns_all(struct column_list *list)
{
	for (list->nr = 0; list->nr < NR_COLUMNS; list->nr++)
		list->column[list->nr] = &columns[list->nr];
}

void columns_print_help(void)
{
	puts("\nColumns (without --output: " DEFAULT_COLUMNS "):");
	names_print(&column_names);
}

void columns_print_table(const struct column_list *list,
			 const struct snapshot *snap,
			 const struct table_style *style)
{
	struct libscols_table *table = table_new(style);
	struct libscols_line *line;
	struct value val;
	size_t i, j;

	for (j = 0; j < list->nr; j++)
		table_column(table, list->column[j]->name,
			     list->column[j]->width, list->column[j]->flags);
	for (i = 0; i < snap->nr_backends; i++) {
		line = table_line(table);
		for (j = 0; j < list->nr; j++) {
			val = column_value(list->column[j], &snap->backend[i]);
			table_value(line, j, &val, style);
		}
	}
	table_print(table);
}

static struct json_object *backend_to_json(const struct column_list *list,
					   const struct backend *backend)
{
	struct json_object *obj = json_object_new_object();
	struct value val;
	size_t i;

	for (i = 0; i < list->nr; i++) {
		val = column_value(list->column[i], backend);
		json_add(obj, column_key(list->column[i]), value_to_json(&val));
	}
	return obj;
}

struct json_object *columns_to_json(const struct column_list *list,
				    const struct snapshot *snap)
{
	struct json_object *array;
	size_t i;

	if (!snap->backends_known)
		return NULL;
	array = json_object_new_array();
	for (i = 0; i < snap->nr_backends; i++)
		json_object_array_add(array, backend_to_json(list,
							     &snap->backend[i]));
	return array;
}
