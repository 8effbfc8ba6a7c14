// SPDX-License-Identifier: GPL-2.0
/* /etc/vswap.conf and its parts: what each key takes, and what all of them make. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "control.h"
#include "ini.h"
#include "message.h"
#include "size.h"
#include "system.h"

#define GIB		(UINT64_C(1) << 30)
#define MIB		(UINT64_C(1) << 20)
#define MAX_NUMBER	INT32_MAX
#define FOLDER		"/var/lib/vswap/"

enum kind { BOOL, CHOICE, WORD, PERCENT, PERCENT_OR_0, PRIORITY, POOL_SIZE, FILE_SIZE, SPACE, TIME, TIER, PATH };

struct key {
	const char *section;
	const char *name;
	enum kind kind;
	size_t offset;		/* in struct conf; those of a file in struct conf_file */
	const char *parameter;	/* of the module; NULL: start sees to it */
	bool live;
	const char *choices;	/* of CHOICE */
};

#define OF(field)	offsetof(struct conf, field)
#define OF_FILE(field)	offsetof(struct conf_file, field)

static const struct key keys[] = {
	{ "area", "checksum", CHOICE, OF(params.checksum), "checksum", false, "none crc32c" },
	{ "area", "discard", CHOICE, OF(params.discard), "discard", false, "none once pages both" },
	{ "area", "encrypt", BOOL, OF(params.encrypt), "encrypt", false, NULL },
	{ "area", "priority", PRIORITY, OF(params.priority), NULL, false, NULL },
	{ "area", "require-all", BOOL, OF(params.require_all), "require_all", false, NULL },
	{ "area", "swapin", CHOICE, OF(params.swapin), "swapin", false, "cache direct" },
	{ "area", "virtual-size", SPACE, OF(virtual_gb), "virtual_gb", false, NULL },
	{ "pool", "compressor", WORD, OF(params.zswap_compressor), "zswap_compressor", false, NULL },
	{ "pool", "high", PERCENT_OR_0, OF(params.zswap_high_percent), "zswap_high_percent", false, NULL },
	{ "pool", "idle", TIME, OF(idle_seconds), "zswap_idle_seconds", true, NULL },
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

/* The key of a line that was read before it, in the same file. */
struct seen {
	char *text;
	unsigned int line;
	struct seen *next;
};

struct reading {
	struct conf *conf;
	void (*wrong)(const char *text);
	uint64_t ram;
	struct seen *seen;
	bool failed;
};

static void __attribute__((format(printf, 3, 4)))
complain_of(struct reading *reading, const struct ini_line *line, const char *fmt, ...)
{
	char *what, *text;
	va_list ap;

	va_start(ap, fmt);
	what = xvasprintf(fmt, ap);
	va_end(ap);
	text = line->number ? xasprintf("%s:%u: %s", line->file, line->number, what) :
			      xasprintf("%s: %s", line->file, what);
	reading->wrong(text);
	reading->failed = true;
	free(text);
	free(what);
}

/* ---- Values ---- */

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

	if (!parse_number(text, MAX_NUMBER, &number))
		return "a number, 0 at least";
	*tier = (int)number;
	return NULL;
}

