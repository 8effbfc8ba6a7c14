/* SPDX-License-Identifier: GPL-2.0 */
/* The steps of vswapctl setup, there and back. */
#ifndef VSWAPCTL_STEP_H
#define VSWAPCTL_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "setup_record.h"

struct json_object;

enum step_kind {
	STEP_FILE,		/* make the swap file @what of @bytes */
	STEP_CONF,		/* write @what to vswap.conf */
	STEP_ENABLE,		/* the unit @what, at each boot */
	STEP_START,		/* swap, now */
	STEP_RELOAD,
	STEP_DISABLE,		/* the unit @what, which is somebody else's; for good */
	STEP_MASK,
};

struct step {
	enum step_kind kind;
	char *what;
	uint64_t bytes;
};

/* In a few words. The caller frees it. */
char *step_text(const struct step *step);
/* The same, with all that is written. */
void step_print(const struct step *step);

/* For programs: as change_new(). */
struct json_object *step_change(const struct step *step);

/* @has_unit: vswap.service is there, and systemd. What is done is in @record before. */
void step_do(const struct step *step, bool has_unit, struct record *record);

/* Has swap, if it is on, follow a vswap.conf that was written. */
void follow_conf(bool has_unit);

/* For people, what undoing the entry would be; NULL: nothing. The caller frees it. */
char *undo_text(const struct record_entry *entry);
/* Returns false if what was made stays: it is somebody else's by now. */
bool undo(const struct record_entry *entry, bool has_unit);

#endif
