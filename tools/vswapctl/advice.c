// SPDX-License-Identifier: GPL-2.0
/*
 * What vswap.conf should say, by what a machine tells. Each setting has a line, also where it
 * stays as it is: then the line says what would have to be known.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "doctor_options.h"
#include "message.h"
#include "swap_file.h"
#include "system.h"

#define MIB		(UINT64_C(1) << 20)

/*
 * The default pool of 20% is for pages that shrink to a third, as they do as a rule: it holds 60%
 * of memory. Where they shrink otherwise, another pool holds as much.
 */
#define HELD_PERCENT	60
#define LEAST_POOL	10
#define MOST_POOL	50
#define NEAR		5	/* percent of memory, within which a sample may be off */

#define FULL		90	/* percent from which a pool or file is */
#define MANY_PAGES	1000	/* fewer tell nothing */
#define MANY_FROM_FILES	10	/* percent of the pages that were read back */
#define MANY_FOUND_FULL	1	/* percent of those that came */
#define FEW_READ_BACK	10	/* percent of those that went out */
#define PRESSED		10	/* percent of the time in which somebody waited */
#define LARGE_POOL	10	/* percent of memory that a pool takes */
#define SMALL_POOL	5
#define SLOW_MS		1	/* what decompressing a page never takes */

struct advising {
	struct advices *advices;
	const struct figures *figures;
	const struct value *value;
	const struct conf *conf;
};

static struct advice *add(const struct advising *a, char *section, const char *key, char *now)
{
	struct advices *advices = a->advices;
	struct advice *grown = xreallocarray(advices->advice, advices->nr + 1, sizeof(*grown));

	advices->advice = grown;
	grown[advices->nr] = (struct advice){ .section = section, .key = key, .now = now };
	return &grown[advices->nr++];
}

static struct advice *add_pool(const struct advising *a, const char *key, char *now)
{
	return add(a, xstrdup("pool"), key, now);
}

static void __attribute__((format(printf, 2, 3))) stay(struct advice *advice, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	advice->why = xvasprintf(fmt, ap);
	va_end(ap);
}

static void __attribute__((format(printf, 4, 5)))
change(const struct advising *a, struct advice *advice, char *to, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	advice->why = xvasprintf(fmt, ap);
	va_end(ap);
	advice->to = to;
	a->advices->changes++;
}

/* ---- Figures ---- */

static uint64_t number(const struct advising *a, enum figure figure)
{
	return a->value[figure].number;
}

static unsigned int percent(const struct advising *a, enum figure figure)
{
	return (unsigned int)(a->value[figure].fraction + 0.5);
}

static bool is_over(const struct advising *a, enum figure figure, unsigned int limit)
{
	return a->value[figure].known && a->value[figure].fraction >= limit;
}

/* The caller frees it. */
static char *text_of(uint64_t bytes)
{
	struct value value = value_number(UNIT_BYTES, bytes);

	return value_format(&value, false);
}

static unsigned int share(uint64_t part, uint64_t whole)
{
	return whole ? (unsigned int)(100.0 * part / whole + 0.5) : 0;
}

/* Of those sampled: what all take, in a file, or those that shrink, in a pool before it. */
static double sampled_bytes(const struct advising *a, bool shrinking)
{
	double rest = a->value[FIGURE_INCOMPRESSIBLE].fraction / 100;

	return (1 - rest) * number(a, FIGURE_SAMPLED_BYTES) + (shrinking ? 0 : rest * PAGE_BYTES);
}

/* What a page takes; 0: it isn't known. */
static uint64_t page_bytes(const struct advising *a)
{
	if (a->value[FIGURE_POOL_BYTES].known)
		return number(a, FIGURE_POOL_BYTES);
	return a->value[FIGURE_SAMPLED_BYTES].known ? (uint64_t)(sampled_bytes(a, false) + 0.5) : 0;
}

static const char *source_of_bytes(const struct advising *a)
{
	return a->value[FIGURE_POOL_BYTES].known ? "in the pool" : "of a sample, by LZ4";
}

static const char *why_no_bytes(const struct advising *a)
{
	return a->figures->sampling_allowed ? "too few pages could be sampled" :
					      "only root can sample the memory of processes";
}

static bool has_files(const struct advising *a)
{
	return a->value[FIGURE_FILES].known ? number(a, FIGURE_FILES) : a->conf->nr_files;
}

/* Pages that came back from files, in percent of all that did; 0 where these are few. */
static unsigned int from_files(const struct advising *a)
{
	uint64_t all = number(a, FIGURE_POOL_IN) + number(a, FIGURE_FILE_IN);

	return all < MANY_PAGES ? 0 : share(number(a, FIGURE_FILE_IN), all);
}

