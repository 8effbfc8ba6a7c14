// SPDX-License-Identifier: GPL-2.0
/* Texts as parts of an HTML page. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "json.h"
#include "text.h"

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	}
	/* XML has no way to say these */
	if ((unsigned char)c < ' ' && c != '\n' && c != '\t')
		return "\xef\xbf\xbd";
	return NULL;
}

void html_print(FILE *out, const char *text)
{
	char *clean = json_clean_text(text), *c;
	const char *instead;

	for (c = clean; *c; c++) {
		instead = entity(*c);
		if (instead)
			fputs(instead, out);
		else
			putc(*c, out);
	}
	free(clean);
}

void html_print_json(FILE *out, const char *json)
{
	for (; *json; json++) {
		if (strchr("<>&", *json))
			fprintf(out, "\\u%04x", *json);
		else
			putc(*json, out);
	}
}

/* What no shell takes for anything else. */
static int is_plain(const char *word)
{
	for (; *word; word++)
		if (!isalnum((unsigned char)*word) && !strchr("-_./=:,+@%", *word))
			return 0;
	return 1;
}

static void print_word(FILE *out, const char *word)
{
	if (*word && is_plain(word)) {
		fputs(word, out);
		return;
	}
	putc('\'', out);
	for (; *word; word++) {
		if (*word == '\'')
			fputs("'\\''", out);
		else
			putc(*word, out);
	}
	putc('\'', out);
}

char *shell_words(char *const *words)
{
	struct text line;
	FILE *out = text_begin(&line);
	size_t i;

	for (i = 0; words[i]; i++) {
		if (i)
			putc(' ', out);
		print_word(out, words[i]);
	}
	return text_end(&line);
}
