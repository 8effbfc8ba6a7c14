// SPDX-License-Identifier: GPL-2.0
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "port.h"
#include "vswap_area.h"
#include "vswap_kept.h"
#include "vswap_space.h"
#include "vswap_stats.h"
#include "vswap_sysfs.h"
#include "vswap_tier.h"
#include "vswap_writeback.h"

/*
 * A file shows one number, or one string if @text is set.
 */
struct value {
	struct kobj_attribute attr;
	u64 (*number)(void);
	ssize_t (*text)(char *buf);
};

static ssize_t show_value(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct value *value = container_of(attr, struct value, attr);

	if (value->text)
		return value->text(buf);
	return sysfs_emit(buf, "%llu\n", value->number());
}

#define TEXT(name)							\
	static struct value value_##name = {				\
		.attr = __ATTR(name, 0444, show_value, NULL),		\
		.text = text_##name,					\
	};

#define NUMBER(name, expression)					\
	static u64 number_##name(void)					\
	{								\
		return expression;					\
	}								\
	static struct value value_##name = {				\
		.attr = __ATTR(name, 0444, show_value, NULL),		\
		.number = number_##name,				\
	};

static ssize_t text_version(char *buf)
{
	return sysfs_emit(buf, "%s\n", THIS_MODULE->version);
}

static ssize_t text_device(char *buf)
{
	return sysfs_emit(buf, "/dev/%s\n", VSWAP_DEVICE);
}

static ssize_t text_state(char *buf)
{
	return sysfs_emit(buf, "%s\n", port_area_is_on() ? "on" : "off");
}

static ssize_t text_priority(char *buf)
{
	return sysfs_emit(buf, "%d\n", port_area_priority());
}

static ssize_t text_swap_type(char *buf)
{
	return sysfs_emit(buf, "%d\n", port_area_swap_type());
}

static ssize_t text_backends(char *buf)
{
	int len = vswap_tier_names(buf, PAGE_SIZE, " ");

	return len + sysfs_emit_at(buf, len, "\n");
}

/* All files: what is in this list, and one for each counter. */
#define VALUES(text, number)						\
	text(version)							\
	text(device)							\
	text(state)							\
	text(priority)							\
	text(backends)							\
	text(swap_type)							\
	number(capacity_pages, port_area_capacity())			\
	number(used_pages, port_area_used())				\
	number(virtual_pages, port_area_is_on() ? port_area_slots() : 0)	\
	number(virtual_limit_pages, vswap_space_limit())		\
	number(clusters_used, vswap_space_tables())			\
	number(metadata_bytes, vswap_space_memory())			\
	number(grow_steps, vswap_space_grow_steps())			\
	number(grow_failures, vswap_space_grow_failures())		\
	number(packed_kept, kept_count(&vswap_kept))

#define STAT(NAME, name)	NUMBER(name, vswap_stat_read(VSWAP_##NAME))

VALUES(TEXT, NUMBER)
VSWAP_STATS(STAT)

/* A number of pages written here is written back before the write returns. */
static ssize_t writeback_store(struct kobject *kobj, struct kobj_attribute *attr,
			       const char *buf, size_t count)
{
	unsigned long nr;
	int err = kstrtoul(buf, 0, &nr);

	if (!err)
		err = vswap_writeback_pages(nr);
	return err ?: count;
}

static struct kobj_attribute writeback = __ATTR_WO(writeback);

#define ATTR(name, ...)		&value_##name.attr.attr,
#define STAT_ATTR(NAME, name)	ATTR(name)

static struct attribute *attrs[] = {
	VALUES(ATTR, ATTR)
	VSWAP_STATS(STAT_ATTR)
	&writeback.attr,
	NULL
};

static const struct attribute_group group = { .attrs = attrs };

/* ---- Backends ---- */

static ssize_t show_type(struct vswap_backend *b, char *buf)
{
	return sysfs_emit(buf, "%s\n", b->ops->type);
}

static ssize_t show_number(struct vswap_backend *b, char *buf)
{
	return sysfs_emit(buf, "%u\n", b->id);
}

static ssize_t show_tier(struct vswap_backend *b, char *buf)
{
	return sysfs_emit(buf, "%u\n", b->tier);
}

static ssize_t show_state(struct vswap_backend *b, char *buf)
{
	static const char * const names[] = {
		[BACKEND_ON] = "on",
		[BACKEND_DISABLED] = "disabled",
		[BACKEND_REMOVING] = "removing",
		[BACKEND_FAILED] = "failed",
		[BACKEND_EVACUATING] = "evacuating",
	};

	return sysfs_emit(buf, "%s\n", names[READ_ONCE(b->state)]);
}

static ssize_t show_capacity_pages(struct vswap_backend *b, char *buf)
{
	return sysfs_emit(buf, "%lu\n", b->ops->capacity(b));
}