/* Likewise, of the pages that came to the pool. */
static uint64_t came(const struct advising *a)
{
	return number(a, FIGURE_POOL_OUT) + number(a, FIGURE_POOL_FULL);
}

/* ---- [pool] size ---- */

static unsigned int pool_percent(const struct advising *a, uint64_t bytes)
{
	return share(bytes, number(a, FIGURE_RAM));
}

static void size_by_compression(const struct advising *a, struct advice *advice)
{
	unsigned int now = pool_percent(a, a->conf->pool_bytes), wanted, to;
	/* setup makes one */
	bool file = has_files(a) || (!a->conf->given && !a->figures->loaded);
	char *found;

	if (!a->value[FIGURE_SAMPLED_BYTES].known) {
		stay(advice, "How well memory compresses here isn't known: %s.", why_no_bytes(a));
		return;
	}
	wanted = (unsigned int)(sampled_bytes(a, file) * HELD_PERCENT / PAGE_BYTES + 0.5);
	to = wanted < LEAST_POOL ? LEAST_POOL : wanted > MOST_POOL ? MOST_POOL : wanted;
	found = xasprintf("In a sample pages that shrink take %" PRIu64 " of 4096 bytes by LZ4, and %u%% "
			  "%s", number(a, FIGURE_SAMPLED_BYTES), percent(a, FIGURE_INCOMPRESSIBLE),
			  file ? "go to the file since they don't" : "don't shrink");
	if (to < now + NEAR && now < to + NEAR)
		stay(advice, "%s: %u%% of memory would be as good.", found, to);
	else if (to != wanted)
		change(a, advice, xasprintf("%u%%", to), "%s: by that it would be %u%%, but %s isn't "
		       "advised.", found, wanted, to > wanted ? "less" : "more");
	else
		change(a, advice, xasprintf("%u%%", to), "%s: that is enough for %u%% of memory, as the "
		       "usual 20%% are where all shrink to a third.", found, HELD_PERCENT);
	free(found);
}

/* Returns why it can't grow by so much, or NULL. The caller frees it. */
static char *why_not_larger(const struct advising *a, uint64_t bytes)
{
	if (!a->value[FIGURE_WAITED].known)
		return xstrdup("whether programs can spare memory isn't known, without "
			       "/proc/pressure/memory");
	if (is_over(a, FIGURE_WAITED, PRESSED))
		return xasprintf("somebody waited for memory %u%% of the last 5 minutes, and a larger "
				 "pool would leave less", percent(a, FIGURE_WAITED));
	if (number(a, FIGURE_AVAILABLE) < bytes)
		return xstrdup("MemAvailable isn't as much as it would grow by");
	return NULL;
}

static void enlarge(const struct advising *a, struct advice *advice, char *lack)
{
	uint64_t now = a->conf->pool_bytes;
	unsigned int to = pool_percent(a, now + now / 2);
	char *why = why_not_larger(a, now / 2);

	if (to > MOST_POOL)
		to = MOST_POOL;
	if (to <= pool_percent(a, now))
		stay(advice, "%s, but it may take half of the memory already.", lack);
	else if (why)
		stay(advice, "%s, but %s.", lack, why);
	else
		change(a, advice, xasprintf("%u%%", to), "%s, and memory is there: %u%% of the last "
		       "5 minutes somebody waited for it.", lack, percent(a, FIGURE_WAITED));
	free(why);
	free(lack);
}

static void size_by_use(const struct advising *a, struct advice *advice)
{
	unsigned int use = percent(a, FIGURE_POOL_USE), files = from_files(a);

	if (!a->value[FIGURE_POOL_USE].known)
		stay(advice, "How full the pool is the module doesn't tell.");
	else if (number(a, FIGURE_POOL_LIMIT) / MIB < a->conf->pool_bytes / MIB)
		stay(advice, "The pool doesn't have what " CONF_NAME " says yet: systemctl reload vswap.");
	else if (!is_over(a, FIGURE_POOL_USE, FULL))
		stay(advice, "The pool is %u%% full: its limit isn't what it lacks, and takes nothing.",
		     use);
	else if (has_files(a) && files >= MANY_FROM_FILES)
		enlarge(a, advice, xasprintf("The pool is %u%% full, and %u%% of what was read back came "
					     "from swap files", use, files));
	else if (!has_files(a) && number(a, FIGURE_POOL_FULL))
		enlarge(a, advice, xasprintf("The pool is %u%% full, %" PRIu64 " pages have found it so, "
					     "and there is no swap file", use,
					     number(a, FIGURE_POOL_FULL)));
	else
		stay(advice, "The pool is %u%% full, but only %u%% of what was read back came from swap "
		     "files: what is needed soon is in it.", use, files);
}

