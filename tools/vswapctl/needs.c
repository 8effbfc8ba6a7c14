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
	return need->type || (need->kind != NEED_HOOK && need->kind != NEED_FUNCTION);
}

static void add_need(struct needs *needs, const char *text)
{
	struct need *grown = realloc(needs->need, (needs->nr + 1) * sizeof(*grown));
	char *line = xstrdup(text);

	if (!grown)
		fail("%s", strerror(ENOMEM));
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

static void add_info(struct needs *needs, const char *key, const char *value)
{
	if (!strcmp(key, "needs"))
		add_need(needs, value);
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
		needs->options = xstrdup(options);
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
	const char *const folders[] = { configs, NULL };
	struct kmod_ctx *ctx = kmod_new(modules, configs ? folders : NULL);
	struct kmod_module *module = NULL;
	struct needs *needs = NULL;
	int err;

	if (!ctx)
		fail("%s", strerror(ENOMEM));
	kmod_set_log_priority(ctx, 0);
	if (path) {
		err = kmod_module_new_from_path(ctx, path, &module);
		if (err < 0)
			fail("cannot open %s: %s", path, strerror(-err));
	} else {
		module = find_module(ctx);
	}
	if (module)
		needs = read_module(module);
	kmod_module_unref(module);
	kmod_unref(ctx);
	return needs;
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
	free(needs->options);
	free(needs);
}
