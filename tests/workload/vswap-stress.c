// SPDX-License-Identifier: GPL-2.0
/*
 * Options, and the coordinator: starts the workers, leads them through the
 * phases, adds up what they report, and decides the exit status
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "stress.h"

#ifndef VSWAP_VERSION
#define VSWAP_VERSION "0.1.0"
#endif

const char prog[] = PROG;

static const char help_text[] =
"Usage: " PROG " KIND SIZE [KIND SIZE]... [OPTION]...\n"
"Fill more memory than there is RAM and verify every byte of it.\n"
"\n"
"Kinds of memory; SIZE in bytes or with K, M, G, for all workers together:\n"
"  --anon SIZE         private anonymous memory, ordinary pages\n"
"  --fork SIZE         the same, shared copy-on-write with forked children\n"
"  --tmpfs SIZE        files, mapped and through read(2) and write(2)\n"
"  --thp64 SIZE        private memory in 64 KiB folios\n"
"  --thp2m SIZE        private memory in 2 MiB folios\n"
"\n"
"  --tmpfs-dir DIR     where the files are (/dev/shm if they fit, or a memfd)\n"
"  --procs N           worker processes, each with its share (1)\n"
"  --children N        children of each worker that share --fork memory (3)\n"
"  --fork-write PCT    how much of it each child rewrites, and so takes (10)\n"
"  --mix LIST          weights of contents\n"
"                      (zero=10,word=10,text=55,random=20,near=5)\n"
"  --seed N            of contents and decisions (random)\n"
"\n"
"Phases, in their order: fill, --thin, --pageout, verify, fork, random, final verify,\n"
"giving ranges back, filling them again, last verify.\n"
"  --passes N          full passes of verification after the fill (1)\n"
"  --random N          page operations of each worker (1/4 of its pages)\n"
"  --seconds N         the random phase lasts N seconds instead\n"
"  --write-percent N   share of rewrites in these operations (30)\n"
"  --discard PCT       how much is given back and filled again (25)\n"
"  --thin N            after the fill, give back all pages but one in N, at random\n"
"  --pageout           force pages out before each pass of verification\n"
"  --hold              print READY after the fill, then verify and fork, with\n"
"                      --random or --seconds also that, until SIGTERM or\n"
"                      SIGUSR1, then verify once more and exit\n"
"  --stand             --hold, and touch nothing after READY until SIGCONT\n"
"\n"
"  --inject-bad[=HOW]  self-test: do damage that must be found; byte (default),\n"
"                      last, swap, stale, sector, child (of --fork), sigbus\n"
"  --emit N            write the content of N pages to stdout and exit\n"
"  --quiet             print only READY and the summary\n"
"  --help, --version\n"
"\n"
"Exit status: 0 all good, 1 wrong content, 2 other errors, 3 unreadable page\n"
"(SIGBUS or a failed read).\n";

enum {
	O_ANON = 256,		/* the kinds, in the order of enum kind */
	O_FORK, O_TMPFS, O_THP64, O_THP2M,
	O_TMPFS_DIR, O_PROCS, O_CHILDREN, O_FORK_WRITE, O_MIX, O_SEED,
	O_PASSES, O_RANDOM, O_SECONDS, O_WRITE_PERCENT, O_DISCARD, O_THIN, O_PAGEOUT,
	O_HOLD, O_STAND, O_INJECT, O_EMIT, O_QUIET, O_HELP, O_VERSION,
};

static const struct option long_options[] = {
	{ "anon",		required_argument, NULL, O_ANON },
	{ "fork",		required_argument, NULL, O_FORK },
	{ "tmpfs",		required_argument, NULL, O_TMPFS },
	{ "thp64",		required_argument, NULL, O_THP64 },
	{ "thp2m",		required_argument, NULL, O_THP2M },
	{ "tmpfs-dir",		required_argument, NULL, O_TMPFS_DIR },
	{ "procs",		required_argument, NULL, O_PROCS },
	{ "children",		required_argument, NULL, O_CHILDREN },
	{ "fork-write",		required_argument, NULL, O_FORK_WRITE },
	{ "mix",		required_argument, NULL, O_MIX },
	{ "seed",		required_argument, NULL, O_SEED },
	{ "passes",		required_argument, NULL, O_PASSES },
	{ "random",		required_argument, NULL, O_RANDOM },
	{ "seconds",		required_argument, NULL, O_SECONDS },
	{ "write-percent",	required_argument, NULL, O_WRITE_PERCENT },
	{ "discard",		required_argument, NULL, O_DISCARD },
	{ "thin",		required_argument, NULL, O_THIN },
	{ "pageout",		no_argument,	   NULL, O_PAGEOUT },
	{ "hold",		no_argument,	   NULL, O_HOLD },
	{ "stand",		no_argument,	   NULL, O_STAND },
	{ "inject-bad",		optional_argument, NULL, O_INJECT },
	{ "emit",		required_argument, NULL, O_EMIT },
	{ "quiet",		no_argument,	   NULL, O_QUIET },
	{ "help",		no_argument,	   NULL, O_HELP },
	{ "version",		no_argument,	   NULL, O_VERSION },
	{ NULL, 0, NULL, 0 }
};