static void advise_size(const struct advising *a)
{
	uint64_t now = a->conf->pool_bytes;
	char *text = text_of(now);
	struct advice *advice = add_pool(a, "size", xasprintf("%s (%u%%)", text, pool_percent(a, now)));

	if (a->value[FIGURE_POOL_BYTES].known)
		size_by_use(a, advice);
	else
		size_by_compression(a, advice);
	free(text);
}

/* ---- [pool] compressor ---- */

static void advise_compressor(const struct advising *a)
{
	const char *now = a->conf->params.zswap_compressor;
	struct advice *advice = add_pool(a, "compressor", xstrdup(now));
	bool lacks = is_over(a, FIGURE_POOL_USE, FULL) && from_files(a) >= MANY_FROM_FILES;

	if (!lacks || !strcmp(now, "zstd"))
		stay(advice, "What another one would make of these pages wasn't measured.");
	else if (!a->value[FIGURE_DISK_READ].known)
		stay(advice, "%u%% of what was read back came from swap files, but how fast their disk "
		     "is isn't known.", from_files(a));
	else if (!is_over(a, FIGURE_DISK_READ, SLOW_MS))
		stay(advice, "%u%% of what was read back came from swap files, but a read takes %.2f ms: "
		     "a denser one needn't be faster.", from_files(a),
		     a->value[FIGURE_DISK_READ].fraction);
	else if (!kernel_has("zstd", "comp"))
		stay(advice, "A denser one would go less often to the disk, but this kernel has no zstd.");
	else
		change(a, advice, xstrdup("zstd"), "The pool is full, %u%% of what was read back came "
		       "from swap files, and a read takes %.2f ms: longer than a denser one takes.",
		       from_files(a), a->value[FIGURE_DISK_READ].fraction);
}

/* ---- [pool] high, low ---- */

static void advise_mark(const struct advising *a, const char *key, unsigned int now, unsigned int to)
{
	struct advice *advice = add_pool(a, key, xasprintf("%u%%", now));
	unsigned int found_full = share(number(a, FIGURE_POOL_FULL), came(a));

	if (!has_files(a))
		stay(advice, "There is no swap file for pages to move to.");
	else if (came(a) < MANY_PAGES)
		stay(advice, "Too few pages have come to the pool yet.");
	else if (found_full < MANY_FOUND_FULL)
		stay(advice, "%" PRIu64 " of %" PRIu64 " pages have found the pool full: there was room "
		     "enough.", number(a, FIGURE_POOL_FULL), came(a));
	else if (!a->conf->params.zswap_high_percent || now <= to)
		stay(advice, "%u%% of the pages have found the pool full, but the marks leave room "
		     "already, or are off.", found_full);
	else
		change(a, advice, xasprintf("%u%%", to), "%u%% of the pages have found the pool full, and "
		       "gone to the file while new: more room has to be made before.", found_full);
}

/* ---- [pool] idle, shrinker ---- */

static void advise_idle(const struct advising *a)
{
	unsigned int now = a->conf->idle_seconds;
	struct advice *advice = add_pool(a, "idle", xasprintf("%us", now));
	uint64_t out = number(a, FIGURE_POOL_OUT), in = number(a, FIGURE_POOL_IN);
	unsigned int takes = pool_percent(a, number(a, FIGURE_POOL_TAKES));

	if (!has_files(a))
		stay(advice, "There is no swap file for pages to move to.");
	else if (now)
		stay(advice, "How long pages lie unused isn't counted.");
	else if (out < MANY_PAGES)
		stay(advice, "Too few pages have come to the pool yet.");
	else if (takes < SMALL_POOL)
		stay(advice, "The pool takes %u%% of memory: there is little to give back.", takes);
	else if (share(in, out) >= FEW_READ_BACK)
		stay(advice, "%u%% of the pages that came to the pool were read back: it is used.",
		     share(in, out));
	else
		change(a, advice, xstrdup("1h"), "The pool takes %u%% of memory, and of what came there "
		       "%u%% was read back: the rest can lie in the file.", takes, share(in, out));
}

static void advise_shrinker(const struct advising *a)
{
	struct advice *advice = add_pool(a, "shrinker", xstrdup(a->conf->shrinker ? "yes" : "no"));
	unsigned int takes = pool_percent(a, number(a, FIGURE_POOL_TAKES));

	if (!has_files(a))
		stay(advice, "There is no swap file for pages to move to.");
	else if (a->conf->shrinker)
		stay(advice, "Nothing counts whether what it moved was needed again.");
	else if (!a->value[FIGURE_POOL_TAKES].known)
		stay(advice, "There is no pool yet whose memory could be wanted.");
	else if (!a->value[FIGURE_WAITED].known)
		stay(advice, "Whether memory is short isn't known, without /proc/pressure/memory.");
	else if (!is_over(a, FIGURE_WAITED, PRESSED) || takes < LARGE_POOL)
		stay(advice, "Somebody waited for memory %u%% of the last 5 minutes, and the pool takes "
		     "%u%% of it.", percent(a, FIGURE_WAITED), takes);
	else
		change(a, advice, xstrdup("yes"), "Somebody waited for memory %u%% of the last 5 minutes, "
		       "while the pool takes %u%% of it.", percent(a, FIGURE_WAITED), takes);
}

