// SPDX-License-Identifier: GPL-2.0
/* Other programs. */
#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "message.h"
#include "program.h"

static int wait_for(const char *name, pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			fail("cannot wait for %s: %s", name, strerror(errno));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Returns the exit status, or -1 if it can't be run, for the reason in errno. */
static int run(char *const argv[], int out, int err)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int error;

	posix_spawn_file_actions_init(&actions);
	if (out != STDOUT_FILENO)
		posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (err != STDERR_FILENO)
		posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
	error = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	errno = error;
	return error ? -1 : wait_for(argv[0], pid);
}

int program_run(char *const argv[])
{
	int out = messages_are_json() ? STDERR_FILENO : STDOUT_FILENO;
	int status = run(argv, out, STDERR_FILENO);

	if (status < 0)
		fail("cannot run %s: %s", argv[0], strerror(errno));
	return status;
}

int program_run_to(char *const argv[], int fd)
{
	return run(argv, fd, fd);
}
