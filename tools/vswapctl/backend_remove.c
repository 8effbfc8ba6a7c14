// SPDX-License-Identifier: GPL-2.0
/* vswapctl backend remove: waits until its pages are elsewhere. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "change.h"
#include "clock.h"
#include "command.h"
#include "control.h"
#include "json.h"
#include "message.h"
#include "named.h"
#include "progress.h"
#include "snapshot.h"
#include "sysfs.h"
#include "value.h"

enum { DRY_RUN, FORCE, JSON, TIMEOUT };

/* Makes the request return. */
enum { KICK = SIGUSR1 };

static const char *const args[] = { "name", NULL };

static const struct option_row options[] = {
	[DRY_RUN] = { 'n', "dry-run", NULL, "only say whether the others could hold its pages" },
	[FORCE]   = { 'f', "force", NULL, "give up pages that can't be read" },
	[JSON]    = { 'j', "json", NULL, "JSON" },
	[TIMEOUT] = { 0, "timeout", "<time>", "give up after this time: 90, 90s, 5m" },
	{ 0 }
};

/* What the module counts. */
struct counts {
	struct value used;
	struct value moved;		/* from this backend */
	struct value moved_by_all;	/* the only one that outlives the backend */
};

struct removal {
	struct vswap_backend_request request;
	double timeout;		/* seconds; 0: none */
	int dir;
	int control;
	struct counts before;
	struct named named;
	double start;

	pthread_t worker;
	int done;		/* an eventfd */
	int signals;		/* a signalfd */
	atomic_bool cancelled;
	int error;		/* the worker's until it is done */
	int signal;		/* that cancelled it; 0: none */
	bool timed_out;
};

static struct counts count(const struct removal *r)
{
	return (struct counts){
		.used = backend_value(r->dir, r->request.name, BACKEND_USED),
		.moved = backend_value(r->dir, r->request.name, BACKEND_MOVED),
		.moved_by_all = area_value(r->dir, AREA_MOVED),
	};
}

static char *format_pages(struct value pages)
{
	struct value size = pages;
	char *number, *bytes, *text;

	pages.unit = UNIT_COUNT;
	size.unit = UNIT_PAGES;
	number = value_format(&pages, false);
	bytes = value_format(&size, false);
	text = xasprintf("%s pages (%s)", number, bytes);
	free(number);
	free(bytes);
	return text;
}

/* ---- Waiting ---- */

static void do_nothing(int signal)
{
	(void)signal;
}

static void mask_signal(int how, int signal)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	pthread_sigmask(how, &set, NULL);
}

static void *work(void *arg)
{
	struct removal *r = arg;

	mask_signal(SIG_UNBLOCK, KICK);
	/* it also ends when the process is stopped, or the system suspended */
	do {
		r->error = control_request(r->control, VSWAP_BACKEND_REMOVE, &r->request);
	} while (r->error == EINTR && !atomic_load(&r->cancelled));
	eventfd_write(r->done, 1);
	return NULL;
}

/* Those that would end the program; not one that it was started to ignore. */
static void catch_signals(struct removal *r)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction kick = { .sa_handler = do_nothing }, now;
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		if (!sigaction(signals[i], NULL, &now) && now.sa_handler != SIG_IGN)
			sigaddset(&set, signals[i]);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	sigaction(KICK, &kick, NULL);
	r->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void start(struct removal *r)
{
	int error;

	catch_signals(r);
	r->done = eventfd(0, EFD_CLOEXEC);
	if (r->signals < 0 || r->done < 0)
		fail("cannot wait for events: %s", strerror(errno));
	error = pthread_create(&r->worker, NULL, work, r);
	if (error)
		fail("cannot start a thread: %s", strerror(error));
}

static bool is_late(const struct removal *r)
{
	return r->timeout && now_seconds() >= r->start + r->timeout;
}

/* Until the next line of progress, or the end of the time. */
static int wait_ms(const struct removal *r)
{
	double left = r->timeout ? (r->start + r->timeout - now_seconds()) * 1000 : PROGRESS_MS;

	if (left >= PROGRESS_MS || atomic_load(&r->cancelled))
		return PROGRESS_MS;
	return left > 0 ? left + 1 : 0;
}

static void check_cancelled(struct removal *r)
{
	struct signalfd_siginfo info;

	if (!atomic_load(&r->cancelled)) {
		if (read(r->signals, &info, sizeof(info)) == sizeof(info))
			r->signal = info.ssi_signo;
		else
			r->timed_out = is_late(r);
		atomic_store(&r->cancelled, r->signal || r->timed_out);
	}
	/* again each time: one that comes just before the request is lost */
	if (atomic_load(&r->cancelled))
		pthread_kill(r->worker, KICK);
}

static void wait_for_end(struct removal *r)
{
	struct progress progress;
	struct pollfd fds[] = {
		{ .fd = r->done, .events = POLLIN },
		{ .fd = r->signals, .events = POLLIN },
	};

	progress_start(&progress, r->request.name);
	while (poll(fds, atomic_load(&r->cancelled) ? 1 : 2, wait_ms(r)) < 0 || !fds[0].revents) {
		check_cancelled(r);
		if (progress.terminal)
			progress_show(&progress, backend_value(r->dir, r->request.name,
							       BACKEND_USED));
	}
	progress_clear(&progress);
	pthread_join(r->worker, NULL);
}

/* ---- What came of it ---- */

static struct json_object *change_pages(const char *what, const struct removal *r,
					struct value pages)
{
	struct json_object *change = change_new(what, r->request.name);

	json_add(change, "pages", value_to_json(&pages));
	return change;
}

