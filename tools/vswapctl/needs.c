// SPDX-License-Identifier: GPL-2.0
/* What the module needs of a kernel, out of its file. */
#include <errno.h>
#include <libkmod.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "needs.h"

static char *next_word(char **line)
{
	char *word = strsep(line, " ");

	return word && *word ? word : NULL;
}

static bool parse_number(struct need *need, char **line)
{
	char *number = next_word(line), *end = NULL;

	if (!number)
		return false;
	need->number = strtoul(number, &end, 10);
	return !*end;
}

static bool parse_name(char **name, char **line)
{
	char *word = next_word(line);

	if (word)
		*name = xstrdup(word);
	return word;
}

static bool parse_field(struct need *need, char **line)
{
	if (!parse_name(&need->structure, line) || !parse_name(&need->name, line) ||
	    !parse_number(need, line) || !*line)
		return false;
	need->type = xstrdup(*line);
	return true;
}

static bool parse_need(struct need *need, char *line)
{
	static const char *const kinds[] = {
		[NEED_HOOK]	= "hook",
		[NEED_FUNCTION]	= "function",
		[NEED_SYMBOL]	= "symbol",
		[NEED_FIELD]	= "field",
		[NEED_SIZE]	= "size",
		[NEED_VALUE]	= "value",
		[NEED_CONFIG]	= "config",
		[NEED_WITHOUT]	= "without",
		[NEED_ONLY]	= "only",
	};
	const char *kind = next_word(&line);
	size_t i;

	for (i = 0; kind && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kind, kinds[i]))
			break;
	if (!kind || i == sizeof(kinds) / sizeof(*kinds))
		return false;
	need->kind = i;
	if (need->kind == NEED_FIELD)
		return parse_field(need, &line);
	if (need->kind == NEED_SIZE)
		return parse_name(&need->structure, &line) && parse_number(need, &line);
	if (!parse_name(&need->name, &line))
		return false;
	if (need->kind == NEED_VALUE)
		return parse_number(need, &line);
	if (line)
		need->type = xstrdup(line);
	return need->type || need->kind == NEED_SYMBOL || need->kind == NEED_CONFIG ||
	       need->kind == NEED_WITHOUT;
}

static void add_need(struct needs *needs, const char *text)
{
	struct need *grown = xreallocarray(needs->need, needs->nr + 1, sizeof(*grown));
	char *line = xstrdup(text);

	needs->need = grown;
	memset(&grown[needs->nr], 0, sizeof(*grown));
	if (!parse_need(&grown[needs->nr], line))
		fail("%s: malformed line 'needs: %s'", needs->path, text);
	needs->nr++;
	free(line);
}

/* "6.12.117+deb12-amd64 SMP preempt mod_unload modversions" */
static char *first_word(const char *text)
{
	char *copy = xstrdup(text);

	copy[strcspn(copy, " ")] = '\0';
	return copy;
}

/* "name:type" and "name:what it is for" */
static void add_parameter(struct needs *needs, const char *text, bool is_type)
{
	size_t len = strcspn(text, ":"), i;
	struct parameter *grown;

	for (i = 0; i < needs->nr_parameters; i++)
		if (!strncmp(needs->parameter[i].name, text, len) &&
		    !needs->parameter[i].name[len])
			break;
	if (i == needs->nr_parameters) {
		grown = xreallocarray(needs->parameter, i + 1, sizeof(*grown));
		grown[i] = (struct parameter){ .name = xasprintf("%.*s", (int)len, text) };
		needs->parameter = grown;
		needs->nr_parameters++;
	}
	if (is_type && text[len] && !needs->parameter[i].type)
		needs->parameter[i].type = xstrdup(text + len + 1);
}

static void add_info(struct needs *needs, const char *key, const char *value)
{
	if (!strcmp(key, "needs"))
		add_need(needs, value);
	else if (!strcmp(key, "parm") || !strcmp(key, "parmtype"))
		add_parameter(needs, value, key[strlen("parm")]);
	else if (!strcmp(key, "version") && !needs->version)
		needs->version = xstrdup(value);
	else if (!strcmp(key, "vermagic") && !needs->kernel)
		needs->kernel = first_word(value);
	else if (!strcmp(key, "signer") && !needs->signer)
		needs->signer = xstrdup(value);
}

