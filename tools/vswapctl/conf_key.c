// SPDX-License-Identifier: GPL-2.0
/* The keys of vswap.conf, and what each of them takes. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "conf_key.h"
#include "control.h"
#include "message.h"
#include "size.h"
#include "value.h"

#define GIB		(UINT64_C(1) << 30)
#define MIB		(UINT64_C(1) << 20)

#define OF(field)	offsetof(struct conf, field)
#define OF_FILE(field)	offsetof(struct conf_file, field)

const struct conf_key conf_keys[] = {
	{ "area", "checksum", CHOICE, OF(params.checksum), "checksum", false, "none crc32c" },
	{ "area", "discard", CHOICE, OF(params.discard), "discard", false, "none once pages both" },
	{ "area", "encrypt", BOOL, OF(params.encrypt), "encrypt", false, NULL },
	{ "area", "priority", PRIORITY, OF(params.priority), NULL, false, NULL },
	{ "area", "require-all", BOOL, OF(params.require_all), "require_all", false, NULL },
	{ "area", "swapin", CHOICE, OF(params.swapin), "swapin", false, "cache direct" },
	{ "area", "virtual-size", SPACE, OF(virtual_gb), "virtual_gb", false, NULL },
	{ "pool", "allocator", CHOICE, OF(params.zswap_allocator), "zswap_allocator", false, "auto slab zsmalloc" },
	{ "pool", "charge", BOOL, OF(params.zswap_charge), "zswap_charge", false, NULL },
	{ "pool", "cold-compressor", WORD, OF(params.zswap_cold_compressor), "zswap_cold_compressor", false, NULL },
	{ "pool", "compressor", WORD, OF(params.zswap_compressor), "zswap_compressor", false, NULL },
	{ "pool", "high", PERCENT_OR_0, OF(params.zswap_high_percent), "zswap_high_percent", false, NULL },
	{ "pool", "idle", TIME, OF(idle_seconds), "zswap_idle_seconds", true, NULL },
	{ "pool", "limit", CHOICE, OF(params.zswap_max_pool), "zswap_max_pool", false, "fixed auto" },
	{ "pool", "low", PERCENT_OR_0, OF(params.zswap_low_percent), "zswap_low_percent", false, NULL },
	{ "pool", "max-page", PERCENT, OF(params.zswap_max_page_percent), "zswap_max_page_percent", false, NULL },
	{ "pool", "packed-writeback", BOOL, OF(packed), "zswap_packed_writeback", true, NULL },
	{ "pool", "shrinker", BOOL, OF(shrinker), "zswap_shrinker", true, NULL },
	{ "pool", "size", POOL_SIZE, OF(pool_bytes), NULL, false, NULL },
	{ "pool", "tier", TIER, OF(pool_tier), NULL, false, NULL },
	{ "file", "path", PATH, OF_FILE(path), NULL, false, NULL },
	{ "file", "size", FILE_SIZE, OF_FILE(bytes), NULL, false, NULL },
	{ "file", "tier", TIER, OF_FILE(tier), NULL, false, NULL },
	{ 0 }
};

static bool parse_number(const char *text, unsigned int max, unsigned int *number)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno || value > max)
		return false;
	*number = value;
	return true;
}

static bool is_one_of(const char *list, const char *word)
{
	char *copy = strdupa(list), *one;

	while ((one = strsep(&copy, " ")))
		if (!strcasecmp(one, word))
			return true;
	return false;
}

static const char *set_bool(const char *text, bool *on)
{
	*on = is_one_of("yes on true 1", text);
	return *on || is_one_of("no off false 0", text) ? NULL : "yes or no";
}

static const char *set_percent(const char *text, unsigned int min, unsigned int *percent)
{
	size_t len = strlen(text);
	char *digits = strndupa(text, len && text[len - 1] == '%' ? len - 1 : len);
	unsigned int number;

	if (!parse_number(digits, 100, &number) || number < min)
		return min ? "1% to 100%" : "0% to 100%";
	*percent = number;
	return NULL;
}

static const char *set_priority(const char *text, int *priority)
{
	unsigned int number;

	if (!strcasecmp(text, "highest"))
		*priority = -1;
	else if (parse_number(text, RULES_MAX_PRIORITY, &number))
		*priority = (int)number;
	else
		return "highest, or a number from 0 to 32767";
	return NULL;
}

static const char *set_tier(const char *text, int *tier)
{
	unsigned int number;

	if (!parse_number(text, CONF_MAX_TIER, &number))
		return "a number, 0 at least";
	*tier = (int)number;
	return NULL;
}

#define TIME_WANTED	"a time of whole seconds, such as 90s, 10m, 2h"

static const char *set_time(const char *text, unsigned int *seconds)
{
	double exact;

	if (!value_parse_seconds(&exact, text))
		return TIME_WANTED;
	*seconds = (unsigned int)(exact + 0.5);
	/* What a fraction of a minute comes to isn't always exact. */
	return __builtin_fabs(exact - *seconds) < 1e-6 ? NULL : TIME_WANTED;
}

