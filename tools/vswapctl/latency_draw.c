// SPDX-License-Identifier: GPL-2.0
/* vswapctl latency: what it shows. */
#include <json-c/json.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "json.h"
#include "latency_draw.h"
#include "message.h"
#include "quantile.h"
#include "table.h"
#include "value.h"

enum { BAR = 40 };

static const char *const places[LATENCY_PLACES] = {
	[LATENCY_FILL] = "fill",
	[LATENCY_POOL] = "pool",
	[LATENCY_PACKED] = "packed",
	[LATENCY_FILE] = "file",
};

const char *latency_place_name(enum latency_place place)
{
	return places[place];
}

static const struct {
	const char *name;	/* of the object in JSON */
	const char *title;
	const char *heading;
	const char *to;		/* "loads from" the pool */
} ways[LATENCY_WAYS] = {
	[LATENCY_LOAD] = { "loads", "Loads", "FROM", "Loads from" },
	[LATENCY_STORE] = { "stores", "Stores", "TO", "Stores to" },
};

/* Nothing is stored packed; pages get there later. */
static bool applies(enum latency_way way, enum latency_place place)
{
	return way == LATENCY_LOAD || place != LATENCY_PACKED;
}

static double mean(const struct latency_cell *cell)
{
	return cell->folios ? (double)cell->ns / cell->folios : 0;
}

static const struct {
	const char *heading;
	const char *key;
	double q;
} quantiles[] = {
	{ "P50", "p50_ns", 0.5 },
	{ "P99", "p99_ns", 0.99 },
	{ "P99.9", "p999_ns", 0.999 },
};

#define NR_QUANTILES	(sizeof(quantiles) / sizeof(*quantiles))

/* ---- For people ---- */

char *format_ns(double ns)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	size_t i = 0;

	while (ns >= 999.5 && i < sizeof(units) / sizeof(*units) - 1) {
		ns /= 1000;
		i++;
	}
	return xasprintf("%.*f%s", !i || ns >= 99.95 ? 0 : ns >= 9.995 ? 1 : 2, ns, units[i]);
}

static void add_number(struct libscols_line *line, int column, uint64_t number)
{
	static const struct table_style style = { .exact = true };
	struct value val = value_number(UNIT_COUNT, number);

	table_value(line, column, &val, &style);
}

static void add_time(struct libscols_line *line, int column, const struct latency_cell *cell,
		     double ns)
{
	char *text = cell->folios ? format_ns(ns) : xstrdup("-");

	table_text(line, column, text);
	free(text);
}

static void add_line(struct libscols_table *table, const char *name,
		     const struct latency_cell *cell)
{
	struct libscols_line *line = table_line(table);
	size_t i;

	table_text(line, 0, name);
	add_number(line, 1, cell->pages);
	add_number(line, 2, cell->folios);
	add_time(line, 3, cell, mean(cell));
	for (i = 0; i < NR_QUANTILES; i++)
		add_time(line, 4 + i, cell, quantile(cell, quantiles[i].q));
	add_time(line, 4 + NR_QUANTILES, cell, cell->max);
}

static void print_table(const struct latency_cell *cells, enum latency_way way)
{
	static const struct table_style style = { .headings = true };
	struct libscols_table *table = table_new(&style);
	size_t i;

	table_column(table, ways[way].heading, 8, 0);
	table_column(table, "PAGES", 9, SCOLS_FL_RIGHT);
	table_column(table, "FOLIOS", 9, SCOLS_FL_RIGHT);
	table_column(table, "MEAN", 7, SCOLS_FL_RIGHT);
	for (i = 0; i < NR_QUANTILES; i++)
		table_column(table, quantiles[i].heading, 7, SCOLS_FL_RIGHT);
	table_column(table, "MAX", 7, SCOLS_FL_RIGHT);
	for (i = 0; i < LATENCY_PLACES; i++)
		if (applies(way, i))
			add_line(table, places[i], &cells[i]);
	table_print(table);
}

/* Of the folios that took from 2^octave ns to twice as long; of the first, from 0 on. */
static uint64_t in_octave(const struct latency_cell *cell, unsigned int octave)
{
	uint64_t folios = 0;
	unsigned int i;

	for (i = 0; i < LATENCY_BUCKETS; i++)
		if (bucket_begin(i + 1) > (octave ? 1ULL << octave : 0) &&
		    bucket_begin(i) < 2ULL << octave)
			folios += cell->bucket[i];
	return folios;
}

