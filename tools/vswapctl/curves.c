// SPDX-License-Identifier: GPL-2.0
/* What vswapctl record draws: numbers, one for each point of time. */
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "curves.h"
#include "json.h"
#include "latency_draw.h"
#include "message.h"
#include "quantile.h"
#include "recording.h"

static double *add(struct curves *curves, char *path)
{
	struct curve *grown = xreallocarray(curves->curve, curves->nr + 1, sizeof(*grown));

	curves->curve = grown;
	grown[curves->nr] = (struct curve){ path, xcalloc(curves->nr_points, sizeof(double)) };
	return grown[curves->nr++].y;
}

/* @value: of the first point; the others' lie as far apart as points do. */
static double at(const double *value, size_t i)
{
	return *(const double *)((const char *)value + i * sizeof(struct point));
}

static void add_gauge(struct curves *curves, char *path, const double *value)
{
	double *y = add(curves, path);
	size_t i;

	for (i = 0; i < curves->nr_points; i++)
		y[i] = at(value, i);
}

static void add_rate(struct curves *curves, char *path, const double *value,
		     const struct points *points)
{
	double *y = add(curves, path), seconds;
	size_t i;

	for (i = 0; i < curves->nr_points; i++) {
		seconds = i ? points->point[i].seconds - points->point[i - 1].seconds : 0;
		y[i] = seconds > 0 ? grown(at(value, i - 1), at(value, i)) / seconds : NAN;
	}
}

static void add_measures(struct curves *curves, const struct points *points)
{
	size_t i;

	for (i = 0; i < MEASURE_COUNT; i++) {
		const double *value = &points->point[0].value[i];

		if (measures[i].kind == MEASURE_GAUGE)
			add_gauge(curves, xstrdup(measures[i].key), value);
		else
			add_rate(curves, xasprintf("%s_per_second", measures[i].key), value, points);
	}
}

static void add_backend(struct curves *curves, const struct recording *recording, size_t i)
{
	const double *value = recording->points.point[0].backend[i];
	const char *name = recording->backend[i];
	size_t j;

	add_gauge(curves, xasprintf("backends/%s/%s", name, backend_keys[BACKEND_HAS]),
		  &value[BACKEND_HAS]);
	for (j = BACKEND_TOOK; j < BACKEND_MEASURES; j++)
		add_rate(curves, xasprintf("backends/%s/%s_per_second", name, backend_keys[j]),
			 &value[j], &recording->points);
}

static void add_loads(struct curves *curves, const struct points *points, enum latency_place place)
{
	const char *name = latency_place_name(place);
	double *folios = add(curves, xasprintf("loads/%s/folios", name));
	double *p50 = add(curves, xasprintf("loads/%s/p50_ns", name));
	double *p99 = add(curves, xasprintf("loads/%s/p99_ns", name));
	struct latency_cell cell;
	size_t i;

	for (i = 0; i < curves->nr_points; i++) {
		loads_between(&cell, points, i ? i - 1 : 0, i, place);
		folios[i] = cell.folios;
		p50[i] = cell.folios ? quantile(&cell, 0.5) : NAN;
		p99[i] = cell.folios ? quantile(&cell, 0.99) : NAN;
	}
}

void curves_make(struct curves *curves, const struct recording *recording)
{
	const struct points *points = &recording->points;
	size_t i;

	*curves = (struct curves){ .nr_points = points->nr };
	add_gauge(curves, xstrdup("seconds"), &points->point[0].seconds);
	add_measures(curves, points);
	for (i = 0; i < recording->nr_backends; i++)
		add_backend(curves, recording, i);
	for (i = 0; points->loads && i < LATENCY_PLACES; i++)
		add_loads(curves, points, i);
}

void curves_free(struct curves *curves)
{
	while (curves->nr) {
		free(curves->curve[--curves->nr].path);
		free(curves->curve[curves->nr].y);
	}
	free(curves->curve);
}

const double *curves_find(const struct curves *curves, const char *path)
{
	size_t i, j;

	for (i = 0; i < curves->nr; i++) {
		if (strcmp(curves->curve[i].path, path))
			continue;
		for (j = 0; j < curves->nr_points; j++)
			if (!isnan(curves->curve[i].y[j]))
				return curves->curve[i].y;
	}
	return NULL;
}

/* ---- JSON ---- */

struct json_object *double_to_json(double number)
{
	char text[64];

	if (isnan(number))
		return NULL;
	snprintf(text, sizeof(text), "%.*f", number == floor(number) ? 0 : 3, number);
	return json_object_new_double_s(number, text);
}

/* Where the path leads, objects are made if there are none. Takes @val over. */
static void add_at(struct json_object *root, const char *path, struct json_object *val)
{
	const char *slash;
	struct json_object *next;
	char *name;

	for (; (slash = strchr(path, '/')); path = slash + 1) {
		name = strndupa(path, slash - path);
		if (!json_object_object_get_ex(root, name, &next)) {
			next = json_object_new_object();
			json_add(root, name, next);
		}
		root = next;
	}
	json_add(root, path, val);
}

struct json_object *curves_to_json(const struct curves *curves)
{
	struct json_object *root = json_object_new_object(), *array;
	size_t i, j;

	for (i = 0; i < curves->nr; i++) {
		array = json_object_new_array();
		for (j = 0; j < curves->nr_points; j++)
			json_object_array_add(array, double_to_json(curves->curve[i].y[j]));
		add_at(root, curves->curve[i].path, array);
	}
	return root;
}
