// SPDX-License-Identifier: GPL-2.0
/* vswapctl doctor: would the module work on this kernel. */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <libsmartcols/libsmartcols.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../../module/btf.h"
#include "command.h"
#include "json.h"
#include "message.h"
#include "needs.h"
#include "table.h"

enum { JSON, MODULE, QUIET };

static const struct option_row options[] = {
	[JSON]            = { 'j', "json", NULL, "JSON" },
	[MODULE]          = { 'm', "module", "<file>",
			      "the module's file, if it isn't installed" },
	[QUIET] = { 'q', "quiet", NULL, "only warnings and problems" },
	{ 0 }
};

enum verdict { OK, WARNING, PROBLEM };

static const char *const verdicts[] = { "ok", "warning", "problem" };

/* One line of the report. */
struct finding {
	enum verdict verdict;
	const char *topic;
	char *text;
};

static struct {
	struct finding *finding;
	size_t nr;
	size_t count[PROBLEM + 1];
} report;

static void __attribute__((format(printf, 3, 4)))
say(enum verdict verdict, const char *topic, const char *fmt, ...)
{
	struct finding *grown = realloc(report.finding, (report.nr + 1) * sizeof(*grown));
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (!grown || vasprintf(&text, fmt, ap) < 0)
		fail("%s", strerror(ENOMEM));
	va_end(ap);
	grown[report.nr] = (struct finding){ verdict, topic, text };
	report.finding = grown;
	report.nr++;
	report.count[verdict]++;
}

/* ---- Files of the system ---- */

/* For tests: a folder that stands for /, empty on a real system. */
static const char *root(void)
{
	const char *root = getenv("VSWAP_ROOT");

	return root ? root : "";
}

static FILE *open_file(const char *path)
{
	char *whole = xasprintf("%s%s", root(), path);
	FILE *file = fopen(whole, "re");

	free(whole);
	return file;
}

static bool exists(const char *path)
{
	char *whole = xasprintf("%s%s", root(), path);
	bool found = !access(whole, F_OK);

	free(whole);
	return found;
}

/* The first line of a file, "" if there is none. The caller frees it. */
static char *read_line(const char *path)
{
	FILE *file = open_file(path);
	char *line = NULL;
	size_t size = 0;

	if (file && getline(&line, &size, file) > 0)
		line[strcspn(line, "\n")] = '\0';
	else if (line)
		line[0] = '\0';
	if (file)
		fclose(file);
	return line ? line : xstrdup("");
}

static bool line_is(const char *path, const char *value)
{
	char *line = read_line(path);
	bool same = !strcmp(line, value);

	free(line);
	return same;
}

/* ---- Needs of one kind ---- */

#define for_each_need(need, needs, of)						\
	for (need = (needs)->need; need < (needs)->need + (needs)->nr; need++)	\
		if (need->kind == (of))

static size_t count_needs(const struct needs *needs, enum need_kind kind)
{
	const struct need *need;
	size_t nr = 0;

	for_each_need(need, needs, kind)
		nr++;
	return nr;
}

/* Is it in kallsyms? */
static bool is_symbol(const struct need *need)
{
	return need->kind == NEED_HOOK || need->kind == NEED_FUNCTION ||
	       need->kind == NEED_SYMBOL;
}

/* Which needs a file names, and how. */
struct sighting {
	unsigned int times;
	bool redirected;
};

static bool is_name_end(char c)
{
	return !c || isspace((unsigned char)c);
}

/*
 * Notes the names of needs among the @column-th words of a file's lines. Lines that
 * end in "[module]" are no symbols of the kernel itself. Returns NULL if the file
 * can't be read.
 */
static struct sighting *look_for(const struct needs *needs, const char *path, int column)
{
	struct sighting *seen = xcalloc(needs->nr, sizeof(*seen));
	FILE *file = open_file(path);
	char *line = NULL;
	size_t size = 0, lines = 0, i;
	int skip;

	while (file && getline(&line, &size, file) > 0) {
		const char *word = line;
		size_t len;

		lines++;
		for (skip = 0; skip < column; skip++) {
			word += strcspn(word, " ");
			word += strspn(word, " ");
		}
		len = strcspn(word, " \t\n");
		for (i = 0; i < needs->nr; i++) {
			const char *name = needs->need[i].name;

			if (!is_symbol(&needs->need[i]) || strncmp(name, word, len) ||
			    name[len] || !is_name_end(word[len]) || strchr(line, '['))
				continue;
			seen[i].times++;
			/* "swap_writepage (1) R I D M ..." */
			seen[i].redirected |= !!strstr(word + len, " I ");
		}
	}
	free(line);
	if (file)
		fclose(file);
	if (lines)
		return seen;
	free(seen);
	return NULL;
}

