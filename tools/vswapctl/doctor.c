// SPDX-License-Identifier: GPL-2.0
/* vswapctl doctor: would the module work on this kernel. */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../module/btf.h"
#include "command.h"
#include "doctor_options.h"
#include "findings.h"
#include "message.h"
#include "needs.h"
#include "system.h"

enum { JSON, MODULE, OPTIONS, QUIET };

static const struct option_row options[] = {
	[JSON]            = { 'j', "json", NULL, "JSON" },
	[MODULE]          = { 'm', "module", "<file>",
			      "the module's file, if it isn't installed" },
	[OPTIONS]         = { 'o', "options", NULL,
			      "only vswap.conf or modprobe.d, and the swap files named there" },
	[QUIET]           = { 'q', "quiet", NULL, "only warnings and problems" },
	{ 0 }
};

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
	FILE *file = system_open(path);
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

#define BTF_PATH	"/sys/kernel/btf/vmlinux"

static struct btf *read_btf(void)
{
	char *path = system_path(BTF_PATH);
	struct btf *btf;

	libbpf_set_print(NULL);
	btf = btf__parse_raw(path);
	free(path);
	return btf;
}

/* The same comparison as in the module, on data that libbpf found to be in order. */
static void check_types(const struct needs *needs)
{
	size_t problems = findings(PROBLEM), i;
	struct btf_image image = { 0 };
	struct btf *btf = read_btf();
	const void *data;
	__u32 size;

	if (!btf) {
		say(PROBLEM, "types", "%s can't be read (%s): the module would refuse without "
		    "unchecked=1", BTF_PATH, strerror(errno));
		return;
	}
	data = btf__raw_data(btf, &size);
	if (!data || btf_image_open(&image, data, size)) {
		say(PROBLEM, "types", "the kernel's BTF is of an unknown form");
	} else {
		for (i = 0; i < needs->nr; i++)
			check_type(&image, &needs->need[i]);
		if (findings(PROBLEM) == problems)
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
	size_t problems = findings(PROBLEM), nr = 0, i;

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
	if (findings(PROBLEM) == problems)
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
	size_t problems = findings(PROBLEM), i;
	bool loaded = system_has("/sys/kernel/vswap");

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
		if (findings(PROBLEM) == problems)
			say(OK, "hooks", "%zu functions can be hooked%s",
			    count_needs(needs, NEED_HOOK),
			    loaded ? "; vswap is loaded now" : "");
	}
	if (system_line_is("/proc/sys/kernel/ftrace_enabled", "0"))
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
	size_t problems = findings(PROBLEM), size = 0;
	FILE *file = system_open(path);
	const struct need *need;

	if (!file || getdelim(&config, &size, EOF, file) <= 0) {
		say(WARNING, "config", "%s can't be read: the kernel's options are not known",
		    path);
	} else {
		for_each_need(need, needs, NEED_CONFIG)
			if (!config_has(config, need->name))
				say(PROBLEM, "config", "this kernel is without CONFIG_%s",
				    need->name);
		for_each_need(need, needs, NEED_WITHOUT)
			if (config_has(config, need->name))
				say(PROBLEM, "config", "this kernel has CONFIG_%s, which the "
				    "module can't do with", need->name);
		if (findings(PROBLEM) == problems)
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
	FILE *file = system_open("/sys/firmware/efi/efivars/"
			       "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c");
	unsigned char bytes[5] = "";
	bool on = file && fread(bytes, 1, sizeof(bytes), file) == sizeof(bytes) && bytes[4] == 1;

	if (file)
		fclose(file);
	return on;
}

static void check_signature(const struct needs *needs)
{
	char *lockdown = system_line("/sys/kernel/security/lockdown");
	bool locked = strstr(lockdown, "[integrity]") || strstr(lockdown, "[confidentiality]");
	bool enforced = locked || system_line_is("/sys/module/module/parameters/sig_enforce", "Y");

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
	FILE *file = system_open("/proc/swaps");
	char *line = NULL, *resume, *ours;
	size_t size = 0, warnings = findings(WARNING);
	int priority;

	if (system_line_is("/sys/module/zswap/parameters/enabled", "Y") && zswap_is_in_front(needs))
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

	resume = system_line("/sys/power/resume");
	ours = system_line("/sys/block/vswap0/dev");
	if (*ours && !strcmp(resume, ours))
		say(WARNING, "company", "hibernation is set up for /dev/vswap0 (%s), where no image "
		    "can be: have another swap area in /sys/power/resume", resume);
	free(ours);
	free(resume);
	if (findings(WARNING) == warnings)
		say(OK, "company", "no zram, no zswap in front, no hibernation to vswap0");
}

static bool has_member(const struct btf *btf, const char *structure, const char *name,
		       const char *type)
{
	int id = btf__find_by_name_kind(btf, structure, BTF_KIND_STRUCT), i;
	const struct btf_type *t = id > 0 ? btf__type_by_id(btf, id) : NULL;
	const struct btf_member *member = t ? btf_members(t) : NULL;

	for (i = 0; t && i < btf_vlen(t); i++, member++) {
		const struct btf_type *its = btf__type_by_id(btf, member->type);

		if (!strcmp(btf__name_by_offset(btf, member->name_off), name))
			return !type || !strcmp(btf__name_by_offset(btf, its->name_off), type);
	}
	return false;
}

/* What Kbuild tells them apart by, as far as BTF has it. */
static const char *find_family(const struct btf *btf)
{
	if (has_member(btf, "swap_info_struct", "frontswap_map", NULL))
		return "6.1";
	if (has_member(btf, "swap_info_struct", "zeromap", NULL) &&
	    has_member(btf, "swap_info_struct", "inuse_pages", "unsigned int"))
		return "6.12";
	if (has_member(btf, "swap_ops", "submit_write", NULL))
		return "7";
	return has_member(btf, "swap_memcg_table", "id", NULL) ? "7.2" : NULL;
}

/* There is no module. Can there be one? */
static void check_family(const char *modules, const char *release)
{
	struct btf *btf = read_btf();
	const char *family = btf ? find_family(btf) : NULL;

	if (btf && !family)
		say(PROBLEM, "module", "%s is a kernel of no family that vswap knows (6.1, 6.12, "
		    "7.2, 7): there can't be a module for it", release);
	else
		say(PROBLEM, "module", "none below %s: install vswap-dkms and linux-headers-%s, "
		    "then see dkms status", modules, release);
	btf__free(btf);
}

static void examine(const char *module, bool only_options)
{
	char *modules = system_modules(), *configs = system_configs();
	struct needs *needs = needs_read(module, modules, configs);
	const char *release = system_release();

	if (needs && !only_options) {
		check_module(needs, release);
		check_types(needs);
		check_symbols(needs);
		check_hooks(needs);
		check_config(needs, release);
		check_signature(needs);
		check_company(needs);
	}
	if (needs)
		check_options(needs);
	else
		check_family(modules, release);
	needs_free(needs);
	free(configs);
	free(modules);
}

static void run(const struct command *cmd, int argc, char **argv)
{
	bool json = false, quiet = false, only_options = false;
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
		case OPTIONS:
			only_options = true;
			break;
		case QUIET:
			quiet = true;
			break;
		}
	}
	if (json)
		messages_as_json();
	examine(module, only_options);
	findings_print(json, quiet);
	problems = findings(PROBLEM);
	findings_free();
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
