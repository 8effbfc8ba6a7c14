// SPDX-License-Identifier: GPL-2.0
/*
 * vswapctl start, reload: by vswap.conf, if there is one, else by the options of modprobe.d.
 *
 * Backends have names and tiers there that parameters of the module don't know. So it is loaded
 * with a pool alone and without swapon, gets its backends like any others, and is switched on
 * last; where that ends in between, the next start goes on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapt.h"
#include "change.h"
#include "command.h"
#include "conf.h"
#include "control.h"
#include "doctor_options.h"
#include "kmsg.h"
#include "load.h"
#include "message.h"
#include "program.h"
#include "room.h"
#include "snapshot.h"
#include "swaps.h"
#include "sysfs.h"
#include "system.h"

enum { JSON };

static const struct option_row options[] = {
	[JSON] = { 'j', "json", NULL, "JSON" },
	{ 0 }
};

#define MODULE		"/sys/module/vswap"
/* As the module chooses it by itself. */
#define LEAST_PRIORITY	100
#define MAX_WORDS	32

/* ---- Loading ---- */

/* It was loaded here, and swap isn't on yet. */
static bool unfinished;

static void take_back(void)
{
	char *modprobe[] = { "modprobe", "-r", "vswap", NULL };

	if (!unfinished)
		return;
	/* What failed may have been a request. */
	control_close();
	program_run(modprobe);
}

/* All that vswap.conf has a key for is said, so that nothing of modprobe.d is left of it. */
static void load(const struct conf *conf)
{
	char *words[MAX_WORDS + 1] = { "modprobe", "vswap", "backends=" CONF_POOL, "autostart=0" };
	struct conf_parameter parameter;
	size_t nr = 4, first, i;

	first = nr;
	words[nr++] = xasprintf("zswap_max_pool_mb=%llu",
				(unsigned long long)conf->pool_bytes >> 20);
	for (i = 0; nr < MAX_WORDS && conf_parameter(conf, i, &parameter); i++) {
		words[nr++] = xasprintf("%s=%s", parameter.name, parameter.value);
		free(parameter.value);
	}
	load_module(words);
	for (i = first; i < nr; i++)
		free(words[i]);
	unfinished = true;
	atexit(take_back);
}

/* ---- Switching on ---- */

static int choose_priority(const struct conf *conf)
{
	int priority = LEAST_PRIORITY;
	FILE *file = swaps_open();
	struct swap swap;

	while (swaps_next(file, &swap))
		if (swap.priority >= priority)
			priority = swap.priority + 1;
	swaps_close(file);
	if (conf->params.priority >= 0)
		return conf->params.priority;
	return priority < RULES_MAX_PRIORITY ? priority : RULES_MAX_PRIORITY;
}

static bool is_on(void)
{
	int dir = sysfs_open();
	struct value state = area_value(dir, AREA_STATE);
	bool on = state.known && !strcmp(state.text, "on");

	value_free(&state);
	close(dir);
	return on;
}

static void switch_on(const struct conf *conf)
{
	char *priority = xasprintf("%d", choose_priority(conf));
	char *swapon[] = { "swapon", "-p", priority, VSWAP_DEVICE, NULL };

	if (program_run(swapon) || !is_on())
		fail("swapon " VSWAP_DEVICE " failed");
	free(priority);
}

static void start(const struct conf *conf)
{
	if (room_look().on) {
		if (!messages_are_json())
			puts("swap is on already; vswapctl reload has it follow " CONF_NAME);
		return;
	}
	if (system_has(MODULE))
		kmsg_follow();
	else
		load(conf);
	adapt_backends(conf, false);
	switch_on(conf);
	unfinished = false;
	change_done(change_new("swapped on", NULL), NULL);
}

static void run_start(const struct command *cmd, int argc, char **argv)
{
	struct conf conf;

	while (next_option(cmd, argc, argv) >= 0)
		messages_as_json();
	conf_read_or_fail(&conf);
	if (conf.given)
		start(&conf);
	else
		load_by_options();
	changes_end();
	conf_free(&conf);
}

static void start_help(void)
{
	puts("\nWithout " CONF_PATH " and without files in " CONF_PATH ".d it is the same as load.");
}

const struct command start_command = {
	.name = "start",
	.help = "Load the module and swap on, as vswap.conf(5) says: what the unit does",
	.options = options,
	.more_help = start_help,
	.run = run_start,
};

/* ---- Following changes ---- */

/* What is on stays so, but it is now that somebody looks. */
static void warn_of_next_start(const struct conf *conf)
{
	char *lack = conf_lacks(conf);

	if (lack)
		complain("%s, and the next start would fail", lack);
	free(lack);
}

static void run_reload(const struct command *cmd, int argc, char **argv)
{
	struct conf conf;

	while (next_option(cmd, argc, argv) >= 0)
		messages_as_json();
	conf_read_or_fail(&conf);
	if (!conf.given)
		fail("there is no " CONF_PATH ": options of modprobe.d count when the module is loaded");
	if (!room_look().on)
		fail("swap is off: vswapctl start");
	warn_of_next_start(&conf);
	kmsg_follow();
	adapt_backends(&conf, true);
	adapt_parameters(&conf);
	fail_if_told();
	changes_end();
	conf_free(&conf);
}

static void reload_help(void)
{
	puts("\nFiles that are new are added, those that are gone have their pages moved to the others.\n"
	     "What can't change while swap is on is told.");
}

const struct command reload_command = {
	.name = "reload",
	.help = "Have swap follow a vswap.conf that was changed, without switching it off",
	.options = options,
	.more_help = reload_help,
	.run = run_reload,
};
