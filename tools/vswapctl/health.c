// SPDX-License-Identifier: GPL-2.0
/* Whether swap is as it should be, and what is to be done if not. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "derived.h"
#include "doctor_options.h"
#include "health.h"
#include "message.h"
#include "program.h"
#include "scene.h"
#include "snapshot.h"
#include "system.h"

/* From here on somebody should think of more room. */
#define NEARLY_FULL	95

static struct health *report;

/*
 * "STATUS|ACTION"; behind those that are as bad. No action has a bar in it, but a status may, of
 * what somebody wrote into vswap.conf.
 */
static void __attribute__((format(printf, 2, 3)))
ail(enum severity severity, const char *fmt, ...)
{
	struct ailment *grown = xreallocarray(report->ailment, report->nr + 1, sizeof(*grown));
	char *text, *action;
	size_t i;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	report->ailment = grown;
	for (i = report->nr; i && grown[i - 1].severity < severity; i--)
		grown[i] = grown[i - 1];
	action = strrchr(text, '|');
	*action = '\0';
	grown[i] = (struct ailment){ severity, text, xstrdup(action + 1) };
	report->nr++;
}

static bool is(const struct value *val, const char *text)
{
	return val->known && !strcmp(val->text, text);
}

static bool counted(struct value val)
{
	return val.known && val.number;
}

static const char *pages(uint64_t number)
{
	return number == 1 ? "page" : "pages";
}

/* ---- Backends ---- */

static void look_at_errors(const struct backend *backend)
{
	const char *name = backend->name.text;
	struct value reads = backend->file[BACKEND_READ_ERRORS];
	struct value writes = backend->file[BACKEND_WRITE_ERRORS];

	if (counted(reads))
		ail(SEVERITY_DEGRADED, "%" PRIu64 " %s could not be read from the backend %s.|"
		    "See the kernel's log for what its disk has; \"vswapctl backend remove %s\" moves "
		    "away what can be read.", reads.number, pages(reads.number), name, name);
	else if (counted(writes))
		ail(SEVERITY_NOTE, "%" PRIu64 " %s could not be written to the backend %s, and went "
		    "elsewhere.|Keep an eye on its disk; the places that failed aren't used again.",
		    writes.number, pages(writes.number), name);
}

static void look_at_backend(const struct backend *backend)
{
	const struct value *state = &backend->file[BACKEND_STATE];
	const char *name = backend->name.text;

	if (is(state, "failed")) {
		ail(SEVERITY_DEGRADED, "The backend %s has failed after errors of its disk: it takes no "
		    "more pages, and those it has are only read.|\"vswapctl backend remove %s\" moves "
		    "them away, for the disk to be replaced; \"vswapctl backend enable %s\" if the "
		    "cause is gone.", name, name, name);
		return;
	}
	if (is(state, "evacuating")) {
		ail(SEVERITY_DEGRADED, "The backend %s has failed after errors of its disk, and its pages "
		    "are moving to the others.|Wait, then \"vswapctl backend remove %s\" and replace "
		    "the disk.", name, name);
		return;
	}
	look_at_errors(backend);
	if (is(state, "removing"))
		ail(SEVERITY_NOTE, "The pages of the backend %s are moving to the others.|None: it goes "
		    "when they have moved.", name);
	else if (is(state, "disabled"))
		ail(SEVERITY_NOTE, "The backend %s is disabled, and takes no more pages.|"
		    "\"vswapctl backend enable %s\" when it shall.", name, name);
}

static void look_at_backends(const struct snapshot *snap)
{
	size_t i, taking = 0;

	for (i = 0; i < snap->nr_backends; i++)
		taking += is(&snap->backend[i].file[BACKEND_STATE], "on") ||
			  !snap->backend[i].file[BACKEND_STATE].known;
	if (snap->backends_known && !taking)
		ail(SEVERITY_DEGRADED, "No backend takes pages: nothing more can be swapped out.|"
		    "\"vswapctl backend add\", or \"vswapctl backend enable\" one that is there.");
	for (i = 0; i < snap->nr_backends; i++)
		look_at_backend(&snap->backend[i]);
}

/* ---- What vswap.conf wants ---- */

static char *conf_error;

static void wrong(const char *text)
{
	if (!conf_error)
		conf_error = xstrdup(text);
}

static void look_for(const struct snapshot *snap, const char *name, const char *where)
{
	if (!snapshot_find(snap, name))
		ail(SEVERITY_DEGRADED, "The backend %s, which is named in %s, isn't there.|"
		    "\"vswapctl reload\" adds it, or says what keeps it from that; if it was removed "
		    "for good, take it out of there.", name, where);
}

