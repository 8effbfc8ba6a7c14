/* SPDX-License-Identifier: GPL-2.0 */
/* vswapctl top: what there is to be shown, and how it was before. */
#ifndef VSWAPCTL_TOP_DATA_H
#define VSWAPCTL_TOP_DATA_H

#include <stdbool.h>
#include <stddef.h>

#include "health.h"
#include "holder_columns.h"
#include "holders.h"
#include "pressure.h"
#include "snapshot.h"

/* More than the widest terminal has room for. */
enum { TOP_HISTORY = 256 };

/* The last ones of a series of numbers, the newest last. */
struct history {
	size_t nr;
	double sample[TOP_HISTORY];
};

enum top_traffic {
	TOP_OUT,
	TOP_IN,
	TOP_WRITEBACK,
	TOP_REFAULTS,
	TOP_PRESSURE,
	TOP_NR_TRAFFIC,
};

/* Something that happens: how much in a second, or for how much of the time. */
struct traffic {
	struct value now;
	struct history history;
};

/* A backend of the snapshot. */
struct top_backend {
	char *name;
	struct value out, in;	/* in a second */
	struct history history;	/* of both */
};

/*
 * @names: columns of who has pages, NULL: the default ones
 * @sort: number of the cell by which they are sorted
 * @reverse: least first
 * @filter: only names or cgroups that have this in them; "": all
 */
struct top_choice {
	enum holders_by by;
	const char *names;
	size_t sort;
	bool reverse;
	char filter[64];
};

struct top_data {
	struct snapshot snap;
	struct pressure pressure;
	struct health health;
	struct traffic traffic[TOP_NR_TRAFFIC];
	size_t nr_backends;
	struct top_backend *backend;
	double read_at;		/* when, by now_seconds(); 0: never */
	struct holders holders;
	struct holder_cells cells;
	char *no_holders;	/* why they aren't known, or NULL */
	double holders_due;
	size_t nr_rows;
	const struct holder **row;	/* those chosen, in order */
};

/* Reads all anew, but who has pages only if that is due: it may take a while. */
void top_data_read(struct top_data *data, const struct top_choice *choice, double interval);
void top_data_free(struct top_data *data);

/* To be called when the choice has changed; the first one if it is by whom. */
void top_data_group(struct top_data *data, const struct top_choice *choice, double interval);
void top_data_choose(struct top_data *data, const struct top_choice *choice);

#endif
