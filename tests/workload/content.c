// SPDX-License-Identifier: GPL-2.0
/*
 * What the pages contain, and which page a content belongs to
 *
 * An identity (struct ident) packs into 60 bits; with 4 tag bits it is the
 * "code" of the page.  It appears in the page in two forms:
 *
 *  - a stamp at the start of each 512-byte sector of text and incompressible
 *    pages: the code, the seed and a check word over both and the sector;
 *  - an "id word", a reversible scramble of code and seed, which is the
 *    repeated word of most word pages and of all nearly same-filled ones.
 *
 * So a page that turns up in the place of another one, or a sector of it, can
 * be named.  Zero pages and some word pages (all ones, small numbers, ...)
 * trade that for the values that a fill detection may get wrong.
 */
#include <stdio.h>
#include <string.h>

#include "content.h"

#define CODE_TAG	0xaull
#define STAMP_WORDS	3

const char *const kind_names[K_COUNT] = {
	"anon", "fork", "tmpfs", "thp64", "thp2m",
};

const char *const content_names[C_COUNT] = {
	"zero", "word", "text", "random", "near",
};

static uint64_t the_seed;
static uint64_t word_key;
static struct mix the_mix;

/* MurmurHash3's finaliser, a bijection ... */
uint64_t mix64(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdull;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ull;
	x ^= x >> 33;
	return x;
}

/* ... and its inverse */
static uint64_t unmix64(uint64_t x)
{
	x ^= x >> 33;
	x *= 0x9cb4b2f8129337dbull;
	x ^= x >> 33;
	x *= 0x4f74430c22a54005ull;
	x ^= x >> 33;
	return x;
}

uint64_t rng_next(struct rng *rng)
{
	rng->state += 0x9e3779b97f4a7c15ull;
	return mix64(rng->state);
}

uint64_t rng_below(struct rng *rng, uint64_t bound)
{
	return (uint64_t)(((unsigned __int128)rng_next(rng) * bound) >> 64);
}

void content_setup(uint64_t seed, const struct mix *mix)
{
	the_seed = seed;
	word_key = mix64(seed ^ 0x76737761702d6b79ull);
	the_mix = *mix;
}

static uint64_t id_code(const struct ident *id)
{
	return CODE_TAG << 60 | (uint64_t)id->kind << 56 |
	       (uint64_t)id->worker << 48 | (uint64_t)id->gen << 32 | id->index;
}

static bool code_decode(uint64_t code, struct ident *id)
{
	id->index = (uint32_t)code;
	id->gen = (uint16_t)(code >> 32);
	id->worker = (uint8_t)(code >> 48);
	id->kind = code >> 56 & 0xf;
	return code >> 60 == CODE_TAG && id->kind < K_COUNT;
}

static uint64_t id_word(const struct ident *id)
{
	return mix64(id_code(id) ^ word_key);
}

/* Bits that decide what a page is made of */
static uint64_t id_hash(const struct ident *id)
{
	return mix64(id_word(id) + 0x9e3779b97f4a7c15ull);
}

static enum content pick_content(uint64_t hash)
{
	unsigned int at = (unsigned int)((hash >> 32) * the_mix.total >> 32);
	unsigned int c;

	for (c = 0; c < C_COUNT - 1; c++) {
		if (at < the_mix.weight[c])
			break;
		at -= the_mix.weight[c];
	}
	return c;
}

enum content content_of(const struct ident *id)
{
	return id->gen == GEN_DROPPED ? C_ZERO : pick_content(id_hash(id));
}

static uint64_t stamp_check(uint64_t code, uint64_t seed, unsigned int sector)
{
	return mix64(code ^ seed * 0xd6e8feb86659fd93ull ^
		     (sector + 1) * 0xa0761d6478bd642full);
}

static void put_stamps(uint64_t *page, uint64_t code)
{
	unsigned int i;

	for (i = 0; i < SECTORS; i++) {
		uint64_t *stamp = page + i * SECTOR_BYTES / 8;

		stamp[0] = code;
		stamp[1] = the_seed;
		stamp[2] = stamp_check(code, the_seed, i);
	}
}

static void fill_word(uint64_t *page, uint64_t word)
{
	unsigned int i;

	for (i = 0; i < PAGE_WORDS; i++)
		page[i] = word;
}

static void fill_random(uint64_t *page, uint64_t state)
{
	unsigned int i;

	for (i = 0; i < PAGE_WORDS; i++) {
		state = state * 6364136223846793005ull + 1442695040888963407ull;
		page[i] = state ^ state >> 29;
	}
}

