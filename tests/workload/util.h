/* SPDX-License-Identifier: GPL-2.0 */
/* What all programs here need: util.c */
#ifndef VSWAP_UTIL_H
#define VSWAP_UTIL_H

#include <stddef.h>
#include <stdint.h>

enum exit_status {
	EXIT_GOOD	= 0,
	EXIT_BAD	= 1,	/* a page had the wrong content */
	EXIT_ERROR	= 2,	/* anything else that kept us from testing */
	EXIT_LOST	= 3,	/* a page could not be read: SIGBUS or EIO */
};

/* The name of the program, which each defines */
extern const char prog[];

/* Print to stderr in one piece, as several processes may do so at once */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
double now_seconds(void);
int read_full(int fd, void *buf, size_t len);
int write_full(int fd, const void *buf, size_t len);

#endif /* VSWAP_UTIL_H */
