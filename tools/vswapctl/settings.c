// SPDX-License-Identifier: GPL-2.0
/* The module's parameters, as they are now. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "message.h"
#include "settings.h"
#include "system.h"

#define FOLDER	"/sys/module/vswap/parameters"

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct setting *)a)->name, ((const struct setting *)b)->name);
}

static void append(struct settings *settings, int folder, const char *name)
{
	struct setting *grown = xreallocarray(settings->setting, settings->nr + 1, sizeof(*grown));
	char *path = xasprintf(FOLDER "/%s", name);
	struct stat status;

	grown[settings->nr++] = (struct setting){
		.name = xstrdup(name),
		.value = system_line(path),
		.live = !fstatat(folder, name, &status, 0) && status.st_mode & 0222,
	};
	settings->setting = grown;
	free(path);
}

void settings_read(struct settings *settings)
{
	char *path = system_path(FOLDER);
	DIR *folder = opendir(path);
	struct dirent *entry;

	*settings = (struct settings){ 0 };
	while (folder && (entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			append(settings, dirfd(folder), entry->d_name);
	if (settings->nr)
		qsort(settings->setting, settings->nr, sizeof(*settings->setting), by_name);
	if (folder)
		closedir(folder);
	free(path);
}

void settings_free(struct settings *settings)
{
	size_t i;

	for (i = 0; i < settings->nr; i++) {
		free(settings->setting[i].name);
		free(settings->setting[i].value);
	}
	free(settings->setting);
}
