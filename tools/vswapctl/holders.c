// SPDX-License-Identifier: GPL-2.0
/*
 * Who has swapped pages: what page tables, or files of tmpfs, say of slots, and what the module
 * says of them. They come first: what is read back meanwhile has no place then, and counts as
 * not stored.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "holders.h"
#include "message.h"
#include "places.h"
#include "processes.h"
#include "snapshot.h"
#include "tmpfs.h"

/*
 * @seen: of each slot who has counted it last
 * @turn: who counts now
 */
struct count {
	const struct snapshot *snap;
	struct places places;
	uint32_t *seen;
	uint32_t turn;
};

static struct holding new_holding(const struct snapshot *snap)
{
	return (struct holding){ .file = xcalloc(snap->nr_backends, sizeof(uint64_t)) };
}

static bool has_number(const struct backend *backend, unsigned int number)
{
	const struct value *val = &backend->file[BACKEND_NUMBER];

	return val->known && val->number == number;
}

/* One that has gone since the snapshot, or come, has no column of its own. */
static void add_file_page(struct holding *holding, const struct snapshot *snap,
			  const struct vswap_place *place)
{
	size_t i;

	holding->files++;
	holding->file_bytes += place->bytes;
	for (i = 0; i < snap->nr_backends; i++)
		if (has_number(&snap->backend[i], place->number))
			holding->file[i]++;
}

static void add_page(struct holding *holding, const struct snapshot *snap,
		     const struct vswap_place *place)
{
	holding->swapped++;
	switch (place->kind) {
	case VSWAP_PLACE_FILL:
		holding->fill++;
		break;
	case VSWAP_PLACE_POOL:
		holding->pool++;
		holding->pool_bytes += place->bytes;
		break;
	case VSWAP_PLACE_FILE:
	case VSWAP_PLACE_PACKED:
		add_file_page(holding, snap, place);
		break;
	default:
		holding->none++;
		break;
	}
}

static void add_slot(struct count *count, struct holding *holding, uint64_t slot)
{
	if (slot >= count->places.nr || count->seen[slot] == count->turn)
		return;
	count->seen[slot] = count->turn;
	add_page(holding, count->snap, &count->places.place[slot]);
}

static void add_slots(struct count *count, struct holding *holding, const struct slot_list *slots)
{
	size_t i;

	for (i = 0; i < slots->nr; i++)
		add_slot(count, holding, slots->slot[i]);
}

static void add_holding(struct holding *to, const struct holding *more, size_t nr_backends)
{
	size_t i;

	to->swapped += more->swapped;
	to->pool += more->pool;
	to->pool_bytes += more->pool_bytes;
	to->files += more->files;
	to->file_bytes += more->file_bytes;
	for (i = 0; i < nr_backends; i++)
		to->file[i] += more->file[i];
	to->fill += more->fill;
	to->none += more->none;
}

static struct holder *append(struct holders *holders, const struct snapshot *snap)
{
	struct holder *grown = xreallocarray(holders->holder, holders->nr + 1, sizeof(*grown));

	holders->holder = grown;
	grown[holders->nr] = (struct holder){ .holding = new_holding(snap) };
	return &grown[holders->nr++];
}

/* ---- Processes ---- */

static void count_process(struct count *count, struct holders *holders,
			  const struct process *process)
{
	struct holder *holder = append(holders, count->snap);

	holder->pid = process->pid;
	holder->name = xstrdup(process->name);
	holder->cgroup = xstrdup(process->cgroup);
	holder->processes = 1;
	count->turn++;
	add_slots(count, &holder->holding, &process->slots);
}

/* ---- Cgroups ---- */

/* Is a cgroup the other, or below it? */
static bool is_in(const char *cgroup, const char *above)
{
	size_t len = strlen(above);

	if (!strcmp(above, "/"))
		return *cgroup == '/';
	return !strncmp(cgroup, above, len) && (!cgroup[len] || cgroup[len] == '/');
}

static void count_cgroup(struct count *count, struct holders *holders,
			 const struct processes *processes, const char *cgroup)
{
	struct holder *holder = append(holders, count->snap);
	size_t i;

	holder->cgroup = xstrdup(cgroup);
	count->turn++;
	for (i = 0; i < processes->nr; i++) {
		if (!is_in(processes->process[i].cgroup, cgroup))
			continue;
		holder->processes++;
		add_slots(count, &holder->holding, &processes->process[i].slots);
	}
}

static bool is_counted(const struct holders *holders, const char *cgroup)
{
	size_t i;

	for (i = 0; i < holders->nr; i++)
		if (!strcmp(holders->holder[i].cgroup, cgroup))
			return true;
	return false;
}

