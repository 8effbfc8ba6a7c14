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

struct json_object;

/* From here on fail() and tell_error() do so as a JSON object on stdout. */
void messages_as_json(void);
bool messages_are_json(void);

/* Such objects have @val, which is taken over, besides; NULL: no more. */
void messages_add(const char *key, struct json_object *val);

/* What is to be done before something is said: the terminal may be in other hands. */
void messages_before(void (*prepare)(void));

/* One line for a person, on stderr. */
void complain(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));

/* What there is to know besides, on stdout, or on stderr after messages_as_json(). */
void remark(const char *text);

/* An operation failed: say why. */
void tell_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same, and exit 1. */
void fail(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* One of several errors, told at once; as JSON only by fail_if_told(), all of them in one object. */
void tell_one_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Exit 1 if there was one. */
void fail_if_told(void);

/* A program that was run has said why already: exit 1. Only as JSON it is said again. */
void fail_quietly(const char *text) __attribute__((noreturn));

/* The command line is wrong: say what and where help is, exit 2. */
void fail_usage(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* The same after getopt has already said what. */
void fail_usage_hint(void) __attribute__((noreturn));

/* What was printed is to be seen now; fails if it can't be written. */
void flush_stdout(void);

/* For atexit(): output that could not be written is a failure. */
void close_stdout(void);

/* Says so, and ends the program. */
void out_of_memory(void) __attribute__((noreturn));

/* Without memory these do that instead of returning NULL. */
void *xcalloc(size_t n, size_t size);
void *xreallocarray(void *p, size_t n, size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

#endif
