// SPDX-License-Identifier: GPL-2.0
/* vswapctl unload: swapoff, if there is room for what is swapped, and modprobe -r. */
#include <stdlib.h>

#include "change.h"
#include "command.h"
#include "message.h"
#include "program.h"
#include "room.h"
#include "system.h"
#include "value.h"

#define STAYS_ON	VSWAP_DEVICE " stays on: "

enum { JSON };

static const struct option_row options[] = {
	[JSON] = { 'j', "json", NULL, "JSON" },
	{ 0 }
};

static char *format_bytes(uint64_t bytes)
{
	struct value val = value_number(UNIT_BYTES, bytes);

	return value_format(&val, false);
}

/* The kernel would try all the same, until its OOM killer comes. */
static void check_room(const struct room *room)
{
	uint64_t wanted = room_wanted(room->swapped), there = room->memory + room->elsewhere;
	char *cgroup;

	if (!room->swapped)
		return;
	if (wanted > there)
		fail(STAYS_ON "what is swapped there, %s, needs %s free in memory and other swap, and "
		     "there are %s; free memory or add swap, and try again",
		     format_bytes(room->swapped), format_bytes(wanted), format_bytes(there));
	cgroup = room_tight_cgroup(room);
	if (cgroup)
		fail(STAYS_ON "the cgroup %s has more in swap than its memory.max lets into memory; "
		     "raise memory.max or add swap, and try again", cgroup);
}

static void run(const struct command *cmd, int argc, char **argv)
{
	char *swapoff[] = { "swapoff", VSWAP_DEVICE, NULL };
	char *modprobe[] = { "modprobe", "-r", "vswap", NULL };
	struct room room = room_look();

	while (next_option(cmd, argc, argv) >= 0)
		messages_as_json();
	if (room.on) {
		check_room(&room);
		if (program_run(swapoff))
			fail(STAYS_ON "swapoff failed, and nothing is lost; free memory or add swap, "
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
