// SPDX-License-Identifier: GPL-2.0
/* Values that may be unknown: parsing, arithmetic, printing. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "message.h"
#include "system.h"
#include "value.h"

#define DIGITS		"0123456789"

struct value value_unknown(enum unit unit)
{
	return (struct value){ .unit = unit };
}

struct value value_number(enum unit unit, uint64_t number)
{
	return (struct value){ .unit = unit, .known = true, .number = number };
}

struct value value_number_if(bool known, enum unit unit, uint64_t number)
{
	return known ? value_number(unit, number) : value_unknown(unit);
}

static struct value value_fraction(enum unit unit, double fraction)
{
	return (struct value){ .unit = unit, .known = true,
			       .fraction = fraction };
}

void value_free(struct value *val)
{
	free(val->text);
	val->text = NULL;
	val->known = false;
}

/* Decimal digits only; neither sign, space nor prefix as strtoull() takes. */
static bool parse_digits(const char *text, uint64_t *number)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return !errno && !*end;
}

bool value_parse(struct value *val, enum unit unit, const char *text)
{
	*val = value_unknown(unit);
	if (unit == UNIT_TEXT) {
		val->text = xstrdup(text);
		val->known = true;
		return *text != '\0';
	}
	if (unit == UNIT_PRIORITY && *text == '-') {
		val->negative = true;
		text++;
	}
	val->known = parse_digits(text, &val->number);
	if (unit == UNIT_PAGES && val->number > UINT64_MAX / PAGE_BYTES)
		val->known = false;
	return val->known;
}

/* The power of 1024 that "K", "m" or "GiB" stands for; -1: of none. */
static int parse_suffix(const char *text)
{
	static const char letters[] = "KMGTPE";
	const char *letter;

	if (!*text)
		return 0;
	letter = strchr(letters, toupper((unsigned char)*text));
	if (!letter || (text[1] && strcasecmp(text + 1, "iB")))
		return -1;
	return letter - letters + 1;
}

/* "5" or "5.25": the digits before the point, and what comes behind it; 0 if it is neither. */
static size_t parse_decimal(const char *text, uint64_t *whole, double *fraction)
{
	size_t len = strspn(text, DIGITS), more = 0;

	if (!parse_digits(strndupa(text, len), whole))
		return 0;
	*fraction = 0;
	if (text[len] != '.')
		return len;
	more = strspn(text + len + 1, DIGITS);
	if (!more)
		return 0;
	*fraction = strtod(strndupa(text + len, more + 1), NULL);
	return len + 1 + more;
}

/* Of the machine's memory. */
static bool parse_percent(uint64_t *bytes, uint64_t whole, double fraction)
{
	uint64_t ram = system_ram();

	if (ram == UINT64_MAX || whole + fraction > 100)
		return false;
	*bytes = (uint64_t)(ram / 100.0 * (whole + fraction));
	return *bytes;
}

bool value_parse_size(struct value *val, const char *text)
{
	uint64_t whole;
	double fraction;
	size_t len = parse_decimal(text, &whole, &fraction);
	int power = len ? parse_suffix(text + len) : -1;

	*val = value_unknown(UNIT_BYTES);
	if (len && !strcmp(text + len, "%"))
		val->known = parse_percent(&val->number, whole, fraction);
	if (power < 0 || whole > UINT64_MAX >> (10 * power) || (fraction && !power))
		return val->known;
	/* a fraction is less than one such unit, and can't carry over */
	val->number = (whole << 10 * power) + (uint64_t)(fraction * (UINT64_C(1) << 10 * power));
	val->known = val->number;
	return val->known;
}

bool value_parse_seconds(double *seconds, const char *text)
{
	static const struct {
		const char *suffix;
		double seconds;
	} units[] = {
		{ "", 1 }, { "ms", 1e-3 }, { "s", 1 }, { "m", 60 }, { "min", 60 }, { "h", 3600 },
		{ "d", 86400 },
	};
	uint64_t whole;
	double fraction;
	size_t len = parse_decimal(text, &whole, &fraction), i;

	for (i = 0; len && i < sizeof(units) / sizeof(*units); i++) {
		*seconds = (whole + fraction) * units[i].seconds;
		if (!strcmp(text + len, units[i].suffix))
			return *seconds < 1e9;
	}
	return false;
}

