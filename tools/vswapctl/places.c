// SPDX-License-Identifier: GPL-2.0
/* Where swapped pages lie: read from the module's device. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "places.h"

/* Slots of one read: 64 MiB of swap space. */
#define STEP	16384

char *places_reason(int error)
{
	switch (error) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
		return xasprintf("there is no %s: the vswap module that is loaded can't say it",
				 control_path());
	case EINVAL:
	case ENOTTY:
		return xstrdup("the vswap module can't say it: is it of another version?");
	case EACCES:
	case EPERM:
		return xstrdup("only root may know");
	default:
		return xasprintf("cannot read %s: %s", control_path(), strerror(error));
	}
}

/* Returns 0 or an errno; they grow while they are read. */
static int read_all(int control, struct places *places)
{
	const size_t one = sizeof(*places->place);
	size_t room = 0;
	ssize_t got;

	do {
		if (places->nr + STEP > room) {
			room = 2 * room + STEP;
			places->place = xreallocarray(places->place, room, one);
		}
		got = pread(control, places->place + places->nr, STEP * one, places->nr * one);
		if (got > 0)
			places->nr += got / one;
	} while (got >= (ssize_t)one || (got < 0 && errno == EINTR));
	return got < 0 ? errno : 0;
}

char *places_read(struct places *places)
{
	int control = control_open_to_read(), error = control < 0 ? errno : 0;

	*places = (struct places){ 0 };
	if (!error) {
		error = read_all(control, places);
		close(control);
	}
	if (!error)
		return NULL;
	places_free(places);
	return places_reason(error);
}

void places_free(struct places *places)
{
	free(places->place);
	*places = (struct places){ 0 };
}
