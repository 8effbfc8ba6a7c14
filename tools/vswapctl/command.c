// SPDX-License-Identifier: GPL-2.0
/* Commands: found by name and listed. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "guess.h"
#include "message.h"

void print_commands(const struct command *const *commands)
{
	for (; *commands; commands++)
		printf(" %-10s %s\n", (*commands)->name, (*commands)->help);
}

bool is_option(const char *arg, const struct option_row *option)
{
	return (arg[0] == '-' && arg[1] == option->letter && !arg[2]) ||
	       (!strncmp(arg, "--", 2) && !strcmp(arg + 2, option->name));
}

static void __attribute__((noreturn))
fail_unknown(const struct command *const *commands, const char *name)
{
	struct guess guess = { .word = name };

	for (; *commands; commands++)
		guess_consider(&guess, (*commands)->name);
	fail_usage("unknown command '%s'%s", name, guess_text(&guess));
}

void run_command(const struct command *const *commands, int argc, char **argv)
{
	static char program[] = PROGRAM;
	const struct command *const *all = commands;

	if (argc < 2)
		fail_usage("no command given");
	if (argv[1][0] == '-')
		fail_usage("unrecognized option '%s'", argv[1]);
	while (*commands && strcmp(argv[1], (*commands)->name))
		commands++;
	if (!*commands)
		fail_unknown(all, argv[1]);
	argv[1] = program;	/* the name getopt complains under */
	(*commands)->run(*commands, argc - 1, argv + 1);
}