/* ---- options ---- */

static enum inject parse_inject(const char *how)
{
	static const char *const names[] = {
		[INJECT_BYTE] = "byte",		[INJECT_LAST] = "last",
		[INJECT_SWAP] = "swap",		[INJECT_STALE] = "stale",
		[INJECT_SECTOR] = "sector",	[INJECT_CHILD] = "child",
		[INJECT_SIGBUS] = "sigbus",
	};
	unsigned int i;

	if (!how)
		return INJECT_BYTE;
	for (i = INJECT_BYTE; i <= INJECT_SIGBUS; i++) {
		if (!strcmp(how, names[i]))
			return i;
	}
	usage_error("unknown --inject-bad", how);
}

static void emit_pages(const struct options *opt, uint64_t pages)
{
	static uint64_t page[(PAGE_BYTES + CONTENT_SLACK) / 8];
	struct ident id = { .index = 0 };

	content_setup(opt->seed, &opt->mix);
	for (; id.index < pages; id.index++) {
		content_make(page, &id);
		if (write_full(STDOUT_FILENO, page, PAGE_BYTES))
			exit(EXIT_ERROR);
	}
	exit(EXIT_GOOD);
}

static void set_flag(struct options *opt, int option)
{
	switch (option) {
	case O_PAGEOUT:
		opt->pageout = true;
		break;
	case O_HOLD:
		opt->hold = true;
		break;
	case O_STAND:
		opt->hold = true;
		opt->stand = true;
		break;
	case O_QUIET:
		opt->quiet = true;
		break;
	case O_INJECT:
		opt->inject = parse_inject(optarg);
		break;
	case O_HELP:
		fputs(help_text, stdout);
		exit(EXIT_GOOD);
	case O_VERSION:
		puts(PROG " " VSWAP_VERSION);
		exit(EXIT_GOOD);
	default:
		complain("Try '" PROG " --help'.\n");
		exit(EXIT_ERROR);
	}
}

static void set_number(struct options *opt, int option)
{
	switch (option) {
	case O_PROCS:
		opt->procs = parse_number(optarg, MAX_PROCS, false);
		break;
	case O_CHILDREN:
		opt->children = parse_number(optarg, MAX_CHILDREN, false);
		break;
	case O_FORK_WRITE:
		opt->fork_write = parse_number(optarg, 100, false);
		break;
	case O_PASSES:
		opt->passes = parse_number(optarg, 1000000, false);
		break;
	case O_RANDOM:
		opt->random_ops = parse_number(optarg, UINT64_MAX, true);
		opt->random_given = true;
		break;
	case O_SECONDS:
		opt->seconds = parse_number(optarg, 1000000, false);
		break;
	case O_WRITE_PERCENT:
		opt->write_percent = parse_number(optarg, 100, false);
		break;
	case O_DISCARD:
		opt->discard_percent = parse_number(optarg, 100, false);
		break;
	case O_THIN:
		opt->thin = parse_number(optarg, 1000000, false);
		break;
	default:
		set_flag(opt, option);
	}
}

static void check_options(const struct options *opt)
{
	uint64_t total = 0;
	unsigned int kind;

	for (kind = 0; kind < K_COUNT; kind++)
		total += opt->size[kind];
	if (!total)
		usage_error("nothing to do", "give a kind of memory");
	if (!opt->procs)
		usage_error("--procs", "0");
	if (opt->inject == INJECT_CHILD &&
	    !(opt->size[K_FORK] && opt->children))
		usage_error("--inject-bad=child", "needs --fork and children");
	if (sysconf(_SC_PAGESIZE) != PAGE_BYTES)
		usage_error("page size", "only 4096 is supported");
}

