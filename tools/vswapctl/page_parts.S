/* SPDX-License-Identifier: GPL-2.0 */
/* What each page of vswapctl record has in it: strings. */
	.section .rodata
	.globl page_style, page_script
page_style:
	.incbin "page.css"
	.byte 0
page_script:
	.incbin "page.js"
	.byte 0
	.section .note.GNU-stack, "", @progbits