static struct needs *read_module(struct kmod_module *module)
{
	struct needs *needs = xcalloc(1, sizeof(*needs));
	struct kmod_list *infos = NULL, *info;
	const char *options = kmod_module_get_options(module);
	int err;

	needs->path = xstrdup(kmod_module_get_path(module));
	if (options)
		needs->words = xstrdup(options);
	err = kmod_module_get_info(module, &infos);
	if (err < 0)
		fail("cannot read %s: %s", needs->path, strerror(-err));
	kmod_list_foreach(info, infos)
		add_info(needs, kmod_module_info_get_key(info),
			 kmod_module_info_get_value(info));
	kmod_module_info_free_list(infos);
	if (!needs->nr || !needs->kernel)
		fail("%s is no vswap module of this version", needs->path);
	return needs;
}

static void read_configs(struct needs *needs, struct kmod_ctx *ctx)
{
	struct kmod_config_iter *line = kmod_config_get_blacklists(ctx);

	while (line && kmod_config_iter_next(line))
		needs->blacklisted |= !strcmp(kmod_config_iter_get_key(line), "vswap");
	kmod_config_iter_free_iter(line);
	line = kmod_config_get_install_commands(ctx);
	while (line && kmod_config_iter_next(line)) {
		if (!strcmp(kmod_config_iter_get_key(line), "vswap") && !needs->install)
			needs->install = xstrdup(kmod_config_iter_get_value(line));
	}
	kmod_config_iter_free_iter(line);
}

static struct kmod_ctx *open_ctx(const char *modules, const char *configs)
{
	const char *const folders[] = { configs, NULL };
	struct kmod_ctx *ctx = kmod_new(modules, configs ? folders : NULL);

	if (!ctx)
		fail("%s", strerror(ENOMEM));
	kmod_set_log_priority(ctx, 0);
	return ctx;
}

static struct kmod_module *find_module(struct kmod_ctx *ctx)
{
	struct kmod_module *module = NULL;

	if (kmod_module_new_from_name(ctx, "vswap", &module) < 0)
		return NULL;
	if (kmod_module_get_path(module))
		return module;
	kmod_module_unref(module);
	return NULL;
}

struct needs *needs_read(const char *path, const char *modules, const char *configs)
{
	struct kmod_ctx *ctx = open_ctx(modules, configs);
	struct kmod_module *module = NULL;
	struct needs *needs = NULL;
	int err;

	if (path) {
		err = kmod_module_new_from_path(ctx, path, &module);
		if (err < 0)
			fail("cannot open %s: %s", path, strerror(-err));
	} else {
		module = find_module(ctx);
	}
	if (module) {
		needs = read_module(module);
		read_configs(needs, ctx);
	}
	kmod_module_unref(module);
	kmod_unref(ctx);
	return needs;
}

bool needs_alias(const char *alias, const char *modules, const char *configs)
{
	struct kmod_ctx *ctx = open_ctx(modules, configs);
	struct kmod_list *list = NULL;
	bool found = !kmod_module_new_from_lookup(ctx, alias, &list) && list;

	kmod_module_unref_list(list);
	kmod_unref(ctx);
	return found;
}

void needs_free(struct needs *needs)
{
	size_t i;

	if (!needs)
		return;
	for (i = 0; i < needs->nr; i++) {
		free(needs->need[i].structure);
		free(needs->need[i].name);
		free(needs->need[i].type);
	}
	free(needs->need);
	free(needs->path);
	free(needs->version);
	free(needs->kernel);
	free(needs->signer);
	free(needs->words);
	free(needs->install);
	for (i = 0; i < needs->nr_parameters; i++) {
		free(needs->parameter[i].name);
		free(needs->parameter[i].type);
	}
	free(needs->parameter);
	free(needs);
}
