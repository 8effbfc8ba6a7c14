// SPDX-License-Identifier: GPL-2.0
/*
 * The record of vswapctl setup: a line for each step, written before it is done. Who undoes
 * one has to look whether it was.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "replace.h"
#include "setup_record.h"
#include "system.h"
#include "text.h"

#define FOLDER	"/var/lib/vswap"
#define PATH	FOLDER "/setup"

static void append(struct record *record, const char *verb, const char *what, const char *more)
{
	struct record_entry *grown = xreallocarray(record->entry, record->nr + 1,
						  sizeof(*grown));

	grown[record->nr++] = (struct record_entry){
		xstrdup(verb), xstrdup(what), xstrdup(more),
	};
	record->entry = grown;
}

static void free_last(struct record *record)
{
	struct record_entry *last = &record->entry[--record->nr];

	free(last->verb);
	free(last->what);
	free(last->more);
}

void record_read(struct record *record)
{
	FILE *file = system_open(PATH);
	char *line = NULL;
	size_t size = 0;

	*record = (struct record){ 0 };
	while (file && getline(&line, &size, file) > 0) {
		char *rest = line, *verb, *what;

		line[strcspn(line, "\n")] = '\0';
		verb = strsep(&rest, "\t");
		what = strsep(&rest, "\t");
		if (*verb != '#' && what)
			append(record, verb, what, rest ? rest : "");
	}
	free(line);
	if (file)
		fclose(file);
}

void record_free(struct record *record)
{
	while (record->nr)
		free_last(record);
	free(record->entry);
}

/* Unless there is something in it. */
static void remove_folder(void)
{
	char *folder = system_path(FOLDER);

	rmdir(folder);
	free(folder);
}

static void write_record(const struct record *record)
{
	struct text lines;
	FILE *out = text_begin(&lines);
	char *text;
	size_t i;
	int error;

	fputs("# What vswapctl setup has done, for vswapctl setup --undo.\n", out);
	for (i = 0; i < record->nr; i++)
		fprintf(out, "%s\t%s\t%s\n", record->entry[i].verb, record->entry[i].what,
			record->entry[i].more);
	text = text_end(&lines);
	error = replace_file(PATH, text, 0600);
	if (error) {
		remove_folder();
		fail("cannot write " PATH ": %s", strerror(error));
	}
	free(text);
}

void record_add(struct record *record, const char *verb, const char *what, const char *more)
{
	append(record, verb, what, more);
	write_record(record);
}

static void remove_record(void)
{
	char *whole = system_path(PATH);

	if (unlink(whole) && errno != ENOENT)
		fail("cannot remove " PATH ": %s", strerror(errno));
	remove_folder();
	free(whole);
}

void record_drop_last(struct record *record)
{
	free_last(record);
	if (record->nr)
		write_record(record);
	else
		remove_record();
}
