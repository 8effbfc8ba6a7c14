// SPDX-License-Identifier: GPL-2.0
#include "rules.h"

#ifdef __KERNEL__
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/stdarg.h>
#include <linux/string.h>
#else
#include <stdarg.h>
#include <stdio.h>
#endif

/* ---- Parameters ---- */

static const char * const backend_names[] = {
	[RULES_ZSWAP] = "zswap",
	[RULES_SSD] = "ssd",
};

static const char * const discard_names[] = {
	[RULES_DISCARD_NONE] = "none",
	[RULES_DISCARD_ONCE] = "once",
	[RULES_DISCARD_PAGES] = "pages",
	[RULES_DISCARD_BOTH] = "both",
};

static int __printf(2, 3) refuse(char *why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, RULES_WHY_SIZE, fmt, args);
	va_end(args);
	return -EINVAL;
}

/**
 * rules_next_name() - the names in a list with commas, one after the other
 * @list: the list; set to what is behind the name, NULL behind the last one
 * @len: set to the length of the name, without spaces around it; 0 if there is none
 *
 * Return: the name, which has no 0 at its end; NULL behind the last one.
 */
const char *rules_next_name(const char **list, size_t *len)
{
	const char *name = *list, *end;

	if (!name)
		return NULL;
	end = strchr(name, ',');
	*list = end ? end + 1 : NULL;
	if (!end)
		end = name + strlen(name);
	while (name < end && *name == ' ')
		name++;
	while (name < end && end[-1] == ' ')
		end--;
	*len = end - name;
	return name;
}

/**
 * rules_backend() - which backend a name in backends= stands for
 * @name: the name
 * @len: its length
 *
 * Return: enum rules_backend, or -EINVAL.
 */
int rules_backend(const char *name, size_t len)
{
	int i;

	for (i = 0; i < RULES_NR_BACKENDS; i++)
		if (strlen(backend_names[i]) == len && !strncmp(backend_names[i], name, len))
			return i;
	return -EINVAL;
}

/**
 * rules_discard() - what a value of discard= stands for
 * @name: the value
 *
 * Return: enum rules_discard, or -EINVAL.
 */
int rules_discard(const char *name)
{
	int i;

	for (i = 0; i < RULES_NR_DISCARDS; i++)
		if (!strcmp(discard_names[i], name))
			return i;
	return -EINVAL;
}

static int check_backends(const char *list, char *why)
{
	unsigned int seen = 0;
	const char *name;
	size_t len;

	if (!list || !*list)
		return refuse(why, "backends= must name at least one of: zswap, ssd");
	while ((name = rules_next_name(&list, &len))) {
		int number = rules_backend(name, len);

		if (number < 0)
			return refuse(why, "backends=: unknown backend \"%.*s\" (known: zswap, ssd)",
				      (int)len, name);
		if (seen & 1U << number)
			return refuse(why, "backends=: \"%.*s\" is named twice", (int)len, name);
		seen |= 1U << number;
	}
	return 0;
}

static int check_words(const struct rules_params *p, char *why)
{
	if (strcmp(p->swapin, "cache") && strcmp(p->swapin, "direct"))
		return refuse(why, "swapin=%s: must be cache or direct", p->swapin);
	if (strcmp(p->checksum, "none") && strcmp(p->checksum, "crc32c"))
		return refuse(why, "checksum=%s: must be none or crc32c", p->checksum);
	if (strcmp(p->zswap_allocator, "auto") && strcmp(p->zswap_allocator, "slab") &&
	    strcmp(p->zswap_allocator, "zsmalloc"))
		return refuse(why, "zswap_allocator=%s: must be auto, slab or zsmalloc",
			      p->zswap_allocator);
	if (strcmp(p->zswap_max_pool, "fixed") && strcmp(p->zswap_max_pool, "auto"))
		return refuse(why, "zswap_max_pool=%s: must be fixed or auto", p->zswap_max_pool);
	if (rules_discard(p->discard) < 0)
		return refuse(why, "discard=%s: must be none, once, pages or both", p->discard);
	return 0;
}

static int check_numbers(const struct rules_params *p, u64 ram_mb, char *why)
{
	if (p->priority < -1 || p->priority > RULES_MAX_PRIORITY)
		return refuse(why, "priority=%d: must be -1 or 0 to %d", p->priority,
			      RULES_MAX_PRIORITY);
	if (!p->zswap_max_pool_percent || p->zswap_max_pool_percent > 100)
		return refuse(why, "zswap_max_pool_percent=%u: must be 1 to 100",
			      p->zswap_max_pool_percent);
	if (!p->zswap_max_page_percent || p->zswap_max_page_percent > 100)
		return refuse(why, "zswap_max_page_percent=%u: must be 1 to 100",
			      p->zswap_max_page_percent);
	if (p->zswap_max_pool_mb > ram_mb)
		return refuse(why, "zswap_max_pool_mb=%u: more than the machine's memory",
			      p->zswap_max_pool_mb);
	if (p->zswap_high_percent > 100)
		return refuse(why, "zswap_high_percent=%u: must be 0 to 100",
			      p->zswap_high_percent);
	if (p->zswap_high_percent && p->zswap_low_percent > p->zswap_high_percent)
		return refuse(why, "zswap_low_percent=%u: must be at most zswap_high_percent (%u)",
			      p->zswap_low_percent, p->zswap_high_percent);
	return 0;
}

