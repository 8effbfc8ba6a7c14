// SPDX-License-Identifier: GPL-2.0
/* vswapctl: shows what the vswap module does, and has it do something. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "message.h"

static const struct command *const commands[] = {
	&stats_command,
	&backends_command,
	&writeback_command,
	&doctor_command,
};

static const struct option_row options[] = {
	{ 'h', "help", NULL, "display this help" },
	{ 'V', "version", NULL, "display version" },
	{ 0 }
};

#define for_each_command(cmd)						\
	for (cmd = commands;						\
	     cmd < commands + sizeof(commands) / sizeof(*commands); cmd++)

static void print_help(void)
{
	const struct command *const *cmd;
	const struct option_row *option;

	puts("Usage: " PROGRAM " <command> [options]\n\n"
	     "Shows what the virtual swap space holds, takes and does.\n\n"
	     "Commands:");
	for_each_command(cmd)
		printf(" %-10s %s\n", (*cmd)->name, (*cmd)->help);
	puts("\nOptions:");
	for (option = options; option->name; option++)
		print_option(option);
	puts("\n'" PROGRAM " <command> --help' lists the options of a command.\n"
	     "For more details see " PROGRAM "(8).");
}

static bool is_option(const char *arg, const struct option_row *option)
{
	return (arg[0] == '-' && arg[1] == option->letter && !arg[2]) ||
	       (!strncmp(arg, "--", 2) && !strcmp(arg + 2, option->name));
}

static void run_command(int argc, char **argv)
{
	static char program[] = PROGRAM;
	const struct command *const *cmd;

	for_each_command(cmd) {
		if (strcmp(argv[1], (*cmd)->name))
			continue;
		argv[1] = program;	/* the name getopt complains under */
		(*cmd)->run(*cmd, argc - 1, argv + 1);
		return;
	}
	fail_usage("unknown command '%s'", argv[1]);
}

int main(int argc, char **argv)
{
	/* not LC_ALL: numbers look the same everywhere */
	setlocale(LC_CTYPE, "");
	atexit(close_stdout);

	if (argc < 2)
		fail_usage("no command given");
	if (is_option(argv[1], &options[0]))
		print_help();
	else if (is_option(argv[1], &options[1]))
		puts(PROGRAM " " VSWAPCTL_VERSION);
	else if (argv[1][0] == '-')
		fail_usage("unrecognized option '%s'", argv[1]);
	else
		run_command(argc, argv);
	return EXIT_SUCCESS;
}
