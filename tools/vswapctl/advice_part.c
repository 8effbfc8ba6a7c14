// SPDX-License-Identifier: GPL-2.0
/* What vswapctl advise writes: a part of vswap.conf. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "advice_part.h"
#include "ini.h"
#include "later.h"
#include "message.h"
#include "replace.h"
#include "save.h"
#include "system.h"

/* Behind those that somebody writes, as a rule. */
#define ORDER		90
#define NAME		"advise"

struct entry {
	char *section;
	char *key;
	char *value;
	bool written;
};

struct part {
	struct entry *entry;
	size_t nr;
};

static void put(struct part *part, const char *section, const char *key, const char *value)
{
	struct entry *entry = part->entry, *end = entry + part->nr;

	while (entry < end && (strcmp(entry->section, section) || strcmp(entry->key, key)))
		entry++;
	if (entry == end) {
		part->entry = xreallocarray(part->entry, part->nr + 1, sizeof(*entry));
		part->entry[part->nr++] = (struct entry){
			xstrdup(section), xstrdup(key), xstrdup(value), false,
		};
		return;
	}
	free(entry->value);
	entry->value = xstrdup(value);
}

static void take_line(const struct ini_line *line, void *to)
{
	if (line->key)
		put(to, line->section, line->key, line->value);
}

/* The whole configuration was read before this, and had no errors. */
static void ignore(const struct ini_line *line, void *to, const char *what)
{
	(void)line;
	(void)to;
	(void)what;
}

/* Each section once, with all of its keys. */
static char *make_text(struct part *part)
{
	struct text text;
	FILE *out = save_begin(&text, "advise --apply");
	size_t i, j;

	for (i = 0; i < part->nr; i++) {
		if (part->entry[i].written)
			continue;
		fprintf(out, "[%s]\n", part->entry[i].section);
		for (j = i; j < part->nr; j++) {
			if (strcmp(part->entry[j].section, part->entry[i].section))
				continue;
			fprintf(out, "%s = %s\n", part->entry[j].key, part->entry[j].value);
			part->entry[j].written = true;
		}
	}
	return text_end(&text);
}

static void free_part(struct part *part)
{
	while (part->nr) {
		free(part->entry[--part->nr].section);
		free(part->entry[part->nr].key);
		free(part->entry[part->nr].value);
	}
	free(part->entry);
}

static void say(const char *text, void *to)
{
	(void)to;
	complain("%s", text);
}

static void look_at_later(const struct advices *advices, const char *path)
{
	struct later_key *keys = xcalloc(advices->nr, sizeof(*keys));
	size_t nr = 0, i;

	for (i = 0; i < advices->nr; i++)
		if (advices->advice[i].to)
			keys[nr++] = (struct later_key){ advices->advice[i].section,
							 advices->advice[i].key };
	later_look(path, keys, nr, say, NULL);
	free(keys);
}

char *advice_write(const struct advices *advices)
{
	char *path = save_path(ORDER, NAME), *text;
	struct part part = { 0 };
	const struct ini_reader reader = { take_line, ignore, &part };
	int error;
	size_t i;

	if (system_has(path))
		ini_read(path, &reader);
	for (i = 0; i < advices->nr; i++)
		if (advices->advice[i].to)
			put(&part, advices->advice[i].section, advices->advice[i].key,
			    advices->advice[i].to);
	text = make_text(&part);
	error = replace_file(path, text, 0644);
	if (error)
		fail("cannot write %s: %s", path, strerror(error));
	look_at_later(advices, path);
	free(text);
	free_part(&part);
	return path;
}
