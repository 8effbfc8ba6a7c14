// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include "test.h"

_Thread_local unsigned int shim_locks_held;
_Thread_local void (*shim_before_lock)(void);
void (*test_meanwhile)(void);

static _Thread_local jmp_buf *running;
static unsigned long fail_in;
static bool failed;
static long nr_allocs;

void test_fail(const char *file, int line, const char *what, s64 a, s64 b)
{
	printf("# %s:%d: %s", file, line, what);
	if (a || b)
		printf(" (%lld, %lld)", (long long)a, (long long)b);
	printf("\n");
	fflush(stdout);
	if (!running)
		abort();
	longjmp(*running, 1);
}

static bool run_one(const struct test *test)
{
	jmp_buf here;

	running = &here;
	if (setjmp(here)) {
		running = NULL;
		return false;
	}
	shim_locks_held = 0;
	shim_before_lock = NULL;
	test_meanwhile = NULL;
	test_fail_alloc(0);
	__atomic_store_n(&nr_allocs, 0, __ATOMIC_RELAXED);
	test->run();
	CHECK_EQ(test_allocs(), 0);
	CHECK_EQ(shim_locks_held, 0);
	running = NULL;
	return true;
}

int test_main(const char *program, const struct test *tests, size_t nr)
{
	int status = 0;
	size_t i;

	for (i = 0; i < nr; i++) {
		bool ok = run_one(&tests[i]);

		printf("%s %s %s\n", ok ? "ok" : "FAIL", program, tests[i].name);
		fflush(stdout);
		if (!ok)
			status = 1;
	}
	return status;
}

void test_fail_alloc(unsigned long nth)
{
	fail_in = nth;
	failed = false;
}

bool test_alloc_failed(void)
{
	return failed;
}

long test_allocs(void)
{
	return __atomic_load_n(&nr_allocs, __ATOMIC_RELAXED);
}

void *shim_alloc(size_t size)
{
	size_t room = (size + 63) / 64 * 64;
	void *memory;

	if (fail_in && !--fail_in) {
		failed = true;
		return NULL;
	}
	memory = aligned_alloc(64, room);
	if (!memory)
		abort();
	memset(memory, 0, room);
	__atomic_add_fetch(&nr_allocs, 1, __ATOMIC_RELAXED);
	return memory;
}

void shim_free(void *memory)
{
	if (memory)
		__atomic_sub_fetch(&nr_allocs, 1, __ATOMIC_RELAXED);
	free(memory);
}

void *test_size_alloc(size_t size)
{
	void (*meanwhile)(void) = test_meanwhile;

	CHECK_EQ(shim_locks_held, 0);
	if (meanwhile) {
		test_meanwhile = NULL;
		meanwhile();
	}
	return shim_alloc(size);
}

void *test_page_alloc(void)
{
	return test_size_alloc(4096);
}

void test_free(void *memory)
{
	CHECK(memory);
	shim_free(memory);
}

u64 test_random(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}
