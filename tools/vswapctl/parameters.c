// SPDX-License-Identifier: GPL-2.0
/* Module parameters in a line of options, as the kernel takes them. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "guess.h"
#include "message.h"
#include "parameters.h"

static const struct field {
	const char *name;
	size_t offset;
	size_t size;
} fields[] = {
#define FIELD(name) \
	{ #name, offsetof(struct rules_params, name), sizeof(((struct rules_params *)0)->name) }
	FIELD(backends),
	FIELD(ssd),
	FIELD(encrypt),
	FIELD(require_all),
	FIELD(zswap_compressor),
	FIELD(zswap_cold_compressor),
	FIELD(zswap_allocator),
	FIELD(zswap_charge),
	FIELD(zswap_max_pool_percent),
	FIELD(zswap_max_pool_mb),
	FIELD(zswap_max_pool),
	FIELD(zswap_max_page_percent),
	FIELD(zswap_high_percent),
	FIELD(zswap_low_percent),
	FIELD(priority),
	FIELD(swapin),
	FIELD(checksum),
	FIELD(discard),
	{ 0 }
};

/* As the kernel's next_arg(): quotes keep spaces together, and aren't part of a value. */
static char *next_word(char *line, char **name, char **value)
{
	bool in_quote = *line == '"', quoted = in_quote;
	char *end, *equals = NULL;

	line += quoted;
	for (end = line; *end && (in_quote || !isspace((unsigned char)*end)); end++) {
		if (*end == '=' && !equals)
			equals = end;
		if (*end == '"')
			in_quote = !in_quote;
	}
	*name = line;
	*value = equals ? equals + 1 : NULL;
	line = *end ? end + 1 : end;
	*end = '\0';
	if (equals)
		*equals = '\0';
	if (equals && **value == '"') {
		(*value)++;
		quoted = true;
	}
	if (quoted && end > *name && end[-1] == '"')
		end[-1] = '\0';
	return line + strspn(line, " \t\n");
}

/* As the kernel's parameq(): to it these are the same character. */
static bool same_name(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !(strchr("-_", *a) && strchr("-_", *b)))
			return false;
	return *a == *b;
}

static bool parse_number(const char *text, long long min, long long max, long long *number)
{
	const char *digits = text + (*text == '+' || (*text == '-' && min < 0));
	char *end;

	errno = 0;
	*number = strtoll(text, &end, 0);
	return isdigit((unsigned char)*digits) && !*end && !errno &&
	       *number >= min && *number <= max;
}

/* As the kernel's kstrtobool(): the first letter tells, of "on" and "off" the second. */
static bool parse_bool(const char *text, bool *on)
{
	char letter = tolower((unsigned char)text[0]);

	if (letter == 'o')
		letter = strchr("nN", text[1]) ? '1' : strchr("fF", text[1]) ? '0' : '\0';
	*on = letter && strchr("yt1", letter);
	return letter && strchr("yt1nf0", letter);
}

/* Returns what is wrong with it, or NULL. */
static const char *parse_value(const char *type, char *value, void *to, size_t size)
{
	long long number = 0;
	bool on = true;

	if (!strcmp(type, "bool")) {
		if (value && !parse_bool(value, &on))
			return "must be 0 or 1";
		if (size == sizeof(on))
			memcpy(to, &on, size);
		return NULL;
	}
	if (!value)
		return "has no value";
	if (!strcmp(type, "charp")) {
		if (size == sizeof(value))
			memcpy(to, &value, size);
	} else if (!strcmp(type, "int") || !strcmp(type, "uint")) {
		bool is_signed = *type == 'i';

		if (!parse_number(value, is_signed ? INT_MIN : 0, is_signed ? INT_MAX : UINT_MAX,
				  &number))
			return is_signed ? "must be a number" : "must be a number, 0 at least";
		if (size == sizeof(int))
			*(unsigned int *)to = (unsigned int)number;
	}
	return NULL;
}

static const struct parameter *find_parameter(const struct needs *needs, const char *name)
{
	size_t i;

	for (i = 0; i < needs->nr_parameters; i++)
		if (same_name(needs->parameter[i].name, name))
			return &needs->parameter[i];
	return NULL;
}

/* Those that the kernel has for any module. */
static bool is_common(const char *name)
{
	return same_name(name, "dyndbg") || same_name(name, "async_probe");
}

/* What there is to say of a name that isn't there. The caller frees it. */
static char *unknown_parameter(const struct needs *needs, const char *name)
{
	struct guess guess = { .word = name };
	size_t i;

	for (i = 0; i < needs->nr_parameters; i++)
		guess_consider(&guess, needs->parameter[i].name);
	if (!guess.name)
		return xstrdup("there is no such parameter (modinfo -p vswap lists them), and the "
			       "kernel would ignore it");
	return xasprintf("there is no such parameter (did you mean %s?), and the kernel would "
			 "ignore it", guess.name);
}

/* Returns what is wrong with it, for the caller to free, or NULL. */
static char *take_word(const struct needs *needs, struct rules_params *params,
		       const char *name, char *value)
{
	const struct parameter *parameter = find_parameter(needs, name);
	const struct field *field = fields;
	const char *what;

	if (!parameter)
		return is_common(name) ? NULL : unknown_parameter(needs, name);
	while (field->name && !same_name(field->name, name))
		field++;
	what = parse_value(parameter->type ? parameter->type : "", value,
			   (char *)params + field->offset, field->size);
	return what ? xstrdup(what) : NULL;
}

void parameters_read(const struct needs *needs, struct rules_params *params,
		     void (*wrong)(const char *text))
{
	char *line = needs->words, *name, *value;

	while (line && *line) {
		char *what;

		line = next_word(line, &name, &value);
		what = take_word(needs, params, name, value);
		if (what) {
			char *text = xasprintf("%s%s%s: %s", name, value ? "=" : "",
					       value ? value : "", what);

			wrong(text);
			free(text);
			free(what);
		}
	}
}