/* ---- Checks ---- */

static void check_module(const struct needs *needs, const char *release)
{
	if (strcmp(needs->kernel, release)) {
		say(PROBLEM, "module", "%s is for %s, this is %s: dkms autoinstall, with "
		    "linux-headers-%s installed", needs->path, needs->kernel, release, release);
		return;
	}
	say(OK, "module", "version %s for this kernel: %s",
	    needs->version ? needs->version : "?", needs->path);
}

static void check_type(const struct btf_image *image, const struct need *need)
{
	char why[BTF_WHY_SIZE] = "";
	int err = 0;

	if (need->kind == NEED_HOOK || need->kind == NEED_FUNCTION)
		err = btf_check_function(image, need->name, need->type, why);
	else if (need->kind == NEED_FIELD)
		err = btf_check_field(image, need->structure, need->name, need->type,
				      need->number, why);
	else if (need->kind == NEED_SIZE)
		err = btf_check_size(image, need->structure, need->number, why);
	else if (need->kind == NEED_VALUE)
		err = btf_check_value(image, need->name, need->number, why);
	if (err == -ENOMEM)
		fail("%s", strerror(ENOMEM));
	if (err)
		say(PROBLEM, "types", "%s: not the kernel the module was built for", why);
}

/* The same comparison as in the module, on data that libbpf found to be in order. */
static void check_types(const struct needs *needs)
{
	char *path = xasprintf("%s/sys/kernel/btf/vmlinux", root());
	size_t problems = report.count[PROBLEM], i;
	struct btf_image image = { 0 };
	const void *data;
	struct btf *btf;
	__u32 size;

	libbpf_set_print(NULL);
	btf = btf__parse_raw(path);
	if (!btf) {
		say(PROBLEM, "types", "%s can't be read (%s): the module would refuse without "
		    "unchecked=1", path, strerror(errno));
		free(path);
		return;
	}
	free(path);
	data = btf__raw_data(btf, &size);
	if (!data || btf_image_open(&image, data, size)) {
		say(PROBLEM, "types", "the kernel's BTF is of an unknown form");
	} else {
		for (i = 0; i < needs->nr; i++)
			check_type(&image, &needs->need[i]);
		if (report.count[PROBLEM] == problems)
			say(OK, "types", "%zu functions, %zu fields, %zu sizes and %zu values are as "
			    "the module expects",
			    count_needs(needs, NEED_HOOK) + count_needs(needs, NEED_FUNCTION),
			    count_needs(needs, NEED_FIELD), count_needs(needs, NEED_SIZE),
			    count_needs(needs, NEED_VALUE));
	}
	btf_image_close(&image);
	btf__free(btf);
}

static void check_symbols(const struct needs *needs)
{
	struct sighting *seen = look_for(needs, "/proc/kallsyms", 2);
	size_t problems = report.count[PROBLEM], nr = 0, i;

	if (!seen) {
		say(WARNING, "symbols", "/proc/kallsyms can't be read");
		return;
	}
	for (i = 0; i < needs->nr; i++) {
		if (!is_symbol(&needs->need[i]))
			continue;
		nr++;
		if (seen[i].times != 1)
			say(PROBLEM, "symbols", "this kernel has %s symbol \"%s\"",
			    seen[i].times ? "more than one" : "no", needs->need[i].name);
	}
	if (report.count[PROBLEM] == problems)
		say(OK, "symbols", "%zu found", nr);
	free(seen);
}

static void check_hook(const struct need *need, const struct sighting *traceable,
		       const struct sighting *enabled)
{
	if (!traceable->times)
		say(PROBLEM, "hooks", "%s can't be traced on this kernel", need->name);
	else if (enabled && enabled->redirected)
		say(PROBLEM, "hooks", "%s is redirected already, by a live patch or another "
		    "module: unload that first", need->name);
}

static void check_hooks(const struct needs *needs)
{
	struct sighting *traceable, *enabled;
	size_t problems = report.count[PROBLEM], i;
	bool loaded = exists("/sys/kernel/vswap");

	traceable = look_for(needs, "/sys/kernel/tracing/available_filter_functions", 0);
	enabled = look_for(needs, "/sys/kernel/tracing/enabled_functions", 0);
	if (!traceable) {
		say(WARNING, "hooks", "/sys/kernel/tracing can't be read: %s",
		    geteuid() ? "only root can tell" : "is tracefs mounted?");
	} else {
		for (i = 0; i < needs->nr; i++)
			if (needs->need[i].kind == NEED_HOOK)
				check_hook(&needs->need[i], &traceable[i],
					   enabled && !loaded ? &enabled[i] : NULL);
		if (report.count[PROBLEM] == problems)
			say(OK, "hooks", "%zu functions can be hooked%s",
			    count_needs(needs, NEED_HOOK),
			    loaded ? "; vswap is loaded now" : "");
	}
	if (line_is("/proc/sys/kernel/ftrace_enabled", "0"))
		say(PROBLEM, "hooks", "ftrace is off: sysctl kernel.ftrace_enabled=1");
	free(traceable);
	free(enabled);
}

