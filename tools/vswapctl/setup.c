// SPDX-License-Identifier: GPL-2.0
/* vswapctl setup: from nothing, or from zram, to swap on vswap, and back. */
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "change.h"
#include "command.h"
#include "conf.h"
#include "json.h"
#include "message.h"
#include "needs.h"
#include "plan.h"
#include "scene.h"
#include "setup_record.h"
#include "system.h"
#include "value.h"

enum { DRY_RUN, ENCRYPT, FILE_PATH, JSON, NO_FILE, POOL, SIZE, UNDO, YES };

static const struct option_row options[] = {
	[DRY_RUN]   = { 'n', "dry-run", NULL, "only print the plan" },
	[ENCRYPT]   = { 0, "encrypt", NULL, "encrypt what goes to the swap file" },
	[FILE_PATH] = { 0, "file", "<path>", "the swap file or partition" },
	[JSON]      = { 'j', "json", NULL, "JSON, with --yes or --dry-run" },
	[NO_FILE]   = { 0, "no-file", NULL, "only a pool" },
	[POOL]      = { 0, "pool", "<size>", "the most memory of the pool: 25%, 8G, min(ram/4, 8G)" },
	[SIZE]      = { 0, "size", "<size>", "of a swap file that isn't there yet" },
	[UNDO]      = { 0, "undo", NULL, "take back what setup has done" },
	[YES]       = { 'y', "yes", NULL, "don't ask" },
	{ 0 }
};

struct request {
	struct wishes wishes;
	bool dry_run;
	bool undo;
	bool yes;
};

static void set_option(struct request *request, int option, const char *arg)
{
	switch (option) {
	case DRY_RUN:
		request->dry_run = true;
		break;
	case ENCRYPT:
		request->wishes.encrypt = true;
		break;
	case FILE_PATH:
		request->wishes.file = arg;
		break;
	case JSON:
		messages_as_json();
		break;
	case NO_FILE:
		request->wishes.no_file = true;
		break;
	case POOL:
		request->wishes.pool = arg;
		break;
	case SIZE:
		request->wishes.size = arg;
		break;
	case UNDO:
		request->undo = true;
		break;
	case YES:
		request->yes = true;
		break;
	}
}

static void check_options(const struct request *request)
{
	const struct wishes *wishes = &request->wishes;

	if (wishes->no_file && (wishes->file || wishes->size))
		fail_usage("--no-file excludes --file and --size");
	if (request->undo && (wishes->no_file || wishes->file || wishes->size || wishes->pool ||
			      wishes->encrypt))
		fail_usage("--undo takes no other options than --dry-run, --json and --yes");
	if (messages_are_json() && !request->dry_run && !request->yes)
		fail_usage("--json needs --dry-run or --yes");
	if (!request->dry_run && geteuid() != system_owner())
		fail("only root can set it up; --dry-run shows the plan");
}

/* True if the user wants it. */
static bool ask(void)
{
	char *line = NULL;
	size_t size = 0;
	bool answered, yes;

	fputs("Do this? [y/N] ", stdout);
	fflush(stdout);
	answered = getline(&line, &size, stdin) > 0;
	yes = answered && (*line == 'y' || *line == 'Y');
	if (!answered)
		putchar('\n');
	free(line);
	if (!yes)
		puts("Nothing was done.");
	return yes;
}

static bool go_on(const struct request *request)
{
	if (request->dry_run)
		return false;
	if (!request->yes && !ask())
		exit(EXIT_FAILURE);
	return true;
}

/* Takes over the text. */
static void begin_step(size_t number, size_t of, char *text)
{
	if (!messages_are_json())
		printf("%zu of %zu: %s\n", number, of, text);
	fflush(stdout);
	free(text);
}

static void end_steps(const char *text)
{
	if (!messages_are_json())
		puts(text);
	changes_end();
}

/* ---- There ---- */

/* It isn't worth a swap file if it can't be used. */
static void check_module(bool dry_run)
{
	static const char none[] = "there is no vswap module for this kernel: vswapctl doctor says why";
	char *modules = system_modules(), *configs = system_configs();
	struct needs *needs = needs_read(NULL, modules, configs);

	if (!needs && !dry_run && !system_has("/sys/module/vswap"))
		fail("%s", none);
	if (!needs && dry_run)
		remark(none);
	if (needs && needs->words)
		remark("There are options in modprobe.d: what " CONF_NAME " has a key for, it alone will decide");
	needs_free(needs);
	free(configs);
	free(modules);
}

static void print_scene(const struct scene *scene)
{
	struct value ram = value_number(UNIT_BYTES, scene->ram), free_room;
	char *size = value_format(&ram, false), *room;

	free_room = value_number(UNIT_BYTES, scene->root.free);
	room = value_format(&free_room, false);
	printf("Found: %s of memory; / on %s%s, %s free; vswap is %s\n", size,
	       *scene->root.type ? scene->root.type : "?",
	       scene->root.crypt ? ", encrypted" : "", room, scene->on ? "on" : "off");
	free(room);
	free(size);
}

