/* SPDX-License-Identifier: GPL-2.0 */
/* Files of sections and keys. */
#ifndef VSWAPCTL_INI_H
#define VSWAPCTL_INI_H

/* One line: a section, or a key in one. */
struct ini_line {
	const char *file;
	unsigned int number;
	const char *section;	/* what is between the brackets */
	const char *key;	/* NULL: the section begins here */
	const char *value;	/* "" if there is none */
};

struct ini_reader {
	void (*take)(const struct ini_line *line, void *to);
	/* What is neither section, key nor comment; @line has file and number. */
	void (*wrong)(const struct ini_line *line, void *to, const char *what);
	void *to;
};

/*
 * The system's files of a name, in the order in which they are read: /etc/NAME, then
 * the *.conf in NAME.d of /etc, /run and /usr/lib, by name; of two with the same name the first of
 * these counts. Ends with NULL.
 */
char **ini_files(const char *name);
void ini_files_free(char **files);

/* @path: as the system has it. */
void ini_read(const char *path, const struct ini_reader *reader);

#endif
