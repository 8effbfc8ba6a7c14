// SPDX-License-Identifier: GPL-2.0
/* vswapctl: shows what the vswap module does, and has it do something. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "complete.h"
#include "generator.h"
#include "message.h"

static const struct command help_command;

static const struct command *const commands[] = {
	&status_command,
	&stats_command,
	&events_command,
	&backends_command,
	&who_command,
	&latency_command,
	&top_command,
	&record_command,
	&backend_command,
	&writeback_command,
	&advise_command,
	&doctor_command,
	&setup_command,
	&start_command,
	&stop_command,
	&reload_command,
	&load_command,
	&unload_command,
	&bugreport_command,
	&help_command,
	NULL
};

static const struct option_row version_option = {
	'V', "version", NULL, "display version"
};

static void print_help(void)
{
	puts("Usage: " PROGRAM " <command> [options]\n\n"
	     "Shows what the virtual swap space holds, takes and does.\n\n"
	     "Commands:");
	print_commands(commands);
	puts("\nOptions:");
	print_option(&help_option);
	print_option(&version_option);
	puts("\n'" PROGRAM " <command> --help' lists the options of a command.\n"
	     "For more details see " PROGRAM "(8).");
}

/* "help backend add" is "backend add --help". */
static void run_help(const struct command *cmd, int argc, char **argv)
{
	char **words = xcalloc(argc + 2, sizeof(*words));
	int i;

	if (argc > 1 && argv[1][0] == '-')
		next_option(cmd, argc, argv);
	for (i = 0; i < argc; i++)
		words[i] = argv[i];
	words[argc] = "--help";
	if (argc > 1)
		run_command(commands, argc + 1, words);
	else
		print_help();
	free(words);
}

static const struct option_row help_options[] = { { 0 } };

static const struct command help_command = {
	.name = "help",
	.help = "Show these commands, or the options of one: help backend add",
	.options = help_options,
	.run = run_help,
};

static void complete_all(char **words)
{
	complete(commands, words);
	if (words[1])
		return;
	complete_option(words[0], &help_option);
	complete_option(words[0], &version_option);
}

int main(int argc, char **argv)
{
	/* not LC_ALL: numbers look the same everywhere */
	setlocale(LC_CTYPE, "");
	atexit(close_stdout);

	if (argc > 0 && generator_is_meant(argv[0]))
		return generator_run(argc, argv);
	if (argc > 1 && is_option(argv[1], &help_option))
		print_help();
	else if (argc > 1 && is_option(argv[1], &version_option))
		puts(PROGRAM " " VSWAPCTL_VERSION);
	else if (argc > 2 && !strcmp(argv[1], COMPLETE_WORD))
		complete_all(argv + 2);
	else
		run_command(commands, argc, argv);
	return EXIT_SUCCESS;
}
