// SPDX-License-Identifier: GPL-2.0
/* The module's device, by which backends change. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "control.h"
#include "message.h"

#define LETTERS	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const struct reason any_request[] = {
	{ EPERM, "only root can change backends" },
	{ ENOENT, "there is no such backend" },
	{ EBUSY, "another request for it is under way" },
	{ EINTR, "interrupted" },
	{ ENOTTY, "the vswap module doesn't know this request: is it of another version?" },
	{ 0 }
};

/* $VSWAP_CONTROL, else the module's. */
const char *control_path(void)
{
	const char *path = getenv("VSWAP_CONTROL");

	return path && *path ? path : "/dev/" VSWAP_CONTROL_DEVICE;
}

static int opened = -1;

int control_open(void)
{
	const char *path = control_path();

	opened = open(path, O_RDWR | O_CLOEXEC);
	if (opened >= 0)
		return opened;
	switch (errno) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
		fail("there is no %s: the vswap module that is loaded can't change backends",
		     path);
	case EACCES:
	case EPERM:
		fail("only root can change backends: %s: %s", path, strerror(errno));
	default:
		fail("cannot open %s: %s", path, strerror(errno));
	}
}

void control_close(void)
{
	if (opened >= 0)
		close(opened);
	opened = -1;
}

int control_open_to_read(void)
{
	return open(control_path(), O_RDONLY | O_CLOEXEC);
}

int control_request(int control, unsigned long request, void *argument)
{
	return ioctl(control, request, argument) < 0 ? errno : 0;
}

static const char *find_reason(const struct reason *reason, int error)
{
	while (reason->error && reason->error != error)
		reason++;
	return reason->text;
}

const char *control_reason(const struct reason *own, int error)
{
	const char *text = find_reason(own, error);

	if (!text)
		text = find_reason(any_request, error);
	return text ? text : strerror(error);
}

bool control_is_name(const char *name)
{
	size_t len = strlen(name);

	return len && len < VSWAP_NAME_SIZE &&
	       strspn(name, LETTERS "0123456789-_") == len;
}

void control_set_name(char field[VSWAP_NAME_SIZE], const char *name)
{
	if (!control_is_name(name))
		fail_usage("not a name of a backend: '%s' (1 to %d letters, digits, '-', '_')",
			   name, VSWAP_NAME_SIZE - 1);
	strcpy(field, name);
}
