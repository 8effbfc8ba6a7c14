// SPDX-License-Identifier: GPL-2.0
/* Sizes that depend on the machine: sums, products, the smallest or largest of some. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "size.h"
#include "value.h"

/* Nobody nests deeper, and the stack has an end. */
#define MAX_DEPTH	16

struct parser {
	const char *rest;
	double ram;
	unsigned int depth;
	bool wrong;
};

static double parse_sum(struct parser *p);

static void skip_space(struct parser *p)
{
	p->rest += strspn(p->rest, " \t");
}

static bool take(struct parser *p, char wanted)
{
	skip_space(p);
	if (*p->rest != wanted)
		return false;
	p->rest++;
	return true;
}

static bool take_word(struct parser *p, const char *word)
{
	size_t len = strlen(word);

	if (strncasecmp(p->rest, word, len) || isalnum((unsigned char)p->rest[len]))
		return false;
	p->rest += len;
	return true;
}

/* "1.5", without sign or exponent as strtod() would take. */
static double parse_digits(struct parser *p, size_t len)
{
	char *text = strndupa(p->rest, len), *end;
	double number = strtod(text, &end);

	if (!len || *end)
		p->wrong = true;
	p->rest += len;
	return number;
}

/* "8G", "25%", "0.5" */
static double parse_number(struct parser *p)
{
	size_t digits = strspn(p->rest, "0123456789."), len = digits;
	struct value size;
	char *text;

	if (p->rest[digits] == '%') {
		double percent = parse_digits(p, digits);

		p->rest++;
		return p->ram * percent / 100;
	}
	while (isalpha((unsigned char)p->rest[len]))
		len++;
	if (len == digits)
		return parse_digits(p, digits);
	text = strndupa(p->rest, len);
	if (!value_parse_size(&size, text))
		p->wrong = true;
	p->rest += len;
	return size.number;
}

/* What is between the parentheses of min() and max(). */
static double parse_choice(struct parser *p, bool smallest)
{
	double chosen, other;

	if (!take(p, '('))
		p->wrong = true;
	chosen = parse_sum(p);
	while (!p->wrong && take(p, ',')) {
		other = parse_sum(p);
		if (smallest ? other < chosen : other > chosen)
			chosen = other;
	}
	if (!take(p, ')'))
		p->wrong = true;
	return chosen;
}

static double parse_factor(struct parser *p)
{
	double inner;

	skip_space(p);
	if (take_word(p, "ram"))
		return p->ram;
	if (take_word(p, "min"))
		return parse_choice(p, true);
	if (take_word(p, "max"))
		return parse_choice(p, false);
	if (!take(p, '('))
		return parse_number(p);
	inner = parse_sum(p);
	if (!take(p, ')'))
		p->wrong = true;
	return inner;
}

static double parse_product(struct parser *p)
{
	double product = parse_factor(p);

	while (!p->wrong) {
		if (take(p, '*'))
			product *= parse_factor(p);
		else if (take(p, '/'))
			product /= parse_factor(p);
		else
			break;
	}
	return product;
}

static double parse_sum(struct parser *p)
{
	double sum;

	if (p->depth++ == MAX_DEPTH) {
		p->wrong = true;
		return 0;
	}
	sum = parse_product(p);
	while (!p->wrong) {
		if (take(p, '+'))
			sum += parse_product(p);
		else if (take(p, '-'))
			sum -= parse_product(p);
		else
			break;
	}
	p->depth--;
	return sum;
}

bool size_compute(const char *text, uint64_t ram, uint64_t *bytes)
{
	struct parser p = { .rest = text, .ram = ram };
	double sum = parse_sum(&p);

	skip_space(&p);
	/* Not a number, infinite, or more than 2^63 is no size of anything. */
	if (p.wrong || *p.rest || !(sum >= 1 && sum < 0x1p63))
		return false;
	*bytes = (uint64_t)sum;
	return true;
}
