// SPDX-License-Identifier: GPL-2.0
/* Runs a program and looks, again and again, at what swap does. */
#include <errno.h>
#include <math.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "message.h"
#include "recording.h"

/* What would end this program is for the other one to decide. */
static const int forwarded[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 };

#define NR_FORWARDED	(sizeof(forwarded) / sizeof(*forwarded))

struct watched {
	pid_t pid;
	sigset_t signals, before;	/* blocked here, and what was */
};

/* ---- The program ---- */

static void block_signals(struct watched *watched)
{
	size_t i;

	/* who ignored it would never be told of an end */
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&watched->signals);
	sigaddset(&watched->signals, SIGCHLD);
	for (i = 0; i < NR_FORWARDED; i++)
		sigaddset(&watched->signals, forwarded[i]);
	sigprocmask(SIG_BLOCK, &watched->signals, &watched->before);
}

/* Its signals are as they were here. Returns 0 or an errno. */
static int start(const struct recording *recording, struct watched *watched)
{
	char *const *command = recording->command;
	posix_spawnattr_t attributes;
	int error;

	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, recording->signals ? recording->signals :
								     &watched->before);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	error = posix_spawnp(&watched->pid, command[0], NULL, &attributes, command, environ);
	posix_spawnattr_destroy(&attributes);
	return error;
}

/* What a terminal sends the program has got as well; what others send only we have. */
static void forward(const struct watched *watched, struct recording *recording,
		    const siginfo_t *info)
{
	if (info->si_signo != SIGCHLD && info->si_signo != SIGUSR1 && info->si_signo != SIGUSR2)
		recording->interrupted = true;
	if (info->si_signo != SIGCHLD && info->si_code <= 0)
		kill(watched->pid, info->si_signo);
}

static bool has_ended(const struct watched *watched, struct recording *recording)
{
	int status;

	if (wait4(watched->pid, &status, WNOHANG, &recording->usage) != watched->pid)
		return false;
	recording->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	recording->status = recording->signal ? 128 + recording->signal : WEXITSTATUS(status);
	return true;
}

/* Until @due; true: the program has ended before. */
static bool wait_for_end(const struct watched *watched, struct recording *recording, double due)
{
	siginfo_t info;

	while (sleep_until_signal(due, &watched->signals, &info)) {
		forward(watched, recording, &info);
		if (has_ended(watched, recording))
			return true;
	}
	return false;
}

/* ---- What is seen ---- */

static void remember_most(struct recording *recording, const struct point *point)
{
	double *most = recording->most;
	size_t i;

	/* the pool's ratio belongs to what was in it */
	if (isnan(most[MEASURE_SWAPPED]) || point->value[MEASURE_SWAPPED] > most[MEASURE_SWAPPED])
		recording->ratio = point->value[MEASURE_RATIO];
	/* what isn't known, as of a backend that has gone, counts for nothing there */
	for (i = 0; i < MEASURE_COUNT; i++)
		most[i] = fmax(most[i], point->value[i]);
	recording->least_available = fmin(recording->least_available,
					  point->value[MEASURE_AVAILABLE]);
	for (i = 0; i < MAX_BACKENDS; i++)
		recording->most_held[i] = fmax(recording->most_held[i], point->backend[i][BACKEND_HAS]);
}

static void look(struct recording *recording, double start)
{
	struct point_loads *loads = recording->no_loads ? NULL : xcalloc(1, sizeof(*loads));

	recording->last.seconds = now_seconds() - start;
	recording_look(recording, &recording->last, loads);
	remember_most(recording, &recording->last);
	points_add(&recording->points, &recording->last, loads);
	free(loads);
}

static double processor_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void prepare(struct recording *recording)
{
	static const struct latency_filter all;
	size_t i;

	if (!recording->no_loads)
		recording->no_loads = latency_probe_start(&all);
	points_init(&recording->points, !recording->no_loads);
	recording->ratio = NAN;
	recording->least_available = NAN;
	for (i = 0; i < MAX_BACKENDS; i++)
		recording->most_held[i] = NAN;
	for (i = 0; i < MEASURE_COUNT; i++)
		recording->most[i] = NAN;
}

/* The last time is when it has ended. */
static void look_until_end(const struct watched *watched, struct recording *recording, double began)
{
	double due = next_due(began, recording->interval);

	while (!wait_for_end(watched, recording, due)) {
		look(recording, began);
		due = next_due(due, recording->interval);
	}
	look(recording, began);
}

int recording_run(struct recording *recording)
{
	struct watched watched;
	double began, own = processor_seconds();
	int error;

	prepare(recording);
	block_signals(&watched);
	began = now_seconds();
	look(recording, began);
	recording->first = recording->last;
	error = start(recording, &watched);
	if (!error)
		look_until_end(&watched, recording, began);
	recording->seconds = recording->last.seconds;
	recording->own_seconds = processor_seconds() - own;
	sigprocmask(SIG_SETMASK, &watched.before, NULL);
	return error;
}

double recording_total(const struct recording *recording, enum measure measure)
{
	return grown(recording->first.value[measure], recording->last.value[measure]);
}

/* One that came meanwhile began with nothing. */
double recording_backend_total(const struct recording *recording, size_t backend,
			       enum backend_measure measure)
{
	double before = recording->first.backend[backend][measure];

	return grown(isnan(before) ? 0 : before, recording->last.backend[backend][measure]);
}

void recording_free(struct recording *recording)
{
	size_t i;

	for (i = 0; i < recording->nr_backends; i++)
		free(recording->backend[i]);
	points_free(&recording->points);
	free(recording->no_loads);
}
