/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_COLUMNS_H
#define VSWAPCTL_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

struct json_object;
struct names;
struct snapshot;
struct table_style;

enum { MAX_COLUMNS = 64 };

/* Columns of the table of backends, in order; each at most once. */
struct column_list {
	size_t nr;
	const struct column *column[MAX_COLUMNS];
};

#define DEFAULT_COLUMNS	\
	"NAME,TYPE,TIER,STATE,CAPACITY,USED,USE%,MEMORY,RATIO,OUT,IN"

/*
 * @names: comma-separated, in any case; with a leading "+" they come after the
 * default ones. Fails with a usage error if there is no such column.
 */
void columns_parse(struct column_list *list, const char *names);
void columns_all(struct column_list *list);

/* All that there are. */
extern const struct names column_names;

void columns_print_help(void);
void columns_print_table(const struct column_list *list,
			 const struct snapshot *snap,
			 const struct table_style *style);

/* An array with one object per backend; NULL if the backends aren't known. */
struct json_object *columns_to_json(const struct column_list *list,
				    const struct snapshot *snap);

#endif
