// SPDX-License-Identifier: GPL-2.0
/* vswapctl unload: swapoff, if there is room for what is swapped, and modprobe -r. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "change.h"
#include "command.h"
#include "message.h"
#include "program.h"
#include "room.h"
#include "system.h"

enum { JSON };

static const struct option_row options[] = {
	[JSON] = { 'j', "json", NULL, "JSON" },
	{ 0 }
};

static bool is_going_down(void)
{
	char *systemctl[] = { "systemctl", "is-system-running", NULL };
	int fd = memfd_create("state", MFD_CLOEXEC);
	char state[32] = "";

	if (fd < 0)
		return false;
	if (program_run_to(systemctl, fd) < 0 || pread(fd, state, sizeof(state) - 1, 0) < 0)
		state[0] = '\0';
	close(fd);
	return !strcmp(state, "stopping\n");
}

/* At the end nobody can make room, nor has to: programs end, and swap goes off after them. */
static void stay_on(const struct command *cmd, const char *reason)
{
	if (cmd != &stop_command || !is_going_down())
		fail(VSWAP_STAYS_ON "%s", reason);
	remark(VSWAP_STAYS_ON "the machine is going down, and programs have to end first");
}

static bool switch_off(const struct command *cmd, const struct room *room)
{
	char *swapoff[] = { "swapoff", VSWAP_DEVICE, NULL }, *reason = room_lack(room);

	if (reason) {
		stay_on(cmd, reason);
		free(reason);
		return false;
	}
	if (program_run(swapoff)) {
		stay_on(cmd, "swapoff failed, and nothing is lost; free memory or add swap, and try again");
		return false;
	}
	change_done(change_new("swapped off", NULL), NULL);
	return true;
}

static void unload(void)
{
	char *modprobe[] = { "modprobe", "-r", "vswap", NULL };

	if (program_run(modprobe))
		fail_quietly("modprobe failed");
	change_done(change_new("unloaded", NULL), NULL);
}

static void run(const struct command *cmd, int argc, char **argv)
{
	struct room room = room_look();
	bool off;

	while (next_option(cmd, argc, argv) >= 0)
		messages_as_json();
	off = !room.on || switch_off(cmd, &room);
	if (off && system_has("/sys/module/vswap"))
		unload();
	changes_end();
}

static void more_help(void)
{
	puts("\nWhere memory and other swap have no room for what is swapped, nothing is changed.");
}

static void stop_help(void)
{
	more_help();
	puts("While the machine goes down that is no failure.");
}

/* For the unit: the counterpart of start. */
const struct command stop_command = {
	.name = "stop",
	.help = "The same as unload: what the unit is stopped by",
	.options = options,
	.more_help = stop_help,
	.run = run,
};

const struct command unload_command = {
	.name = "unload",
	.help = "Swap off and unload the module, if there is room for what is swapped",
	.options = options,
	.more_help = more_help,
	.run = run,
};
