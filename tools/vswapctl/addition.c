// SPDX-License-Identifier: GPL-2.0
/* A backend that is added: what the module may say to it. */
#include <errno.h>
#include <string.h>

#include "addition.h"
#include "snapshot.h"

bool addition_is_pool(const struct vswap_backend_spec *spec)
{
	return !strcmp(spec->type, ADDITION_POOL);
}

bool backend_is_there(int dir, const char *name)
{
	struct value type = backend_value(dir, name, BACKEND_TYPE);
	bool known = type.known;

	value_free(&type);
	return known;
}

const char *addition_reason(int dir, const struct vswap_backend_spec *spec, int error)
{
	static const struct reason reasons[] = {
		{ ENOSPC, "there can't be more backends" },
		{ EINVAL, "no backend can be made of this: the kernel's log says why" },
		{ EPERM, "not permitted: the kernel's log says why" },
		{ EBUSY, "it is in use: the kernel's log says more" },
		{ EOPNOTSUPP, "not supported here: the kernel's log says why" },
		{ 0 }
	};

	if (error == EEXIST && backend_is_there(dir, spec->name))
		return "there is a backend of this name";
	if (error == EEXIST)
		return "there is a pool already, and can't be another";
	if (error == EOPNOTSUPP && addition_is_pool(spec))
		return "this kernel has no such compressor";
	return control_reason(reasons, error);
}
