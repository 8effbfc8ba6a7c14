// SPDX-License-Identifier: GPL-2.0
/* Parts of vswap.conf that override what is written into another one. */
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "ini.h"
#include "later.h"
#include "message.h"

struct look {
	const struct later_key *keys;
	size_t nr;
	void (*tell)(const char *text, void *to);
	void *to;
};

static void look_for_key(const struct ini_line *line, void *to)
{
	const struct look *look = to;
	char *text;
	size_t i;

	for (i = 0; line->key && i < look->nr; i++) {
		if (strcmp(line->key, look->keys[i].key) ||
		    strcmp(line->section, look->keys[i].section))
			continue;
		text = xasprintf("%s:%u: %s is given there as well, and counts", line->file,
				 line->number, line->key);
		look->tell(text, look->to);
		free(text);
	}
}

/* The whole configuration was read before this, and had no errors. */
static void ignore(const struct ini_line *line, void *to, const char *what)
{
	(void)line;
	(void)to;
	(void)what;
}

void later_look(const char *path, const struct later_key *keys, size_t nr,
		void (*tell)(const char *text, void *to), void *to)
{
	struct look look = { keys, nr, tell, to };
	const struct ini_reader reader = { look_for_key, ignore, &look };
	char **files = ini_files(CONF_NAME), **file = files;

	while (*file && strcmp(*file, path))
		file++;
	for (file = *file ? file + 1 : files; *file; file++)
		ini_read(*file, &reader);
	ini_files_free(files);
}
