// SPDX-License-Identifier: GPL-2.0
/* The files that vswap.conf names. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf.h"
#include "message.h"
#include "system.h"

#define FOLDER		"/var/lib/vswap/"

char *conf_default_path(const char *name)
{
	return xasprintf(FOLDER "%s.swap", name);
}

struct conf_file *conf_find_file(const struct conf *conf, const char *name)
{
	size_t i;

	for (i = 0; i < conf->nr_files; i++)
		if (!strcmp(conf->file[i].name, name))
			return &conf->file[i];
	return NULL;
}

void conf_add_file(struct conf *conf, const char *name)
{
	struct conf_file *grown = xreallocarray(conf->file, conf->nr_files + 1, sizeof(*grown));

	conf->file = grown;
	grown[conf->nr_files++] = (struct conf_file){
		.name = xstrdup(name), .path = conf_default_path(name),
	};
}

bool conf_path_is(const char *place, const char *path)
{
	char *whole = system_path(place);
	bool same = !strcmp(path, place);
	struct stat ours, its;

	if (!same && !stat(whole, &ours) && !stat(path, &its))
		same = S_ISBLK(ours.st_mode) ? S_ISBLK(its.st_mode) && ours.st_rdev == its.st_rdev :
					       ours.st_dev == its.st_dev && ours.st_ino == its.st_ino;
	free(whole);
	return same;
}
