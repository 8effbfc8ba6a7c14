// SPDX-License-Identifier: GPL-2.0
/*
 * vswapctl bugreport: what somebody needs who looks into a fault, in one archive. Only what is
 * named here goes in: nothing of what is in memory or swapped out, no registers, no keys.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "message.h"
#include "program.h"
#include "system.h"

enum { FILE_NAME };

static const struct option_row options[] = {
	[FILE_NAME] = { 'f', "file", "<file>", "the archive; by default here, with the time in its name" },
	{ 0 }
};

#define MAX_LIST	24
#define RELEASE		"%RELEASE%"	/* of the kernel, in a path */
#define OURSELVES	"/proc/self/exe"

/* Does the line belong in the report? */
typedef bool (*line_filter)(const char *line);

static bool starts_with_one_of(const char *line, const char *const *starts)
{
	for (; *starts; starts++)
		if (!strncmp(line, *starts, strlen(*starts)))
			return true;
	return false;
}

/* Of others only the headlines: what follows them may have data in it, as registers do. */
static bool is_log_line(const char *line)
{
	static const char *const headlines[] = {
		"BUG: ", "WARNING: ", "Oops: ", "RIP: ", "Kernel panic", "INFO: task ", "INFO: rcu",
		"watchdog: ", "Out of memory", NULL
	};

	return strstr(line, "vswap") || starts_with_one_of(line, headlines);
}

static bool names_vswap(const char *line)
{
	return strstr(line, "vswap");
}

static bool names_swap(const char *line)
{
	return strstr(line, "swap");
}

static bool is_option_line(const char *line)
{
	static const char *const names[] = {
		"SWAP", "ZSWAP", "ZRAM", "ZSMALLOC", "ZPOOL", "MEMCG", "PSI", "LRU_GEN",
		"DYNAMIC_FTRACE", "FUNCTION_TRACER", "KPROBES", "LIVEPATCH", "KALLSYMS", "MODULE_SIG",
		"MODVERSIONS", "X86_KERNEL_IBT", "CFI", "PREEMPT", "HZ", "NR_CPUS", "HIBERNATION",
		"TRANSPARENT_HUGEPAGE", "DEBUG_INFO_BTF", "KASAN", "PROVE_LOCKING", "CRYPTO_LZ",
		"CRYPTO_ZSTD", "CRYPTO_XTS", "CRYPTO_CRC32C", "SECURITY_LOCKDOWN", NULL
	};
	const char *name = strstr(line, "CONFIG_");

	return name && starts_with_one_of(name + strlen("CONFIG_"), names);
}

/* A word of the kernel's command line; others may be passwords. */
static bool is_boot_word(const char *word)
{
	static const char *const words[] = {
		"vswap", "zswap", "zram", "resume", "module_blacklist", "module.sig_enforce",
		"transparent_hugepage", "thp_", "psi", "cgroup", "systemd.swap", "lockdown", "ibt",
		"mem=", "mitigations", NULL
	};

	return starts_with_one_of(word, words);
}

