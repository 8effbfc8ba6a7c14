// SPDX-License-Identifier: GPL-2.0
/* /etc/vswap.conf and its parts: what all of them make. */
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "conf_line.h"
#include "ini.h"
#include "message.h"
#include "system.h"

#define MIB		(UINT64_C(1) << 20)

/* Those who don't say come after the ones named before them, and after the pool. */
static void set_tiers(struct conf *conf)
{
	int last = conf->has_pool ? conf->pool_tier : -1;
	struct conf_file *file;

	for (file = conf->file; file < conf->file + conf->nr_files; file++) {
		if (!file->has_tier)
			file->tier = last < CONF_MAX_TIER ? last + 1 : last;
		if (file->tier > last)
			last = file->tier;
	}
}

static void check_paths(const struct conf *conf, const struct ini_line *line,
			struct conf_complaints *complaints)
{
	size_t i, j;

	for (i = 0; i < conf->nr_files; i++)
		for (j = 0; j < i; j++)
			if (!strcmp(conf->file[i].path, conf->file[j].path))
				conf_complain(complaints, line,
					      "[file %s] and [file %s] have the same path %s",
					      conf->file[j].name, conf->file[i].name,
					      conf->file[i].path);
}

/* What no single line can be blamed for. */
static void check_all(const struct conf *conf, const char *path,
		      struct conf_complaints *complaints)
{
	unsigned int high = conf->params.zswap_high_percent;
	unsigned int low = conf->params.zswap_low_percent;
	struct ini_line line = { .file = path };

	if (!conf->has_pool && !conf->nr_files && !complaints->any)
		conf_complain(complaints, &line,
			      "there is neither [pool] nor [file NAME]: nothing to swap to");
	if (high && low > high)
		conf_complain(complaints, &line, "low = %u%%: must be at most high (%u%%)",
			      low, high);
	check_paths(conf, &line, complaints);
}

static void set_defaults(struct conf *conf, uint64_t ram)
{
	struct rules_params params = RULES_DEFAULTS;

	*conf = (struct conf){ .params = params, .packed = true };
	/* Of these others come in their place. */
	conf->params.zswap_compressor = xstrdup(params.zswap_compressor);
	conf->params.zswap_cold_compressor = xstrdup(params.zswap_cold_compressor);
	conf->params.zswap_allocator = xstrdup(params.zswap_allocator);
	conf->params.zswap_max_pool = xstrdup(params.zswap_max_pool);
	conf->params.swapin = xstrdup(params.swapin);
	conf->params.checksum = xstrdup(params.checksum);
	conf->params.discard = xstrdup(params.discard);
	conf->pool_bytes = ram / 100 * params.zswap_max_pool_percent;
	if (conf->pool_bytes < MIB)
		conf->pool_bytes = MIB;
}

void conf_read(struct conf *conf, void (*wrong)(const char *text))
{
	struct conf_complaints complaints = { .take = wrong };
	char **files = ini_files(CONF_NAME), **file;
	uint64_t ram = system_ram();

	set_defaults(conf, ram);
	for (file = files; *file; file++)
		conf_read_lines(conf, *file, ram, &complaints);
	if (conf->given) {
		set_tiers(conf);
		check_all(conf, *files, &complaints);
	}
	ini_files_free(files);
}

static void say_wrong(const char *text)
{
	tell_one_error("%s", text);
}

void conf_read_or_fail(struct conf *conf)
{
	conf_read(conf, say_wrong);
	fail_if_told();
}

void conf_free(struct conf *conf)
{
	size_t i;

	for (i = 0; i < conf->nr_files; i++) {
		free(conf->file[i].name);
		free(conf->file[i].path);
		free(conf->file[i].where);
	}
	free(conf->file);
	free(conf->pool_where);
	free(conf->params.zswap_compressor);
	free(conf->params.zswap_cold_compressor);
	free(conf->params.zswap_allocator);
	free(conf->params.zswap_max_pool);
	free(conf->params.swapin);
	free(conf->params.checksum);
	free(conf->params.discard);
}
