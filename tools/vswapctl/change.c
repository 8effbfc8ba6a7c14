// SPDX-License-Identifier: GPL-2.0
/* What a command has changed, told to people or programs. */
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>

#include "change.h"
#include "json.h"
#include "message.h"

static struct json_object *changes;

struct json_object *change_new(const char *what, const char *backend)
{
	struct json_object *change = json_object_new_object();

	json_add(change, "change", json_text(what));
	if (backend)
		json_add(change, "backend", json_text(backend));
	return change;
}

/* Errors have it too from now on. */
static void begin(void)
{
	if (changes)
		return;
	changes = json_object_new_array();
	messages_add("changes", json_object_get(changes));
}

void change_done(struct json_object *change, const char *fmt, ...)
{
	va_list ap;

	if (messages_are_json()) {
		begin();
		json_object_array_add(changes, change);
		return;
	}
	json_object_put(change);
	if (!fmt)
		return;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

void changes_end(void)
{
	struct json_object *all;

	if (!messages_are_json())
		return;
	begin();
	all = json_object_new_object();
	json_add(all, "changes", changes);
	json_print(all);
	changes = NULL;
	messages_add(NULL, NULL);
}