struct value value_add(struct value a, struct value b)
{
	struct value sum = value_unknown(a.unit);

	sum.known = a.known && b.known &&
		    !__builtin_add_overflow(a.number, b.number, &sum.number);
	return sum;
}

struct value value_sub(struct value a, struct value b)
{
	struct value difference = value_unknown(a.unit);

	difference.known = a.known && b.known;
	difference.negative = a.number < b.number;
	difference.number = difference.negative ? b.number - a.number :
						  a.number - b.number;
	return difference;
}

struct value value_sub_or_zero(struct value a, struct value b)
{
	struct value difference = value_sub(a, b);

	if (difference.known && difference.negative)
		return value_number(a.unit, 0);
	return difference;
}

struct value value_ratio(struct value a, struct value b)
{
	if (!a.known || !b.known || !b.number)
		return value_unknown(UNIT_RATIO);
	return value_fraction(UNIT_RATIO, (double)a.number / (double)b.number);
}

struct value value_percent(struct value a, struct value b)
{
	struct value ratio = value_ratio(a, b);

	ratio.unit = UNIT_PERCENT;
	ratio.fraction *= 100;
	return ratio;
}

struct value value_grown(struct value before, struct value now)
{
	struct value grown = value_sub(now, before);

	return grown.known && !grown.negative ? grown : value_unknown(now.unit);
}

struct value value_rate(struct value before, struct value now, double seconds)
{
	struct value grown = value_grown(before, now);

	if (!grown.known || !(seconds > 0))
		return value_unknown(UNIT_RATIO);
	return value_fraction(UNIT_RATIO, grown.number / seconds);
}

struct value value_rate_in(struct value before, struct value now, double seconds, enum unit unit)
{
	struct value rate = value_rate(before, now, seconds);

	return value_number_if(rate.known, unit, (uint64_t)(rate.fraction + 0.5));
}

struct value value_to_bytes(struct value val)
{
	if (val.unit != UNIT_PAGES)
		return val;
	val.unit = UNIT_BYTES;
	if (__builtin_mul_overflow(val.number, PAGE_BYTES, &val.number))
		val.known = false;
	return val;
}

/* As swapon --show has it: 1.5G, at most one decimal, none if it is 0. */
static char *format_size(const char *sign, uint64_t bytes)
{
	const char *suffix = "BKMGTPE";
	double size = bytes;
	char digits[32];
	size_t len;

	/* 1023.95 and more would be printed as 1024.0 */
	while (size >= 1023.95) {
		size /= 1024;
		suffix++;
	}
	len = snprintf(digits, sizeof(digits), "%.1f", size);
	if (digits[len - 1] == '0')
		digits[len - 2] = '\0';
	return xasprintf("%s%s%c", sign, digits, *suffix);
}

char *value_format(const struct value *val, bool exact)
{
	const char *sign = val->negative ? "-" : "";
	struct value bytes;

	if (!val->known)
		return xstrdup("-");

	switch (val->unit) {
	case UNIT_TEXT:
		return xstrdup(val->text);
	case UNIT_RATIO:
		return xasprintf("%.2f", val->fraction);
	case UNIT_PERCENT:
		return xasprintf("%.0f%%", val->fraction);
	case UNIT_PAGES:
		bytes = value_to_bytes(*val);
		return value_format(&bytes, exact);
	case UNIT_BYTES:
		if (!exact)
			return format_size(sign, val->number);
		break;
	default:
		break;
	}
	return xasprintf("%s%" PRIu64, sign, val->number);
}

static struct json_object *fraction_to_json(double fraction)
{
	char text[64];

	snprintf(text, sizeof(text), "%.3f", fraction);
	return json_object_new_double_s(fraction, text);
}

struct json_object *value_to_json(const struct value *val)
{
	if (!val->known)
		return NULL;

	switch (val->unit) {
	case UNIT_TEXT:
		return json_text(val->text);
	case UNIT_RATIO:
	case UNIT_PERCENT:
		return fraction_to_json(val->fraction);
	default:
		if (!val->negative)
			return json_object_new_uint64(val->number);
		if (val->number > INT64_MAX)
			return NULL;
		return json_object_new_int64(-(int64_t)val->number);
	}
}
