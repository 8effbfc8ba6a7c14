// SPDX-License-Identifier: GPL-2.0
/* Aligned output. */
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "table.h"
#include "value.h"

struct libscols_table *table_new(const struct table_style *style)
{
	struct libscols_table *table = scols_new_table();

	if (!table)
		fail("cannot set up a table");
	scols_table_enable_noheadings(table, !style->headings);
	scols_table_enable_raw(table, style->raw);
	/* a narrow terminal breaks lines, it doesn't cut numbers */
	scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
	return table;
}

void table_column(struct libscols_table *table, const char *name, double width,
		  int flags)
{
	if (!scols_table_new_column(table, name, width, flags))
		fail("cannot set up a table column");
}

struct libscols_line *table_line(struct libscols_table *table)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);

	if (!line)
		fail("cannot set up a table line");
	return line;
}

/* @text becomes the line's. */
static void refer_text(struct libscols_line *line, int column, char *text)
{
	if (scols_line_refer_data(line, column, text))
		fail("cannot fill a table cell");
}

void table_text(struct libscols_line *line, int column, const char *text)
{
	refer_text(line, column, xstrdup(text));
}

void table_value(struct libscols_line *line, int column,
		 const struct value *val, const struct table_style *style)
{
	refer_text(line, column, value_format(val, style->exact));
}

/*
 * Prints @text without the blanks that fill up the last column, and with the
 * newline at the end that libsmartcols leaves out at times. Frees it.
 */
static void print_trimmed(char *text)
{
	char *rest = text;
	char *line;
	size_t len;

	while ((line = strsep(&rest, "\n"))) {
		if (!rest && !*line)
			break;
		len = strlen(line);
		while (len && line[len - 1] == ' ')
			len--;
		printf("%.*s\n", (int)len, line);
	}
	free(text);
}

void table_print(struct libscols_table *table)
{
	char *text;

	if (scols_print_table_to_string(table, &text))
		fail("cannot print a table");
	print_trimmed(text);
	table_free(table);
}

void table_print_lines(struct libscols_table *table, size_t first, size_t nr)
{
	char *text;

	if (scols_table_print_range_to_string(table,
			scols_table_get_line(table, first),
			scols_table_get_line(table, first + nr - 1), &text))
		fail("cannot print a table");
	print_trimmed(text);
}

void table_free(struct libscols_table *table)
{
	scols_unref_table(table);
}
