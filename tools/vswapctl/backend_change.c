// SPDX-License-Identifier: GPL-2.0
/* vswapctl backend disable, enable, resize. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "change.h"
#include "command.h"
#include "control.h"
#include "json.h"
#include "message.h"
#include "named.h"
#include "snapshot.h"
#include "sysfs.h"
#include "value.h"

enum { JSON };

static const struct option_row options[] = {
	[JSON] = { 'j', "json", NULL, "JSON" },
	{ 0 }
};

static void __attribute__((noreturn))
fail_change(const char *name, const struct reason *reasons, int error)
{
	fail("%s: %s", name, control_reason(reasons, error));
}

/* ---- disable, enable ---- */

static const char *const name_args[] = { "name", NULL };

static void switch_backend(const struct command *cmd, int argc, char **argv,
			   unsigned long code)
{
	static const struct reason reasons[] = { { 0 } };
	struct vswap_backend_request request = { .fd = -1 };
	int dir, control, error;
	char *done;

	while (next_option(cmd, argc, argv) >= 0)
		messages_as_json();
	control_set_name(request.name, argv[optind]);

	dir = sysfs_open();
	control = control_open();
	error = control_request(control, code, &request);
	if (error)
		fail_change(request.name, reasons, error);
	done = xasprintf("%sd", cmd->name);
	change_done(change_new(done, request.name), "%s: %s", request.name, done);
	changes_end();
	free(done);
	control_close();
	close(dir);
}

static void disable(const struct command *cmd, int argc, char **argv)
{
	switch_backend(cmd, argc, argv, VSWAP_BACKEND_DISABLE);
}

static void enable(const struct command *cmd, int argc, char **argv)
{
	switch_backend(cmd, argc, argv, VSWAP_BACKEND_ENABLE);
}

const struct command backend_disable_command = {
	.group = "backend",
	.name = "disable",
	.args = name_args,
	.help = "Store no more pages in it; those it has stay",
	.options = options,
	.on_backend = true,
	.run = disable,
};

const struct command backend_enable_command = {
	.group = "backend",
	.name = "enable",
	.args = name_args,
	.help = "Store pages in it again, also after it has failed",
	.options = options,
	.on_backend = true,
	.run = enable,
};

/* ---- resize ---- */

static const char *const resize_args[] = { "name", "size", NULL };

struct resize {
	struct vswap_backend_request request;
	struct value size;	/* the new one, or by how much more */
	bool more;
	bool pool;
};

static void parse_size(struct resize *resize, const char *text)
{
	resize->more = *text == '+';
	if (!value_parse_size(&resize->size, text + resize->more))
		fail_usage("not a size: '%s'", text);
}

static void find_type(int dir, struct resize *resize)
{
	static const struct reason none[] = { { 0 } };
	struct value type = backend_value(dir, resize->request.name, BACKEND_TYPE);

	if (!type.known)
		fail_change(resize->request.name, none, ENOENT);
	resize->pool = !strcmp(type.text, "zswap");
	value_free(&type);
}

static void add_present_size(int dir, struct resize *resize)
{
	const char *name = resize->request.name;
	struct value now = backend_value(dir, name, resize->pool ? BACKEND_LIMIT :
								   BACKEND_SIZE);

	if (!now.known)
		fail("%s: its present size is not known", name);
	resize->size = value_add(value_to_bytes(now), resize->size);
	if (!resize->size.known)
		fail("%s: too large", name);
}

static void open_backend(int dir, struct resize *resize)
{
	const char *name = resize->request.name;
	struct value path = backend_value(dir, name, BACKEND_PATH);

	if (!path.known)
		fail("%s: it is not known which file it is", name);
	resize->request.fd = open(path.text, O_RDWR | O_CLOEXEC);
	if (resize->request.fd < 0)
		fail("%s: cannot open %s: %s", name, path.text, strerror(errno));
	value_free(&path);
}

static void __attribute__((noreturn)) fail_resize(const struct resize *resize, int error)
{
	static const struct reason pool[] = {
		{ EINVAL, "not a limit a pool can have: the kernel's log says why" },
		{ 0 }
	};
	static const struct reason file[] = {
		{ EINVAL, "a swap file can only grow" },
		{ EOPNOTSUPP, "its file system can't do that" },
		{ ENOSPC, "its file system has no room for that" },
		{ EFBIG, "larger than its file system allows" },
		{ 0 }
	};

	fail_change(resize->request.name, resize->pool ? pool : file, error);
}

/* To the MiB, as the pool's limit has it. */
static bool is_other_size(const struct resize *resize, const struct named *named)
{
	return named->where && named->bytes && named->bytes >> 20 != resize->size.number >> 20;
}

/* The pool gets it back; the size of a file is only for those who make it. */
static void remark_size(const struct resize *resize, const struct named *named)
{
	struct value bytes = value_number(UNIT_BYTES, named->bytes);
	char *size = value_format(&bytes, false), *text;

	text = xasprintf("%s: by %s it is %s: %s, until that is changed", resize->request.name,
			 named->where, size, resize->pool ?
			 "the next start or reload has that limit again" :
			 "a setup that makes it anew does so in that size");
	remark(text);
	free(text);
	free(size);
}

static void tell_resized(int dir, const struct resize *resize)
{
	struct json_object *change = change_new("resized", resize->request.name);
	struct named named = named_find(dir, resize->request.name);
	char *size = value_format(&resize->size, false);
	bool other = is_other_size(resize, &named);

	json_add(change, "bytes", value_to_json(&resize->size));
	if (other) {
		named_add(change, &named);
		json_add(change, "named_bytes", json_object_new_uint64(named.bytes));
	}
	change_done(change, "%s: resized to %s", resize->request.name, size);
	if (other && !messages_are_json())
		remark_size(resize, &named);
	named_free(&named);
	free(size);
}

static void resize(const struct command *cmd, int argc, char **argv)
{
	struct resize resize = { .request = { .fd = -1 } };
	int dir, control, error;

	while (next_option(cmd, argc, argv) >= 0)
		messages_as_json();
	control_set_name(resize.request.name, argv[optind]);
	parse_size(&resize, argv[optind + 1]);

	dir = sysfs_open();
	control = control_open();
	find_type(dir, &resize);
	if (resize.more)
		add_present_size(dir, &resize);
	if (!resize.pool)
		open_backend(dir, &resize);
	resize.request.bytes = resize.size.number;
	error = control_request(control, VSWAP_BACKEND_RESIZE, &resize.request);
	if (error)
		fail_resize(&resize, error);
	tell_resized(dir, &resize);
	changes_end();
	if (!resize.pool)
		close(resize.request.fd);
	control_close();
	close(dir);
}

const struct command backend_resize_command = {
	.group = "backend",
	.name = "resize",
	.args = resize_args,
	.help = "Grow a swap file, or set the limit of a pool; +<size> adds to it",
	.options = options,
	.on_backend = true,
	.run = resize,
};
