/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_JSON_H
#define VSWAPCTL_JSON_H

struct json_object;

/* @s with bytes that aren't UTF-8 as U+FFFD; the caller frees it. */
char *json_clean_text(const char *s);

/* A JSON string; bytes that aren't UTF-8 become U+FFFD. */
struct json_object *json_text(const char *s);

/* Adds @val (NULL: null) to @obj, which takes it over. */
void json_add(struct json_object *obj, const char *key,
	      struct json_object *val);

/* Prints @obj on stdout and frees it. */
void json_print(struct json_object *obj);

/* The same on one line, for one of many. */
void json_print_line(struct json_object *obj);

#endif
