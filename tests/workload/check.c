// SPDX-License-Identifier: GPL-2.0
/*
 * What is said of a page that is not what it should be
 */
#include <stdio.h>
#include <string.h>

#include "content.h"

const char *ident_text(char out[IDENT_TEXT], const struct ident *id)
{
	snprintf(out, IDENT_TEXT, "kind=%s worker=%u page=%u gen=%u writer=%u",
		 kind_names[id->kind], id->worker, id->index,
		 id->gen & GEN_MASK, id->gen >> GEN_BITS);
	return out;
}

static void hex_lines(char *out, size_t size, const char *title,
		      const uint8_t *page, unsigned int from)
{
	size_t used = 0;
	unsigned int i;

	for (i = from; i < from + 64; i++) {
		if (i % 16 == 0)
			used += snprintf(out + used, size - used,
					 "  %s %03x:", title, i);
		used += snprintf(out + used, size - used, "%s%02x%s",
				 i % 8 ? " " : "  ", page[i],
				 i % 16 == 15 ? "\n" : "");
	}
}

struct difference {
	unsigned int first;
	unsigned int last;
	unsigned int bytes;
};

static struct difference find_difference(const uint8_t *a, const uint8_t *b)
{
	struct difference d = { .first = PAGE_BYTES };
	unsigned int i;

	for (i = 0; i < PAGE_BYTES; i++) {
		if (a[i] == b[i])
			continue;
		if (!d.bytes++)
			d.first = i;
		d.last = i;
	}
	return d;
}

static const char *second_look(const void *want, const void *found,
			       const void *mem)
{
	if (!memcmp(mem, want, PAGE_BYTES))
		return "right now";
	if (!memcmp(mem, found, PAGE_BYTES))
		return "the same";
	return "different again";
}

void page_report(char out[REPORT_TEXT], const struct ident *id,
		 const char *what, uint64_t seed, const void *want,
		 const void *found, const void *mem)
{
	const struct difference d = find_difference(want, found);
	const unsigned int from = d.first > PAGE_BYTES - 64 ?
				  PAGE_BYTES - 64 : d.first & ~15u;
	char who[IDENT_TEXT], is[512], want_hex[512], found_hex[512];

	content_describe(found, is, sizeof(is));
	hex_lines(want_hex, sizeof(want_hex), "expected", want, from);
	hex_lines(found_hex, sizeof(found_hex), "found   ", found, from);
	snprintf(out, REPORT_TEXT, "  expected: %s content=%s seed=%#llx\n"
		 "  found: %s\n"
		 "  first difference at offset %u, last %u, %u bytes differ\n"
		 "  read again through the mapping: %s\n%s%s",
		 ident_text(who, id), what, (unsigned long long)seed, is,
		 d.first, d.last, d.bytes, second_look(want, found, mem),
		 want_hex, found_hex);
}
