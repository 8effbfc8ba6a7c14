/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hook engine: replacing kernel functions the way livepatch does.
 */
#ifndef VSWAP_HOOKS_H
#define VSWAP_HOOKS_H

#include <linux/ftrace.h>
#include <linux/percpu.h>
#include <linux/static_call.h>

#include "vswap_btf.h"

/**
 * struct vswap_hook - one replaced kernel function
 * @name: the function
 * @type: its type, for vswap_btf_check_function()
 * @replacement: runs in its place, with the same prototype
 * @set_original: takes the address of the original's body, past its fentry
 * @ops: the engine's
 * @ip: the function's fentry; the engine's
 * @installed: the engine's
 */
struct vswap_hook {
	const char *name;
	const char *type;
	void *replacement;
	void (*set_original)(unsigned long body);
	struct ftrace_ops ops;
	unsigned long ip;
	bool installed;
};

/*
 * VSWAP_ORIGINAL(ret, name, (types)) declares the static call original_name with which
 * a replacement reaches the original, past its fentry, so that it isn't redirected
 * again. VSWAP_HOOK(name) is the line in the list; the replacement is hook_name. One that
 * several lists have is a structure by VSWAP_HOOK_INIT(name).
 */
#define VSWAP_ORIGINAL(ret, name, args)					\
	VSWAP_NEEDS("hook " #name " " #ret " " #args);			\
	static const char type_##name[] = #ret " " #args;		\
	ret name args;							\
	DEFINE_STATIC_CALL_NULL(original_##name, name);			\
	static void set_original_##name(unsigned long body)		\
	{								\
		static_call_update(original_##name, (typeof(&name))body); \
	}

#define VSWAP_HOOK(func)	(&(struct vswap_hook)VSWAP_HOOK_INIT(func))

#define VSWAP_HOOK_INIT(func) {						\
	.name = #func,							\
	.type = type_##func,						\
	.replacement = hook_##func,					\
	.set_original = set_original_##func,				\
}

/*
 * The callback of all hooks; how the instruction pointer is set, SET_IP(fregs, ip), is
 * another name in each kernel family. Mirrors klp_ftrace_handler(). No recursion lock:
 * nothing here can recurse, and with one the redirection would be skipped now and then.
 */
#define VSWAP_REDIRECT(name, SET_IP)					\
	static void notrace name(unsigned long ip, unsigned long parent_ip, \
				 struct ftrace_ops *ops, struct ftrace_regs *fregs) \
	{								\
		struct vswap_hook *hook = container_of(ops, struct vswap_hook, ops); \
									\
		SET_IP(fregs, (unsigned long)hook->replacement);	\
	}

DECLARE_PER_CPU(long, vswap_hooks_inflight);

/*
 * A replacement that may sleep stands between these two, so that it is not unloaded while a
 * task is asleep in it; and its original too, since that one may sleep as well, and has to
 * find us here when it returns.
 */
static inline void vswap_hook_enter(void)
{
	this_cpu_inc(vswap_hooks_inflight);
}

static inline void vswap_hook_exit(void)
{
	this_cpu_dec(vswap_hooks_inflight);
}

int vswap_hooks_init(void);
int vswap_hooks_install(struct vswap_hook *const *hooks, unsigned int nr, ftrace_func_t redirect);
void vswap_hooks_remove(struct vswap_hook *const *hooks, unsigned int nr);

#endif /* VSWAP_HOOKS_H */