/* A cgroup and all above it. */
static void count_cgroups(struct count *count, struct holders *holders,
			  const struct processes *processes, const char *cgroup)
{
	char *path = xstrdup(cgroup), *slash;

	while (*path && !is_counted(holders, path)) {
		count_cgroup(count, holders, processes, path);
		slash = strrchr(path, '/');
		if (!slash || !strcmp(path, "/"))
			break;
		slash[slash == path] = '\0';
	}
	free(path);
}

/* ---- Files ---- */

/* As of processes, those that have nothing aren't mentioned. */
static void count_tmpfs(struct count *count, struct holders *holders, const struct tmpfs *tmpfs)
{
	struct holder *holder;

	if (!tmpfs->slots.nr)
		return;
	holder = append(holders, count->snap);
	holder->name = xstrdup(tmpfs->name);
	count->turn++;
	add_slots(count, &holder->holding, &tmpfs->slots);
}

/* ---- All ---- */

/* Whose pages there are: the other one is empty. */
struct whose {
	struct processes processes;
	struct tmpfs_list files;
};

static int compare(const void *a, const void *b)
{
	const struct holder *one = a, *other = b;

	if (one->holding.swapped != other->holding.swapped)
		return one->holding.swapped < other->holding.swapped ? 1 : -1;
	if (one->pid != other->pid)
		return one->pid < other->pid ? -1 : 1;
	return one->cgroup ? strcmp(one->cgroup, other->cgroup) : strcmp(one->name, other->name);
}

/* Whoever's they are: those that nobody else has counted in this turn. */
static void add_rest(struct count *count, struct holding *holding)
{
	size_t i;

	for (i = 0; i < count->places.nr; i++)
		if (count->places.place[i].kind != VSWAP_PLACE_NONE)
			add_slot(count, holding, i);
}

static void count_totals(struct count *count, struct holders *holders,
			 const struct whose *whose)
{
	size_t i;

	holders->all.holding = new_holding(count->snap);
	holders->others.holding = new_holding(count->snap);
	holders->all.processes = whose->processes.nr;
	count->turn++;
	for (i = 0; i < whose->processes.nr; i++)
		add_slots(count, &holders->all.holding, &whose->processes.process[i].slots);
	for (i = 0; i < whose->files.nr; i++)
		add_slots(count, &holders->all.holding, &whose->files.tmpfs[i].slots);
	add_rest(count, &holders->others.holding);
	add_holding(&holders->all.holding, &holders->others.holding, count->snap->nr_backends);
}

static void count_all(struct count *count, struct holders *holders,
		      const struct whose *whose, enum holders_by by)
{
	const struct processes *processes = &whose->processes;
	size_t i;

	for (i = 0; i < processes->nr; i++) {
		if (by == BY_PROCESS)
			count_process(count, holders, &processes->process[i]);
		else
			count_cgroups(count, holders, processes, processes->process[i].cgroup);
	}
	for (i = 0; i < whose->files.nr; i++)
		count_tmpfs(count, holders, &whose->files.tmpfs[i]);
	if (holders->nr)
		qsort(holders->holder, holders->nr, sizeof(*holders->holder), compare);
	count_totals(count, holders, whose);
}

static char *read_whose(struct whose *whose, unsigned int swap_type, enum holders_by by)
{
	*whose = (struct whose){ 0 };
	if (by == BY_TMPFS)
		return tmpfs_read(&whose->files);
	processes_read(&whose->processes, swap_type);
	return NULL;
}

char *holders_read(struct holders *holders, const struct snapshot *snap, enum holders_by by)
{
	const struct value *type = &snap->file[AREA_SWAP_TYPE];
	struct count count = { .snap = snap };
	struct whose whose;
	char *reason;

	*holders = (struct holders){ 0 };
	if (!type->known)
		return xstrdup("the vswap module can't say it: is it of another version?");
	if (type->negative)
		return xstrdup("swap is off");
	reason = read_whose(&whose, type->number, by);
	if (!reason)
		reason = places_read(&count.places);
	if (!reason) {
		count.seen = xcalloc(count.places.nr, sizeof(*count.seen));
		count_all(&count, holders, &whose, by);
		free(count.seen);
		places_free(&count.places);
	}
	processes_free(&whose.processes);
	tmpfs_free(&whose.files);
	return reason;
}

static void free_holder(struct holder *holder)
{
	free(holder->name);
	free(holder->cgroup);
	free(holder->holding.file);
}

void holders_free(struct holders *holders)
{
	while (holders->nr)
		free_holder(&holders->holder[--holders->nr]);
	free(holders->holder);
	free_holder(&holders->others);
	free_holder(&holders->all);
	*holders = (struct holders){ 0 };
}