static void parse_options(struct options *opt, int argc, char **argv)
{
	uint64_t emit = 0;
	int o;

	while ((o = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (o >= O_ANON && o <= O_THP2M)
			opt->size[o - O_ANON] =
				parse_number(optarg, 1ull << 42, true);
		else if (o == O_TMPFS_DIR)
			opt->tmpfs_dir = optarg;
		else if (o == O_MIX)
			parse_mix(&opt->mix, optarg);
		else if (o == O_SEED)
			opt->seed = parse_number(optarg, UINT64_MAX, false);
		else if (o == O_EMIT)
			emit = parse_number(optarg, UINT32_MAX, false);
		else
			set_number(opt, o);
	}
	if (optind < argc)
		usage_error("unexpected argument", argv[optind]);
	if (emit)
		emit_pages(opt, emit);
	check_options(opt);
}

/* ---- what the system says ---- */

struct system_counts {
	long long in;		/* pages, -1 when not known */
	long long out;
	long long used_kib;
};

/* The number behind key at the start of a line of a /proc file */
static long long proc_number(const char *path, const char *key)
{
	const size_t len = strlen(key);
	long long value = -1;
	char line[128];
	FILE *f = fopen(path, "re");

	if (!f)
		return -1;
	while (value < 0 && fgets(line, sizeof(line), f)) {
		if (!strncmp(line, key, len))
			value = atoll(line + len);
	}
	fclose(f);
	return value;
}

/* By one call: what is free now isn't to be taken from what there was a moment ago. */
static long long swap_used_kib(void)
{
	struct sysinfo now;

	if (sysinfo(&now))
		return -1;
	return (long long)(now.totalswap - now.freeswap) * now.mem_unit / 1024;
}

static struct system_counts system_now(void)
{
	return (struct system_counts) {
		.in = proc_number("/proc/vmstat", "pswpin "),
		.out = proc_number("/proc/vmstat", "pswpout "),
		.used_kib = swap_used_kib(),
	};
}

static void print_system(const struct system_counts *from)
{
	struct system_counts now = system_now();

	if (now.in >= 0 && now.out >= 0)
		printf(" pswpin=%lld pswpout=%lld", now.in - from->in,
		       now.out - from->out);
	if (now.used_kib >= 0)
		printf(" swap_used_kib=%lld", now.used_kib);
}

/* ---- the coordinator ---- */

struct worker_handle {
	pid_t pid;
	int fd;
	bool gone;
};

static struct options opt = {
	.mix = { .weight = { 10, 10, 55, 20, 5 }, .total = 100 },
	.procs = 1,
	.children = 3,
	.fork_write = 10,
	.passes = 1,
	.write_percent = 30,
	.discard_percent = 25,
};
static struct worker_handle workers[MAX_PROCS];
static unsigned int started;
static volatile sig_atomic_t stop_asked;
static struct result total;
static struct thp_control thp64, thp2m;

static void on_stop(int sig)
{
	unsigned int i;

	(void)sig;
	stop_asked = 1;
	for (i = 0; i < started; i++) {
		if (!workers[i].gone)
			kill(workers[i].pid, SIGUSR1);
	}
}

static void stop_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGUSR1);
}

static void set_stop_signals(int how)
{
	sigset_t set;

	stop_signals(&set);
	sigprocmask(how, &set, NULL);
}

static void catch_stop_signals(void)
{
	struct sigaction stop = {
		.sa_handler = on_stop,
		.sa_flags = SA_RESTART,
	};

	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGUSR1, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void close_workers(void)
{
	unsigned int i;

	for (i = 0; i < started; i++)
		close(workers[i].fd);
}

static bool start_worker(unsigned int nr)
{
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		return false;
	pid = fork();
	if (!pid) {
		close(fds[0]);
		close_workers();
		started = 0;
		worker_main(nr, fds[1], &opt);
	}
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return false;
	}
	workers[nr] = (struct worker_handle) { .pid = pid, .fd = fds[0] };
	started = nr + 1;
	return true;
}

/* Called with the stop signals blocked, so that none of them is missed */
static bool start_workers(void)
{
	unsigned int nr;

	for (nr = 0; nr < opt.procs; nr++) {
		if (!start_worker(nr)) {
			complain("cannot start worker %u: %s\n", nr,
				 strerror(errno));
			total.failed++;
			return false;
		}
	}
	return true;
}

