// SPDX-License-Identifier: GPL-2.0
/* vswapctl advise: what vswap.conf should say on this machine, and why. */
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "advice_part.h"
#include "change.h"
#include "command.h"
#include "conf.h"
#include "conf_key.h"
#include "json.h"
#include "message.h"
#include "plan.h"
#include "room.h"
#include "settings.h"
#include "size.h"
#include "snapshot.h"
#include "system.h"

enum { APPLY, JSON };

static const struct option_row options[] = {
	[APPLY] = { 0, "apply", NULL, "write it into a part of " CONF_NAME },
	[JSON]  = { 'j', "json", NULL, "JSON" },
	{ 0 }
};

/* ---- What is so far ---- */

static void take_setting(struct conf *conf, const struct setting *setting, uint64_t ram)
{
	const char *value = setting->value;
	const struct conf_key *key;

	for (key = conf_keys; key->section; key++)
		if (key->parameter && !strcmp(key->parameter, setting->name))
			conf_key_set(key, !strcmp(value, "Y") ? "yes" : !strcmp(value, "N") ? "no" : value,
				     ram, conf);
}

/* Without vswap.conf it is what the module does, by modprobe.d. */
static void take_module(struct conf *conf, const struct snapshot *snap, uint64_t ram)
{
	const struct backend *pool = snapshot_find(snap, CONF_POOL);
	struct settings settings;
	size_t i;

	settings_read(&settings);
	for (i = 0; i < settings.nr; i++)
		take_setting(conf, &settings.setting[i], ram);
	settings_free(&settings);
	conf->has_pool = pool;
	if (pool && pool->file[BACKEND_LIMIT].known)
		conf->pool_bytes = pool->file[BACKEND_LIMIT].number;
}

/* Without the module, too, it is what vswapctl setup would make. */
static void read_conf(struct conf *conf, const struct snapshot *snap)
{
	uint64_t ram = system_ram();

	if (ram == UINT64_MAX)
		fail("the machine's memory isn't known: /proc/meminfo can't be read");
	conf_read_or_fail(conf);
	if (conf->given)
		return;
	if (snap) {
		take_module(conf, snap, ram);
		return;
	}
	conf->has_pool = true;
	size_compute(PLAN_POOL, ram, &conf->pool_bytes);
}

/* ---- Told ---- */

static void print_setup(const struct advices *advices)
{
	size_t i;

	printf("\nThere is no " CONF_PATH " yet; to have one: vswapctl setup");
	for (i = 0; i < advices->nr; i++) {
		const struct advice *advice = &advices->advice[i];

		if (advice->to && !strcmp(advice->key, "size"))
			printf(" --%s %s", strcmp(advice->section, "pool") ? "size" : "pool", advice->to);
	}
	putchar('\n');
	for (i = 0; i < advices->nr; i++)
		if (advices->advice[i].tried)
			printf("Add to its [pool], or it is lost: %s = %s\n",
			       advices->advice[i].key, advices->advice[i].now);
}

static void print_advice(const struct advice *advice)
{
	const char *now = advice->now ? advice->now : "not given";

	if (advice->to)
		printf("[%s] %s: %s instead of %s\n", advice->section, advice->key, advice->to,
		       advice->now ? now : "none");
	else
		printf("[%s] %s: stays as it is, %s\n", advice->section, advice->key, now);
	printf("    %s\n", advice->why);
}

static void print_text(const struct advices *advices, const struct figures *figures,
		       const struct conf *conf)
{
	size_t i;

	figures_print(figures);
	putchar('\n');
	for (i = 0; i < advices->nr; i++)
		print_advice(&advices->advice[i]);
	if (!conf->given)
		print_setup(advices);
}

static struct json_object *text_or_null(const char *text)
{
	return text ? json_text(text) : NULL;
}

static void print_json(const struct advices *advices, const struct figures *figures)
{
	struct json_object *root = json_object_new_object(), *array = json_object_new_array(), *one;
	size_t i;

	json_add(root, "figures", figures_to_json(figures));
	for (i = 0; i < advices->nr; i++) {
		one = json_object_new_object();
		json_add(one, "section", json_text(advices->advice[i].section));
		json_add(one, "key", json_text(advices->advice[i].key));
		json_add(one, "now", text_or_null(advices->advice[i].now));
		json_add(one, "advice", text_or_null(advices->advice[i].to));
		json_add(one, "why", json_text(advices->advice[i].why));
		json_object_array_add(array, one);
	}
	json_add(root, "advice", array);
	json_print(root);
}

/* ---- Written ---- */

static void apply_one(const struct advice *advice)
{
	struct json_object *change = change_new("saved", NULL);
	char *key = xasprintf("[%s] %s", advice->section, advice->key);

	json_add(change, "key", json_text(key));
	json_add(change, "value", json_text(advice->to));
	change_done(change, "%s: %s instead of %s", key, advice->to,
		    advice->now ? advice->now : "none");
	free(key);
}

static void apply(const struct advices *advices, const struct conf *conf)
{
	char *path = NULL;
	size_t i;

	if (!conf->given)
		fail("--apply: there is no " CONF_PATH " to add it to: vswapctl setup makes one");
	if (advices->changes)
		path = advice_write(advices);
	for (i = 0; i < advices->nr; i++)
		if (advices->advice[i].to)
			apply_one(&advices->advice[i]);
	if (!messages_are_json() && !path)
		puts("Nothing is to be changed; without --apply each setting has its reason");
	else if (!messages_are_json())
		printf("Saved in %s: %s\n", path, room_look().on ? "\"systemctl reload vswap\" is due" :
		       "the next start goes by it");
	changes_end();
	free(path);
}

/* ---- The command ---- */

static void run(const struct command *cmd, int argc, char **argv)
{
	bool json = false, applied = false;
	struct snapshot snap, *loaded;
	struct advices advices;
	struct figures figures;
	struct conf conf;
	int option;

	while ((option = next_option(cmd, argc, argv)) >= 0) {
		json |= option == JSON;
		applied |= option == APPLY;
	}
	if (json)
		messages_as_json();
	loaded = snapshot_try_read(&snap) ? &snap : NULL;
	read_conf(&conf, loaded);
	figures_read(&figures, loaded, &conf);
	advices_make(&advices, &figures, &conf);
	if (applied)
		apply(&advices, &conf);
	else if (json)
		print_json(&advices, &figures);
	else
		print_text(&advices, &figures, &conf);
	advices_free(&advices);
	conf_free(&conf);
	if (loaded)
		snapshot_free(loaded);
}

static void more_help(void)
{
	puts("\nWhat the machine doesn't tell stays as it is. Root is told more: before the pool is used,\n"
	     "some hundred pages of the processes' memory are compressed, to see what they take.");
}

const struct command advise_command = {
	.name = "advise",
	.help = "Say which sizes and settings suit this machine, and why",
	.options = options,
	.more_help = more_help,
	.run = run,
};
