// SPDX-License-Identifier: GPL-2.0
/* vswapctl unload: swapoff, if there is room for what is swapped, and modprobe -r. */
#include <stdlib.h>

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

static void run(const struct command *cmd, int argc, char **argv)
{
	char *swapoff[] = { "swapoff", VSWAP_DEVICE, NULL };
	char *modprobe[] = { "modprobe", "-r", "vswap", NULL };
	struct room room = room_look();

	while (next_option(cmd, argc, argv) >= 0)
		messages_as_json();
	if (room.on) {
		room_check(&room);
		if (program_run(swapoff))
			fail(VSWAP_STAYS_ON "swapoff failed, and nothing is lost; free memory or add swap, "
			     "and try again");
		change_done(change_new("swapped off", NULL), NULL);
	}
	if (system_has("/sys/module/vswap")) {
		if (program_run(modprobe))
			fail_quietly("modprobe failed");
		change_done(change_new("unloaded", NULL), NULL);
	}
	changes_end();
}

static void more_help(void)
{
	puts("\nWhere memory and other swap have no room for what is swapped, nothing is changed.");
}

/* For the unit: the counterpart of start. */
const struct command stop_command = {
	.name = "stop",
	.help = "The same as unload: what the unit is stopped by",
	.options = options,
	.more_help = more_help,
	.run = run,
};

const struct command unload_command = {
	.name = "unload",
	.help = "Swap off and unload the module, if there is room for what is swapped",
	.options = options,
	.more_help = more_help,
	.run = run,
};