/* A worker that did not answer: say why */
static void bury_worker(unsigned int nr)
{
	int status = 0;

	while (waitpid(workers[nr].pid, &status, 0) < 0 && errno == EINTR)
		;
	workers[nr].gone = true;
	if (WIFSIGNALED(status))
		complain("worker %u: killed by signal %d%s\n", nr,
			 WTERMSIG(status),
			 WTERMSIG(status) == SIGKILL ? " (out of memory?)" : "");
	else
		complain("worker %u: gone with status %d\n", nr,
			 WEXITSTATUS(status));
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS)
		total.lost++;
	else
		total.failed++;
}

static void reap_workers(void)
{
	unsigned int i;

	close_workers();
	for (i = 0; i < started; i++) {
		if (workers[i].gone)
			continue;
		if (total.lost || total.failed)	/* the rest does not matter */
			kill(workers[i].pid, SIGKILL);
		while (waitpid(workers[i].pid, NULL, 0) < 0 && errno == EINTR)
			;
		workers[i].gone = true;
	}
}

static bool broken(void)
{
	return total.lost || total.failed;
}

static void print_phase(const struct command *cmd, const struct result *sum,
			double start, const struct system_counts *before)
{
	if (opt.quiet)
		return;
	printf(PROG ": phase=%s seconds=%.3f filled=%llu verified=%llu "
	       "rewritten=%llu discarded=%llu bad=%llu", cmd->phase,
	       now_seconds() - start, (unsigned long long)sum->filled,
	       (unsigned long long)sum->verified,
	       (unsigned long long)sum->rewritten,
	       (unsigned long long)sum->discarded,
	       (unsigned long long)sum->bad);
	if (cmd->op == OP_PAGEOUT)
		printf(" resident=%llu", (unsigned long long)sum->resident);
	print_system(before);
	printf("\n");
}

static struct result ask_workers(const struct command *cmd)
{
	struct result sum = { .pages = 0 }, res;
	unsigned int i;

	for (i = 0; i < started; i++)
		write_full(workers[i].fd, cmd, sizeof(*cmd));
	for (i = 0; i < started; i++) {
		if (read_full(workers[i].fd, &res, sizeof(res)))
			bury_worker(i);
		else
			result_add(&sum, &res);
	}
	return sum;
}

static struct result run_phase(const struct command *cmd)
{
	const struct system_counts before = system_now();
	const double start = now_seconds();
	struct result sum;

	if (broken() || (cmd->may_stop && stop_asked))
		return (struct result) { .pages = 0 };
	sum = ask_workers(cmd);
	result_add(&total, &sum);
	print_phase(cmd, &sum, start, &before);
	return sum;
}

static void simple_phase(enum op op, const char *name, bool may_stop)
{
	struct command cmd = { .op = op, .may_stop = may_stop, .by_read = true };

	snprintf(cmd.phase, sizeof(cmd.phase), "%s", name);
	run_phase(&cmd);
}

/* A complete pass that did not look at each page is an error of our own */
static void verify_phase(const char *name, unsigned int nr, bool may_stop)
{
	struct command cmd = {
		.op = OP_VERIFY, .may_stop = may_stop, .by_read = nr % 2,
	};
	struct result sum;

	if (opt.pageout)
		simple_phase(OP_PAGEOUT, "pageout", may_stop);
	snprintf(cmd.phase, sizeof(cmd.phase), "%s", name);
	sum = run_phase(&cmd);
	if (broken() || (may_stop && stop_asked))
		return;
	if (sum.verified != total.pages) {
		complain("%s: %llu of %llu pages verified\n", name,
			 (unsigned long long)sum.verified,
			 (unsigned long long)total.pages);
		total.failed++;
	}
}

static void numbered_verify(unsigned int nr)
{
	char name[16];

	snprintf(name, sizeof(name), "verify%u", nr);
	verify_phase(name, nr + 1, true);
}

static void random_phase(void)
{
	struct command cmd = {
		.op = OP_RANDOM, .may_stop = true, .phase = "random",
		.ops = opt.random_given ? opt.random_ops :
		       total.pages / opt.procs / 4,
		.seconds = opt.seconds,
	};

	if (cmd.ops || cmd.seconds)
		run_phase(&cmd);
}

static void fork_phase(void)
{
	if (opt.size[K_FORK] && opt.children)
		simple_phase(OP_FORK, "fork", true);
}

static void discard_phases(void)
{
	if (!opt.discard_percent || stop_asked)
		return;
	simple_phase(OP_DISCARD, "discard", false);
	simple_phase(OP_REFILL, "refill", false);
	verify_phase("last", 1, false);
}

static void say_ready(void)
{
	if (!broken())
		printf("READY\n");
}

