/* SPDX-License-Identifier: GPL-2.0 */
/* Copies as processors do them best, where the kernel's memcpy() doesn't. */
#ifndef VSWAP_COPY_H
#define VSWAP_COPY_H

#include <linux/string.h>
#include <linux/types.h>

/**
 * port_copy() - copy an object of a pool, some hundred bytes or more
 * @dst: where to
 * @src: what; doesn't overlap
 * @len: bytes
 *
 * On x86 the kernel's memcpy() goes through registers unless the processor says that it is fast
 * at copying few bytes by the byte (FSRM). All are at copying many by the word, and where the
 * processor is emulated a word takes one instruction instead of three. With KASAN, which
 * doesn't see into it, memcpy().
 *
 * Context: any.
 */
static __always_inline void port_copy(void *dst, const void *src, size_t len)
{
#if defined(CONFIG_X86_64) && !defined(CONFIG_KASAN)
	size_t words = len / 8;
	void *to = dst;
	const void *from = src;

	if (len >= 8) {
		asm volatile("rep movsq" : "+D" (to), "+S" (from), "+c" (words) : : "memory");
		/* The rest, and some bytes once more. */
		__builtin_memcpy(dst + len - 8, src + len - 8, 8);
		return;
	}
#endif
	memcpy(dst, src, len);
}

#endif /* VSWAP_COPY_H */
