/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_COMMAND_H
#define VSWAPCTL_COMMAND_H

struct option_row {
	char letter;		/* 0: none */
	const char *name;
	const char *arg;	/* NULL: takes none */
	const char *help;
};

struct command {
	const char *name;
	const char *help;
	const struct option_row *options;	/* --help is added */
	void (*more_help)(void);		/* may be NULL */
	void (*run)(const struct command *cmd, int argc, char **argv);
};

extern const struct command stats_command;
extern const struct command backends_command;
extern const struct command doctor_command;
extern const struct command writeback_command;

/* The index of the next option in cmd->options, -1 after the last one. */
int next_option(const struct command *cmd, int argc, char **argv);

void print_option(const struct option_row *option);

#endif
