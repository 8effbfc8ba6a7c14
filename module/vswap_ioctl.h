/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Backends at run time, and where pages lie: the requests of /dev/vswap-control, and what is read
 * there. The module and vswapctl share this file.
 *
 * The device is root's, and asks for CAP_SYS_ADMIN in the initial user namespace.
 * Every request returns 0 or sets errno; where the reason is in what the user gave,
 * the kernel's log has a line that tells it.
 */
#ifndef VSWAP_IOCTL_H
#define VSWAP_IOCTL_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define VSWAP_CONTROL_DEVICE	"vswap-control"

/* Names are letters, digits, '-' and '_', and end with a NUL. */
#define VSWAP_NAME_SIZE		32

/* Behind all other backends. */
#define VSWAP_TIER_LAST		-1

/**
 * struct vswap_backend_spec - a backend to add
 * @name: its name
 * @type: "swapfile" or "zswap"
 * @compressor: of a pool; "" for the one that zswap_compressor= names
 * @limit_bytes: of a pool; 0 for what the parameters say
 * @fd: the swap file or partition, open for reading; -1 for a pool
 * @tier: lower ones are preferred, those of one tier take turns; or VSWAP_TIER_LAST
 */
struct vswap_backend_spec {
	char name[VSWAP_NAME_SIZE];
	char type[VSWAP_NAME_SIZE];
	char compressor[VSWAP_NAME_SIZE];
	__u64 limit_bytes;
	__s32 fd;
	__s32 tier;
};

/* For VSWAP_BACKEND_REMOVE: only say whether the others could hold its pages. */
#define VSWAP_REMOVE_DRY_RUN	(1U << 0)
/* Give up pages that can't be read: their readers get SIGBUS. */
#define VSWAP_REMOVE_FORCE	(1U << 1)

/**
 * struct vswap_backend_request - what else is done to a backend
 * @name: its name
 * @bytes: VSWAP_BACKEND_RESIZE: its new size, or the limit of a pool
 * @fd: VSWAP_BACKEND_RESIZE of a swap file: the file, open for reading and writing;
 *	else -1
 * @flags: VSWAP_REMOVE_*; else 0
 */
struct vswap_backend_request {
	char name[VSWAP_NAME_SIZE];
	__u64 bytes;
	__s32 fd;
	__u32 flags;
};

/*
 * VSWAP_BACKEND_ADD
 *	EEXIST: the name, or a pool, is there already; ENOSPC: no more backends;
 *	EINVAL, EPERM, EBUSY, EOPNOTSUPP, ...: as at load, with a line in the log.
 * VSWAP_BACKEND_REMOVE
 *	Moves the pages to the other backends, waits for that, and takes the backend
 *	away. ENOENT: no such backend; EBUSY: another request for it is under way, or
 *	it has failed and its pages are just moving away; ENOSPC: the others can't
 *	hold its pages; EIO: some of its pages can't be read; EINTR: a signal came.
 *	After an error the backend is what it was before; what has moved stays moved.
 * VSWAP_BACKEND_DISABLE, VSWAP_BACKEND_ENABLE
 *	Takes no more pages, but keeps those it has; takes pages again, also after it
 *	failed. ENOENT; EBUSY.
 * VSWAP_BACKEND_RESIZE
 *	ENOENT; EBUSY; EINVAL: a swap file can only grow; EOPNOTSUPP: its file system
 *	can't do that; ENOSPC: the file system is full.
 */
#define VSWAP_BACKEND_ADD	_IOW('V', 0xe0, struct vswap_backend_spec)
#define VSWAP_BACKEND_REMOVE	_IOW('V', 0xe1, struct vswap_backend_request)
#define VSWAP_BACKEND_DISABLE	_IOW('V', 0xe2, struct vswap_backend_request)
#define VSWAP_BACKEND_ENABLE	_IOW('V', 0xe3, struct vswap_backend_request)
#define VSWAP_BACKEND_RESIZE	_IOW('V', 0xe4, struct vswap_backend_request)

/* Where the page of a slot lies. */
enum vswap_place_kind {
	VSWAP_PLACE_NONE,	/* nothing is stored: the slot is free, or the kernel's alone */
	VSWAP_PLACE_EMPTY,	/* likewise: the slot has an owner, and the page is in memory */
	VSWAP_PLACE_FILL,	/* the page is one repeated value, and takes no backend */
	VSWAP_PLACE_POOL,	/* in a pool */
	VSWAP_PLACE_FILE,	/* in a swap file, in a page of its own */
	VSWAP_PLACE_PACKED,	/* in a swap file, compressed, in a page with others */
};

/**
 * struct vswap_place - what is read from the device, one after the other for all slots
 * @kind: enum vswap_place_kind
 * @number: of the backend, as in its file "number" in sysfs
 * @bytes: what the page takes there; 0 where it takes no backend
 *
 * That of slot N, which the kernel calls a swap offset, begins at the byte N * sizeof().
 */
struct vswap_place {
	__u8 kind;
	__u8 number;
	__u16 bytes;
};

/**
 * struct vswap_file_slots - which slots the pages of a file have that is in tmpfs
 * @first: number of the file's page to begin with; set to the one to go on with, 0 at the end
 * @slots: address of room for @nr slots, a __u64 each, in the order of the pages
 * @nr: for how many there is room; set to how many there are
 * @fd: the file, open in any way but O_PATH; also a memfd, or a mapping from /proc/PID/map_files
 */
struct vswap_file_slots {
	__u64 first;
	__u64 slots;
	__u32 nr;
	__s32 fd;
};

/*
 * VSWAP_FILE_SLOTS
 *	EBADF; EINVAL: not a file in tmpfs; EINTR: the process is being killed. No page is
 *	moved or read, and what has no slot in the area isn't mentioned: a page in memory,
 *	or in another swap area.
 */
#define VSWAP_FILE_SLOTS	_IOWR('V', 0xe5, struct vswap_file_slots)

#endif /* VSWAP_IOCTL_H */
