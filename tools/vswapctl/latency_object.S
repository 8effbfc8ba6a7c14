/* SPDX-License-Identifier: GPL-2.0 */
/* latency.bpf.c compiled; nothing if there was no compiler for it. */
	.section .rodata
	.balign 8
	.globl latency_object, latency_object_end
latency_object:
#ifdef LATENCY_OBJECT
	.incbin LATENCY_OBJECT
#endif
latency_object_end:
	.section .note.GNU-stack, "", @progbits