/* ---- [pool] allocator, limit ---- */

/* Neither is advised to anybody, and who has set it isn't advised against it. */
static void advise_tried(const struct advising *a, const char *key, const char *now,
			 const char *usual)
{
	struct advice *advice;

	if (!strcmp(now, usual))
		return;
	advice = add_pool(a, key, xstrdup(now));
	advice->tried = true;
	stay(advice, "That is for trying, and whether it is better here nothing counts.");
}

/* ---- [area] swapin, [file NAME] size ---- */

static void advise_swapin(const struct advising *a)
{
	stay(add(a, xstrdup("area"), "swapin", xstrdup(a->conf->params.swapin)),
	     "Which is better depends on how many pages stay unchanged once they are back, and that "
	     "isn't counted.");
}

static void advise_new_file(const struct advising *a, struct advice *advice)
{
	uint64_t other = number(a, FIGURE_OTHER_SWAP), bytes = page_bytes(a);
	char *text = text_of(other);

	if (!other)
		stay(advice, "Nothing says how much will be swapped that the pool has no room for: there "
		     "is no other swap.");
	else if (!bytes)
		stay(advice, "How well memory compresses here isn't known: %s.", why_no_bytes(a));
	else
		change(a, advice, xasprintf("%" PRIu64 "M", (other / PAGE_BYTES * bytes + MIB - 1) / MIB),
		       "At %" PRIu64 " bytes of 4096 for a page (%s) that holds as much as the %s of "
		       "other swap.", bytes, source_of_bytes(a), text);
	free(text);
}

/* What it is, not what it would be made with. NULL: it isn't known, or not given. */
static char *size_of_file(const char *path, const struct conf_file *file)
{
	uint64_t bytes = swap_file_bytes(path);

	if (!bytes && file && !system_has(path))
		bytes = file->bytes;
	return bytes ? text_of(bytes) : NULL;
}

/* Of the first one: what comes behind it somebody has thought of. */
static void advise_file(const struct advising *a)
{
	const struct conf_file *file = a->conf->nr_files ? a->conf->file : NULL;
	char *path = file ? xstrdup(file->path) : conf_default_path("ssd");
	struct advice *advice = add(a, xasprintf("file %s", file ? file->name : "ssd"), "size",
				    size_of_file(path, file));

	if (is_over(a, FIGURE_FILE_USE, FULL))
		stay(advice, "Swap files are %u%% full, but this makes none larger: vswapctl backend add "
		     "adds one.", percent(a, FIGURE_FILE_USE));
	else if (!file && has_files(a))
		stay(advice, "There is a swap file, and this makes it no larger.");
	else if (system_has(path))
		stay(advice, "%s is there, and keeps its size.", path);
	else if (a->figures->loaded && !has_files(a) && number(a, FIGURE_NO_ROOM))
		stay(advice, "%" PRIu64 " times there was no room, and there is no swap file, but how large "
		     "one should be nothing says.", number(a, FIGURE_NO_ROOM));
	else if (a->conf->given && !file)
		stay(advice, CONF_NAME " has no swap file, and nothing says that one is wanted.");
	else
		advise_new_file(a, advice);
	free(path);
}

/* ---- All ---- */

void advices_make(struct advices *advices, const struct figures *figures, const struct conf *conf)
{
	const struct advising a = { advices, figures, figures->value, conf };
	const struct rules_params usual = RULES_DEFAULTS;

	*advices = (struct advices){ 0 };
	if (conf->has_pool) {
		advise_size(&a);
		advise_compressor(&a);
		advise_mark(&a, "high", conf->params.zswap_high_percent, 90);
		advise_mark(&a, "low", conf->params.zswap_low_percent, 85);
		advise_idle(&a);
		advise_shrinker(&a);
		advise_tried(&a, "allocator", conf->params.zswap_allocator, usual.zswap_allocator);
		advise_tried(&a, "limit", conf->params.zswap_max_pool, usual.zswap_max_pool);
	}
	advise_file(&a);
	advise_swapin(&a);
}

void advices_free(struct advices *advices)
{
	while (advices->nr) {
		struct advice *advice = &advices->advice[--advices->nr];

		free(advice->section);
		free(advice->now);
		free(advice->to);
		free(advice->why);
	}
	free(advices->advice);
}
