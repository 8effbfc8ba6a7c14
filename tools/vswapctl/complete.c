// SPDX-License-Identifier: GPL-2.0
/* What a word on the command line can become: from the tables that it is parsed by. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "complete.h"
#include "message.h"
#include "names.h"
#include "sysfs.h"

static void offer(const char *current, const char *before, const char *word, const char *help)
{
	if (!strncasecmp(word, current, strlen(current)))
		printf("%s%s\t%s\n", before, word, help);
}

void complete_option(const char *current, const struct option_row *option)
{
	char *name = xasprintf("--%s", option->name);

	offer(current, "", name, option->help);
	free(name);
}

static void offer_options(const char *current, const struct command *cmd)
{
	const struct option_row *option;

	for (option = cmd->options; option && option->name; option++)
		complete_option(current, option);
	complete_option(current, &help_option);
}

static void offer_commands(const char *current, const struct command *const *commands)
{
	for (; *commands; commands++)
		offer(current, "", (*commands)->name, (*commands)->help);
}

/* Of a list the last: what is before it stays. */
static void offer_columns(const char *current, const struct command *cmd)
{
	const char *last = strrchr(current, ','), *name, *help;
	char *before;
	size_t i;

	last = last ? last + 1 : current + (*current == '+');
	before = strndupa(current, last - current);
	puts(":nospace");
	for (i = 0; names_at(cmd->columns, i, &name, &help); i++)
		offer(last, before, name, help);
}

/* Those that there are; without the module, none. */
static void offer_backends(const char *current)
{
	char *names, *rest, *name;
	int dir = sysfs_try_open();

	if (dir < 0)
		return;
	names = rest = sysfs_read(dir, "backends");
	while ((name = strsep(&rest, " ")))
		if (*name)
			offer(current, "", name, "backend");
	free(names);
	close(dir);
}

static void offer_argument(const char *current, const struct command *cmd,
			   const struct option_row *option)
{
	if (!strcmp(option->arg, "<file>") || !strcmp(option->arg, "<path>")) {
		puts(":files");
	} else if (!strcmp(option->arg, "<list>") && cmd->columns) {
		offer_columns(current, cmd);
	} else if (!strcmp(option->arg, "<type>")) {
		offer(current, "", "swapfile", "a swap file or a partition");
		offer(current, "", "zswap", "a compressed pool in memory");
	}
}

/* The option that @word is and that wants an argument; NULL: it isn't one. */
static const struct option_row *find_option(const struct command *cmd, const char *word)
{
	const struct option_row *option = cmd->options;

	for (; option && option->name; option++)
		if (option->arg && is_option(word, option))
			return option;
	return NULL;
}

static const struct command *find_command(const struct command *const *commands, const char *name)
{
	while (*commands && strcmp((*commands)->name, name))
		commands++;
	return *commands;
}

static void complete_command(const struct command *cmd, char **words)
{
	const struct option_row *option = NULL;
	size_t arguments = 0;
	bool ended = false;		/* the options are: by --, or by a word for a program */

	for (; words[1]; words++) {
		if (ended || option)
			option = NULL;
		else if (cmd->takes_command && (words[0][0] != '-' || !strcmp(words[0], "--")))
			ended = true;
		else if (words[0][0] == '-')
			option = find_option(cmd, words[0]);
		else
			arguments++;
	}
	if (option)
		offer_argument(words[0], cmd, option);
	else if (ended)
		puts(":files");
	else if (words[0][0] == '-' || !cmd->args)
		offer_options(words[0], cmd);
	else if (!arguments && cmd->on_backend)
		offer_backends(words[0]);
}

void complete(const struct command *const *commands, char **words)
{
	const struct command *cmd = NULL;
	bool help = false;

	if (!words[0])
		return;
	while (words[1] && commands) {
		cmd = find_command(commands, words[0]);
		words++;
		if (!cmd)
			return;
		if (!help && !strcmp(cmd->name, "help"))
			help = true;	/* of which it says what there is to say */
		else
			commands = cmd->parts;
	}
	if (commands)
		offer_commands(words[0], commands);
	if (commands && cmd)
		complete_option(words[0], &help_option);
	else if (!commands && !help)
		complete_command(cmd, words);
}
