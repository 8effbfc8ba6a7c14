// SPDX-License-Identifier: GPL-2.0
/*
 * rewrite HEAP SEED FILE...
 *
 * A third of all the files' pages, chosen at random, are written again, each with some page of
 * the heap. The files are as long as the heap.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PAGE	4096

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int opened(const char *path, int flags)
{
	int fd = open(path, flags);

	if (fd < 0)
		die(path);
	return fd;
}

static void copy_page(int from, off_t source, int to, off_t target)
{
	char page[PAGE];

	if (pread(from, page, PAGE, source * PAGE) != PAGE ||
	    pwrite(to, page, PAGE, target * PAGE) != PAGE)
		die("a page");
}

int main(int argc, char **argv)
{
	int heap, files = argc - 3, *fd;
	long i, pages;

	if (files < 1) {
		fprintf(stderr, "usage: rewrite HEAP SEED FILE...\n");
		return 2;
	}
	fd = calloc(files, sizeof(*fd));
	if (!fd)
		die("rewrite");
	heap = opened(argv[1], O_RDONLY);
	srandom(atoi(argv[2]));
	for (i = 0; i < files; i++)
		fd[i] = opened(argv[i + 3], O_WRONLY);
	pages = lseek(heap, 0, SEEK_END) / PAGE;
	for (i = 0; i < files * pages / 3; i++)
		copy_page(heap, random() % pages, fd[random() % files], random() % pages);
	return 0;
}
