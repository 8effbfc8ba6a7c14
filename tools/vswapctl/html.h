/* SPDX-License-Identifier: GPL-2.0 */
/* Texts as parts of an HTML page that is well-formed XML as well. */
#ifndef VSWAPCTL_HTML_H
#define VSWAPCTL_HTML_H

#include <stdio.h>

/* Prints @text so that nothing of it is markup, neither here nor in an attribute. */
void html_print(FILE *out, const char *text);

/* The same for what is within <script>: @json has "<" and the like in strings alone. */
void html_print_json(FILE *out, const char *json);

/* Words as a shell would take them; the caller frees it. */
char *shell_words(char *const *words);

#endif
