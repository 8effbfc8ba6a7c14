// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) "vswap: " fmt

#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "vswap_evacuate.h"
#include "vswap_space.h"
#include "vswap_control.h"
#include "vswap_shmem.h"
#include "vswap_sysfs.h"
#include "vswap_tier.h"

/* The file that the user means; NULL for none, or -EBADF. */
static struct file *get_user_file(int fd)
{
	struct file *file = fd < 0 ? NULL : fget(fd);

	return fd >= 0 && !file ? ERR_PTR(-EBADF) : file;
}

static void put_user_file(struct file *file)
{
	if (file)
		fput(file);
}

static int add(const struct vswap_backend_spec *spec, struct file *file)
{
	struct vswap_backend *b = vswap_tier_add(spec, file);
	int err;

	if (IS_ERR(b))
		return PTR_ERR(b);
	err = vswap_sysfs_add_backend(b);
	if (err) {
		vswap_tier_remove(b);
		return err;
	}
	vswap_tier_unclaim(b, BACKEND_ON);
	pr_info("backend %s added, tier %u\n", b->name, b->tier);
	return 0;
}

static int control_add(const void __user *from)
{
	struct vswap_backend_spec spec;
	struct file *file;
	int err;

	if (copy_from_user(&spec, from, sizeof(spec)))
		return -EFAULT;
	file = get_user_file(spec.fd);
	if (IS_ERR(file))
		return PTR_ERR(file);
	err = add(&spec, file);
	put_user_file(file);
	return err;
}

static int control_remove(const struct vswap_backend_request *request)
{
	struct vswap_backend *b;
	int state, err;

	if (request->flags & ~(VSWAP_REMOVE_DRY_RUN | VSWAP_REMOVE_FORCE))
		return -EINVAL;
	err = vswap_tier_check_room(request->name);
	if (err || request->flags & VSWAP_REMOVE_DRY_RUN)
		return err;
	b = vswap_tier_claim(request->name, &state);
	if (IS_ERR(b))
		return PTR_ERR(b);
	err = vswap_evacuate(b, request->flags & VSWAP_REMOVE_FORCE);
	if (err) {
		vswap_tier_unclaim(b, state);
		return err;
	}
	pr_info("backend %s removed\n", b->name);
	vswap_sysfs_remove_backend(b);
	vswap_tier_remove(b);
	return 0;
}

static int control_resize(const struct vswap_backend_request *request)
{
	struct file *file = get_user_file(request->fd);
	int err;

	if (IS_ERR(file))
		return PTR_ERR(file);
	err = vswap_tier_resize(request->name, request->bytes, file);
	put_user_file(file);
	return err;
}

static int change(unsigned int cmd, const void __user *from)
{
	struct vswap_backend_request request;

	if (copy_from_user(&request, from, sizeof(request)))
		return -EFAULT;
	if (strnlen(request.name, sizeof(request.name)) == sizeof(request.name))
		return -EINVAL;
	if (cmd == VSWAP_BACKEND_REMOVE)
		return control_remove(&request);
	if (request.flags)
		return -EINVAL;
	switch (cmd) {
	case VSWAP_BACKEND_DISABLE:
		return vswap_tier_set_state(request.name, BACKEND_DISABLED);
	case VSWAP_BACKEND_ENABLE:
		return vswap_tier_set_state(request.name, BACKEND_ON);
	case VSWAP_BACKEND_RESIZE:
		return control_resize(&request);
	default:
		return -ENOTTY;
	}
}

/* Until the file ends, or the user's room does. Nothing is held while they are copied. */
static int copy_slots(struct file *file, struct vswap_file_slots *request)
{
	u64 __user *to = u64_to_user_ptr(request->slots);
	u64 slots[VSWAP_SHMEM_SLOTS];
	u32 room = request->nr;
	unsigned int nr;

	request->nr = 0;
	while (request->nr < room) {
		nr = vswap_shmem_slots(file, &request->first, slots,
				       min_t(u32, room - request->nr, VSWAP_SHMEM_SLOTS));
		if (copy_to_user(to + request->nr, slots, nr * sizeof(*slots)))
			return -EFAULT;
		request->nr += nr;
		if (!request->first)
			break;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static int control_file_slots(void __user *argument)
{
	struct vswap_file_slots request;
	struct file *file;
	int err = -EINVAL;

	if (copy_from_user(&request, argument, sizeof(request)))
		return -EFAULT;
	file = fget(request.fd);
	if (!file)
		return -EBADF;
	if (vswap_shmem_has(file))
		err = copy_slots(file, &request);
	fput(file);
	if (!err && copy_to_user(argument, &request, sizeof(request)))
		err = -EFAULT;
	return err;
}

static long control_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	const void __user *from = (const void __user *)arg;
	int err;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (cmd == VSWAP_FILE_SLOTS)
		return control_file_slots((void __user *)arg);
	err = cmd == VSWAP_BACKEND_ADD ? control_add(from) : change(cmd, from);
	if (!err)
		vswap_space_update_capacity();
	/* Also after one that failed: it may have kept a rescue off its backend meanwhile. */
	vswap_evacuate_failed();
	return err;
}

/* Where pages lie: a struct vswap_place for each slot. Nothing is held while they are copied. */
static ssize_t control_read(struct file *file, char __user *to, size_t size, loff_t *pos)
{
	struct vswap_place places[VSWAP_LOOK_SLOTS];
	const size_t one = sizeof(places[0]);
	unsigned int nr;
	size_t done;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (*pos < 0 || *pos % one || size % one)
		return -EINVAL;
	for (done = 0; done < size && !fatal_signal_pending(current); done += nr * one) {
		nr = vswap_space_look_at(*pos / one, places,
					min_t(size_t, (size - done) / one, VSWAP_LOOK_SLOTS));
		if (!nr)
			break;
		if (copy_to_user(to + done, places, nr * one))
			return -EFAULT;
		*pos += nr * one;
		cond_resched();
	}
	return done;
}

static const struct file_operations control_fops = {
	.owner = THIS_MODULE,
	.read = control_read,
	.unlocked_ioctl = control_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice control_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = VSWAP_CONTROL_DEVICE,
	.fops = &control_fops,
	.mode = 0600,
};

static bool registered;

/**
 * vswap_control_start() - take requests
 *
 * Context: process, may sleep; everything else is there.
 * Return: 0 or -errno.
 */
int vswap_control_start(void)
{
	int err = misc_register(&control_device);

	registered = !err;
	return err;
}

/**
 * vswap_control_stop() - the reverse of vswap_control_start()
 *
 * Context: process, may sleep; nobody has the device open.
 */
void vswap_control_stop(void)
{
	if (registered)
		misc_deregister(&control_device);
}
