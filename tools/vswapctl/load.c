// SPDX-License-Identifier: GPL-2.0
/* vswapctl load: modprobe by the options of modprobe.d, and what the module had to say. */
#include <stdio.h>
#include <stdlib.h>

#include "change.h"
#include "command.h"
#include "kmsg.h"
#include "load.h"
#include "message.h"
#include "needs.h"
#include "parameters.h"
#include "program.h"
#include "system.h"

enum { JSON };

static const struct option_row options[] = {
	[JSON] = { 'j', "json", NULL, "JSON" },
	{ 0 }
};

static bool misspelt;

static void wrong(const char *text)
{
	complain("modprobe.d: %s", text);
	misspelt = true;
}

/* The kernel would go on without what it doesn't know, and nobody would notice. */
static void check_words(void)
{
	char *modules = system_modules(), *configs = system_configs();
	struct needs *needs = needs_read(NULL, modules, configs);
	struct rules_params params = RULES_DEFAULTS;

	if (needs)
		parameters_read(needs, &params, wrong);
	needs_free(needs);
	free(configs);
	free(modules);
	if (misspelt)
		exit(EXIT_FAILURE);
}

void load_module(char *const modprobe[])
{
	check_words();
	kmsg_follow();
	if (program_run(modprobe))
		fail_quietly("modprobe failed");
	change_done(change_new("loaded", NULL), NULL);
}

void load_by_options(void)
{
	char *modprobe[] = { "modprobe", "vswap", NULL };

	load_module(modprobe);
}

static void run(const struct command *cmd, int argc, char **argv)
{
	while (next_option(cmd, argc, argv) >= 0)
		messages_as_json();
	load_by_options();
	changes_end();
}

static void more_help(void)
{
	puts("\nThe options are those of modprobe.d. Warnings and errors of the module go to stderr.");
}

const struct command load_command = {
	.name = "load",
	.help = "Load the module, and repeat what it says in the kernel's log",
	.options = options,
	.more_help = more_help,
	.run = run,
};
