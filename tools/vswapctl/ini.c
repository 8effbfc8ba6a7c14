// SPDX-License-Identifier: GPL-2.0
/*
 * Files of sections and keys, and where they are.
 *
 * Not by libeconf, whose version in Debian 12 doesn't say on which line a key is, takes a
 * line without "=" for more of the value above it, and of two equal keys forgets one.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ini.h"
#include "message.h"
#include "system.h"

/* ---- Which ---- */

struct list {
	char **path;
	size_t nr;
};

static const char *name_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

static bool has_name(const struct list *list, const char *name)
{
	size_t i;

	for (i = 0; i < list->nr; i++)
		if (!strcmp(name_of(list->path[i]), name))
			return true;
	return false;
}

static void append(struct list *list, char *path)
{
	char **grown = xreallocarray(list->path, list->nr + 2, sizeof(*grown));

	grown[list->nr++] = path;
	grown[list->nr] = NULL;
	list->path = grown;
}

static bool is_part(const char *name)
{
	size_t len = strlen(name);

	return *name != '.' && len > strlen(".conf") && !strcmp(name + len - strlen(".conf"), ".conf");
}

static void add_folder(struct list *parts, const char *folder)
{
	char *whole = system_path(folder);
	DIR *dir = opendir(whole);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (is_part(entry->d_name) && !has_name(parts, entry->d_name))
			append(parts, xasprintf("%s/%s", folder, entry->d_name));
	if (dir)
		closedir(dir);
	free(whole);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(name_of(*(char *const *)a), name_of(*(char *const *)b));
}

char **ini_files(const char *name)
{
	static const char *const places[] = { "/etc", "/run", "/usr/lib" };
	char *first = xasprintf("/etc/%s", name);
	struct list files = { 0 }, parts = { 0 };
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(*places); i++) {
		char *folder = xasprintf("%s/%s.d", places[i], name);

		add_folder(&parts, folder);
		free(folder);
	}
	if (parts.nr)
		qsort(parts.path, parts.nr, sizeof(*parts.path), by_name);
	if (system_has(first))
		append(&files, first);
	else
		free(first);
	for (i = 0; i < parts.nr; i++)
		append(&files, parts.path[i]);
	free(parts.path);
	return files.path ? files.path : xcalloc(1, sizeof(*files.path));
}

void ini_files_free(char **files)
{
	char **file;

	for (file = files; *file; file++)
		free(*file);
	free(files);
}

/* ---- What is in them ---- */

/* Without the space at both ends. */
static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return text + strspn(text, " \t");
}

/* "[file ssd]" */
static void read_section(struct ini_line *line, char *text, char **section,
			 const struct ini_reader *reader)
{
	size_t len = strlen(text);

	if (text[len - 1] != ']') {
		reader->wrong(line, reader->to, "a section ends with ]");
		return;
	}
	text[len - 1] = '\0';
	free(*section);
	*section = xstrdup(trim(text + 1));
	line->section = *section;
	reader->take(line, reader->to);
}

/* "compressor = zstd" */
static void read_key(struct ini_line *line, char *text, const struct ini_reader *reader)
{
	char *equals = strchr(text, '=');

	if (!equals) {
		reader->wrong(line, reader->to, "neither a [section] nor a key = value");
		return;
	}
	*equals = '\0';
	line->key = trim(text);
	line->value = trim(equals + 1);
	if (line->section)
		reader->take(line, reader->to);
	else
		reader->wrong(line, reader->to, "a key before the first [section]");
}

void ini_read(const char *path, const struct ini_reader *reader)
{
	struct ini_line line = { .file = path };
	char *text = NULL, *section = NULL;
	FILE *file = system_open(path);
	size_t size = 0;

	while (file && getline(&text, &size, file) > 0) {
		char *rest = trim(text);

		line.number++;
		line.key = NULL;
		line.value = NULL;
		if (*rest == '[')
			read_section(&line, rest, &section, reader);
		else if (*rest && *rest != '#' && *rest != ';')
			read_key(&line, rest, reader);
	}
	if (!file || ferror(file))
		reader->wrong(&line, reader->to, strerror(errno));
	if (file)
		fclose(file);
	free(section);
	free(text);
}
