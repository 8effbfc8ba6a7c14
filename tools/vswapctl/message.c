// SPDX-License-Identifier: GPL-2.0
/* What goes to a person or a script when something is wrong. */
#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "message.h"

static bool as_json;

static struct {
	const char *key;
	struct json_object *val;
} detail;

void messages_as_json(void)
{
	as_json = true;
}

bool messages_are_json(void)
{
	return as_json;
}

void messages_add(const char *key, struct json_object *val)
{
	json_object_put(detail.val);
	detail.key = key;
	detail.val = val;
}

static void (*prepare_message)(void);

void messages_before(void (*prepare)(void))
{
	prepare_message = prepare;
}

static void print_error_object(const char *text)
{
	struct json_object *error = json_object_new_object();

	json_add(error, "error", json_text(text));
	if (detail.val)
		json_add(error, detail.key, json_object_get(detail.val));
	json_print(error);
}

static void vcomplain(const char *fmt, va_list ap)
{
	if (prepare_message)
		prepare_message();
	fputs(PROGRAM ": ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

void complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vcomplain(fmt, ap);
	va_end(ap);
}

void remark(const char *text)
{
	if (as_json)
		complain("%s", text);
	else
		puts(text);
}

static void vreport(const char *fmt, va_list ap)
{
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, ap);
	if (as_json)
		print_error_object(text);
	else
		complain("%s", text);
}

void tell_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vreport(fmt, ap);
	va_end(ap);
}

void fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vreport(fmt, ap);
	va_end(ap);
	exit(EXIT_FAILURE);
}

/* Of tell_one_error(), a line each. */
static char *told;

void tell_one_error(const char *fmt, ...)
{
	char *text, *all;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	if (!as_json)
		complain("%s", text);
	all = told ? xasprintf("%s\n%s", told, text) : xstrdup(text);
	free(text);
	free(told);
	told = all;
}

void fail_if_told(void)
{
	if (told)
		fail_quietly(told);
}

void fail_quietly(const char *text)
{
	if (as_json)
		print_error_object(text);
	exit(EXIT_FAILURE);
}

void fail_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vcomplain(fmt, ap);
	va_end(ap);
	fail_usage_hint();
}

void fail_usage_hint(void)
{
	fputs("Try '" PROGRAM " --help' for more information.\n", stderr);
	exit(EXIT_USAGE);
}

static void __attribute__((noreturn)) fail_write(int error)
{
	if (error != EPIPE)
		fprintf(stderr, PROGRAM ": write error: %s\n", strerror(error ? error : EIO));
	_exit(EXIT_FAILURE);
}

void flush_stdout(void)
{
	if (fflush(stdout))
		fail_write(errno);
}

void close_stdout(void)
{
	bool failed = ferror(stdout);

	errno = 0;
	if (fclose(stdout) || failed)
		fail_write(errno);
}

/* Not fail(): that may allocate. */
void out_of_memory(void)
{
	fputs(PROGRAM ": out of memory\n", stderr);
	_exit(EXIT_FAILURE);
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		out_of_memory();
	return p;
}

void *xreallocarray(void *p, size_t n, size_t size)
{
	void *grown = reallocarray(p, n, size);

	if (!grown)
		out_of_memory();
	return grown;
}

char *xstrdup(const char *s)
{
	char *copy = strdup(s);

	if (!copy)
		out_of_memory();
	return copy;
}

char *xvasprintf(const char *fmt, va_list ap)
{
	char *text;

	if (vasprintf(&text, fmt, ap) < 0)
		out_of_memory();
	return text;
}

char *xasprintf(const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	return text;
}
