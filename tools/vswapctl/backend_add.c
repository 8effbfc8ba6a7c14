// SPDX-License-Identifier: GPL-2.0
/* vswapctl backend add: one more. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "addition.h"
#include "change.h"
#include "command.h"
#include "control.h"
#include "kmsg.h"
#include "message.h"
#include "save.h"
#include "snapshot.h"
#include "sysfs.h"
#include "value.h"

enum { COMPRESSOR, JSON, LIMIT, PATH, SAVE, TIER, TYPE };

static const char *const args[] = { "name", NULL };

static const struct option_row options[] = {
	[COMPRESSOR] = { 0, "compressor", "<name>", "zswap: another than zswap_compressor=" },
	[JSON]       = { 'j', "json", NULL, "JSON" },
	[LIMIT]      = { 0, "limit", "<size>", "zswap: limit of the pool" },
	[PATH]       = { 0, "path", "<file>", "swapfile: file or partition, made by mkswap" },
	[SAVE]       = { 0, "save", NULL, "have it at the next start, too: vswap.conf(5)" },
	[TIER]       = { 0, "tier", "<n>", "lower ones are preferred; the last by default" },
	[TYPE]       = { 0, "type", "<type>", "swapfile (default with --path) or zswap" },
	{ 0 }
};

static const char SWAPFILE[] = ADDITION_FILE, ZSWAP[] = ADDITION_POOL;

struct addition {
	struct vswap_backend_spec spec;
	const char *path;
	bool save;
};

static void set_compressor(struct vswap_backend_spec *spec, const char *name)
{
	if (!*name || strlen(name) >= sizeof(spec->compressor))
		fail_usage("not a name of a compressor: '%s'", name);
	strcpy(spec->compressor, name);
}

static void set_limit(struct vswap_backend_spec *spec, const char *text)
{
	struct value size;

	if (!value_parse_size(&size, text))
		fail_usage("not a size: '%s'", text);
	spec->limit_bytes = size.number;
}

static void set_tier(struct vswap_backend_spec *spec, const char *text)
{
	struct value tier;

	if (!value_parse(&tier, UNIT_COUNT, text) || tier.number > INT32_MAX)
		fail_usage("not a tier: '%s'", text);
	spec->tier = tier.number;
}

static void set_type(struct vswap_backend_spec *spec, const char *type)
{
	if (strcmp(type, SWAPFILE) && strcmp(type, ZSWAP))
		fail_usage("unknown type '%s' (known: %s, %s)", type, SWAPFILE, ZSWAP);
	strcpy(spec->type, type);
}

static void set_option(struct addition *addition, int option, const char *arg)
{
	switch (option) {
	case COMPRESSOR:
		set_compressor(&addition->spec, arg);
		break;
	case JSON:
		messages_as_json();
		break;
	case LIMIT:
		set_limit(&addition->spec, arg);
		break;
	case PATH:
		addition->path = arg;
		break;
	case SAVE:
		addition->save = true;
		break;
	case TIER:
		set_tier(&addition->spec, arg);
		break;
	case TYPE:
		set_type(&addition->spec, arg);
		break;
	}
}

static bool is_pool(const struct addition *addition)
{
	return addition_is_pool(&addition->spec);
}

static void check_options(struct addition *addition)
{
	struct vswap_backend_spec *spec = &addition->spec;

	if (!*spec->type && !addition->path)
		fail_usage("neither --type nor --path given");
	if (!*spec->type)
		set_type(spec, SWAPFILE);
	if (is_pool(addition) && addition->path)
		fail_usage("--path is for a %s", SWAPFILE);
	if (!is_pool(addition) && !addition->path)
		fail_usage("a %s needs --path", SWAPFILE);
	if (!is_pool(addition) && (spec->limit_bytes || *spec->compressor))
		fail_usage("--limit and --compressor are for a %s", ZSWAP);
}

static void open_file(struct addition *addition)
{
	if (!addition->path)
		return;
	addition->spec.fd = open(addition->path, O_RDONLY | O_CLOEXEC);
	if (addition->spec.fd < 0)
		fail("%s: cannot open %s: %s", addition->spec.name, addition->path,
		     strerror(errno));
}

static void __attribute__((noreturn))
fail_add(int dir, const struct addition *addition, int error)
{
	fail("%s: %s", addition->spec.name, addition_reason(dir, &addition->spec, error));
}

/* With the tier that it has got. */
static void save(int dir, const struct addition *addition)
{
	struct value tier = backend_value(dir, addition->spec.name, BACKEND_TIER);
	struct vswap_backend_spec spec = addition->spec;

	if (tier.known && tier.number <= INT32_MAX)
		spec.tier = (int)tier.number;
	save_backend(&spec, addition->path);
}

static void run(const struct command *cmd, int argc, char **argv)
{
	struct addition addition = {
		.spec = { .fd = -1, .tier = VSWAP_TIER_LAST },
	};
	int option, dir, control, error;

	while ((option = next_option(cmd, argc, argv)) >= 0)
		set_option(&addition, option, optarg);
	control_set_name(addition.spec.name, argv[optind]);
	check_options(&addition);
	if (addition.save)
		save_check(&addition.spec);

	dir = sysfs_open();
	control = control_open();
	open_file(&addition);
	kmsg_follow();
	error = control_request(control, VSWAP_BACKEND_ADD, &addition.spec);
	if (error)
		fail_add(dir, &addition, error);
	change_done(change_new("added", addition.spec.name), "%s: added", addition.spec.name);
	if (addition.save)
		save(dir, &addition);
	changes_end();
	if (addition.path)
		close(addition.spec.fd);
	control_close();
	close(dir);
}

const struct command backend_add_command = {
	.group = "backend",
	.name = "add",
	.args = args,
	.help = "Add a swap file, a partition or a compressed pool",
	.options = options,
	.run = run,
};
