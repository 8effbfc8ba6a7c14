// SPDX-License-Identifier: GPL-2.0
/* What time it is, and waiting. */
#include <errno.h>
#include <limits.h>
#include <time.h>

#include "clock.h"
#include "message.h"

double now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

void sleep_until(double when)
{
	struct timespec time = { .tv_sec = when };

	time.tv_nsec = (when - time.tv_sec) * 1e9;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR)
		;
}

bool sleep_until_signal(double due, const sigset_t *set, siginfo_t *info)
{
	struct timespec time;
	double left;
	int signal;

	do {
		left = due ? due - now_seconds() : INT_MAX;
		if (left < 0)
			left = 0;
		time.tv_sec = left;
		time.tv_nsec = (left - time.tv_sec) * 1e9;
		signal = sigtimedwait(set, info, &time);
	} while (signal < 0 && (errno == EINTR || !due));
	return signal > 0;
}

double next_due(double due, double interval)
{
	double now = now_seconds();

	return due + interval < now ? now + interval : due + interval;
}

char *format_now(void)
{
	struct timespec now;
	char text[32];
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	return xasprintf("%s.%03ldZ", text, now.tv_nsec / 1000000);
}
