/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_TABLE_H
#define VSWAPCTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct libscols_line;
struct libscols_table;
struct value;

struct table_style {
	bool exact;		/* sizes in bytes */
	bool headings;
	bool raw;		/* one space between columns, odd bytes escaped */
};

/* Thin shells around libsmartcols that fail() when memory runs out. */
struct libscols_table *table_new(const struct table_style *style);
void table_column(struct libscols_table *table, const char *name, double width,
		  int flags);
struct libscols_line *table_line(struct libscols_table *table);
void table_text(struct libscols_line *line, int column, const char *text);
void table_value(struct libscols_line *line, int column,
		 const struct value *val, const struct table_style *style);

/* Prints the table on stdout and frees it. */
void table_print(struct libscols_table *table);

/* Prints some of the lines; the widths are those of the whole table. */
void table_print_lines(struct libscols_table *table, size_t first, size_t nr);
void table_free(struct libscols_table *table);

#endif
