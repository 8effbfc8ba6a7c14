// SPDX-License-Identifier: GPL-2.0
/*
 * For the benchmark only: sections of a known length with preemption or interrupts off, between
 * two marks that offtime.c finds, each time "run" is written to. offtime.py knows them.
 */
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/spinlock.h>

/* nopl disp32(%rax), see icount.c. */
#define MARK(number)	asm volatile(".byte 0x0f, 0x1f, 0x80, " #number ", 0x57, 0x53, 0x56")

static DEFINE_RAW_SPINLOCK(raw_lock);
static DEFINE_SPINLOCK(lock);

/* So many instructions, in blocks of two. */
static __always_inline void spend(unsigned int instructions)
{
	unsigned int left = instructions / 2;

	asm volatile("1: dec %0\n\tjnz 1b" : "+r" (left));
}

noinline void offtime_preempt(void);
noinline void offtime_preempt(void)
{
	preempt_disable();
	spend(200000);
	preempt_enable();
}

noinline void offtime_irq(void);
noinline void offtime_irq(void)
{
	local_irq_disable();
	spend(300000);
	local_irq_enable();
}

/* What is within another one doesn't begin or end it. */
noinline void offtime_nested(void);
noinline void offtime_nested(void)
{
	raw_spin_lock(&raw_lock);
	spend(100000);
	preempt_disable();
	spend(100000);
	preempt_enable();
	spend(200000);
	raw_spin_unlock(&raw_lock);
}

noinline void offtime_raw_irqsave(void);
noinline void offtime_raw_irqsave(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&raw_lock, flags);
	spend(500000);
	raw_spin_unlock_irqrestore(&raw_lock, flags);
}

/* On a real-time kernel nothing is off here. */
noinline void offtime_spinlock(void);
noinline void offtime_spinlock(void)
{
	spin_lock(&lock);
	spend(600000);
	spin_unlock(&lock);
}

/* The kernel turns off what is off here. */
noinline void offtime_called(void *unused);
noinline void offtime_called(void *unused)
{
	spend(650000);
}

/* Nothing is off here, anywhere. */
noinline void offtime_nothing(void);
noinline void offtime_nothing(void)
{
	spend(700000);
}

static int run(const char *value, const struct kernel_param *param)
{
	MARK(1);
	offtime_preempt();
	offtime_irq();
	offtime_nested();
	offtime_raw_irqsave();
	offtime_spinlock();
	smp_call_function_single(0, offtime_called, NULL, 1);
	offtime_nothing();
	MARK(2);
	return 0;
}

static const struct kernel_param_ops run_ops = { .set = run };

module_param_cb(run, &run_ops, NULL, 0200);

MODULE_DESCRIPTION("Benchmark of vswap: known times with preemption off");
MODULE_LICENSE("GPL");
