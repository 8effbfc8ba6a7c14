// SPDX-License-Identifier: GPL-2.0
/* The lines of vswap.conf and its parts. */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "conf_key.h"
#include "conf_line.h"
#include "control.h"
#include "ini.h"
#include "message.h"

/* The key of a line that was read before it, in the same file. */
struct seen {
	char *text;
	unsigned int line;
	struct seen *next;
};

struct reading {
	struct conf *conf;
	struct conf_complaints *complaints;
	uint64_t ram;
	struct seen *seen;
};

void conf_complain(struct conf_complaints *complaints, const struct ini_line *line,
		   const char *fmt, ...)
{
	char *what, *text;
	va_list ap;

	va_start(ap, fmt);
	what = xvasprintf(fmt, ap);
	va_end(ap);
	text = line->number ? xasprintf("%s:%u: %s", line->file, line->number, what) :
			      xasprintf("%s: %s", line->file, what);
	complaints->take(text);
	complaints->any = true;
	free(text);
	free(what);
}

/* "file ssd": the name in it; NULL: of another kind. */
static const char *file_of(const char *section)
{
	size_t len = strlen("file");

	if (strncmp(section, "file", len) || (section[len] && !isspace((unsigned char)section[len])))
		return NULL;
	section += len;
	return section + strspn(section, " \t");
}

static bool is_section(const char *section)
{
	const struct conf_key *key = conf_keys;

	while (key->section && strcmp(key->section, section))
		key++;
	return key->section;
}

static void note_where(char **where, const struct ini_line *line)
{
	char *all = xasprintf("%s%s%s:%u", *where ? *where : "", *where ? " and " : "", line->file,
			      line->number);

	free(*where);
	*where = all;
}

static void begin_file(struct reading *reading, const struct ini_line *line, const char *name)
{
	struct conf *conf = reading->conf;

	if (!control_is_name(name) || !strcmp(name, CONF_POOL)) {
		conf_complain(reading->complaints, line,
			      "[file NAME] with a name of 1 to %d letters, digits, '-', "
			      "'_', other than " CONF_POOL, VSWAP_NAME_SIZE - 1);
		return;
	}
	if (!conf_find_file(conf, name))
		conf_add_file(conf, name);
	note_where(&conf_find_file(conf, name)->where, line);
}

static void begin_section(struct reading *reading, const struct ini_line *line)
{
	const char *name = file_of(line->section);
	struct conf *conf = reading->conf;

	conf->given = true;
	if (name) {
		begin_file(reading, line, name);
	} else if (!is_section(line->section)) {
		conf_complain(reading->complaints, line,
			      "there is no section [%s] (known: [area], [pool], [file NAME])",
			      line->section);
	} else if (!strcmp(line->section, "pool")) {
		conf->has_pool = true;
		note_where(&conf->pool_where, line);
	}
}

static char *known_keys(const char *section)
{
	const struct conf_key *key;
	char *list = xstrdup(""), *longer;

	for (key = conf_keys; key->section; key++) {
		if (strcmp(key->section, section))
			continue;
		longer = xasprintf("%s%s%s", list, *list ? ", " : "", key->name);
		free(list);
		list = longer;
	}
	return list;
}

static void refuse_key(struct reading *reading, const struct ini_line *line,
		       const char *section)
{
	char *list = known_keys(section);

	conf_complain(reading->complaints, line, "there is no key \"%s\" in [%s] (known: %s)",
		      line->key, line->section, list);
	free(list);
}

/* Has the key been there in this file? Notes that it has now. */
static bool is_second(struct reading *reading, const struct ini_line *line, unsigned int *first)
{
	char *text = xasprintf("%s\n%s", line->section, line->key);
	struct seen *seen = reading->seen;

	while (seen && strcmp(seen->text, text))
		seen = seen->next;
	if (seen) {
		*first = seen->line;
		free(text);
		return true;
	}
	seen = xcalloc(1, sizeof(*seen));
	*seen = (struct seen){ text, line->number, reading->seen };
	reading->seen = seen;
	return false;
}

static void forget_seen(struct reading *reading)
{
	struct seen *seen;

	while ((seen = reading->seen)) {
		reading->seen = seen->next;
		free(seen->text);
		free(seen);
	}
}

static void take_key(struct reading *reading, const struct ini_line *line, const char *section,
		     void *to, struct conf_file *file)
{
	const struct conf_key *key = conf_keys;
	const char *wanted;
	unsigned int first;

	while (key->section && (strcmp(key->section, section) || strcmp(key->name, line->key)))
		key++;
	if (!key->section) {
		refuse_key(reading, line, section);
		return;
	}
	if (is_second(reading, line, &first)) {
		conf_complain(reading->complaints, line, "%s is given twice, first on line %u",
			      key->name, first);
		return;
	}
	wanted = conf_key_set(key, line->value, reading->ram, to);
	if (wanted)
		conf_complain(reading->complaints, line, "%s = %s: must be %s%s", key->name,
			      line->value, key->kind == CHOICE ? "one of: " : "", wanted);
	if (file && key->kind == TIER)
		file->has_tier = true;
}

static void take_line(const struct ini_line *line, void *to)
{
	struct reading *reading = to;
	const char *name = file_of(line->section);
	struct conf_file *file;

	if (!line->key) {
		begin_section(reading, line);
	} else if (name) {
		file = conf_find_file(reading->conf, name);
		if (file)
			take_key(reading, line, "file", file, file);
	} else if (is_section(line->section)) {
		take_key(reading, line, line->section, reading->conf, NULL);
	}
}

static void wrong_line(const struct ini_line *line, void *to, const char *what)
{
	struct reading *reading = to;

	/* There is something, and it isn't for the options of modprobe.d to stand in for it. */
	reading->conf->given = true;
	conf_complain(reading->complaints, line, "%s", what);
}

void conf_read_lines(struct conf *conf, const char *path, uint64_t ram,
		     struct conf_complaints *complaints)
{
	struct reading reading = { .conf = conf, .complaints = complaints, .ram = ram };
	const struct ini_reader reader = { take_line, wrong_line, &reading };

	ini_read(path, &reader);
	forget_seen(&reading);
}