#define SIZE_WANTED	"a size such as 8G, 25% or min(ram/4, 8G)"

static const char *set_size(const char *text, uint64_t ram, uint64_t *bytes)
{
	uint64_t size;

	if (!size_compute(text, ram, &size))
		return SIZE_WANTED;
	if (size < MIB)
		return "1M at least";
	*bytes = size;
	return NULL;
}

static const char *set_pool_size(const char *text, uint64_t ram, uint64_t *bytes)
{
	uint64_t size;
	const char *wanted = set_size(text, ram, &size);

	if (!wanted && size > ram)
		return "no more than the machine's memory";
	if (!wanted)
		*bytes = size;
	return wanted;
}

static const char *set_space(const char *text, uint64_t ram, unsigned int *gb)
{
	uint64_t size;
	const char *wanted = set_size(text, ram, &size);

	if (!wanted && size / GIB >= INT32_MAX)
		return SIZE_WANTED;
	if (!wanted)
		*gb = (size + GIB - 1) / GIB;
	return wanted;
}

static void set_text(char **to, const char *text)
{
	free(*to);
	*to = xstrdup(text);
}

static const char *set_word(const char *text, char **to)
{
	if (strlen(text) >= VSWAP_NAME_SIZE || strpbrk(text, " \t,\""))
		return "one word";
	set_text(to, text);
	return NULL;
}

static const char *set_choice(const struct conf_key *key, const char *text, char **to)
{
	if (!is_one_of(key->choices, text))
		return key->choices;
	set_text(to, text);
	return NULL;
}

static const char *set_path(const char *text, char **to)
{
	const char *c;

	for (c = text; *c; c++)
		if (iscntrl((unsigned char)*c))
			break;
	if (*text != '/' || *c)
		return "a path that begins with /";
	set_text(to, text);
	return NULL;
}

const char *conf_key_set(const struct conf_key *key, const char *text, uint64_t ram, void *in)
{
	void *to = (char *)in + key->offset;

	switch (key->kind) {
	case BOOL:
		return set_bool(text, to);
	case CHOICE:
		return set_choice(key, text, to);
	case WORD:
		return set_word(text, to);
	case PERCENT:
		return set_percent(text, 1, to);
	case PERCENT_OR_0:
		return set_percent(text, 0, to);
	case PRIORITY:
		return set_priority(text, to);
	case POOL_SIZE:
		return set_pool_size(text, ram, to);
	case FILE_SIZE:
		return set_size(text, ram, to);
	case SPACE:
		return set_space(text, ram, to);
	case TIME:
		return set_time(text, to);
	case TIER:
		return set_tier(text, to);
	case PATH:
		return set_path(text, to);
	}
	return NULL;
}
