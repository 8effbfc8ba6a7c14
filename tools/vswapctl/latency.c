// SPDX-License-Identifier: GPL-2.0
/* vswapctl latency: how long pages are on their way out and in, by where they lie. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "clock.h"
#include "command.h"
#include "json.h"
#include "latency_draw.h"
#include "latency_probe.h"
#include "message.h"
#include "quantile.h"
#include "series.h"
#include "system.h"
#include "value.h"

enum { COUNT, CGROUP, INTERVAL, JSON, PID, TABLE };

static const struct option_row options[] = {
	[COUNT]    = { 'c', "count", "<n>", "with --interval: so many times" },
	[CGROUP]   = { 'g', "cgroup", "<path>", "pages of this cgroup and those below it" },
	[INTERVAL] = { 'i', "interval", "<time>", "what happened in each <time>: 1, 10s, 5m" },
	[JSON]     = { 'j', "json", NULL, "JSON, with all buckets; one line with --interval" },
	[PID]      = { 'p', "pid", "<n>", "what this process read back, and stored itself" },
	[TABLE]    = { 't', "table", NULL, "no histograms" },
	{ 0 }
};

struct request {
	const char *cgroup, *pid;
	double interval;	/* 0: until a signal comes */
	uint64_t count;
	bool json;
	bool table;
};

/* ---- Whose pages ---- */

/* Below the root cgroup, or with /sys/fs/cgroup before it. Returns the whole path, NULL: none. */
static char *cgroup_path(const char *root, const char *arg)
{
	char *full = xasprintf("%s/%s", root, arg), *path;

	if (!strncmp(arg, root, strlen(root)))
		path = realpath(arg, NULL);
	else
		path = realpath(full, NULL);
	free(full);
	if (path && strncmp(path, root, strlen(root))) {
		free(path);
		return NULL;
	}
	return path;
}

/* A cgroup's number is that of its folder. Every page is below the root. */
static void set_cgroup(struct latency_filter *filter, const char *arg)
{
	char *root = system_path("/sys/fs/cgroup"), *path = cgroup_path(root, arg);
	struct stat folder;
	const char *at;

	if (!path || stat(path, &folder) || !S_ISDIR(folder.st_mode))
		fail("there is no cgroup '%s' below %s", arg, root);
	filter->level = 0;
	for (at = path + strlen(root); *at; at++)
		filter->level += *at == '/';
	filter->cgroup = filter->level ? folder.st_ino : 0;
	free(path);
	free(root);
}

static void set_pid(struct latency_filter *filter, const char *arg)
{
	struct value pid;
	char *path;

	if (!value_parse(&pid, UNIT_COUNT, arg) || !pid.number || pid.number > INT32_MAX)
		fail_usage("not a process: '%s'", arg);
	path = xasprintf("/proc/%ju", (uintmax_t)pid.number);
	if (!system_has(path))
		fail("there is no process %s", arg);
	filter->pid = pid.number;
	free(path);
}

/* ---- Measuring ---- */

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

static sigset_t the_end(void)
{
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaddset(&set, signals[i]);
	return set;
}

static void subtract(struct latency_counts *counts, const struct latency_counts *before)
{
	int way, place;

	for (way = 0; way < LATENCY_WAYS; way++)
		for (place = 0; place < LATENCY_PLACES; place++)
			cell_subtract(&counts->cell[way][place], &before->cell[way][place]);
	counts->missed -= before->missed;
}

static void show(const struct request *request, const struct latency_counts *counts,
		 double seconds)
{
	if (!request->json)
		latency_print(counts, seconds, !request->table);
	else if (request->interval)
		json_print_line(latency_to_json(counts, seconds));
	else
		json_print(latency_to_json(counts, seconds));
	flush_stdout();
}

static void measure(const struct request *request)
{
	static struct latency_counts before, now, between;
	double start = now_seconds(), last = start, due = 0, time;
	sigset_t signals = the_end();
	bool end = false;
	uint64_t i;

	for (i = 0; i < request->count && !end; i++) {
		if (request->interval)
			due = start + (i + 1) * request->interval;
		end = sleep_until_signal(due, &signals, NULL);
		latency_probe_read(&now);
		time = now_seconds();
		between = now;
		subtract(&between, &before);
		if (i && !request->json)
			putchar('\n');
		show(request, &between, time - last);
		before = now;
		last = time;
	}
}

/* ---- The command ---- */

static void set_option(struct request *request, int option, const char *arg)
{
	switch (option) {
	case COUNT:
		request->count = series_parse_count(arg);
		break;
	case CGROUP:
		request->cgroup = arg;
		break;
	case INTERVAL:
		request->interval = series_parse_interval(arg);
		break;
	case JSON:
		request->json = true;
		break;
	case PID:
		request->pid = arg;
		break;
	case TABLE:
		request->table = true;
		break;
	}
}

static void run(const struct command *cmd, int argc, char **argv)
{
	struct request request = { .count = UINT64_MAX };
	struct latency_filter filter = { 0 };
	sigset_t end = the_end();
	char *why;
	int option;

	while ((option = next_option(cmd, argc, argv)) >= 0)
		set_option(&request, option, optarg);
	if (!request.interval && request.count != UINT64_MAX)
		fail_usage("--count needs --interval");
	if (request.json && request.table)
		fail_usage("--json excludes --table");
	if (request.json)
		messages_as_json();
	if (request.cgroup)
		set_cgroup(&filter, request.cgroup);
	if (request.pid)
		set_pid(&filter, request.pid);
	/* A signal that comes from now on ends the measurement, not the program. */
	sigprocmask(SIG_BLOCK, &end, NULL);
	why = latency_probe_start(&filter);
	if (why)
		fail("cannot measure: %s", why);
	if (!request.interval)
		complain("measuring, until Ctrl-C");
	measure(&request);
}

const struct command latency_command = {
	.name = "latency",
	.help = "Measure how long pages take out and in, by where they lie",
	.options = options,
	.run = run,
};
