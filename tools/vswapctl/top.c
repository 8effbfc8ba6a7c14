// SPDX-License-Identifier: GPL-2.0
/* vswapctl top: a screen of what swap holds, what happens, and whose the pages are. */
#include <getopt.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "command.h"
#include "message.h"
#include "progress.h"
#include "series.h"
#include "top_data.h"
#include "top_draw.h"

/* In one go, in seconds: curses counts in milliseconds. */
#define MAX_WAIT	3600

enum { BYTES, CGROUP, COUNT, INTERVAL };

static const struct option_row options[] = {
	[BYTES]    = { 'b', "bytes", NULL, "sizes in bytes" },
	[CGROUP]   = { 'c', "cgroup", NULL, "who has pages by cgroup, at first" },
	[COUNT]    = { 'n', "count", "<n>", "end after so many times; without a terminal, lines" },
	[INTERVAL] = { 'i', "interval", "<time>", "look each <time>: 1 (the default), 500ms, 10s" },
	{ 0 }
};

struct request {
	uint64_t count;
	struct top_choice choice;
	struct top_view view;
};

/* ---- Keys ---- */

/* A letter more or less of the filter; names have no others than these. */
static void type(struct request *request, int key)
{
	char *filter = request->choice.filter;
	size_t len = strlen(filter);

	if (key == '\n' || key == KEY_ENTER || key == '\r') {
		request->view.filtering = false;
	} else if (key == 27) {
		request->view.filtering = false;
		*filter = '\0';
	} else if (key == KEY_BACKSPACE || key == 127 || key == '\b') {
		filter[len ? len - 1 : 0] = '\0';
	} else if (key >= ' ' && key < 256 && len + 1 < sizeof(request->choice.filter)) {
		filter[len] = key;
		filter[len + 1] = '\0';
	}
}

static void scroll_by(struct top_view *view, long lines)
{
	view->scroll = lines < 0 && view->scroll < (size_t)-lines ? 0 : view->scroll + lines;
}

/* False: that was the last one. */
static bool press(struct request *request, int key)
{
	struct top_view *view = &request->view;
	struct top_choice *choice = &request->choice;

	if (view->help) {
		view->help = key == KEY_RESIZE;
		return key != 'q';
	}
	if (view->filtering && key != KEY_RESIZE) {
		type(request, key);
		return true;
	}
	switch (key) {
	case 'q':
		return false;
	case 'h':
	case '?':
		view->help = true;
		break;
	case 'b':
		view->exact = !view->exact;
		break;
	case 'c':
		choice->by = choice->by == BY_CGROUP ? BY_PROCESS : BY_CGROUP;
		choice->sort = 0;
		view->scroll = 0;
		break;
	case 's':
		choice->sort++;
		break;
	case 'r':
		choice->reverse = !choice->reverse;
		break;
	case '/':
		view->filtering = true;
		break;
	case ' ':
		view->paused = !view->paused;
		break;
	case KEY_UP:
		scroll_by(view, -1);
		break;
	case KEY_DOWN:
		scroll_by(view, 1);
		break;
	case KEY_PPAGE:
		scroll_by(view, -(LINES / 2));
		break;
	case KEY_NPAGE:
		scroll_by(view, LINES / 2);
		break;
	}
	return true;
}

/* ---- The screen ---- */

/* Keys until it is time to look again; false: to end. */
static bool wait_for_keys(struct request *request, struct top_data *data, double due)
{
	struct top_view *view = &request->view;
	enum holders_by by = request->choice.by;
	double left;
	int key;

	for (;;) {
		left = due - now_seconds();
		if (!view->paused && left <= 0)
			return true;
		timeout(view->paused ? -1 : (int)((left < MAX_WAIT ? left : MAX_WAIT) * 1000) + 1);
		key = getch();
		if (key == ERR) {
			/* nobody will ever press one on a terminal that has gone */
			if (!isatty(STDIN_FILENO))
				return false;
			continue;
		}
		if (!press(request, key))
			return false;
		if (by != request->choice.by)
			top_data_group(data, &request->choice, view->interval);
		else
			top_data_choose(data, &request->choice);
		by = request->choice.by;
		top_draw(data, &request->choice, view);
	}
}

static void run_screen(struct request *request)
{
	struct top_data data = { 0 };
	double due = now_seconds();
	uint64_t i;

	messages_before(top_draw_stop);
	for (i = 0; i < request->count; i++) {
		top_data_read(&data, &request->choice, request->view.interval);
		top_draw(&data, &request->choice, &request->view);
		due = next_due(due, request->view.interval);
		if (!wait_for_keys(request, &data, due))
			break;
	}
	top_data_free(&data);
	top_draw_stop();
}

static void run_lines(const struct request *request)
{
	const struct series series = {
		.interval = request->view.interval,
		.count = request->count,
		.exact = request->view.exact,
		.headings = true,
	};

	series_run(&series);
}

static bool is_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static void run(const struct command *cmd, int argc, char **argv)
{
	struct request request = { .count = UINT64_MAX, .view = { .interval = 1 } };
	int option;

	while ((option = next_option(cmd, argc, argv)) >= 0) {
		switch (option) {
		case BYTES:
			request.view.exact = true;
			break;
		case CGROUP:
			request.choice.by = BY_CGROUP;
			break;
		case COUNT:
			request.count = series_parse_count(optarg);
			break;
		case INTERVAL:
			request.view.interval = series_parse_interval(optarg);
			break;
		}
	}
	if (is_terminal() && top_draw_start())
		run_screen(&request);
	else
		run_lines(&request);
}

const struct command top_command = {
	.name = "top",
	.help = "Show a screen of what swap holds and does, and for whom",
	.options = options,
	.run = run,
};
