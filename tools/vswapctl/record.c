// SPDX-License-Identifier: GPL-2.0
/* vswapctl record: a page of what swap did while a program ran. */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "command.h"
#include "message.h"
#include "page.h"
#include "recording.h"
#include "replace.h"
#include "rival.h"
#include "series.h"

enum { COMPARE, FORCE, HOSTNAME, INTERVAL, JSON, NO_LATENCY, OUTPUT };

static const struct option_row options[] = {
	[COMPARE]    = { 'c', "compare", "<area>", "run it again on zram, or on the swap file of this path" },
	[FORCE]      = { 'f', "force", NULL, "write over a file that is there" },
	[HOSTNAME]   = { 0, "hostname", NULL, "the machine's name is to be on the page" },
	[INTERVAL]   = { 'i', "interval", "<time>", "look so often: 1, 500ms, 10s; each second without" },
	[JSON]       = { 'j', "json", "<file>", "the page's data into this file as well" },
	[NO_LATENCY] = { 0, "no-latency", NULL, "don't measure how long loads take" },
	[OUTPUT]     = { 'o', "output", "<file>", "the page; vswap-record.html without" },
	{ 0 }
};

/* As a shell has it. */
enum { EXIT_CANNOT_RUN = 126, EXIT_NOT_FOUND = 127 };

struct request {
	double interval;
	const char *output, *json;
	const char *compare;	/* NULL: with nothing */
	bool force;
	bool hostname;
	bool no_latency;
};

/* ---- Files ---- */

/* Before the program runs, which may be for long. */
static void check_file(const struct request *request, const char *path)
{
	char *slash = strrchr(path, '/'), *folder;
	struct stat status;

	if (!stat(path, &status) && !request->force)
		fail("%s is there already; --force writes over it", path);
	if (!stat(path, &status) && !S_ISREG(status.st_mode))
		fail("cannot write %s: it is no file", path);
	folder = slash ? strndup(path, slash - path + 1) : xstrdup(".");
	if (!folder)
		out_of_memory();
	if (access(folder, W_OK | X_OK))
		fail("cannot write %s: %s", path, strerror(errno));
	free(folder);
}

/* Returns whether that could be. */
static bool write_file(const struct request *request, const char *path, const char *text)
{
	mode_t mask = umask(0);
	int error;

	umask(mask);
	error = request->force ? replace_passing_file(path, text, 0666 & ~mask) :
				 place_new_file(path, text, 0666 & ~mask);
	if (error)
		tell_error("cannot write %s: %s", path, strerror(error));
	return !error;
}

static bool write_page(const struct request *request, const struct page *page)
{
	char *html = page_to_html(page);
	bool written = write_file(request, request->output, html);

	free(html);
	if (request->json)
		written &= write_file(request, request->json,
				      json_object_to_json_string_ext(page->data, JSON_C_TO_STRING_PLAIN |
								      JSON_C_TO_STRING_NOSLASHESCAPE));
	if (written)
		complain("%s has it", request->output);
	return written;
}

/* ---- The command ---- */

static void set_option(struct request *request, int option, const char *arg)
{
	switch (option) {
	case COMPARE:
		request->compare = arg;
		break;
	case FORCE:
		request->force = true;
		break;
	case HOSTNAME:
		request->hostname = true;
		break;
	case INTERVAL:
		request->interval = series_parse_interval(arg);
		break;
	case JSON:
		request->json = arg;
		break;
	case NO_LATENCY:
		request->no_latency = true;
		break;
	case OUTPUT:
		request->output = arg;
		break;
	}
}

static void record(struct recording *recording)
{
	int error = recording_run(recording);

	if (!error)
		return;
	complain("cannot run %s: %s", recording->command[0], strerror(error));
	exit(error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN);
}

/* Who wants the first run to end wants no second one. */
static bool is_interrupted(const sigset_t *signals)
{
	static const struct timespec now;

	return sigtimedwait(signals, NULL, &now) > 0;
}

/* Returns whether there was a run with it. */
static bool record_rival(const char *with, struct recording *recording, const sigset_t *signals)
{
	const char *slash = strrchr(with, '/');

	recording->area = rival_come(with);
	if (!recording->area)
		return false;
	recording->name = slash ? slash + 1 : with;
	recording->no_loads = xstrdup("that is of vswap alone");
	if (is_interrupted(signals)) {
		rival_leave();
		return false;
	}
	forget_files();
	record(recording);
	rival_leave();
	return true;
}

/* What would end this program between its steps waits until vswap is back in its place. */
static void block(sigset_t *signals, sigset_t *before)
{
	sigemptyset(signals);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGQUIT);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGHUP);
	sigprocmask(SIG_BLOCK, signals, before);
}

/* Returns how many runs there were. */
static size_t record_all(const struct request *request, struct recording *recordings)
{
	sigset_t signals, before;
	bool compared;

	if (!request->compare) {
		record(&recordings[0]);
		return 1;
	}
	rival_check(request->compare);
	block(&signals, &before);
	recordings[0].signals = &before;
	recordings[1].signals = &before;
	forget_files();
	record(&recordings[0]);
	compared = !recordings[0].interrupted && !is_interrupted(&signals) &&
		   record_rival(request->compare, &recordings[1], &signals);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (!compared)
		complain("not compared");
	return 1 + compared;
}

static bool make_page(const struct request *request, struct page *page)
{
	bool written;
	size_t i;

	for (i = 0; i < page->nr; i++)
		curves_make(&page->curves[i], page->run[i]);
	page->data = page_to_json(page);
	written = write_page(request, page);
	json_object_put(page->data);
	for (i = 0; i < page->nr; i++)
		curves_free(&page->curves[i]);
	return written;
}

static void parse(const struct command *cmd, int argc, char **argv, struct request *request)
{
	int option;

	while ((option = next_option(cmd, argc, argv)) >= 0)
		set_option(request, option, optarg);
	check_file(request, request->output);
	if (request->json)
		check_file(request, request->json);
}

static void run(const struct command *cmd, int argc, char **argv)
{
	struct request request = { .interval = 1, .output = "vswap-record.html" };
	struct recording recordings[MAX_RUNS] = { { .name = "vswap" } };
	struct page page = { .run = { &recordings[0], &recordings[1] } };
	char *began = format_now();
	bool written;
	size_t i;
	int status;

	parse(cmd, argc, argv, &request);
	snapshot_read(&page.snap);
	for (i = 0; i < MAX_RUNS; i++) {
		recordings[i].command = argv + optind;
		recordings[i].interval = request.interval;
	}
	if (request.no_latency)
		recordings[0].no_loads = xstrdup("--no-latency was given");
	page.nr = record_all(&request, recordings);
	page.began = began;
	page.hostname = request.hostname;
	written = make_page(&request, &page);
	status = recordings[0].status ? recordings[0].status : recordings[1].status;
	for (i = 0; i < MAX_RUNS; i++)
		recording_free(&recordings[i]);
	snapshot_free(&page.snap);
	free(began);
	exit(status || written ? status : EXIT_FAILURE);
}

static void more_help(void)
{
	puts("\nWith --compare vswap is off for the second run, and on again after it: root alone can do that,\n"
	     "and only where memory has room for what is swapped out.\n"
	     "\nIt ends with the status of the program, whose input, output and Ctrl-C are its own.\n"
	     "How long loads take is measured where that can be: by root, as by latency.");
}

const struct command record_command = {
	.name = "record",
	.takes_command = true,
	.help = "Run a program, and write a page of what swap did meanwhile",
	.options = options,
	.more_help = more_help,
	.run = run,
};
