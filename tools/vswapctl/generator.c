// SPDX-License-Identifier: GPL-2.0
/*
 * The generator of systemd: the unit waits for the file systems and disks that vswap.conf names.
 *
 * What swap can start without it wants, so that a disk that has failed doesn't take the pool
 * with it; what it can't, it requires. RequiresMountsFor= is all or nothing, and what would be
 * the other, WantsMountsFor=, came with systemd 256: the units are named one by one.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf.h"
#include "fstab.h"
#include "generator.h"
#include "message.h"
#include "replace.h"
#include "text.h"

#define NAME	"vswap-generator"
#define BEGIN	"# By " NAME ", from " CONF_NAME "\n[Unit]\n"
#define PART	"vswap.service.d/50-vswap-conf.conf"

/*
 * As long as a disk may take that is there. systemd's own 90 seconds are for what swap can't do
 * without; vswapctl reload adds the one that came later. The name sorts before those of others,
 * which set it again and are right: fstab's 50-device-timeout.conf, and the administrator's.
 */
#define TIMEOUT		"JobRunningTimeoutSec=10s"
#define TIMEOUT_PART	"device.d/10-vswap-timeout.conf"

bool generator_is_meant(const char *program)
{
	const char *slash = strrchr(program, '/');

	return !strcmp(slash ? slash + 1 : program, NAME);
}

static bool is_plain(char c)
{
	return isalnum((unsigned char)c) || strchr(":_.", c);
}

/* "/var/lib/a-b" is var-lib-a\x2db: systemd.unit(5). */
static void print_escaped(FILE *out, const char *path, size_t len)
{
	size_t i = strspn(path, "/"), start = i;

	if (i >= len)
		fputc('-', out);
	for (; i < len; i++) {
		if (path[i] == '/' && (i + 1 >= len || path[i + 1] == '/'))
			continue;
		if (path[i] == '/')
			fputc('-', out);
		else if (is_plain(path[i]) && (path[i] != '.' || i > start))
			fputc(path[i], out);
		else
			fprintf(out, "\\x%02x", (unsigned char)path[i]);
	}
}

static void print_unit(FILE *out, const char *path, size_t len, const char *kind)
{
	static const char *const keys[] = { "Wants", "After" };
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		fprintf(out, "%s=", keys[i]);
		print_escaped(out, path, len);
		fprintf(out, ".%s\n", kind);
	}
}

/* Each folder above the file may be where a file system is mounted. */
static void want_mounts(FILE *out, const char *path)
{
	const char *slash;

	print_unit(out, "/", 1, "mount");
	for (slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/'))
		print_unit(out, path, slash - path, "mount");
}

/* In quotes, without what systemd makes of percent signs. */
static void print_quoted(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (strchr("\"\\", *text))
			fputc('\\', out);
		if (*text == '%')
			fputc('%', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static bool is_device(const char *path)
{
	return !strncmp(path, "/dev/", strlen("/dev/"));
}

static void print_file(FILE *out, const struct conf_file *file, bool required)
{
	if (is_device(file->path)) {
		print_unit(out, file->path, strlen(file->path), "device");
		return;
	}
	if (!required) {
		want_mounts(out, file->path);
		return;
	}
	fputs("RequiresMountsFor=", out);
	print_quoted(out, file->path);
	fputc('\n', out);
}

/* Is there no swap without one of them? */
static bool are_required(const struct conf *conf)
{
	return conf->params.require_all || (!conf->has_pool && conf->nr_files == 1);
}

static char *make_part(const struct conf *conf)
{
	struct text text;
	FILE *out = text_begin(&text);
	size_t i;

	fputs(BEGIN, out);
	for (i = 0; i < conf->nr_files; i++)
		print_file(out, &conf->file[i], are_required(conf));
	return text_end(&text);
}

/* systemd's own folder: it is where it says, whatever stands for / elsewhere. */
static void write_part(const char *folder, const char *part, const char *text)
{
	char *path = xasprintf("%s/%s", folder, part);
	int error = make_folders(path);
	FILE *file = error ? NULL : fopen(path, "we");

	if (!error && (!file || fputs(text, file) < 0))
		error = errno;
	if (file && fclose(file) && !error)
		error = errno;
	if (error)
		fail("cannot write %s: %s", path, strerror(error));
	free(path);
}

/*
 * Who else waits for the device, by a name of the same unit, waits as long as before: what is in
 * fstab without a timeout of its own has systemd's. Other names are other units.
 */
static void write_timeout(const char *folder, const char *device)
{
	struct text text;
	FILE *out;
	char *part;

	if (fstab_has(device))
		return;
	out = text_begin(&text);
	print_escaped(out, device, strlen(device));
	fputs("." TIMEOUT_PART, out);
	part = text_end(&text);
	write_part(folder, part, BEGIN TIMEOUT "\n");
	free(part);
}

static void write_timeouts(const char *folder, const struct conf *conf)
{
	size_t i;

	for (i = 0; !are_required(conf) && i < conf->nr_files; i++)
		if (is_device(conf->file[i].path))
			write_timeout(folder, conf->file[i].path);
}

int generator_run(int argc, char **argv)
{
	struct conf conf;
	char *text;

	if (argc < 2)
		fail(NAME " is for systemd to run, with a folder");
	conf_read_or_fail(&conf);
	if (conf.nr_files) {
		text = make_part(&conf);
		write_part(argv[1], PART, text);
		free(text);
		write_timeouts(argv[1], &conf);
	}
	conf_free(&conf);
	return EXIT_SUCCESS;
}
