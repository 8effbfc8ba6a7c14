/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a command has changed: a line for each on stdout, or, after messages_as_json(), one object
 * with an array of them. An error has in it what was changed before.
 */
#ifndef VSWAPCTL_CHANGE_H
#define VSWAPCTL_CHANGE_H

struct json_object;

/* @what was done, to @backend or, if that is NULL, to all; for details, and for change_done(). */
struct json_object *change_new(const char *what, const char *backend);

/* It is done. The line is for people; NULL: there is none. Takes @change over. */
void change_done(struct json_object *change, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* There is no more to come. */
void changes_end(void);

#endif
