// SPDX-License-Identifier: GPL-2.0
/* What json-c leaves to its users. */
#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "message.h"

#define REPLACEMENT	"\xef\xbf\xbd"	/* U+FFFD */

/* Bytes of the valid UTF-8 sequence that @s starts with, 0 if there is none. */
static size_t utf8_length(const unsigned char *s)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t code;
	size_t len, i;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc0 || s[0] >= 0xf8)
		return 0;
	len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	code = s[0] & (0xff >> (len + 1));
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	if (code < smallest[len] || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return len;
}

char *json_clean_text(const char *s)
{
	char *clean = xcalloc(strlen(s) + 1, strlen(REPLACEMENT));
	char *out = clean;
	size_t len;

	while (*s) {
		len = utf8_length((const unsigned char *)s);
		if (len) {
			out = mempcpy(out, s, len);
			s += len;
		} else {
			out = stpcpy(out, REPLACEMENT);
			s++;
		}
	}
	return clean;
}

struct json_object *json_text(const char *s)
{
	char *clean = json_clean_text(s);
	struct json_object *text = json_object_new_string(clean);

	free(clean);
	return text;
}

void json_add(struct json_object *obj, const char *key,
	      struct json_object *val)
{
	json_object_object_add(obj, key, val);
}

void json_print_line(struct json_object *obj)
{
	puts(json_object_to_json_string_ext(obj, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(obj);
}

void json_print(struct json_object *obj)
{
	puts(json_object_to_json_string_ext(obj, JSON_C_TO_STRING_PRETTY |
						 JSON_C_TO_STRING_SPACED |
						 JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(obj);
}
