/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_COMMAND_H
#define VSWAPCTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

struct names;

struct option_row {
	char letter;		/* 0: none */
	const char *name;
	const char *arg;	/* NULL: takes none */
	const char *help;
};

struct command {
	const char *group;	/* the command it is a part of; NULL: of none */
	const char *name;
	const char *const *args;	/* all have to be given; NULL: there are none */
	const char *help;
	const struct option_row *options;	/* --help is added */
	const struct command *const *parts;	/* what it consists of; NULL: nothing */
	bool takes_command;			/* a program and its words come behind its options */
	bool on_backend;			/* its first argument is one that is there */
	/* Those that its <list> can have. May be NULL. */
	const struct names *columns;
	void (*more_help)(void);		/* may be NULL */
	void (*run)(const struct command *cmd, int argc, char **argv);
};

extern const struct option_row help_option;

extern const struct command status_command;
extern const struct command stats_command;
extern const struct command events_command;
extern const struct command backends_command;
extern const struct command who_command;
extern const struct command latency_command;
extern const struct command top_command;
extern const struct command record_command;
extern const struct command backend_command;
extern const struct command advise_command;
extern const struct command doctor_command;
extern const struct command bugreport_command;
extern const struct command load_command;
extern const struct command unload_command;
extern const struct command setup_command;
extern const struct command start_command;
extern const struct command stop_command;
extern const struct command reload_command;
extern const struct command writeback_command;

/* Parts of backend_command. */
extern const struct command backend_add_command;
extern const struct command backend_remove_command;
extern const struct command backend_disable_command;
extern const struct command backend_enable_command;
extern const struct command backend_resize_command;
extern const struct command backend_list_command;

/*
 * The index of the next option in cmd->options, -1 after the last one: then the
 * arguments that cmd->args names begin at argv[optind], or the program of cmd->takes_command does.
 */
int next_option(const struct command *cmd, int argc, char **argv);

bool is_option(const char *arg, const struct option_row *option);
void print_option(const struct option_row *option);

/* @commands end with NULL. */
void print_commands(const struct command *const *commands);

/* The one that argv[1] names gets the rest; fails with a usage error if none does. */
void run_command(const struct command *const *commands, int argc, char **argv);

#endif