#define NEXT_START	"%s, and the next start would fail.|Put it right; \"vswapctl doctor --options\" " \
			"tells whether it is."

static void look_at_wanted(const struct snapshot *snap, const struct conf *conf)
{
	char *lack = conf_lacks(conf);
	size_t i;

	if (lack)
		ail(SEVERITY_NOTE, NEXT_START, lack);
	free(lack);
	if (!snap->backends_known)
		return;
	if (conf->has_pool)
		look_for(snap, CONF_POOL, conf->pool_where);
	for (i = 0; i < conf->nr_files; i++)
		look_for(snap, conf->file[i].name, conf->file[i].where);
}

/* As "vswapctl start" loads it by vswap.conf. */
static bool was_started_by_conf(void)
{
	return system_line_is("/sys/module/vswap/parameters/autostart", "N");
}

/* A file that isn't right says nothing of what should be there. */
static void look_at_conf(const struct snapshot *snap)
{
	struct conf conf;

	conf_read(&conf, wrong);
	if (conf_error)
		ail(SEVERITY_NOTE, NEXT_START, conf_error);
	else if (conf.given)
		look_at_wanted(snap, &conf);
	else if (was_started_by_conf())
		ail(SEVERITY_NOTE, "Swap seems to have been started by " CONF_PATH ", which is gone: the "
		    "next start has only the options of modprobe.d.|Write it again, or have "
		    "\"vswapctl setup\" do so.");
	free(conf_error);
	conf_error = NULL;
	conf_free(&conf);
}

/* ---- The area ---- */

static void look_at_area(const struct snapshot *snap)
{
	struct value lost = snap->file[AREA_READ_ERRORS], sums = snap->file[AREA_CHECKSUM_ERRORS];
	struct value use = area_use(snap);

	if (counted(sums))
		ail(SEVERITY_NOTE, "%" PRIu64 " %s of what was swapped out had changed when read back.|"
		    "Check memory and disks; whoever needed them was ended by SIGBUS.",
		    sums.number, pages(sums.number));
	else if (counted(lost))
		ail(SEVERITY_NOTE, "%" PRIu64 " %s could not be read back since the module was loaded.|"
		    "Start anew what was ended by SIGBUS; the kernel's log has the cause.",
		    lost.number, pages(lost.number));
	if (use.known && use.fraction >= NEARLY_FULL)
		ail(SEVERITY_NOTE, "Swap is nearly full.|\"vswapctl backend add\" a swap file, or "
		    "\"vswapctl backend resize\" one.");
}

/* ---- No swap ---- */

/* systemd is asked only where it runs, and has the unit. */
static bool unit_has_failed(void)
{
	char *argv[] = { "systemctl", "is-failed", "--quiet", "vswap.service", NULL };
	bool failed = false;
	int fd;

	if (!scene_has_unit())
		return false;
	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fd >= 0) {
		failed = !program_run_to(argv, fd);
		close(fd);
	}
	return failed;
}

static void look_at_start(bool loaded)
{
	if (unit_has_failed())
		ail(SEVERITY_OFF, "The unit vswap.service has failed: swap isn't on.|"
		    "\"journalctl -b -u vswap\" tells why; when that is put right, "
		    "\"systemctl restart vswap\".");
	else if (loaded)
		ail(SEVERITY_OFF, "The module is loaded, but swap is off.|\"vswapctl start\".");
	else
		ail(SEVERITY_OFF, "The vswap module is not loaded.|"
		    "\"vswapctl doctor\" tells whether it would work, \"vswapctl setup\" sets it "
		    "up, and \"vswapctl start\" starts what is set up.");
}

void health_read(struct health *health, const struct snapshot *snap)
{
	*health = (struct health){ 0 };
	report = health;
	if (!snap) {
		look_at_start(false);
		return;
	}
	if (!is(&snap->file[AREA_STATE], "on")) {
		look_at_start(true);
	} else {
		look_at_backends(snap);
		look_at_conf(snap);
	}
	look_at_area(snap);
}

void health_free(struct health *health)
{
	while (health->nr) {
		free(health->ailment[--health->nr].status);
		free(health->ailment[health->nr].action);
	}
	free(health->ailment);
}

bool health_is_degraded(const struct health *health)
{
	return health->nr && health->ailment[0].severity >= SEVERITY_DEGRADED;
}

const char *health_state(const struct health *health)
{
	static const char *const states[] = { "on", "degraded", "off" };

	return health->nr ? states[health->ailment[0].severity] : states[0];
}
