/* SPDX-License-Identifier: GPL-2.0 */
/* What there is to be said of who has swapped pages: columns, and the cells of a line. */
#ifndef VSWAPCTL_HOLDER_COLUMNS_H
#define VSWAPCTL_HOLDER_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "holders.h"
#include "value.h"

struct names;
struct snapshot;

struct holder_column {
	const char *name;
	const char *key;	/* in JSON */
	struct value (*get)(const struct holder *holder);	/* NULL: a cell for each swap file */
	double width;
	int flags;
	const char *help;
};

enum { MAX_HOLDER_COLUMNS = 16 };

/* In order; each at most once. */
struct holder_list {
	size_t nr;
	const struct holder_column *column[MAX_HOLDER_COLUMNS];
};

/* @names: as for columns_parse(); NULL: the default ones. */
void holder_columns_parse(struct holder_list *list, const char *names, enum holders_by by);

/* All that there are. */
extern const struct names holder_column_names;

void holder_columns_print_help(void);

struct holder_cell {
	const struct holder_column *column;
	const char *heading;	/* the snapshot's, where it is a swap file's name */
	size_t backend;		/* of that, which one */
};

struct holder_cells {
	size_t nr;
	struct holder_cell *cell;
};

void holder_cells_init(struct holder_cells *cells, const struct holder_list *list,
		       const struct snapshot *snap);
void holder_cells_free(struct holder_cells *cells);

/* A text in it is the holder's own, and not to be freed. */
struct value holder_cell_value(const struct holder_cell *cell, const struct holder *holder);

#endif
