// SPDX-License-Identifier: GPL-2.0
/* vswapctl top: what there is to be shown, and how it was before. */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "message.h"
#include "progress.h"
#include "top_data.h"

/* Who has pages is looked for so rarely that it takes a twentieth of the time. */
#define HOLDERS_SHARE	20

static void remember(struct history *history, struct value val)
{
	const size_t keep = TOP_HISTORY - 1;
	double number = val.unit == UNIT_RATIO || val.unit == UNIT_PERCENT ? val.fraction :
									      val.number;

	if (history->nr > keep) {
		memmove(history->sample, history->sample + 1, keep * sizeof(*history->sample));
		history->nr = keep;
	}
	history->sample[history->nr++] = val.known ? number : 0;
}

/* ---- Rates ---- */

static void read_traffic(struct top_data *data, const struct snapshot *before,
			 const struct pressure *pressure_before, double seconds)
{
	static const enum area_file files[] = {
		[TOP_OUT] = AREA_OUT, [TOP_IN] = AREA_IN, [TOP_WRITEBACK] = AREA_WRITEBACK,
	};
	struct traffic *traffic = data->traffic;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(*files); i++)
		traffic[i].now = value_rate_in(before->file[files[i]], data->snap.file[files[i]],
					       seconds, UNIT_PAGES);
	traffic[TOP_REFAULTS].now = value_rate_in(pressure_before->refaults,
						  data->pressure.refaults, seconds, UNIT_PAGES);
	traffic[TOP_PRESSURE].now = data->pressure.some;
	for (i = 0; i < TOP_NR_TRAFFIC; i++)
		remember(&traffic[i].history, traffic[i].now);
}

static void free_backend(struct top_backend *backend)
{
	free(backend->name);
}

/* The one of that name, with its history, is moved over from those there were. */
static struct top_backend take_backend(struct top_data *data, const char *name)
{
	size_t i;

	for (i = 0; i < data->nr_backends; i++) {
		struct top_backend found = data->backend[i];

		if (!found.name || strcmp(found.name, name))
			continue;
		data->backend[i].name = NULL;
		return found;
	}
	return (struct top_backend){ .name = xstrdup(name) };
}

static void read_backends(struct top_data *data, const struct snapshot *before, double seconds)
{
	const struct snapshot *now = &data->snap;
	struct top_backend *backend = xcalloc(now->nr_backends, sizeof(*backend));
	size_t i;

	for (i = 0; i < now->nr_backends; i++) {
		const struct backend *is = &now->backend[i];
		const struct backend *was = snapshot_find(before, is->name.text);

		/* one that has just come has done nothing before */
		was = was ? was : is;
		backend[i] = take_backend(data, is->name.text);
		backend[i].out = value_rate_in(was->file[BACKEND_OUT], is->file[BACKEND_OUT],
					       seconds, UNIT_PAGES);
		backend[i].in = value_rate_in(was->file[BACKEND_IN], is->file[BACKEND_IN],
					      seconds, UNIT_PAGES);
		remember(&backend[i].history, value_add(backend[i].out, backend[i].in));
	}
	for (i = 0; i < data->nr_backends; i++)
		free_backend(&data->backend[i]);
	free(data->backend);
	data->backend = backend;
	data->nr_backends = now->nr_backends;
}

/* ---- Who has pages ---- */

static bool contains(const char *text, const char *part)
{
	return text && strcasestr(text, part);
}

static bool is_chosen(const struct holder *holder, const char *filter)
{
	return !*filter || contains(holder->name, filter) || contains(holder->cgroup, filter);
}

static const struct holder_cell *sort_cell;
static bool sort_reverse;

/* The largest number first, but names as in a dictionary; what isn't known last. */
static int compare(const void *a, const void *b)
{
	const struct holder *const *one = a, *const *other = b;
	struct value val = holder_cell_value(sort_cell, *one);
	struct value than = holder_cell_value(sort_cell, *other);
	int order;

	if (val.known != than.known)
		return val.known ? -1 : 1;
	if (val.unit == UNIT_TEXT)
		order = val.known ? strcmp(val.text, than.text) : 0;
	else
		order = val.number < than.number ? 1 : val.number > than.number ? -1 : 0;
	/* else as holders_read() has them */
	if (!order)
		return *one < *other ? -1 : 1;
	return sort_reverse ? -order : order;
}

void top_data_choose(struct top_data *data, const struct top_choice *choice)
{
	size_t i;

	data->row = xreallocarray(data->row, data->holders.nr + 1, sizeof(*data->row));
	data->nr_rows = 0;
	for (i = 0; i < data->holders.nr; i++)
		if (is_chosen(&data->holders.holder[i], choice->filter))
			data->row[data->nr_rows++] = &data->holders.holder[i];
	if (!data->cells.nr || !data->nr_rows)
		return;
	sort_cell = &data->cells.cell[choice->sort % data->cells.nr];
	sort_reverse = choice->reverse;
	qsort(data->row, data->nr_rows, sizeof(*data->row), compare);
}

/* The cells' headings are the snapshot's, and their backends those of its numbers. */
static bool same_backends(const struct snapshot *a, const struct snapshot *b)
{
	size_t i;

	if (a->nr_backends != b->nr_backends)
		return false;
	for (i = 0; i < a->nr_backends; i++)
		if (strcmp(a->backend[i].name.text, b->backend[i].name.text))
			return false;
	return true;
}

static void read_holders(struct top_data *data, const struct top_choice *choice, double interval)
{
	double start = now_seconds(), took;

	holders_free(&data->holders);
	free(data->no_holders);
	data->no_holders = holders_read(&data->holders, &data->snap, choice->by);
	took = now_seconds() - start;
	data->holders_due = start + (took * HOLDERS_SHARE > interval ? took * HOLDERS_SHARE : 0);
}

static void read_cells(struct top_data *data, const struct top_choice *choice)
{
	struct holder_list list;

	holder_columns_parse(&list, choice->names, choice->by);
	holder_cells_free(&data->cells);
	holder_cells_init(&data->cells, &list, &data->snap);
}

void top_data_group(struct top_data *data, const struct top_choice *choice, double interval)
{
	read_holders(data, choice, interval);
	read_cells(data, choice);
	top_data_choose(data, choice);
}

/* ---- All ---- */

void top_data_read(struct top_data *data, const struct top_choice *choice, double interval)
{
	struct snapshot before = data->snap;
	struct pressure pressure_before = data->pressure;
	bool first = !data->read_at;
	double now = now_seconds(), seconds = now - data->read_at;

	snapshot_read(&data->snap);
	pressure_read(&data->pressure);
	if (first) {
		/* there was nothing before: no rates, but what there is can be shown */
		read_backends(data, &data->snap, 0);
		read_traffic(data, &data->snap, &data->pressure, 0);
	} else {
		read_backends(data, &before, seconds);
		read_traffic(data, &before, &pressure_before, seconds);
		health_free(&data->health);
	}
	health_read(&data->health, &data->snap);
	if (now >= data->holders_due || (!first && !same_backends(&before, &data->snap)))
		read_holders(data, choice, interval);
	read_cells(data, choice);
	top_data_choose(data, choice);
	if (!first)
		snapshot_free(&before);
	data->read_at = now;
}

void top_data_free(struct top_data *data)
{
	size_t i;

	for (i = 0; i < data->nr_backends; i++)
		free_backend(&data->backend[i]);
	free(data->backend);
	holder_cells_free(&data->cells);
	holders_free(&data->holders);
	free(data->no_holders);
	free(data->row);
	health_free(&data->health);
	snapshot_free(&data->snap);
}
