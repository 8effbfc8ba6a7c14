/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_COMPLETE_H
#define VSWAPCTL_COMPLETE_H

#include "command.h"

/* What the shells' completions call, with all words up to the one that is completed. */
#define COMPLETE_WORD	"__complete"

/*
 * Prints, a line each, what the last of @words can become: the word, a tab, what it is. A line
 * ":files" stands for names of files, ":nospace" says that more can follow without a blank.
 */
void complete(const struct command *const *commands, char **words);

/* Prints @option, if @current can become it. */
void complete_option(const char *current, const struct option_row *option);

#endif
