// SPDX-License-Identifier: GPL-2.0
/* How far pages have moved, on one line of a terminal. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"
#include "message.h"
#include "progress.h"
#include "value.h"

enum { MIN_BAR = 5, MAX_BAR = 40 };

void progress_start(struct progress *progress, const char *name)
{
	*progress = (struct progress){
		.name = name,
		.terminal = isatty(STDOUT_FILENO) && !messages_are_json(),
	};
}

static int terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return 80;
	return size.ws_col;
}

static void add_sample(struct progress *progress, uint64_t left)
{
	unsigned int i = progress->nr++ % PROGRESS_SAMPLES;

	progress->sample[i].left = left;
	progress->sample[i].seconds = now_seconds();
	if (left > progress->total)
		progress->total = left;
}

/* Pages per second, over the samples there are. */
static double page_rate(const struct progress *progress)
{
	unsigned int kept = progress->nr < PROGRESS_SAMPLES ? progress->nr : PROGRESS_SAMPLES;
	unsigned int first = (progress->nr - kept) % PROGRESS_SAMPLES;
	unsigned int last = (progress->nr - 1) % PROGRESS_SAMPLES;
	double seconds = progress->sample[last].seconds - progress->sample[first].seconds;
	uint64_t before = progress->sample[first].left, left = progress->sample[last].left;

	return seconds > 0 && before > left ? (before - left) / seconds : 0;
}

static char *format_time(double seconds)
{
	unsigned int whole = seconds + 0.5;

	if (seconds >= 100 * 3600)
		return xstrdup("-");
	if (whole < 3600)
		return xasprintf("%u:%02u", whole / 60, whole % 60);
	return xasprintf("%u:%02u:%02u", whole / 3600, whole / 60 % 60, whole % 60);
}

static char *format_numbers(const struct progress *progress, uint64_t left)
{
	double rate = page_rate(progress);
	char *time = rate > 0 ? format_time(left / rate) : xstrdup("-");
	char *text = xasprintf("%3.0f%%, %" PRIu64 " pages left, %.1f MiB/s, %s left",
			       100 - 100.0 * left / progress->total, left, rate / 256, time);

	free(time);
	return text;
}

/* "[####    ] ", or nothing where there is no room. */
static char *format_bar(const struct progress *progress, uint64_t left, int room)
{
	int width = room - (int)strlen("[] ");
	char full[MAX_BAR + 1] = "";
	int done;

	if (width < MIN_BAR)
		return xstrdup("");
	if (width > MAX_BAR)
		width = MAX_BAR;
	done = width - (int)((double)left / progress->total * width);
	memset(full, '#', done);
	return xasprintf("[%-*s] ", width, full);
}

static void print_line(const char *text, int width)
{
	/* all of the width, over what was there before */
	printf("\r%-*.*s\r", width, width, text);
	fflush(stdout);
}

void progress_show(struct progress *progress, struct value left)
{
	int width = terminal_width() - 1;	/* in the last column some terminals wrap */
	char *numbers, *bar, *line;

	if (!progress->terminal || !left.known)
		return;
	add_sample(progress, left.number);
	if (!progress->total)
		return;
	numbers = format_numbers(progress, left.number);
	bar = format_bar(progress, left.number,
			 width - (int)(strlen(progress->name) + strlen(": ") + strlen(numbers)));
	line = xasprintf("%s: %s%s", progress->name, bar, numbers);
	print_line(line, width);
	progress->shown = true;
	free(line);
	free(bar);
	free(numbers);
}

void progress_clear(struct progress *progress)
{
	if (progress->shown)
		print_line("", terminal_width() - 1);
	progress->shown = false;
}
