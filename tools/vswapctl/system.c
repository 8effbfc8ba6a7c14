// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "message.h"
#include "system.h"

/* For tests: a folder that stands for /, empty on a real system. */
static const char *root(void)
{
	const char *root = getenv("VSWAP_ROOT");

	return root ? root : "";
}

char *system_path(const char *path)
{
	return xasprintf("%s%s", root(), path);
}

char *system_modules(void)
{
	return xasprintf("%s/lib/modules/%s", root(), system_release());
}

char *system_configs(void)
{
	return *root() ? system_path("/etc/modprobe.d") : NULL;
}

const char *system_release(void)
{
	const char *release_for_test = getenv("VSWAP_RELEASE");
	static struct utsname name;

	uname(&name);
	return release_for_test ? release_for_test : name.release;
}

uint64_t system_ram(void)
{
	FILE *file = system_open("/proc/meminfo");
	unsigned long long kib = 0;

	if (file && fscanf(file, "MemTotal: %llu", &kib) != 1)
		kib = 0;
	if (file)
		fclose(file);
	return kib ? kib << 10 : UINT64_MAX;
}

uid_t system_owner(void)
{
	struct stat status;

	return *root() && !stat(root(), &status) ? status.st_uid : 0;
}

FILE *system_open(const char *path)
{
	char *whole = system_path(path);
	FILE *file = fopen(whole, "re");

	free(whole);
	return file;
}

bool system_has(const char *path)
{
	char *whole = system_path(path);
	bool found = !access(whole, F_OK);

	free(whole);
	return found;
}

char *system_line(const char *path)
{
	FILE *file = system_open(path);
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

bool system_line_is(const char *path, const char *value)
{
	char *line = system_line(path);
	bool same = !strcmp(line, value);

	free(line);
	return same;
}