static void print_plan(const struct plan *plan)
{
	size_t i;

	if (!plan->nr)
		puts("All is set up: nothing is to be done");
	for (i = 0; i < plan->nr; i++) {
		printf(" %zu. ", i + 1);
		step_print(&plan->step[i]);
	}
	for (i = 0; i < plan->nr_notes; i++)
		printf("Note: %s\n", plan->note[i]);
}

/* For programs: what it is going to do, and what there is to know besides. */
static void print_plan_as_json(const struct plan *plan)
{
	struct json_object *all = json_object_new_object(), *steps = json_object_new_array();
	struct json_object *notes = json_object_new_array();
	size_t i;

	for (i = 0; i < plan->nr; i++)
		json_object_array_add(steps, step_change(&plan->step[i]));
	for (i = 0; i < plan->nr_notes; i++)
		json_object_array_add(notes, json_text(plan->note[i]));
	json_add(all, "plan", steps);
	json_add(all, "notes", notes);
	json_print(all);
}

/* Returns false where nothing is to be done with it. */
static bool show_plan(const struct plan *plan, bool dry_run)
{
	if (!messages_are_json())
		print_plan(plan);
	else if (dry_run)
		print_plan_as_json(plan);
	return plan->nr;
}

/* Also where --json shows no plan. */
static void tell_later(const struct plan *plan)
{
	char *text;

	if (!plan->later || (!plan->nr && !messages_are_json()))
		return;
	text = xasprintf("Note: %s", plan->later);
	remark(text);
	free(text);
}

static void do_plan(const struct plan *plan, bool has_unit)
{
	struct record record;
	size_t i;

	record_read(&record);
	for (i = 0; i < plan->nr; i++) {
		begin_step(i + 1, plan->nr, step_text(&plan->step[i]));
		step_do(&plan->step[i], has_unit, &record);
		change_done(step_change(&plan->step[i]), NULL);
	}
	record_free(&record);
	end_steps("Done. vswapctl status says whether all is well; vswapctl setup --undo takes it back");
}

static void set_up(const struct request *request)
{
	struct scene scene;
	struct plan plan;

	check_module(request->dry_run);
	scene_look(&scene);
	if (!messages_are_json())
		print_scene(&scene);
	plan_make(&plan, &scene, &request->wishes);
	if (show_plan(&plan, request->dry_run) && go_on(request))
		do_plan(&plan, scene.has_unit);
	else if (!request->dry_run)
		changes_end();
	if (!request->dry_run)
		tell_later(&plan);
	plan_free(&plan);
	scene_free(&scene);
}

/* ---- And back ---- */

static struct json_object *undo_change(const struct record_entry *entry, bool undone)
{
	struct json_object *change = change_new(undone ? "undone" : "kept", NULL);
	char *text = undo_text(entry);

	json_add(change, "text", json_text(text));
	free(text);
	return change;
}

static void print_undo(const struct record *record)
{
	size_t i, nr = 0;

	for (i = record->nr; i--;) {
		char *text = undo_text(&record->entry[i]);

		printf(" %zu. %s\n", ++nr, text);
		free(text);
	}
	if (!nr)
		puts("Nothing is to be undone");
}

static void print_undo_as_json(const struct record *record)
{
	struct json_object *all = json_object_new_object(), *steps = json_object_new_array();
	size_t i;

	for (i = record->nr; i--;)
		json_object_array_add(steps, undo_change(&record->entry[i], true));
	json_add(all, "plan", steps);
	json_print(all);
}

/* The last step first. Returns false where nothing is to be done with it. */
static bool show_undo(const struct record *record, bool dry_run)
{
	if (!messages_are_json())
		print_undo(record);
	else if (dry_run)
		print_undo_as_json(record);
	return record->nr;
}

static void undo_steps(struct record *record)
{
	bool has_unit = scene_has_unit(), conf = false;
	size_t nr = 0, of = record->nr;

	while (record->nr) {
		const struct record_entry *last = &record->entry[record->nr - 1];

		begin_step(++nr, of, undo_text(last));
		conf |= !strcmp(last->verb, "conf");
		change_done(undo_change(last, undo(last, has_unit)), NULL);
		record_drop_last(record);
	}
	/* What was replaced while swap was on counts again. */
	if (conf)
		follow_conf(has_unit);
	end_steps("Done");
}

static void undo_all(const struct request *request)
{
	struct record record;

	record_read(&record);
	if (show_undo(&record, request->dry_run) && go_on(request))
		undo_steps(&record);
	else if (!request->dry_run)
		changes_end();
	record_free(&record);
}

static void run(const struct command *cmd, int argc, char **argv)
{
	struct request request = { 0 };
	int option;

	while ((option = next_option(cmd, argc, argv)) >= 0)
		set_option(&request, option, optarg);
	check_options(&request);
	if (request.undo)
		undo_all(&request);
	else
		set_up(&request);
}

static void more_help(void)
{
	puts("\nIt prints what it is going to do, and asks. Run again it does what is missing, also\n"
	     "after it was interrupted. An " CONF_PATH " that is there is only replaced where one\n"
	     "of --encrypt, --file, --no-file, --pool and --size is given.");
}

const struct command setup_command = {
	.name = "setup",
	.help = "Set swap up: a swap file, vswap.conf, the unit; and zram off",
	.options = options,
	.more_help = more_help,
	.run = run,
};
