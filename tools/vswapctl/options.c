// SPDX-License-Identifier: GPL-2.0
/* A command's options: parsed and explained from one table. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "guess.h"
#include "message.h"

enum {
	MAX_OPTIONS = 16,
	KEY_HELP = 'h',
	KEY_FIRST = 256,	/* option i is KEY_FIRST + i, letter or not */
};

const struct option_row help_option = {
	'h', "help", NULL, "display this help"
};

void print_option(const struct option_row *option)
{
	char *text = xasprintf("%s%s%s", option->name, option->arg ? " " : "",
			       option->arg ? option->arg : "");

	if (option->letter)
		printf(" -%c, --%-18s %s\n", option->letter, text, option->help);
	else
		printf("     --%-18s %s\n", text, option->help);
	free(text);
}

static void print_usage(const struct command *cmd)
{
	const char *const *arg = cmd->args;

	printf("Usage: " PROGRAM " %s%s%s", cmd->group ? cmd->group : "",
	       cmd->group ? " " : "", cmd->name);
	for (; arg && *arg; arg++)
		printf(" <%s>", *arg);
	puts(cmd->takes_command ? " [options] -- <program> [<argument>...]" : " [options]");
}

static void print_help(const struct command *cmd)
{
	const struct option_row *option;

	print_usage(cmd);
	printf("\n%s.\n\nOptions:\n", cmd->help);
	for (option = cmd->options; option->name; option++)
		print_option(option);
	print_option(&help_option);
	if (cmd->more_help)
		cmd->more_help();
	puts("\nFor more details see " PROGRAM "(8).");
	exit(EXIT_SUCCESS);
}

/* getopt's two tables, from ours. */
static void fill_tables(const struct command *cmd, char *letters,
			struct option *names)
{
	const struct option_row *option = cmd->options;
	int key = KEY_FIRST;

	/* what comes behind the first word that isn't an option is the program's */
	if (cmd->takes_command)
		*letters++ = '+';
	for (; option->name && key < KEY_FIRST + MAX_OPTIONS; option++) {
		*names++ = (struct option){ option->name, !!option->arg, NULL,
					    key++ };
		if (option->letter)
			*letters++ = option->letter;
		if (option->letter && option->arg)
			*letters++ = ':';
	}
	*names = (struct option){ help_option.name, no_argument, NULL, KEY_HELP };
	*letters = KEY_HELP;
}

static int index_of_letter(const struct command *cmd, int letter)
{
	int i = 0;

	while (cmd->options[i].letter != letter)
		i++;
	return i;
}

/* getopt has said that it is wrong. */
static void __attribute__((noreturn)) fail_option(const struct command *cmd, const char *word)
{
	const struct option_row *option = cmd->options;
	struct guess guess = { 0 };

	if (!strncmp(word, "--", 2) && !strchr(word, '=')) {
		guess.word = word + 2;
		for (; option->name; option++)
			guess_consider(&guess, option->name);
		guess_consider(&guess, help_option.name);
	}
	/* an option that is there was used in a wrong way */
	if (guess.name && strcmp(guess.name, guess.word))
		complain("did you mean '--%s'?", guess.name);
	fail_usage_hint();
}

static void check_arguments(const struct command *cmd, int argc, char **argv)
{
	const char *const *arg = cmd->args;
	int i = optind;

	for (; arg && *arg; arg++)
		if (i++ >= argc)
			fail_usage("no %s given", *arg);
	if (cmd->takes_command && i >= argc)
		fail_usage("no program given");
	if (!cmd->takes_command && i < argc)
		fail_usage("unexpected argument '%s'", argv[i]);
}

int next_option(const struct command *cmd, int argc, char **argv)
{
	struct option names[MAX_OPTIONS + 2] = { 0 };
	char letters[2 * MAX_OPTIONS + 3] = "";
	int key;

	fill_tables(cmd, letters, names);
	key = getopt_long(argc, argv, letters, names, NULL);
	if (key >= KEY_FIRST)
		return key - KEY_FIRST;
	if (key == KEY_HELP)
		print_help(cmd);
	if (key == '?')
		fail_option(cmd, argv[optind - 1]);
	if (key != -1)
		return index_of_letter(cmd, key);
	check_arguments(cmd, argc, argv);
	return -1;
}