/* "90", "90s", "10m", "2h", "1d" */
static const char *set_time(const char *text, unsigned int *seconds)
{
	static const struct { char letter; unsigned int seconds; } units[] = {
		{ 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 },
	};
	size_t len = strspn(text, "0123456789"), i;
	unsigned int number, unit = text[len] ? 0 : 1;

	for (i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (text[len] == units[i].letter && !text[len + 1])
			unit = units[i].seconds;
	if (!unit || !parse_number(strndupa(text, len), MAX_NUMBER / unit, &number))
		return "a time such as 90s, 10m, 2h";
	*seconds = number * unit;
	return NULL;
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

	if (!wanted && size / GIB >= MAX_NUMBER)
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

static const char *set_choice(const struct key *key, const char *text, char **to)
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

/* Returns what it has to be, or NULL. */
static const char *set_value(const struct reading *reading, const struct key *key,
			     const char *text, void *to)
{
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
		return set_pool_size(text, reading->ram, to);
	case FILE_SIZE:
		return set_size(text, reading->ram, to);
	case SPACE:
		return set_space(text, reading->ram, to);
	case TIME:
		return set_time(text, to);
	case TIER:
		return set_tier(text, to);
	case PATH:
		return set_path(text, to);
	}
	return NULL;
}

/* ---- Lines ---- */

char *conf_default_path(const char *name)
{
	return xasprintf(FOLDER "%s.swap", name);
}

static struct conf_file *add_file(struct conf *conf, const char *name)
{
	struct conf_file *grown = xreallocarray(conf->file, conf->nr_files + 1, sizeof(*grown));

	conf->file = grown;
	grown[conf->nr_files] = (struct conf_file){
		.name = xstrdup(name), .path = conf_default_path(name),
	};
	return &grown[conf->nr_files++];
}

static struct conf_file *find_file(const struct conf *conf, const char *name)
{
	size_t i;

	for (i = 0; i < conf->nr_files; i++)
		if (!strcmp(conf->file[i].name, name))
			return &conf->file[i];
	return NULL;
}

const struct conf_file *conf_find_file(const struct conf *conf, const char *name)
{
	return find_file(conf, name);
}

/* "file ssd": the name in it; NULL: of another kind. */
static const char *file_of(const char *section)
{
	size_t len = strlen("file");

	if (strncmp(section, "file", len) || (section[len] && !isspace((unsigned char)section[len])))
		return NULL;
	section += len;
	return section + strspn(section, " \t");
}

static bool is_section(const char *section)
{
	const struct key *key = keys;

	while (key->section && strcmp(key->section, section))
		key++;
	return key->section;
}

static void begin_section(struct reading *reading, const struct ini_line *line)
{
	const char *name = file_of(line->section);
	struct conf *conf = reading->conf;

	conf->given = true;
	if (name) {
		if (!control_is_name(name) || !strcmp(name, CONF_POOL))
			complain_of(reading, line, "[file NAME] with a name of 1 to %d letters, "
				    "digits, '-', '_', other than " CONF_POOL, VSWAP_NAME_SIZE - 1);
		else if (!find_file(conf, name))
			add_file(conf, name);
	} else if (!is_section(line->section)) {
		complain_of(reading, line, "there is no section [%s] (known: [area], [pool], "
			    "[file NAME])", line->section);
	} else if (!strcmp(line->section, "pool")) {
		conf->has_pool = true;
	}
}

static char *known_keys(const char *section)
{
	const struct key *key;
	char *list = xstrdup(""), *longer;

	for (key = keys; key->section; key++) {
		if (strcmp(key->section, section))
			continue;
		longer = xasprintf("%s%s%s", list, *list ? ", " : "", key->name);
		free(list);
		list = longer;
	}
	return list;
}

static void refuse_key(struct reading *reading, const struct ini_line *line,
		       const char *section)
{
	char *list = known_keys(section);

	complain_of(reading, line, "there is no key \"%s\" in [%s] (known: %s)", line->key,
		    line->section, list);
	free(list);
}

/* Has the key been there in this file? Notes that it has now. */
static bool is_second(struct reading *reading, const struct ini_line *line, unsigned int *first)
{
	char *text = xasprintf("%s\n%s", line->section, line->key);
	struct seen *seen = reading->seen;

	while (seen && strcmp(seen->text, text))
		seen = seen->next;
	if (seen) {
		*first = seen->line;
		free(text);
		return true;
	}
	seen = xcalloc(1, sizeof(*seen));
	*seen = (struct seen){ text, line->number, reading->seen };
	reading->seen = seen;
	return false;
}

static void forget_seen(struct reading *reading)
{
	struct seen *seen;

	while ((seen = reading->seen)) {
		reading->seen = seen->next;
		free(seen->text);
		free(seen);
	}
}

static void take_key(struct reading *reading, const struct ini_line *line, const char *section,
		     void *to, struct conf_file *file)
{
	const struct key *key = keys;
	const char *wanted;
	unsigned int first;

	while (key->section && (strcmp(key->section, section) || strcmp(key->name, line->key)))
		key++;
	if (!key->section) {
		refuse_key(reading, line, section);
		return;
	}
	if (is_second(reading, line, &first)) {
		complain_of(reading, line, "%s is given twice, first on line %u", key->name, first);
		return;
	}
	wanted = set_value(reading, key, line->value, (char *)to + key->offset);
	if (wanted)
		complain_of(reading, line, "%s = %s: must be %s%s", key->name, line->value,
			    key->kind == CHOICE ? "one of: " : "", wanted);
	if (file && key->kind == TIER)
		file->has_tier = true;
}

static void take_line(const struct ini_line *line, void *to)
{
	struct reading *reading = to;
	const char *name = file_of(line->section);
	struct conf_file *file;

	if (!line->key) {
		begin_section(reading, line);
	} else if (name) {
		file = find_file(reading->conf, name);
		if (file)
			take_key(reading, line, "file", file, file);
	} else if (is_section(line->section)) {
		take_key(reading, line, line->section, reading->conf, NULL);
	}
}

static void wrong_line(const struct ini_line *line, void *to, const char *what)
{
	struct reading *reading = to;

	/* There is something, and it isn't for the options of modprobe.d to stand in for it. */
	reading->conf->given = true;
	complain_of(reading, line, "%s", what);
}

/* ---- All of it ---- */

/* Those who don't say come after the ones named before them, and after the pool. */
static void set_tiers(struct conf *conf)
{
	int last = conf->has_pool ? conf->pool_tier : -1;
	struct conf_file *file;

	for (file = conf->file; file < conf->file + conf->nr_files; file++) {
		if (!file->has_tier)
			file->tier = last < MAX_NUMBER ? last + 1 : last;
		if (file->tier > last)
			last = file->tier;
	}
}

static void check_paths(struct reading *reading, const struct ini_line *line)
{
	const struct conf *conf = reading->conf;
	size_t i, j;

	for (i = 0; i < conf->nr_files; i++)
		for (j = 0; j < i; j++)
			if (!strcmp(conf->file[i].path, conf->file[j].path))
				complain_of(reading, line, "[file %s] and [file %s] have the same "
					    "path %s", conf->file[j].name, conf->file[i].name,
					    conf->file[i].path);
}

/* What no single line can be blamed for. */
static void check_all(struct reading *reading, const char *path)
{
	struct ini_line line = { .file = path };
	struct conf *conf = reading->conf;

	if (!conf->has_pool && !conf->nr_files && !reading->failed)
		complain_of(reading, &line, "there is neither [pool] nor [file NAME]: nothing to "
			    "swap to");
	if (conf->params.zswap_high_percent &&
	    conf->params.zswap_low_percent > conf->params.zswap_high_percent)
		complain_of(reading, &line, "low = %u%%: must be at most high (%u%%)",
			    conf->params.zswap_low_percent, conf->params.zswap_high_percent);
	check_paths(reading, &line);
}

static void set_defaults(struct conf *conf, uint64_t ram)
{
	struct rules_params params = RULES_DEFAULTS;

	*conf = (struct conf){ .params = params, .packed = true };
	/* Of these others come in their place. */
	conf->params.zswap_compressor = xstrdup(params.zswap_compressor);
	conf->params.swapin = xstrdup(params.swapin);
	conf->params.checksum = xstrdup(params.checksum);
	conf->params.discard = xstrdup(params.discard);
	conf->pool_bytes = ram / 100 * params.zswap_max_pool_percent;
	if (conf->pool_bytes < MIB)
		conf->pool_bytes = MIB;
}

void conf_read(struct conf *conf, void (*wrong)(const char *text))
{
	struct reading reading = { .conf = conf, .wrong = wrong, .ram = system_ram() };
	const struct ini_reader reader = { take_line, wrong_line, &reading };
	char **files = ini_files(CONF_NAME), **file;

	set_defaults(conf, reading.ram);
	for (file = files; *file; file++) {
		ini_read(*file, &reader);
		forget_seen(&reading);
	}
	if (conf->given) {
		set_tiers(conf);
		check_all(&reading, *files);
	}
	ini_files_free(files);
}

static bool is_wrong;

static void say_wrong(const char *text)
{
	complain("%s", text);
	is_wrong = true;
}

void conf_read_or_fail(struct conf *conf)
{
	conf_read(conf, say_wrong);
	if (is_wrong)
		exit(EXIT_FAILURE);
}

void conf_free(struct conf *conf)
{
	size_t i;

	for (i = 0; i < conf->nr_files; i++) {
		free(conf->file[i].name);
		free(conf->file[i].path);
	}
	free(conf->file);
	free(conf->params.zswap_compressor);
	free(conf->params.swapin);
	free(conf->params.checksum);
	free(conf->params.discard);
}

/* ---- As parameters of the module ---- */

static char *format_value(const struct conf *conf, const struct key *key)
{
	const void *from = (const char *)conf + key->offset;

	switch (key->kind) {
	case BOOL:
		return xstrdup(*(const bool *)from ? "Y" : "N");
	case CHOICE:
	case WORD:
		return xstrdup(*(char *const *)from);
	default:
		return xasprintf("%u", *(const unsigned int *)from);
	}
}

bool conf_parameter(const struct conf *conf, size_t i, struct conf_parameter *parameter)
{
	const struct key *key;

	for (key = keys; key->section; key++) {
		if (!key->parameter || i--)
			continue;
		*parameter = (struct conf_parameter){
			key->parameter, key->section, key->name, key->live,
			format_value(conf, key)
		};
		return true;
	}
	return false;
}
