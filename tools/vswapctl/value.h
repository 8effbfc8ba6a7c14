/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_VALUE_H
#define VSWAPCTL_VALUE_H

#include <stdbool.h>
#include <stdint.h>

struct json_object;

#define PAGE_BYTES	4096u

enum unit {
	UNIT_COUNT,
	UNIT_PAGES,		/* of 4 KiB, shown to people as a size */
	UNIT_BYTES,
	UNIT_PRIORITY,		/* or another number that may be -1; no other may be negative */
	UNIT_RATIO,
	UNIT_PERCENT,
	UNIT_TEXT,
};

/*
 * A value of the interface, or one derived from such values. What isn't known
 * (the module doesn't offer it, division by zero) makes all that is derived
 * from it unknown, and is shown as "-" or null, never as 0.
 */
struct value {
	enum unit unit;
	bool known;
	bool negative;
	uint64_t number;	/* magnitude; all units but the next two's */
	double fraction;	/* UNIT_RATIO, UNIT_PERCENT */
	char *text;		/* UNIT_TEXT, owned */
};

struct value value_unknown(enum unit unit);
struct value value_number(enum unit unit, uint64_t number);
struct value value_number_if(bool known, enum unit unit, uint64_t number);

/* False if @text isn't a value of @unit. */
bool value_parse(struct value *val, enum unit unit, const char *text);
void value_free(struct value *val);

/*
 * A size as people give it: 4096, 512M, 1.5G, or 20% of the machine's memory; false if @text
 * isn't one, or is 0.
 */
bool value_parse_size(struct value *val, const char *text);

/* A time as people give it: 0, 10, 1.5, 10s, 500ms, 5m, 2h, 1d; false if @text isn't one. */
bool value_parse_seconds(double *seconds, const char *text);

/* Arithmetic on two values of the same unit, neither negative. */
struct value value_add(struct value a, struct value b);
struct value value_sub(struct value a, struct value b);
struct value value_sub_or_zero(struct value a, struct value b);
struct value value_ratio(struct value a, struct value b);
struct value value_percent(struct value a, struct value b);

/* By how much a counter grew, in a second; unknown if it fell, since it began anew then. */
struct value value_grown(struct value before, struct value now);
struct value value_rate(struct value before, struct value now, double seconds);

/* The same as a whole number of @unit. */
struct value value_rate_in(struct value before, struct value now, double seconds, enum unit unit);

/* Pages as bytes; other values as they are. */
struct value value_to_bytes(struct value val);

/* For people; @exact: sizes in bytes. The caller frees it. */
char *value_format(const struct value *val, bool exact);

/* For programs: as the interface has it, pages in pages. NULL is null. */
struct json_object *value_to_json(const struct value *val);

#endif