static bool config_has(const char *config, const char *name)
{
	char *wanted = xasprintf("\nCONFIG_%s=", name);
	const char *found = strstr(config, wanted);
	bool has = found && (found[strlen(wanted)] == 'y' || found[strlen(wanted)] == 'm');

	free(wanted);
	return has;
}

static void check_config(const struct needs *needs, const char *release)
{
	char *path = xasprintf("/boot/config-%s", release), *config = NULL;
	size_t problems = report.count[PROBLEM], size = 0;
	FILE *file = open_file(path);
	const struct need *need;

	if (!file || getdelim(&config, &size, EOF, file) <= 0) {
		say(WARNING, "config", "%s can't be read: the kernel's options are not known",
		    path);
	} else {
		for_each_need(need, needs, NEED_CONFIG)
			if (!config_has(config, need->name))
				say(PROBLEM, "config", "this kernel is without CONFIG_%s",
				    need->name);
		if (report.count[PROBLEM] == problems)
			say(OK, "config", "%zu options are set",
			    count_needs(needs, NEED_CONFIG));
	}
	if (file)
		fclose(file);
	free(config);
	free(path);
}

/* The fifth byte of the variable; the four before it are flags. */
static bool secure_boot(void)
{
	FILE *file = open_file("/sys/firmware/efi/efivars/"
			       "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c");
	unsigned char bytes[5] = "";
	bool on = file && fread(bytes, 1, sizeof(bytes), file) == sizeof(bytes) && bytes[4] == 1;

	if (file)
		fclose(file);
	return on;
}

static void check_signature(const struct needs *needs)
{
	char *lockdown = read_line("/sys/kernel/security/lockdown");
	bool locked = strstr(lockdown, "[integrity]") || strstr(lockdown, "[confidentiality]");
	bool enforced = locked || line_is("/sys/module/module/parameters/sig_enforce", "Y");

	if (!enforced)
		say(OK, "signature", "unsigned modules are allowed");
	else if (!needs->signer)
		say(PROBLEM, "signature", "only signed modules are loaded here, and this one isn't "
		    "signed: mokutil --import /var/lib/dkms/mok.pub, reboot, dkms autoinstall");
	else
		say(secure_boot() ? WARNING : OK, "signature", "signed by %s%s", needs->signer,
		    secure_boot() ? ": its key has to be enrolled (mokutil --list-enrolled)" : "");
	free(lockdown);
}

/* zswap sits before what vswap hooks, if vswap doesn't hook what writes pages. */
static bool zswap_is_in_front(const struct needs *needs)
{
	const struct need *need;

	for_each_need(need, needs, NEED_HOOK)
		if (!strncmp(need->name, "swap_write", strlen("swap_write")))
			return false;
	return true;
}

static void check_company(const struct needs *needs)
{
	FILE *file = open_file("/proc/swaps");
	char *line = NULL, *resume;
	size_t size = 0, found = report.nr;
	int priority;

	if (line_is("/sys/module/zswap/parameters/enabled", "Y") && zswap_is_in_front(needs))
		say(WARNING, "company", "zswap is in front of vswap on this kernel, and pages would "
		    "be compressed twice: echo 0 >/sys/module/zswap/parameters/enabled");
	while (file && getline(&line, &size, file) > 0) {
		if (sscanf(line, "/dev/zram%*d %*s %*s %*s %d", &priority) == 1)
			say(WARNING, "company", "zram is used as swap with priority %d: it is "
			    "filled first where vswap's is lower", priority);
	}
	free(line);
	if (file)
		fclose(file);

	resume = read_line("/sys/power/resume");
	if (*resume && strcmp(resume, "0:0"))
		say(WARNING, "company", "hibernation is set up (%s): vswap refuses it while pages "
		    "are swapped", resume);
	free(resume);
	if (report.nr == found)
		say(OK, "company", "no zram, no zswap in front, no hibernation");
}

/* The value of @name in a line of options as modprobe.d has it. The caller frees it. */
static char *option_value(const char *line, const char *name, const char *value)
{
	size_t len = strlen(name);

	while (line && *line) {
		if (!strncmp(line, name, len) && line[len] == '=') {
			value = line + len + 1;
			return strndup(value, strcspn(value, " "));
		}
		line += strcspn(line, " ");
		line += strspn(line, " ");
	}
	return xstrdup(value);
}