/* A file of the report: what is copied, or what a program says. */
static const struct part {
	const char *name;
	line_filter filter;		/* NULL: all lines */
	const char *from[MAX_LIST];	/* patterns of paths */
	char *run[4];
	bool words;			/* the filter is for words */
} parts[] = {
	{ .name = "status.txt", .run = { OURSELVES, "status" } },
	{ .name = "stats.txt", .run = { OURSELVES, "stats" } },
	{ .name = "stats.json", .run = { OURSELVES, "stats", "--json" } },
	{ .name = "doctor.txt", .run = { OURSELVES, "doctor" } },
	{ .name = "modinfo.txt", .run = { "modinfo", "vswap" } },
	{ .name = "dkms.txt", .run = { "dkms", "status" } },
	{ .name = "packages.txt", .run = { "dpkg-query", "--show", "*vswap*" } },
	{ .name = "system.txt", .from = {
		"/etc/os-release", "/proc/version", "/proc/sys/kernel/tainted",
		"/sys/module/vswap/taint", "/sys/module/vswap/srcversion",
		"/sys/kernel/security/lockdown" } },
	{ .name = "boot-parameters.txt", .from = { "/proc/cmdline" }, .filter = is_boot_word,
	  .words = true },
	{ .name = "parameters.txt", .from = {
		"/sys/module/vswap/parameters/*", "/sys/module/zswap/parameters/*" } },
	{ .name = "configuration.txt", .from = { "/etc/vswap.conf", "/etc/vswap.conf.d/*.conf" } },
	{ .name = "modprobe.txt", .from = { "/etc/modprobe.d/*" }, .filter = names_vswap },
	{ .name = "memory.txt", .from = {
		"/proc/swaps", "/proc/meminfo", "/proc/vmstat", "/proc/pressure/memory",
		"/proc/sys/vm/swappiness", "/proc/sys/vm/page-cluster",
		"/proc/sys/vm/overcommit_memory", "/proc/sys/vm/min_free_kbytes",
		"/proc/sys/vm/watermark_scale_factor",
		"/sys/kernel/mm/transparent_hugepage/enabled",
		"/sys/kernel/mm/transparent_hugepage/shmem_enabled",
		"/sys/block/vswap0/queue/stable_writes", "/sys/power/resume" } },
	{ .name = "kernel-config.txt", .from = { "/boot/config-" RELEASE }, .filter = is_option_line },
	{ .name = "hooks.txt", .from = { "/sys/kernel/tracing/enabled_functions" },
	  .filter = names_swap },
	/* has a function of its own */
	{ .name = "kernel-log.txt" },
	{ .name = "README.txt" },
};

#define NR_PARTS	(sizeof(parts) / sizeof(*parts))

/* ---- Files that are copied ---- */

static void copy_words(FILE *out, char *line, line_filter filter)
{
	char *word;

	for (word = strtok(line, " \n"); word; word = strtok(NULL, " \n"))
		if (filter(word))
			fprintf(out, "%s\n", word);
}

static void copy_file(FILE *out, const char *path, const struct part *part)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;

	while (file && getline(&line, &size, file) > 0) {
		if (part->words)
			copy_words(out, line, part->filter);
		else if (!part->filter || part->filter(line))
			fputs(line, out);
	}
	if (!file || ferror(file))
		fprintf(out, "(cannot be read: %s)\n", strerror(errno));
	free(line);
	if (file)
		fclose(file);
}

static char *with_release(const char *pattern)
{
	const char *place = strstr(pattern, RELEASE);

	if (!place)
		return xstrdup(pattern);
	return xasprintf("%.*s%s%s", (int)(place - pattern), pattern, system_release(),
			 place + strlen(RELEASE));
}

static void copy_matching(FILE *out, const char *pattern, const struct part *part)
{
	char *name = with_release(pattern), *path = system_path(name), *root = system_path("");
	glob_t found;
	size_t i;

	if (glob(path, 0, NULL, &found)) {
		fprintf(out, "==> %s: there is none\n\n", name);
	} else {
		for (i = 0; i < found.gl_pathc; i++) {
			fprintf(out, "==> %s\n", found.gl_pathv[i] + strlen(root));
			copy_file(out, found.gl_pathv[i], part);
			fputc('\n', out);
		}
		globfree(&found);
	}
	free(root);
	free(path);
	free(name);
}

/* ---- The kernel's log ---- */

/* "4,1234,567890,-;vswap: ssd: /swap: no such file", then lines that begin with a blank */
static void copy_record(FILE *out, const char *record)
{
	const char *text = strchr(record, ';');
	unsigned long long microseconds;

	if (!text || *record == ' ' || !is_log_line(text + 1) ||
	    sscanf(record, "%*u,%*u,%llu", &microseconds) != 1)
		return;
	fprintf(out, "[%5llu.%06llu] %s", microseconds / 1000000, microseconds % 1000000, text + 1);
}

