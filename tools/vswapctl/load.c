// SPDX-License-Identifier: GPL-2.0
/* vswapctl load: modprobe, and what the module had to say. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "message.h"
#include "needs.h"
#include "parameters.h"
#include "program.h"
#include "system.h"

/* The longest record of /dev/kmsg, which gives no part of one. */
#define MAX_RECORD	8192

/* Levels of the kernel's log that say something is wrong. */
#define LEVEL_MASK	7
#define LEVEL_WARNING	4

static const struct option_row options[] = { { 0 } };

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

/* The kernel's log, from here on; NULL if it isn't ours to read. */
static FILE *open_log(void)
{
	char *path = system_path("/dev/kmsg");
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	FILE *log = fd < 0 ? NULL : fdopen(fd, "r");

	free(path);
	if (!log)
		return NULL;
	setvbuf(log, NULL, _IOFBF, MAX_RECORD);
	lseek(fd, 0, SEEK_END);
	return log;
}

/* "4,1234,567890,-;vswap: ssd: /swap: no such file" */
static void repeat_log(FILE *log)
{
	static const char prefix[] = "vswap: ";
	char *line = NULL;
	size_t size = 0;

	while (log && getline(&line, &size, log) > 0) {
		const char *text = strchr(line, ';');

		if (text && !strncmp(text + 1, prefix, strlen(prefix)) &&
		    (atoi(line) & LEVEL_MASK) <= LEVEL_WARNING)
			fputs(text + 1, stderr);
	}
	free(line);
	if (log)
		fclose(log);
}

static void run(const struct command *cmd, int argc, char **argv)
{
	char *modprobe[] = { "modprobe", "vswap", NULL };
	FILE *log;
	int status;

	next_option(cmd, argc, argv);
	check_words();
	log = open_log();
	status = program_run(modprobe);
	repeat_log(log);
	if (status)
		exit(EXIT_FAILURE);
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
