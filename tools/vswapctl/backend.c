// SPDX-License-Identifier: GPL-2.0
/* vswapctl backend: what can be done to one of them. */
#include <stdio.h>

#include "command.h"
#include "message.h"

static const struct command *const commands[] = {
	&backend_add_command,
	&backend_remove_command,
	&backend_disable_command,
	&backend_enable_command,
	&backend_resize_command,
	&backend_list_command,
	NULL
};

static void print_help(const struct command *cmd)
{
	printf("Usage: " PROGRAM " %s <command> [options]\n\n%s.\n\nCommands:\n",
	       cmd->name, cmd->help);
	print_commands(commands);
	puts("\nOptions:");
	print_option(&help_option);
	printf("\n'" PROGRAM " %s <command> --help' lists the options of a command.\n"
	       "For more details see " PROGRAM "(8).\n", cmd->name);
}

static void run(const struct command *cmd, int argc, char **argv)
{
	if (argc > 1 && is_option(argv[1], &help_option))
		print_help(cmd);
	else
		run_command(commands, argc, argv);
}

const struct command backend_command = {
	.name = "backend",
	.help = "Add, remove and change backends while they are used",
	.parts = commands,
	.run = run,
};
