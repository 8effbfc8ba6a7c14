/* SPDX-License-Identifier: GPL-2.0 */
/* A small harness: named tests, checks that end one, memory that fails on demand. */
#ifndef VSWAP_TEST_H
#define VSWAP_TEST_H

#include <stdio.h>
#include "shim.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct test {
	const char *name;
	void (*run)(void);
};

#define TEST(name)	{ #name, name }

/* Ends the running test, or, in a thread or a fuzzer, the process. */
_Noreturn void test_fail(const char *file, int line, const char *what, s64 a, s64 b);

#define CHECK(cond) do {						\
	if (!(cond))							\
		test_fail(__FILE__, __LINE__, #cond, 0, 0);		\
} while (0)

#define CHECK_EQ(a, b) do {						\
	s64 __a = (a), __b = (b);					\
	if (__a != __b)							\
		test_fail(__FILE__, __LINE__, #a " == " #b, __a, __b);	\
} while (0)

/*
 * Runs tests and prints a line "ok PROGRAM NAME" or "FAIL PROGRAM NAME ..." for each.
 * Returns an exit status: 0 if all passed.
 */
int test_main(const char *program, const struct test *tests, size_t nr);

/* Make the nth allocation from now on fail, once; 0: none. Not for threads. */
void test_fail_alloc(unsigned long nth);
/* Whether the failure asked for has happened. */
bool test_alloc_failed(void);

/* Allocations not freed yet. All memory of the code under test is counted. */
long test_allocs(void);

/* Pages as the allocators' owner would provide them; check that no lock is held. */
void *test_page_alloc(void);
void *test_size_alloc(size_t size);
void test_free(void *memory);

/*
 * If set, called once, by the next allocation that is to be made without locks: to let
 * something happen that another thread could do meanwhile.
 */
extern void (*test_meanwhile)(void);

/* Random numbers, the same in every run. */
u64 test_random(u64 *state);

#endif /* VSWAP_TEST_H */