static void copy_log(FILE *out)
{
	char *path = system_path("/dev/kmsg"), *line = NULL;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	FILE *log = fd < 0 ? NULL : fdopen(fd, "r");
	size_t size = 0;

	if (!log)
		fprintf(out, "(cannot be read: %s)\n", strerror(errno));
	else
		setvbuf(log, NULL, _IOFBF, 8192);	/* it gives no part of a record */
	while (log && getline(&line, &size, log) > 0)
		copy_record(out, line);
	free(line);
	if (log)
		fclose(log);
	free(path);
}

/* ---- All of it ---- */

static void explain(FILE *out)
{
	struct utsname name;
	time_t now = time(NULL);
	char text[64];
	size_t i;

	uname(&name);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", gmtime(&now));
	fprintf(out, "Made by " PROGRAM " " VSWAPCTL_VERSION " at %s on %s %s %s.\n\n"
		"Nothing of what is in memory or was swapped out is in here, and no key. Of the\n"
		"kernel's log there are the lines that name vswap, and headlines of other faults; of\n"
		"its command line the words that have to do with swap. Names and paths of swap\n"
		"files are in here. Have a look before you send it.\n\n",
		text, name.sysname, system_release(), name.machine);
	for (i = 0; i < NR_PARTS; i++)
		fprintf(out, "%s\n", parts[i].name);
}

static void write_part(const struct part *part, const char *path)
{
	FILE *out = fopen(path, "we");
	size_t i;

	if (!out)
		fail("cannot write %s: %s", path, strerror(errno));
	if (part->run[0] && program_run_to(part->run, fileno(out)) < 0)
		fprintf(out, "(%s cannot be run)\n", part->run[0]);
	for (i = 0; part->from[i]; i++)
		copy_matching(out, part->from[i], part);
	if (!strcmp(part->name, "kernel-log.txt"))
		copy_log(out);
	else if (!strcmp(part->name, "README.txt"))
		explain(out);
	if (fclose(out))
		fail("cannot write %s: %s", path, strerror(errno));
}

static char *report_name(void)
{
	time_t now = time(NULL);
	char text[64];

	strftime(text, sizeof(text), "vswap-bugreport-%Y%m%d-%H%M%S", localtime(&now));
	return xstrdup(text);
}

/* A folder in a folder: the former's name is what is seen in the archive. */
static char *folder, *inner;

static void remove_folder(void)
{
	size_t i;

	for (i = 0; inner && i < NR_PARTS; i++) {
		char *path = xasprintf("%s/%s", inner, parts[i].name);

		unlink(path);
		free(path);
	}
	if (inner)
		rmdir(inner);
	rmdir(folder);
	free(inner);
	free(folder);
}

static void make_folder(const char *name)
{
	const char *place = getenv("TMPDIR");

	folder = xasprintf("%s/vswap-bugreport.XXXXXX", place && *place ? place : "/tmp");
	if (!mkdtemp(folder))
		fail("cannot make %s: %s", folder, strerror(errno));
	atexit(remove_folder);
	inner = xasprintf("%s/%s", folder, name);
	if (mkdir(inner, 0700))
		fail("cannot make %s: %s", inner, strerror(errno));
}

static void run(const struct command *cmd, int argc, char **argv)
{
	char *name = report_name(), *file = NULL;
	int fd;
	size_t i;

	while (next_option(cmd, argc, argv) >= 0)
		file = optarg;
	file = file ? xstrdup(file) : xasprintf("%s.tar.gz", name);
	umask(077);
	fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		fail("cannot make %s: %s", file, strerror(errno));
	make_folder(name);
	for (i = 0; i < NR_PARTS; i++) {
		char *path = xasprintf("%s/%s", inner, parts[i].name);

		write_part(&parts[i], path);
		free(path);
	}
	if (program_run_to((char *[]){ "tar", "-C", folder, "--owner=0", "--group=0", "-czf", "-",
				       name, NULL }, fd)) {
		unlink(file);
		fail("cannot pack %s: tar failed", file);
	}
	close(fd);
	printf("%s: nothing of what was swapped out is in it, but look at it before you send it\n",
	       file);
	free(file);
	free(name);
}

const struct command bugreport_command = {
	.name = "bugreport",
	.help = "Pack what is needed to look into a fault into one archive",
	.options = options,
	.run = run,
};
