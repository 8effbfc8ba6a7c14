// SPDX-License-Identifier: GPL-2.0
/*
 * Options, and the coordinator: starts actors, kills some and starts them anew,
 * and says at the end what was done and what came of it
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "options.h"
#include "torture.h"

#ifndef VSWAP_VERSION
#define VSWAP_VERSION "0.1.0"
#endif

const char prog[] = "vswap-torture";

static const char help_text[] =
"Usage: vswap-torture [OPTION]...\n"
"Do with memory what programs can do, at random, and verify every byte of it.\n"
"\n"
"  --size SIZE         memory of all actors together (64M)\n"
"  --common SIZE       memory that all of them share (1/8 of that)\n"
"  --actors N          processes (4)\n"
"  --threads N         threads of each (2)\n"
"  --seed N            of contents and decisions (random)\n"
"  --mix LIST          weights of contents, as in vswap-stress\n"
"  --seconds N         so long, or until SIGTERM; then a last check of all pages\n"
"  --steps N           so many steps of each thread\n"
"  --kill N            an actor is killed about every N seconds, and starts anew\n"
"  --direct-dir DIR    files for O_DIRECT, on a file system that can do that\n"
"  --oom-cgroup DIR    a cgroup with limits; a child in it is killed now and then\n"
"  --only LIST         these operations and no others; --list has their names\n"
"  --without LIST      all but these\n"
"  --trace             each step, with its time, to stdout\n"
"  --inject-bad[=HOW]  self-test: do damage that must be found: byte (default),\n"
"                      common, child, lost (a page that can't be read)\n"
"  --list, --help, --version\n"
"\n"
"Exit status: 0 all good, 1 wrong content, 2 other failures, 3 unreadable pages\n"
"(SIGBUS or a failed read), and nothing worse.\n";

enum {
	O_SIZE = 256, O_COMMON, O_ACTORS, O_THREADS, O_SEED, O_MIX, O_SECONDS,
	O_STEPS, O_KILL, O_DIRECT, O_OOM, O_ONLY, O_WITHOUT, O_TRACE, O_INJECT, O_LIST,
	O_HELP, O_VERSION,
};

static const struct option long_options[] = {
	{ "size",	required_argument, NULL, O_SIZE },
	{ "common",	required_argument, NULL, O_COMMON },
	{ "actors",	required_argument, NULL, O_ACTORS },
	{ "threads",	required_argument, NULL, O_THREADS },
	{ "seed",	required_argument, NULL, O_SEED },
	{ "mix",	required_argument, NULL, O_MIX },
	{ "seconds",	required_argument, NULL, O_SECONDS },
	{ "steps",	required_argument, NULL, O_STEPS },
	{ "kill",	required_argument, NULL, O_KILL },
	{ "direct-dir",	required_argument, NULL, O_DIRECT },
	{ "oom-cgroup",	required_argument, NULL, O_OOM },
	{ "only",	required_argument, NULL, O_ONLY },
	{ "without",	required_argument, NULL, O_WITHOUT },
	{ "trace",	no_argument,	   NULL, O_TRACE },
	{ "inject-bad",	optional_argument, NULL, O_INJECT },
	{ "list",	no_argument,	   NULL, O_LIST },
	{ "help",	no_argument,	   NULL, O_HELP },
	{ "version",	no_argument,	   NULL, O_VERSION },
	{ NULL, 0, NULL, 0 }
};

struct options opt = {
	.size = 64ull << 20,
	.actors = 4,
	.threads = 2,
	.mix = { .weight = { 10, 15, 50, 20, 5 }, .total = 100 },
};

/* ---- options ---- */

static enum inject parse_inject(const char *how)
{
	static const char *const names[] = {
		[INJECT_BYTE] = "byte", [INJECT_COMMON] = "common",
		[INJECT_CHILD] = "child", [INJECT_LOST] = "lost",
	};
	unsigned int i;

	for (i = INJECT_BYTE; i <= INJECT_LOST; i++) {
		if (!strcmp(how ? how : "byte", names[i]))
			return i;
	}
	usage_error("unknown --inject-bad", how);
}

