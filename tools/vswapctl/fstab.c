// SPDX-License-Identifier: GPL-2.0
/* Devices of /etc/fstab. */
#include <ctype.h>
#include <mntent.h>
#include <stdlib.h>
#include <string.h>

#include "fstab.h"
#include "message.h"
#include "system.h"
#include "text.h"

/* What udev has in names of links as it is. */
static bool is_plain(unsigned char c)
{
	return isalnum(c) || c >= 0x80 || strchr("#+-.:=@_", c);
}

/* The link of udev: PARTLABEL="a b" is /dev/disk/by-partlabel/a\x20b. */
static char *make_path(const char *spec)
{
	struct text text;
	FILE *out;

	if (*spec == '/' || !strchr(spec, '='))
		return xstrdup(spec);
	out = text_begin(&text);
	fputs("/dev/disk/by-", out);
	for (; *spec != '='; spec++)
		fputc(tolower((unsigned char)*spec), out);
	fputc('/', out);
	while (*++spec)
		if (is_plain(*spec))
			fputc(*spec, out);
		else if (*spec != '"')
			fprintf(out, "\\x%02x", (unsigned char)*spec);
	return text_end(&text);
}

bool fstab_has(const char *device)
{
	FILE *file = system_open("/etc/fstab");
	struct mntent *entry;
	bool found = false;
	char *path;

	while (file && !found && (entry = getmntent(file))) {
		path = make_path(entry->mnt_fsname);
		found = !strcmp(path, device);
		free(path);
	}
	if (file)
		fclose(file);
	return found;
}
