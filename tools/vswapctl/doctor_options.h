/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_DOCTOR_OPTIONS_H
#define VSWAPCTL_DOCTOR_OPTIONS_H

#include <stdbool.h>

#include "../../module/rules.h"
#include "needs.h"

struct conf;

/* Has the kernel's crypto API an algorithm whose kind, "comp" or so, has this word in it? */
bool kernel_has(const char *algorithm, const char *kind);

/*
 * What @conf asks of the kernel's crypto API that isn't there, for which a start would fail; NULL:
 * nothing. The caller frees it.
 */
char *conf_lacks(const struct conf *conf);

/* Would the module be loaded, and do what the options in modprobe.d say. */
void check_options(const struct needs *needs);

/* A swap file or partition that a configuration names. */
struct wanted_file {
	const char *name;	/* its backend's */
	const char *path;
	int tier;
	bool needed;		/* swap wouldn't start without it */
};

/* Is it what it has to be? */
void check_swap_file(const struct wanted_file *wanted);

/*
 * What is wrong with the file at @path, as the module sees it, unless it has it as backend
 * @name; NULL: nothing that can be told.
 */
const char *swap_file_wrong(const char *name, const char *path);

#endif