/*
 * Text: phrases drawn at random, each page from its own part of the list.  The
 * size of that part is what makes a single page compress about 3:1 with LZ4.
 */
#define PHRASES		64
#define PAGE_PHRASES	37
#define PHRASE_MAX	16

static const struct {
	char text[PHRASE_MAX];	/* not terminated when it is full */
	unsigned char len;
} phrases[PHRASES] = {
#define P(s) { s, sizeof(s) - 1 }
	P("the memory of "), P("and it was "), P("a compressed "),
	P("page is given "), P("to another "), P("when the disk "),
	P("had been full, "), P("they returned. "), P("There is no "),
	P("reason for this "), P("in every house "), P("through a door "),
	P("of the kernel "), P("which nobody "), P("remembers; "),
	P("some evenings "), P("return -ENOMEM; "), P("struct folio *"),
	P("if (!folio) "), P("<td class=\"x\">"), P("</td><td>"),
	P("\"name\": \"value"), P("0x00000000, "), P("127.0.0.1 - - "),
	P("GET /index.html "), P("[INFO] worker "), P("started in "),
	P("connection from "), P("localhost:8080 "), P("without a word "),
	P("she opened the "), P("window again. "),
	P("at the harbour "), P("he counted "), P("forty-two "),
	P("small boats and "), P("a lighthouse, "), P("before the rain "),
	P("came over from "), P("the other side "), P("unsigned long "),
	P("for (i = 0; i "), P("spin_unlock("), P("&area->lock);"),
	P("mutex_lock("), P("WHERE id = "), P("SELECT value "),
	P("FROM settings "), P("2024-02-29T12:"), P(",0.000000,"),
	P("<div id=\"main\">"), P("<a href=\"/\">"), P("</a></div>\n"),
	P("content-type: "), P("application/"), P("charset=utf-8\r\n"),
	P("Lorem ipsum "), P("dolor sit amet, "), P("consectetur "),
	P("adipiscing elit "), P("sed do eiusmod "), P("tempor ut "),
	P("labore et "), P("magna aliqua.\n"),
#undef P
};


static void fill_text(uint8_t *page, uint64_t state)
{
	unsigned int base = state >> 58;
	unsigned int at = 0;

	while (at < PAGE_BYTES) {
		unsigned int nr;

		state = state * 6364136223846793005ull + 1442695040888963407ull;
		nr = (state >> 32) * PAGE_PHRASES >> 32;
		nr = (nr + base) % PHRASES;
		memcpy(page + at, phrases[nr].text, PHRASE_MAX);
		at += phrases[nr].len;
	}
}

/* A word that is worth repeating; see the top of the file */
static uint64_t pick_word(const struct ident *id, uint64_t hash)
{
	static const uint64_t constants[8] = {
		1, 1ull << 63, ~0ull >> 1, ~1ull, 1ull << 32, ~0ull >> 32,
		~0ull << 32, 0xaaaaaaaaaaaaaaaaull,
	};
	uint64_t small = (uint64_t)(id->index & 0xffff) << GEN_BITS |
			 (id->gen & GEN_MASK);

	switch (hash & 15) {
	case 8:
	case 9:
	case 10:
		return small;
	case 11:
	case 12:
		return small << 36;
	case 13:
		return (hash >> 8 & 0xff) * 0x0101010101010101ull;
	case 14:
		return ~0ull;
	case 15:
		return constants[hash >> 4 & 7];
	default:
		return id_word(id);
	}
}

/* Anywhere, but the ends more often */
static unsigned int near_offset(uint64_t hash)
{
	unsigned int any = hash >> 16 & (PAGE_BYTES - 1);

	switch (hash & 7) {
	case 0:
	case 1:
		return PAGE_BYTES - 1;
	case 2:
		return PAGE_BYTES - 8 + (any & 7);
	case 3:
		return any & 7;
	default:
		return any;
	}
}

static void fill_near(uint64_t *page, const struct ident *id, uint64_t hash)
{
	unsigned int at = near_offset(hash);
	uint64_t word = id_word(id);

	if ((hash >> 3 & 3) == 0) {	/* all zero but for one word */
		memset(page, 0, PAGE_BYTES);
		page[at / 8] = word;
		return;
	}
	fill_word(page, word);
	((uint8_t *)page)[at] ^= (hash >> 28 & 0xff) | 1 << (hash >> 5 & 7);
}

