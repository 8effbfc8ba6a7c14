// SPDX-License-Identifier: GPL-2.0
/* The name that a wrong word is closest to. */
#include <ctype.h>
#include <string.h>

#include "guess.h"
#include "message.h"

enum { MAX_WORD = 40 };

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* As in a dictionary: in any case, '-' and '_' are one. */
static char plain(char c)
{
	return c == '_' ? '-' : tolower((unsigned char)c);
}

/* How many letters are wrong, missing, superfluous, or in the place of their neighbour. */
static unsigned int distance(const char *a, const char *b)
{
	/* of the first i letters of a and the first j of b, for the last three i */
	unsigned int rows[3][MAX_WORD + 1], *now, *before = NULL, *last = NULL;
	size_t len_a = strlen(a), len_b = strlen(b), i, j;

	if (len_a > MAX_WORD || len_b > MAX_WORD)
		return MAX_WORD;
	for (i = 0; i <= len_a; i++) {
		now = rows[i % 3];
		now[0] = i;
		for (j = 1; j <= len_b; j++) {
			if (!i) {
				now[j] = j;
				continue;
			}
			now[j] = least(last[j], now[j - 1]) + 1;
			now[j] = least(now[j], last[j - 1] + (plain(a[i - 1]) != plain(b[j - 1])));
			if (i > 1 && j > 1 && plain(a[i - 1]) == plain(b[j - 2]) &&
			    plain(a[i - 2]) == plain(b[j - 1]))
				now[j] = least(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
	}
	return last[len_b];
}

void guess_consider(struct guess *guess, const char *name)
{
	size_t len = strlen(guess->word);
	/* more than a third of it, and it is another word */
	unsigned int close = len / 3 + (len > 1 && len < 3), far = distance(guess->word, name);
	/* the beginning of a name, but not of all; then the nearest to its end comes first */
	bool begins = len > 1 && !strncasecmp(guess->word, name, len);
	unsigned int rank = begins ? least(far ? 2 * far - 1 : 0, 3) : 2 * far;

	if ((!begins && far > close) || (guess->name && rank >= guess->distance))
		return;
	guess->name = name;
	guess->distance = rank;
}

char *guess_text(const struct guess *guess)
{
	if (!guess->name)
		return xstrdup("");
	return xasprintf(" (did you mean '%s'?)", guess->name);
}
