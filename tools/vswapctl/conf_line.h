/* SPDX-License-Identifier: GPL-2.0 */
/* The lines of vswap.conf and its parts. */
#ifndef VSWAPCTL_CONF_LINE_H
#define VSWAPCTL_CONF_LINE_H

#include <stdbool.h>
#include <stdint.h>

struct conf;
struct ini_line;

/* Who is told what isn't as it should be, and whether anything was. */
struct conf_complaints {
	void (*take)(const char *text);
	bool any;
};

/* @line: without a number it is the file as a whole. */
void conf_complain(struct conf_complaints *complaints, const struct ini_line *line,
		   const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Takes into @conf what one file says; @ram is what sizes are parts of. */
void conf_read_lines(struct conf *conf, const char *path, uint64_t ram,
		     struct conf_complaints *complaints);

#endif