void content_make(void *buf, const struct ident *id)
{
	uint64_t hash = id_hash(id);

	switch (content_of(id)) {
	case C_ZERO:
		memset(buf, 0, PAGE_BYTES);
		break;
	case C_WORD:
		fill_word(buf, pick_word(id, hash));
		break;
	case C_TEXT:
		fill_text(buf, hash);
		put_stamps(buf, id_code(id));
		break;
	case C_RANDOM:
		fill_random(buf, hash);
		put_stamps(buf, id_code(id));
		break;
	default:
		fill_near(buf, id, hash);
	}
}

/* ---- telling what a page is ---- */

struct text_out {
	char *buf;
	size_t size;
	size_t used;
};

static void put_id(struct text_out *t, const struct ident *id, uint64_t seed)
{
	if (t->used >= t->size)
		return;
	t->used += snprintf(t->buf + t->used, t->size - t->used,
			    "kind=%s worker=%u page=%u gen=%u writer=%u seed=%#llx",
			    kind_names[id->kind], id->worker, id->index,
			    id->gen & GEN_MASK, id->gen >> GEN_BITS,
			    (unsigned long long)seed);
}

static void put_str(struct text_out *t, const char *s)
{
	if (t->used < t->size)
		t->used += snprintf(t->buf + t->used, t->size - t->used, "%s", s);
}

static void put_num(struct text_out *t, const char *fmt, unsigned long long nr)
{
	if (t->used < t->size)
		t->used += snprintf(t->buf + t->used, t->size - t->used, fmt, nr);
}

/* The sector a stamp was made for, or -1 if it is none */
static int stamp_sector(const uint64_t *stamp, struct ident *id)
{
	unsigned int i;

	if (!code_decode(stamp[0], id))
		return -1;
	for (i = 0; i < SECTORS; i++) {
		if (stamp[2] == stamp_check(stamp[0], stamp[1], i))
			return i;
	}
	return -1;
}

static unsigned int same_stamps(const uint64_t *page, unsigned int first)
{
	const unsigned int words = SECTOR_BYTES / 8;
	struct ident id;
	unsigned int i;

	for (i = first + 1; i < SECTORS; i++) {
		if (memcmp(page + first * words, page + i * words, 16) ||
		    stamp_sector(page + i * words, &id) != (int)i)
			break;
	}
	return i - 1;
}

/* One item for each run of sectors that belong to the same page */
static bool describe_stamps(struct text_out *t, const uint64_t *page)
{
	unsigned int i, last;
	bool any = false;

	for (i = 0; i < SECTORS; i = last + 1) {
		const uint64_t *stamp = page + i * SECTOR_BYTES / 8;
		struct ident id;
		int sector = stamp_sector(stamp, &id);

		last = i;
		if (sector < 0)
			continue;
		if (sector == (int)i)
			last = same_stamps(page, i);
		put_num(t, any ? "; sectors %llu" : "sectors %llu", i);
		put_num(t, "-%llu: ", last);
		put_id(t, &id, stamp[1]);
		if (sector != (int)i)
			put_num(t, " sector %llu", sector);
		any = true;
	}
	return any;
}

static bool decode_word(uint64_t word, struct ident *id)
{
	return code_decode(unmix64(word) ^ word_key, id) &&
	       id->index < 1u << 30;
}

static bool describe_filled(struct text_out *t, const uint64_t *page)
{
	struct ident id;
	unsigned int i;

	for (i = 1; i < PAGE_WORDS; i++) {
		if (page[i] != page[0])
			return false;
	}
	if (!page[0]) {
		put_str(t, "all zero");
		return true;
	}
	put_num(t, "filled with word %#llx", page[0]);
	if (decode_word(page[0], &id)) {
		put_str(t, " of ");
		put_id(t, &id, the_seed);
	}
	return true;
}

static bool describe_words(struct text_out *t, const uint64_t *page)
{
	struct ident id;
	unsigned int i;

	for (i = 0; i < PAGE_WORDS; i++) {
		if (!decode_word(page[i], &id))
			continue;
		put_num(t, "from offset %llu, id word of ", i * 8);
		put_id(t, &id, the_seed);
		return true;
	}
	return false;
}

void content_describe(const void *buf, char *out, size_t size)
{
	struct text_out t = { .buf = out, .size = size };

	out[0] = '\0';
	if (!describe_filled(&t, buf) && !describe_stamps(&t, buf) &&
	    !describe_words(&t, buf))
		put_str(&t, "no identity recognised");
}