static ssize_t show_memory_bytes(struct vswap_backend *b, char *buf)
{
	return sysfs_emit(buf, "%llu\n", b->ops->memory(b));
}

static const struct vswap_backend_attr common_attrs[] = {
	{ "type", show_type },
	{ "number", show_number },
	{ "tier", show_tier },
	{ "state", show_state },
	{ "capacity_pages", show_capacity_pages },
	{ "memory_bytes", show_memory_bytes },
	{}
};

#define COUNT_ATTR(NAME, name_, whose)					\
	{ .name = #name_, .count = BACKEND_##NAME, .tags = TAGS_##whose },
#define TAGS_ALL	0
#define TAGS_POOL	BIT(SLOT_POOL)
#define TAGS_FILE	BIT(SLOT_FILE)

static const struct vswap_backend_attr counter_attrs[] = {
	VSWAP_BACKEND_COUNTS(COUNT_ATTR)
	{}
};

/* A file in a backend's directory. */
struct backend_file {
	struct kobj_attribute attr;
	struct vswap_backend *backend;
	const struct vswap_backend_attr *what;
};

static struct kobject *root, *backend_root;

static ssize_t show_backend_file(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct backend_file *file = container_of(attr, struct backend_file, attr);

	if (file->what->show)
		return file->what->show(file->backend, buf);
	return sysfs_emit(buf, "%lu\n", vswap_backend_sum(file->backend, file->what->count));
}

static unsigned int count_attrs(const struct vswap_backend_attr *what)
{
	unsigned int nr = 0;

	while (what[nr].name)
		nr++;
	return nr;
}

/* @file: where they are to be, moved on. Those of another type of backend are left out. */
static int add_files(struct vswap_backend *b, struct backend_file **file,
		     const struct vswap_backend_attr *what)
{
	int err = 0;

	for (; what->name && !err; what++) {
		struct backend_file *f = *file;

		if (what->tags && !(what->tags & BIT(b->ops->tag)))
			continue;
		sysfs_attr_init(&f->attr.attr);
		f->attr.attr.name = what->name;
		f->attr.attr.mode = 0444;
		f->attr.show = show_backend_file;
		f->backend = b;
		f->what = what;
		err = sysfs_create_file(b->kobj, &f->attr.attr);
		++*file;
	}
	return err;
}

/**
 * vswap_sysfs_add_backend() - show a backend
 * @b: the backend
 *
 * Context: process, may sleep.
 * Return: 0, or -errno with nothing left behind.
 */
int vswap_sysfs_add_backend(struct vswap_backend *b)
{
	unsigned int nr = count_attrs(common_attrs) + count_attrs(counter_attrs) +
			  count_attrs(b->ops->attrs);
	struct backend_file *f;
	int err = -ENOMEM;

	f = kcalloc(nr, sizeof(*f), GFP_KERNEL);
	b->files = f;
	b->kobj = kobject_create_and_add(b->name, backend_root);
	if (f && b->kobj)
		err = add_files(b, &f, common_attrs);
	if (!err)
		err = add_files(b, &f, counter_attrs);
	if (!err)
		err = add_files(b, &f, b->ops->attrs);
	if (err)
		vswap_sysfs_remove_backend(b);
	return err;
}

/**
 * vswap_sysfs_remove_backend() - the reverse of vswap_sysfs_add_backend()
 * @b: the backend; nothing happens if it isn't shown
 *
 * Context: process, may sleep; waits for readers.
 */
void vswap_sysfs_remove_backend(struct vswap_backend *b)
{
	if (b->kobj)
		kobject_del(b->kobj);
	kobject_put(b->kobj);
	b->kobj = NULL;
	kfree(b->files);
	b->files = NULL;
}

/**
 * vswap_sysfs_start() - show everything
 *
 * Context: process, may sleep; backends and area are there.
 * Return: 0, or -errno with nothing left behind.
 */
int vswap_sysfs_start(void)
{
	struct vswap_backend *b;
	int err = -ENOMEM;
	unsigned int n;

	root = kobject_create_and_add("vswap", kernel_kobj);
	if (!root)
		return -ENOMEM;
	backend_root = kobject_create_and_add("backend", root);
	if (backend_root)
		err = sysfs_create_group(root, &group);
	for (n = 0; !err && (b = vswap_tier_get(n)); n++)
		err = vswap_sysfs_add_backend(b);
	if (err)
		vswap_sysfs_stop();
	return err;
}

/**
 * vswap_sysfs_stop() - the reverse of vswap_sysfs_start()
 *
 * Context: process, may sleep; waits for readers.
 */
void vswap_sysfs_stop(void)
{
	struct vswap_backend *b;
	unsigned int n;

	for (n = 0; (b = vswap_tier_get(n)); n++)
		vswap_sysfs_remove_backend(b);
	kobject_put(backend_root);
	kobject_put(root);
}
