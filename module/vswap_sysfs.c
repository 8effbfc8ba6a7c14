// SPDX-License-Identifier: GPL-2.0
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "port.h"
#include "vswap_area.h"
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
	}

#define NUMBER(name, expression)					\
	static u64 number_##name(void)					\
	{								\
		return expression;					\
	}								\
	static struct value value_##name = {				\
		.attr = __ATTR(name, 0444, show_value, NULL),		\
		.number = number_##name,				\
	}

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

static ssize_t text_backends(char *buf)
{
	int len = vswap_tier_names(buf, PAGE_SIZE, " ");

	return len + sysfs_emit_at(buf, len, "\n");
}

TEXT(version);
TEXT(device);
TEXT(state);
TEXT(priority);
TEXT(backends);
NUMBER(capacity_pages, port_area_capacity());
NUMBER(used_pages, port_area_used());
NUMBER(fill_pages, vswap_stat_read(VSWAP_FILL_PAGES));
NUMBER(virtual_pages, port_area_is_on() ? port_area_slots() : 0);
NUMBER(virtual_limit_pages, vswap_space_limit());
NUMBER(clusters_used, vswap_space_tables());
NUMBER(metadata_bytes, vswap_space_memory());
NUMBER(grow_steps, vswap_space_grow_steps());
NUMBER(grow_failures, vswap_space_grow_failures());
NUMBER(pages_out, vswap_stat_read(VSWAP_PAGES_OUT));
NUMBER(pages_in, vswap_stat_read(VSWAP_PAGES_IN));
NUMBER(fill_out, vswap_stat_read(VSWAP_FILL_OUT));
NUMBER(alloc_failures, vswap_stat_read(VSWAP_ALLOC_FAILURES));
NUMBER(store_failures, vswap_stat_read(VSWAP_STORE_FAILURES));
NUMBER(read_errors, vswap_stat_read(VSWAP_READ_ERRORS));
NUMBER(write_errors, vswap_stat_read(VSWAP_WRITE_ERRORS));
NUMBER(bio_pages, vswap_stat_read(VSWAP_BIO_PAGES));
NUMBER(writeback_pages, vswap_stat_read(VSWAP_WRITEBACK_PAGES));
NUMBER(writeback_failures, vswap_stat_read(VSWAP_WRITEBACK_FAILURES));
NUMBER(writeback_bytes, vswap_stat_read(VSWAP_WRITEBACK_BYTES));
NUMBER(shrinker_pages, vswap_stat_read(VSWAP_SHRINKER_PAGES));
NUMBER(idle_pages, vswap_stat_read(VSWAP_IDLE_PAGES));
NUMBER(moved_pages, vswap_stat_read(VSWAP_MOVED_PAGES));
NUMBER(checksum_errors, vswap_stat_read(VSWAP_CHECKSUM_ERRORS));

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

static struct attribute *attrs[] = {
	&value_version.attr.attr,
	&value_device.attr.attr,
	&value_state.attr.attr,
	&value_priority.attr.attr,
	&value_backends.attr.attr,
	&value_capacity_pages.attr.attr,
	&value_used_pages.attr.attr,
	&value_fill_pages.attr.attr,
	&value_virtual_pages.attr.attr,
	&value_virtual_limit_pages.attr.attr,
	&value_clusters_used.attr.attr,
	&value_metadata_bytes.attr.attr,
	&value_grow_steps.attr.attr,
	&value_grow_failures.attr.attr,
	&value_pages_out.attr.attr,
	&value_pages_in.attr.attr,
	&value_fill_out.attr.attr,
	&value_alloc_failures.attr.attr,
	&value_store_failures.attr.attr,
	&value_read_errors.attr.attr,
	&value_write_errors.attr.attr,
	&value_bio_pages.attr.attr,
	&value_writeback_pages.attr.attr,
	&value_writeback_failures.attr.attr,
	&value_writeback_bytes.attr.attr,
	&value_shrinker_pages.attr.attr,
	&value_idle_pages.attr.attr,
	&value_moved_pages.attr.attr,
	&value_checksum_errors.attr.attr,
	&writeback.attr,
	NULL
};

static const struct attribute_group group = { .attrs = attrs };

/* ---- Backends ---- */

static ssize_t show_type(struct vswap_backend *b, char *buf)
{
	return sysfs_emit(buf, "%s\n", b->ops->type);
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

#define COUNT(name, count)						\
	static ssize_t show_##name(struct vswap_backend *b, char *buf)	\
	{								\
		return sysfs_emit(buf, "%lu\n", vswap_backend_sum(b, count)); \
	}

COUNT(used_pages, BACKEND_USED_PAGES)
COUNT(pages_out, BACKEND_PAGES_OUT)
COUNT(pages_in, BACKEND_PAGES_IN)
COUNT(rejected_full, BACKEND_REJECTED_FULL)
COUNT(moved_pages, BACKEND_MOVED_PAGES)

static const struct vswap_backend_attr common_attrs[] = {
	{ "type", show_type },
	{ "tier", show_tier },
	{ "state", show_state },
	{ "capacity_pages", show_capacity_pages },
	{ "used_pages", show_used_pages },
	{ "memory_bytes", show_memory_bytes },
	{ "pages_out", show_pages_out },
	{ "pages_in", show_pages_in },
	{ "rejected_full", show_rejected_full },
	{ "moved_pages", show_moved_pages },
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

	return file->what->show(file->backend, buf);
}

static unsigned int count_attrs(const struct vswap_backend_attr *what)
{
	unsigned int nr = 0;

	while (what[nr].name)
		nr++;
	return nr;
}

static int add_files(struct vswap_backend *b, struct backend_file *file,
		     const struct vswap_backend_attr *what)
{
	int err = 0;

	for (; what->name && !err; what++, file++) {
		sysfs_attr_init(&file->attr.attr);
		file->attr.attr.name = what->name;
		file->attr.attr.mode = 0444;
		file->attr.show = show_backend_file;
		file->backend = b;
		file->what = what;
		err = sysfs_create_file(b->kobj, &file->attr.attr);
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
	unsigned int nr_common = count_attrs(common_attrs);
	struct backend_file *f;
	int err = -ENOMEM;

	f = kcalloc(nr_common + count_attrs(b->ops->attrs), sizeof(*f), GFP_KERNEL);
	b->files = f;
	b->kobj = kobject_create_and_add(b->name, backend_root);
	if (f && b->kobj)
		err = add_files(b, f, common_attrs);
	if (!err)
		err = add_files(b, f + nr_common, b->ops->attrs);
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