/**
 * rules_has_cold() - does a pool have a second compressor
 * @compressor: the first
 * @cold: what the user says of another one
 *
 * Return: whether it is to be used: "none" isn't, nor what has compressed all pages already.
 */
bool rules_has_cold(const char *compressor, const char *cold)
{
	return strcmp(cold, "none") && strcmp(cold, compressor);
}

/**
 * rules_check_params() - may the module be loaded with these
 * @p: the parameters
 * @ram_mb: the machine's memory in MiB
 * @why: what is wrong with them
 *
 * Return: 0, or -EINVAL with @why filled in.
 */
int rules_check_params(const struct rules_params *p, u64 ram_mb, char why[RULES_WHY_SIZE])
{
	int err = check_backends(p->backends, why);

	if (!err)
		err = check_words(p, why);
	if (!err)
		err = check_numbers(p, ram_mb, why);
	return err;
}

/* ---- Swap files ---- */

/* As swapon(8): nobody but the owner may touch a file, other users no device. */
#define INSECURE_FILE	0077
#define INSECURE_DEVICE	0007

/* Smaller ones can't be meant. */
#define MIN_BYTES	(1U << 20)

/**
 * rules_check_access() - is nobody but root able to touch it
 * @is_file: a file, not a partition
 * @mode: its mode
 * @by_root: root owns it
 *
 * Return: NULL, or what is wrong.
 */
const char *rules_check_access(bool is_file, unsigned int mode, bool by_root)
{
	if (!is_file)
		return mode & INSECURE_DEVICE ? "other users may access it, chmod o= it" : NULL;
	if (mode & INSECURE_FILE)
		return "other users may access it, chmod 600 it";
	return by_root ? NULL : "not owned by root";
}

/* As mkswap(8) writes it; the last ten bytes of the page are the magic. */
struct header {
	u8 boot[1024];
	u32 version;
	u32 last_page;
	u32 nr_badpages;
	u8 names[500];
	u32 badpages[];
};

#define MAGIC		"SWAPSPACE2"
#define MAGIC_SIZE	(sizeof(MAGIC) - 1)

/* As read_swap_header() does for headers written on a machine of other endianness. */
static void swap_bytes(struct header *h, u32 max_badpages)
{
	u32 i;

	if (__builtin_bswap32(h->version) != 1)
		return;
	h->version = __builtin_bswap32(h->version);
	h->last_page = __builtin_bswap32(h->last_page);
	h->nr_badpages = __builtin_bswap32(h->nr_badpages);
	for (i = 0; i < h->nr_badpages && i < max_badpages; i++)
		h->badpages[i] = __builtin_bswap32(h->badpages[i]);
}

/* Of them all, none is the header's or behind the end. */
static bool are_good(const struct header *h)
{
	u32 i;

	for (i = 0; i < h->nr_badpages; i++)
		if (!h->badpages[i] || h->badpages[i] > h->last_page)
			return false;
	return true;
}

/**
 * rules_check_header() - has this been made by mkswap(8)
 * @header: its first page, whose bytes may be swapped; set to how many pages it has
 * @bytes: size of the file or partition
 * @is_file: a file, not a partition
 *
 * Mirrors the kernel's read_swap_header().
 *
 * Return: NULL, or what is wrong.
 */
const char *rules_check_header(struct rules_header *header, u64 bytes, bool is_file)
{
	const char *magic = (char *)header->page + header->page_size - MAGIC_SIZE;
	u32 max_badpages = (magic - (char *)header->page - sizeof(struct header)) / sizeof(u32);
	struct header *h = header->page;
	u64 nr_pages;

	if (memcmp(magic, MAGIC, MAGIC_SIZE))
		return "no swap signature, run mkswap on it";
	swap_bytes(h, max_badpages);
	nr_pages = (u64)h->last_page + 1;
	if (h->version != 1)
		return "swap header of an unknown version";
	if (h->nr_badpages > max_badpages || (u32)nr_pages != nr_pages ||
	    (h->nr_badpages && is_file) || !are_good(h))
		return "corrupted swap header";
	if (nr_pages > bytes / header->page_size)
		return "shorter than its swap header says";
	if (nr_pages < MIN_BYTES / header->page_size)
		return RULES_TOO_SMALL;
	header->nr_pages = nr_pages;
	return NULL;
}