static void print_removed(const struct removal *r)
{
	struct value moved = value_sub_or_zero(count(r).moved_by_all, r->before.moved_by_all);
	double seconds = now_seconds() - r->start;
	struct json_object *change;
	char *pages, *rate;
	struct value speed;

	if (!moved.known)
		moved = r->before.used;
	speed = value_number(UNIT_BYTES, seconds > 0 ? moved.number * 4096.0 / seconds : 0);
	pages = format_pages(moved);
	rate = value_format(&speed, false);
	change = change_pages("removed", r, moved);
	json_add(change, "seconds", json_object_new_double(seconds));
	named_add(change, &r->named);
	change_done(change, "%s: removed, %s moved in %.1f s (%s/s)", r->request.name, pages,
		    seconds, rate);
	free(pages);
	free(rate);
}

static void remark_named(const struct removal *r)
{
	char *text;

	if (!r->named.where || messages_are_json())
		return;
	text = xasprintf("%s: still named in %s: the next start or reload has it again, until it is "
			 "taken out of there", r->request.name, r->named.where);
	remark(text);
	free(text);
}

static bool is_state(const struct removal *r, const char *name)
{
	struct value state = backend_value(r->dir, r->request.name, BACKEND_STATE);
	bool is = state.known && !strcmp(state.text, name);

	value_free(&state);
	return is;
}

static const char *what_became(const struct removal *r)
{
	if (is_state(r, "disabled"))
		return "it stays disabled";
	if (is_state(r, "failed"))
		return "it stays read-only after its errors";
	return "it stays in use";
}

static void complain_removal(const struct removal *r, const char *why)
{
	struct counts now = count(r);
	struct value moved = value_sub_or_zero(now.moved, r->before.moved);
	char *pages;

	if (!moved.known)
		moved = value_sub_or_zero(r->before.used, now.used);
	pages = format_pages(moved);
	messages_add("moved_pages", value_to_json(&moved));
	tell_error("%s: %s: %s had moved, %s", r->request.name, why, pages, what_became(r));
	free(pages);
}

static const char *why_not(const struct removal *r)
{
	static const struct reason reasons[] = {
		{ ENOSPC, "the other backends can't hold its pages, or cgroups keep theirs in RAM" },
		{ EIO, "some of its pages can't be read (--force gives them up)" },
		{ 0 }
	};

	if (r->error == EBUSY && is_state(r, "removing"))
		return "it is being removed already";
	if (r->error == EBUSY && is_state(r, "evacuating"))
		return "it has failed, and its pages are just moving away: try again later";
	return control_reason(reasons, r->error);
}

/* As if it had not been caught: the shell or whoever started this wants to know. */
static void __attribute__((noreturn)) die_of(int signo)
{
	fflush(stdout);
	signal(signo, SIG_DFL);
	raise(signo);
	mask_signal(SIG_UNBLOCK, signo);
	exit(128 + signo);
}

static void __attribute__((noreturn)) fail_removal(const struct removal *r)
{
	char *why;

	switch (r->error) {
	case EINTR:
		why = r->signal ? xasprintf("stopped by SIG%s", sigabbrev_np(r->signal)) :
				  xasprintf("not removed within %g s", r->timeout);
		complain_removal(r, why);
		free(why);
		if (r->signal)
			die_of(r->signal);
		break;
	case ENOSPC:
	case EIO:
		complain_removal(r, why_not(r));
		break;
	default:
		tell_error("%s: %s", r->request.name, why_not(r));
		break;
	}
	exit(EXIT_FAILURE);
}

static void try_dry(struct removal *r)
{
	int error = control_request(r->control, VSWAP_BACKEND_REMOVE, &r->request);
	char *pages;

	r->error = error;
	if (error && error != ENOSPC)
		fail("%s: %s", r->request.name, why_not(r));
	pages = format_pages(r->before.used);
	if (error) {
		tell_error("%s: the other backends can't hold its %s", r->request.name, pages);
		free(pages);
		exit(EXIT_FAILURE);
	}
	change_done(change_pages("removable", r, r->before.used), "%s: could be removed, %s would move",
		    r->request.name, pages);
	free(pages);
}

static void remove_it(struct removal *r)
{
	start(r);
	wait_for_end(r);
	if (r->error)
		fail_removal(r);
	print_removed(r);
	remark_named(r);
	close(r->done);
	close(r->signals);
}

static void set_option(struct removal *r, int option, const char *arg)
{
	switch (option) {
	case DRY_RUN:
		r->request.flags |= VSWAP_REMOVE_DRY_RUN;
		break;
	case FORCE:
		r->request.flags |= VSWAP_REMOVE_FORCE;
		break;
	case JSON:
		messages_as_json();
		break;
	case TIMEOUT:
		if (!value_parse_seconds(&r->timeout, arg) || !r->timeout)
			fail_usage("not a time: '%s'", arg);
		break;
	}
}

static void run(const struct command *cmd, int argc, char **argv)
{
	struct removal r = { .request = { .fd = -1 } };
	int option;

	while ((option = next_option(cmd, argc, argv)) >= 0)
		set_option(&r, option, optarg);
	control_set_name(r.request.name, argv[optind]);

	r.dir = sysfs_open();
	r.control = control_open();
	r.before = count(&r);
	r.named = named_find(r.dir, r.request.name);
	r.start = now_seconds();
	if (r.request.flags & VSWAP_REMOVE_DRY_RUN)
		try_dry(&r);
	else
		remove_it(&r);
	changes_end();
	named_free(&r.named);
	control_close();
	close(r.dir);
}

const struct command backend_remove_command = {
	.group = "backend",
	.name = "remove",
	.args = args,
	.help = "Move its pages to the other backends and take it away",
	.options = options,
	.on_backend = true,
	.run = run,
};