static _Noreturn void list_ops(void)
{
	unsigned int i;

	for (i = 0; i < ops_count; i++)
		puts(ops[i].name);
	exit(EXIT_GOOD);
}

static void set_other(int o)
{
	switch (o) {
	case O_DIRECT:
		opt.direct_dir = optarg;
		break;
	case O_OOM:
		opt.oom_dir = optarg;
		break;
	case O_ONLY:
	case O_WITHOUT:
		if (!ops_choose(optarg, o == O_ONLY))
			usage_error("no such operation", optarg);
		break;
	case O_TRACE:
		opt.trace = true;
		break;
	case O_INJECT:
		opt.inject = parse_inject(optarg);
		break;
	case O_LIST:
		list_ops();
	case O_HELP:
		fputs(help_text, stdout);
		exit(EXIT_GOOD);
	case O_VERSION:
		puts("vswap-torture " VSWAP_VERSION);
		exit(EXIT_GOOD);
	default:
		complain("Try 'vswap-torture --help'.\n");
		exit(EXIT_ERROR);
	}
}

static void set_option(int o)
{
	switch (o) {
	case O_SIZE:
		opt.size = parse_number(optarg, 1ull << 40, true);
		break;
	case O_COMMON:
		opt.common = parse_number(optarg, 1ull << 34, true);
		break;
	case O_ACTORS:
		opt.actors = parse_number(optarg, MAX_ACTORS, false);
		break;
	case O_THREADS:
		opt.threads = parse_number(optarg, MAX_THREADS, false);
		break;
	case O_SEED:
		opt.seed = parse_number(optarg, UINT64_MAX, false);
		break;
	case O_MIX:
		parse_mix(&opt.mix, optarg);
		break;
	case O_SECONDS:
		opt.seconds = parse_number(optarg, 10000000, false);
		break;
	case O_STEPS:
		opt.steps = parse_number(optarg, UINT64_MAX, true);
		break;
	case O_KILL:
		opt.kill = parse_number(optarg, 1000000, false);
		break;
	default:
		set_other(o);
	}
}

