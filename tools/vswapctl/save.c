// SPDX-License-Identifier: GPL-2.0
/* A backend that is to be there at the next start, too: as a part of vswap.conf. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addition.h"
#include "change.h"
#include "conf.h"
#include "message.h"
#include "replace.h"
#include "save.h"
#include "text.h"

void save_check(const struct vswap_backend_spec *spec)
{
	bool pool = addition_is_pool(spec);
	struct conf conf;

	if (pool != !strcmp(spec->name, CONF_POOL))
		fail("--save: in " CONF_NAME " a pool is called " CONF_POOL ", and nothing else is");
	conf_read_or_fail(&conf);
	if (!conf.given)
		fail("--save: there is no " CONF_PATH " to add it to: vswapctl setup makes one");
	conf_free(&conf);
}

/* Where it is, wherever one stands when it is read. */
static char *absolute(const char *path)
{
	char *folder, *whole;

	if (*path == '/')
		return xstrdup(path);
	folder = realpath(".", NULL);
	if (!folder)
		fail("--save: %s", strerror(errno));
	whole = xasprintf("%s/%s", folder, path);
	free(folder);
	return whole;
}

static void write_file(FILE *out, const struct vswap_backend_spec *spec, const char *path)
{
	char *whole = absolute(path);

	fprintf(out, "[file %s]\npath = %s\n", spec->name, whole);
	free(whole);
}

static void write_pool(FILE *out, const struct vswap_backend_spec *spec)
{
	fputs("[pool]\n", out);
	if (spec->limit_bytes)
		fprintf(out, "size = %llu\n", (unsigned long long)spec->limit_bytes);
	if (*spec->compressor)
		fprintf(out, "compressor = %s\n", spec->compressor);
}

FILE *save_begin(struct text *text, const char *command)
{
	FILE *out = text_begin(text);

	fprintf(out, "# By vswapctl %s. To have it no more: delete this, vswapctl reload\n", command);
	return out;
}

char *save_path(unsigned int order, const char *name)
{
	return xasprintf(CONF_PATH ".d/%u-%s.conf", order, name);
}

static char *make_part(const struct vswap_backend_spec *spec, const char *path)
{
	struct text text;
	FILE *out = save_begin(&text, "backend add --save");

	if (path)
		write_file(out, spec, path);
	else
		write_pool(out, spec);
	if (spec->tier >= 0)
		fprintf(out, "tier = %d\n", spec->tier);
	return text_end(&text);
}

void save_backend(const struct vswap_backend_spec *spec, const char *path)
{
	char *to = save_path(50, spec->name), *text = make_part(spec, path);
	int error = replace_file(to, text, 0644);

	if (error)
		fail("%s: added, but %s can't be written: %s", spec->name, to, strerror(error));
	change_done(change_new("saved", spec->name), "%s: saved in %s", spec->name, to);
	free(text);
	free(to);
}
