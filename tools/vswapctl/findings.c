// SPDX-License-Identifier: GPL-2.0
/* What vswapctl doctor has to say. */
#include <json-c/json.h>
#include <libsmartcols/libsmartcols.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "findings.h"
#include "json.h"
#include "message.h"
#include "table.h"

static const char *const verdicts[] = { "ok", "warning", "problem" };

struct finding {
	enum verdict verdict;
	const char *topic;
	char *text;
};

static struct {
	struct finding *finding;
	size_t nr;
	size_t count[PROBLEM + 1];
} report;

void say(enum verdict verdict, const char *topic, const char *fmt, ...)
{
	struct finding *grown = xreallocarray(report.finding, report.nr + 1, sizeof(*grown));
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	grown[report.nr] = (struct finding){ verdict, topic, text };
	report.finding = grown;
	report.nr++;
	report.count[verdict]++;
}

size_t findings(enum verdict verdict)
{
	return report.count[verdict];
}

static void print_text(bool quiet)
{
	struct table_style style = { 0 };
	struct libscols_table *table = table_new(&style);
	size_t i;

	table_column(table, "VERDICT", 0, 0);
	table_column(table, "TOPIC", 0, 0);
	table_column(table, "TEXT", 0, SCOLS_FL_WRAP);
	for (i = 0; i < report.nr; i++) {
		const struct finding *finding = &report.finding[i];
		struct libscols_line *line;

		if (quiet && finding->verdict == OK)
			continue;
		line = table_line(table);
		table_text(line, 0, verdicts[finding->verdict]);
		table_text(line, 1, finding->topic);
		table_text(line, 2, finding->text);
	}
	table_print(table);
}

static void print_json(bool quiet)
{
	struct json_object *all = json_object_new_object(), *list = json_object_new_array();
	size_t i;

	for (i = 0; i < report.nr; i++) {
		const struct finding *finding = &report.finding[i];
		struct json_object *one;

		if (quiet && finding->verdict == OK)
			continue;
		one = json_object_new_object();
		json_add(one, "verdict", json_text(verdicts[finding->verdict]));
		json_add(one, "topic", json_text(finding->topic));
		json_add(one, "text", json_text(finding->text));
		json_object_array_add(list, one);
	}
	json_add(all, "findings", list);
	json_add(all, "problems", json_object_new_uint64(report.count[PROBLEM]));
	json_add(all, "warnings", json_object_new_uint64(report.count[WARNING]));
	json_print(all);
}

void findings_print(bool json, bool quiet)
{
	if (json)
		print_json(quiet);
	else
		print_text(quiet);
}

void findings_free(void)
{
	while (report.nr)
		free(report.finding[--report.nr].text);
	free(report.finding);
}
