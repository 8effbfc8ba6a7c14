/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_MESSAGE_H
#define VSWAPCTL_MESSAGE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#define PROGRAM	"vswapctl"

enum {
	EXIT_USAGE = 2,		/* besides EXIT_SUCCESS and EXIT_FAILURE */
};

/* From here on fail() reports as a JSON object on stdout. */
void messages_as_json(void);

/* One line for a person, on stderr. */
void complain(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));

/* An operation failed: say why, exit 1. */
void fail(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* The command line is wrong: say what and where help is, exit 2. */
void fail_usage(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* The same after getopt has already said what. */
void fail_usage_hint(void) __attribute__((noreturn));

/* What was printed is to be seen now; fails if it can't be written. */
void flush_stdout(void);

/* For atexit(): output that could not be written is a failure. */
void close_stdout(void);

/* Without memory these end the program instead of returning NULL. */
void *xcalloc(size_t n, size_t size);
void *xreallocarray(void *p, size_t n, size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

#endif