/* Whoever reads READY finds the pages as the fill has left them, however late that is. */
static void stand(void)
{
	sigset_t set;
	int sig;

	stop_signals(&set);
	sigaddset(&set, SIGCONT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	say_ready();
	if (!stop_asked && !broken() && !sigwait(&set, &sig) && sig != SIGCONT)
		on_stop(sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void hold(void)
{
	unsigned int nr = 0;

	if (opt.stand)
		stand();
	else
		say_ready();
	while (!stop_asked && !broken()) {
		numbered_verify(++nr);
		fork_phase();
		if (opt.random_given || opt.seconds)
			random_phase();
	}
	verify_phase("final", 0, false);
}

static void all_phases(void)
{
	unsigned int nr;

	for (nr = 1; nr <= opt.passes; nr++)
		numbered_verify(nr);
	fork_phase();
	random_phase();
	verify_phase("final", 0, false);
	discard_phases();
}

static void run(void)
{
	struct command create = { .op = OP_CREATE, .phase = "create" };

	total.pages = 0;
	run_phase(&create);
	simple_phase(OP_FILL, "fill", false);
	if (opt.thin)
		simple_phase(OP_THIN, "thin", false);
	if (opt.inject)
		simple_phase(OP_INJECT, "inject", false);
	if (opt.hold)
		hold();
	else
		all_phases();
}

/* ---- summary ---- */

static void print_start(void)
{
	unsigned int kind, c;

	if (opt.quiet)
		return;
	printf(PROG ": start procs=%u seed=%#llx", opt.procs,
	       (unsigned long long)opt.seed);
	for (kind = 0; kind < K_COUNT; kind++) {
		if (opt.size[kind])
			printf(" %s_kib=%llu", kind_names[kind],
			       (unsigned long long)opt.size[kind] >> 10);
	}
	if (opt.size[K_TMPFS])
		printf(" tmpfs_dir=%s", opt.tmpfs_dir ? opt.tmpfs_dir : "memfd");
	for (c = 0; c < C_COUNT; c++)
		printf("%s%s=%u", c ? "," : " mix=", content_names[c],
		       opt.mix.weight[c]);
	printf("\n");
}

static enum exit_status exit_status(void)
{
	if (total.bad)
		return EXIT_BAD;
	if (total.lost)
		return EXIT_LOST;
	return total.failed ? EXIT_ERROR : EXIT_GOOD;
}

static void print_summary(double start, const struct system_counts *before)
{
	static const char *const names[] = {
		[EXIT_GOOD] = "good", [EXIT_BAD] = "bad",
		[EXIT_ERROR] = "error", [EXIT_LOST] = "lost",
	};

	if (!opt.quiet && thp64.kb)
		thp_report(&thp64, "thp64");
	if (!opt.quiet && thp2m.kb)
		thp_report(&thp2m, "thp2m");
	printf(PROG ": pages=%llu verified=%llu rewritten=%llu discarded=%llu "
	       "bad=%llu lost=%llu failed=%llu stopped=%d seed=%#llx "
	       "seconds=%.3f", (unsigned long long)total.pages,
	       (unsigned long long)total.verified,
	       (unsigned long long)total.rewritten,
	       (unsigned long long)total.discarded,
	       (unsigned long long)total.bad, (unsigned long long)total.lost,
	       (unsigned long long)total.failed, (int)stop_asked,
	       (unsigned long long)opt.seed, now_seconds() - start);
	print_system(before);
	printf(" result=%s\n", names[exit_status()]);
}

int main(int argc, char **argv)
{
	const double start = now_seconds();
	const struct system_counts before = system_now();

	setvbuf(stdout, NULL, _IOLBF, 0);
	opt.seed = random_seed();
	parse_options(&opt, argc, argv);
	content_setup(opt.seed, &opt.mix);
	if (opt.size[K_TMPFS] &&
	    tmpfs_choose(&opt.tmpfs_dir, opt.size[K_TMPFS]))
		return EXIT_ERROR;
	print_start();
	if (opt.size[K_THP64])
		thp_enable(&thp64, 64);
	if (opt.size[K_THP2M])
		thp_enable(&thp2m, 2048);
	catch_stop_signals();
	set_stop_signals(SIG_BLOCK);
	if (start_workers()) {
		set_stop_signals(SIG_UNBLOCK);
		run();
	}
	reap_workers();
	thp_restore(&thp64);
	thp_restore(&thp2m);
	print_summary(start, &before);
	return exit_status();
}