static void print_bar(const struct latency_cell *cell, unsigned int octave, uint64_t most)
{
	uint64_t folios = in_octave(cell, octave);
	char *from = format_ns(octave ? 1ULL << octave : 0), *to = format_ns(2ULL << octave);
	int i, filled = (folios * BAR + most - 1) / most;

	printf("%8s - %-8s |", from, to);
	for (i = 0; i < BAR; i++)
		putchar(i < filled ? '#' : ' ');
	printf("| %9ju\n", (uintmax_t)folios);
	free(from);
	free(to);
}

static void print_histogram(const struct latency_cell *cell, enum latency_way way,
			    enum latency_place place)
{
	unsigned int i, first = LATENCY_OCTAVES, last = 0;
	uint64_t most = 0;

	for (i = 0; i < LATENCY_OCTAVES; i++) {
		uint64_t folios = in_octave(cell, i);

		if (!folios)
			continue;
		if (first > i)
			first = i;
		last = i;
		if (most < folios)
			most = folios;
	}
	printf("\n%s %s\n", ways[way].to, places[place]);
	for (i = first; i <= last; i++)
		print_bar(cell, i, most);
}

static uint64_t all_failed(const struct latency_cell *cells)
{
	uint64_t failed = 0;
	int i;

	for (i = 0; i < LATENCY_PLACES; i++)
		failed += cells[i].failed;
	return failed;
}

static void print_way(const struct latency_counts *counts, enum latency_way way, double seconds,
		      bool histograms)
{
	const struct latency_cell *cells = counts->cell[way];
	uint64_t failed = all_failed(cells);
	int i;

	printf("%s in %.1f s\n", ways[way].title, seconds);
	print_table(cells, way);
	if (failed)
		printf("Failed, and not among them: %ju\n", (uintmax_t)failed);
	for (i = 0; histograms && i < LATENCY_PLACES; i++)
		if (cells[i].folios)
			print_histogram(&cells[i], way, i);
}

void latency_print(const struct latency_counts *counts, double seconds, bool histograms)
{
	print_way(counts, LATENCY_LOAD, seconds, histograms);
	putchar('\n');
	print_way(counts, LATENCY_STORE, seconds, histograms);
	if (counts->missed)
		printf("\nMissed, and not among them: %ju\n", (uintmax_t)counts->missed);
}

/* ---- JSON ---- */

static struct json_object *number(uint64_t number)
{
	return json_object_new_uint64(number);
}

/* Null where there is none. */
static void add_ns(struct json_object *obj, const char *key, const struct latency_cell *cell,
		   double ns)
{
	json_add(obj, key, cell->folios ? number(ns + 0.5) : NULL);
}

static struct json_object *buckets_to_json(const struct latency_cell *cell)
{
	struct json_object *array = json_object_new_array(), *bucket;
	unsigned int i;

	for (i = 0; i < LATENCY_BUCKETS; i++) {
		if (!cell->bucket[i])
			continue;
		bucket = json_object_new_object();
		json_add(bucket, "from_ns", number(bucket_begin(i)));
		json_add(bucket, "below_ns", number(bucket_begin(i + 1)));
		json_add(bucket, "folios", number(cell->bucket[i]));
		json_object_array_add(array, bucket);
	}
	return array;
}

static struct json_object *cell_to_json(const struct latency_cell *cell)
{
	struct json_object *obj = json_object_new_object();
	size_t i;

	json_add(obj, "pages", number(cell->pages));
	json_add(obj, "folios", number(cell->folios));
	json_add(obj, "failed", number(cell->failed));
	add_ns(obj, "mean_ns", cell, mean(cell));
	for (i = 0; i < NR_QUANTILES; i++)
		add_ns(obj, quantiles[i].key, cell, quantile(cell, quantiles[i].q));
	add_ns(obj, "max_ns", cell, cell->max);
	json_add(obj, "buckets", buckets_to_json(cell));
	return obj;
}

struct json_object *latency_to_json(const struct latency_counts *counts, double seconds)
{
	struct json_object *root = json_object_new_object(), *obj;
	struct value elapsed = value_unknown(UNIT_RATIO);
	char *time = format_now();
	int way, i;

	json_add(root, "time", json_text(time));
	free(time);
	elapsed.known = true;
	elapsed.fraction = seconds;
	json_add(root, "seconds", value_to_json(&elapsed));
	for (way = 0; way < LATENCY_WAYS; way++) {
		obj = json_object_new_object();
		for (i = 0; i < LATENCY_PLACES; i++)
			if (applies(way, i))
				json_add(obj, places[i], cell_to_json(&counts->cell[way][i]));
		json_add(root, ways[way].name, obj);
	}
	json_add(root, "missed", number(counts->missed));
	return root;
}