static void check_swap_file(const char *path)
{
	char *whole = xasprintf("%s%s", root(), path);
	struct stat status;

	if (stat(whole, &status))
		say(PROBLEM, "options", "%s: %s: vswap(4) tells how to make one", path,
		    strerror(errno));
	else if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode))
		say(PROBLEM, "options", "%s is neither a file nor a partition", path);
	else if (status.st_mode & 077)
		say(PROBLEM, "options", "%s can be read or written by others: chmod 600 %s", path,
		    path);
	else
		say(OK, "options", "the swap file %s is there", path);
	free(whole);
}

static void check_options(const struct needs *needs)
{
	char *backends = option_value(needs->options, "backends", "");
	char *path = option_value(needs->options, "ssd", "/var/lib/vswap/ssd.swap");
	char *list = backends, *backend;
	bool ssd = false;

	while ((backend = strsep(&list, ",")))
		ssd |= !strcmp(backend, "ssd");
	if (!needs->options)
		say(OK, "options", "none in modprobe.d: name the backends when loading");
	if (ssd)
		check_swap_file(path);
	free(backends);
	free(path);
}

static void examine(const char *module)
{
	const char *release_for_test = getenv("VSWAP_RELEASE");
	struct needs *needs;
	struct utsname name;
	const char *release;
	char *modules, *configs;

	uname(&name);
	release = release_for_test ? release_for_test : name.release;
	modules = xasprintf("%s/lib/modules/%s", root(), release);
	configs = *root() ? xasprintf("%s/etc/modprobe.d", root()) : NULL;
	needs = needs_read(module, modules, configs);
	if (needs) {
		check_module(needs, release);
		check_types(needs);
		check_symbols(needs);
		check_hooks(needs);
		check_config(needs, release);
		check_signature(needs);
		check_company(needs);
		check_options(needs);
	} else {
		say(PROBLEM, "module", "none below %s: install vswap-dkms and linux-headers-%s, "
		    "then see dkms status", modules, release);
	}
	needs_free(needs);
	free(configs);
	free(modules);
}

/* ---- Output ---- */

static void print_text(bool quiet)
{
	struct table_style style = { 0 };
	struct libscols_table *table = table_new(&style);
	size_t i;

	table_column(table, "VERDICT", 0, 0);
	table_column(table, "TOPIC", 0, 0);
	table_column(table, "TEXT", 0, SCOLS_FL_WRAP);
	for (i = 0; i < report.nr; i++) {
		const struct finding *finding = &report.finding[i];
		struct libscols_line *line;

		if (quiet && finding->verdict == OK)
			continue;
		line = table_line(table);
		table_text(line, 0, verdicts[finding->verdict]);
		table_text(line, 1, finding->topic);
		table_text(line, 2, finding->text);
	}
	table_print(table);
}

static void print_json(bool quiet)
{
	struct json_object *all = json_object_new_object(), *list = json_object_new_array();
	size_t i;

	for (i = 0; i < report.nr; i++) {
		const struct finding *finding = &report.finding[i];
		struct json_object *one;

		if (quiet && finding->verdict == OK)
			continue;
		one = json_object_new_object();
		json_add(one, "verdict", json_text(verdicts[finding->verdict]));
		json_add(one, "topic", json_text(finding->topic));
		json_add(one, "text", json_text(finding->text));
		json_object_array_add(list, one);
	}
	json_add(all, "findings", list);
	json_add(all, "problems", json_object_new_uint64(report.count[PROBLEM]));
	json_add(all, "warnings", json_object_new_uint64(report.count[WARNING]));
	json_print(all);
}

static void free_report(void)
{
	while (report.nr)
		free(report.finding[--report.nr].text);
	free(report.finding);
}

static void run(const struct command *cmd, int argc, char **argv)
{
	bool json = false, quiet = false;
	const char *module = NULL;
	size_t problems;
	int option;

	while ((option = next_option(cmd, argc, argv)) >= 0) {
		switch (option) {
		case JSON:
			json = true;
			break;
		case MODULE:
			module = optarg;
			break;
		case QUIET:
			quiet = true;
			break;
		}
	}
	if (json)
		messages_as_json();
	examine(module);
	if (json)
		print_json(quiet);
	else
		print_text(quiet);
	problems = report.count[PROBLEM];
	free_report();
	if (problems)
		exit(EXIT_FAILURE);
}

static void more_help(void)
{
	puts("\nThe exit status is 1 if there is a problem: the module would refuse to load, or\n"
	     "would not do what its options say.");
}

const struct command doctor_command = {
	.name = "doctor",
	.help = "Check whether vswap would work on this system",
	.options = options,
	.more_help = more_help,
	.run = run,
};
