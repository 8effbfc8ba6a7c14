// SPDX-License-Identifier: GPL-2.0
/* Texts that are put together by printing. */
#include "message.h"
#include "text.h"

FILE *text_begin(struct text *text)
{
	*text = (struct text){ 0 };
	text->out = open_memstream(&text->start, &text->len);
	if (!text->out)
		out_of_memory();
	return text->out;
}

char *text_end(struct text *text)
{
	/* What fails in memory fails for want of it. */
	if (fclose(text->out))
		out_of_memory();
	return text->start;
}