static void parse_options(int argc, char **argv)
{
	int o;

	while ((o = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		set_option(o);
	if (optind < argc)
		usage_error("unexpected argument", argv[optind]);
	if (!opt.actors || !opt.threads)
		usage_error("--actors, --threads", "0");
	if (!opt.common)
		opt.common = opt.size / 8;
	if (sysconf(_SC_PAGESIZE) != PAGE_BYTES)
		usage_error("page size", "only 4096 is supported");
}

/* ---- the coordinator ---- */

static struct {
	pid_t pid;
	unsigned int life;
	bool condemned;		/* killed by us */
} actors[MAX_ACTORS];

static unsigned int alive;
static struct rng fate;
static double next_kill, last_moment;

static void on_stop(int sig)
{
	(void)sig;
	tally->stop = true;
}

static void catch_signals(void)
{
	struct sigaction stop = { .sa_handler = on_stop };

	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static bool start_actor(unsigned int nr)
{
	const pid_t pid = fork();

	if (!pid)
		actor_main(nr, actors[nr].life);
	if (pid < 0) {
		complain("actor %u can't start: %s\n", nr, strerror(errno));
		return false;
	}
	actors[nr].pid = pid;
	actors[nr].condemned = false;
	alive++;
	return true;
}

static void note_end(unsigned int nr, int status)
{
	if (WIFEXITED(status)) {
		if (WEXITSTATUS(status) != EXIT_GOOD &&
		    WEXITSTATUS(status) != EXIT_LOST)
			tally->failed++;
	} else if (WTERMSIG(status) != SIGKILL) {
		fail("actor %u ended by signal %d", nr, WTERMSIG(status));
	} else if (actors[nr].condemned) {
		tally->killed++;
	} else {
		tally->gone++;
	}
}

/* One that ended before its time begins another life */
static void bury(pid_t pid, int status)
{
	unsigned int nr;

	for (nr = 0; nr < opt.actors && actors[nr].pid != pid; nr++)
		;
	if (nr == opt.actors)
		return;		/* a child whose parent was killed */
	note_end(nr, status);
	actors[nr].pid = 0;
	alive--;
	if (tally->stop || (WIFEXITED(status) && !WEXITSTATUS(status)))
		return;
	actors[nr].life++;
	trace("actor %u begins life %u", nr, actors[nr].life);
	if (!start_actor(nr))
		tally->failed++;
}

static void kill_one(void)
{
	const unsigned int nr = rng_below(&fate, opt.actors);

	next_kill = now_seconds() + opt.kill / 2.0 +
		    rng_below(&fate, 1000 * opt.kill) / 1000.0;
	if (!actors[nr].pid)
		return;
	trace("kills actor %u", nr);
	actors[nr].condemned = true;
	kill(actors[nr].pid, SIGKILL);
}

static void watch(void)
{
	const struct timespec moment = { 0, 100000000 };
	int status;
	pid_t pid;

	while (alive) {
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			bury(pid, status);
		if (opt.kill && !tally->stop && now_seconds() >= next_kill)
			kill_one();
		if (opt.seconds && now_seconds() >= last_moment)
			tally->stop = true;
		nanosleep(&moment, NULL);
	}
}

/* ---- what came of it ---- */

static void print_ops(void)
{
	unsigned int i;

	printf("vswap-torture: done");
	for (i = 0; i < ops_count; i++)
		printf(" %s=%llu", ops[i].name,
		       (unsigned long long)tally->done[i]);
	printf("\nvswap-torture: in vain, busy+absent");
	for (i = 0; i < ops_count; i++) {
		if (tally->busy[i] || tally->skipped[i])
			printf(" %s=%llu+%llu", ops[i].name,
			       (unsigned long long)tally->busy[i],
			       (unsigned long long)tally->skipped[i]);
	}
	printf("\n");
}

static enum exit_status exit_status(void)
{
	if (tally->bad)
		return EXIT_BAD;
	if (tally->failed)
		return EXIT_ERROR;
	return tally->lost ? EXIT_LOST : EXIT_GOOD;
}

static void print_summary(double start)
{
	static const char *const names[] = {
		[EXIT_GOOD] = "good", [EXIT_BAD] = "bad",
		[EXIT_ERROR] = "error", [EXIT_LOST] = "lost",
	};
	unsigned long long steps = 0;
	unsigned int i;

	for (i = 0; i < ops_count; i++)
		steps += tally->done[i] + tally->busy[i] + tally->skipped[i];
	printf("vswap-torture: steps=%llu verified=%llu rewritten=%llu bad=%llu "
	       "lost=%llu failed=%llu killed=%llu gone=%llu oom=%llu "
	       "abandoned=%llu seed=%#llx seconds=%.0f result=%s\n", steps,
	       (unsigned long long)tally->verified,
	       (unsigned long long)tally->rewritten,
	       (unsigned long long)tally->bad,
	       (unsigned long long)tally->lost,
	       (unsigned long long)tally->failed,
	       (unsigned long long)tally->killed,
	       (unsigned long long)tally->gone,
	       (unsigned long long)tally->oom,
	       (unsigned long long)tally->abandoned,
	       (unsigned long long)opt.seed, now_seconds() - start,
	       names[exit_status()]);
}

int main(int argc, char **argv)
{
	const double start = now_seconds();
	struct thp_control thp64 = { .kb = 0 }, thp2m = { .kb = 0 };
	unsigned int nr;

	setvbuf(stdout, NULL, _IOLBF, 0);
	opt.seed = random_seed();
	parse_options(argc, argv);
	content_setup(opt.seed, &opt.mix);
	make_tally();
	catch_signals();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	thp_enable(&thp64, 64);
	thp_enable(&thp2m, 2048);
	self.actor = COMMON_OWNER;
	self.doing = "coordinator";
	fate.state = mix64(opt.seed ^ 0x6661746576737761ull);
	next_kill = start + opt.kill;
	last_moment = start + opt.seconds;
	create_common();
	for (nr = 0; nr < opt.actors; nr++) {
		if (!start_actor(nr))
			return EXIT_ERROR;
	}
	watch();
	thp_restore(&thp64);
	thp_restore(&thp2m);
	print_ops();
	print_summary(start);
	return exit_status();
}
