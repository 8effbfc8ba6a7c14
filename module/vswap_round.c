// SPDX-License-Identifier: GPL-2.0
#include <linux/sched/signal.h>

#include "port.h"
#include "vswap_round.h"

/*
 * Between the snapshot for a hibernation and the power-off nothing may come to a swap file that
 * memory in the snapshot doesn't know of. Nobody reclaims then, or frees; only this queue would
 * go on, and is frozen. It is apart from others, which mustn't be, and since it waits for disks.
 */
struct workqueue_struct *vswap_mover_queue;

/* The machine is about to sleep. */
static bool is_paused;

/* By a signal, or by a machine that is about to sleep. */
static bool is_interrupted(void)
{
	return signal_pending(current) || READ_ONCE(is_paused);
}

/* A batch, unless swapoff(2) was faster. Returns as the batch does. */
static int run_batch(struct vswap_round *round, unsigned int i)
{
	int ret;

	if (round->begin && !round->begin(round))
		return 0;
	if (is_interrupted())
		return -EINTR;
	if (!port_area_get())
		return -ENOENT;
	ret = round->batch(round, i);
	port_area_put();
	cond_resched();
	return ret;
}

static void take_part(struct vswap_round *round, unsigned int i)
{
	int ret = 1;

	while (ret > 0 && !READ_ONCE(round->stop))
		ret = run_batch(round, i);
	if (ret < 0)
		cmpxchg(&round->err, 0, ret);
	if (ret <= 0)
		WRITE_ONCE(round->stop, true);
}

static void help(struct work_struct *work)
{
	struct vswap_round_helper *helper = container_of(work, struct vswap_round_helper, work);

	take_part(helper->round, helper->i);
}

/**
 * vswap_round_run() - go on, several batches at a time, until there is nothing to do
 * @round: what is to be done; @stop and @err are 0
 * @nr: so many tasks, 1 up to VSWAP_EVACUATION_BATCHES
 *
 * When one fails, what others have under way is finished.
 *
 * A helper that hasn't begun isn't waited for: the queue may be frozen, or have no worker.
 *
 * Context: process, may sleep; ends early for a signal.
 * Return: 0, or the first error; -EINTR: by a signal, or the machine is about to sleep;
 * -ENOENT: there is no area.
 */
int vswap_round_run(struct vswap_round *round, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr - 1; i++) {
		struct vswap_round_helper *helper = &round->helpers[i];

		helper->round = round;
		helper->i = i + 1;
		INIT_WORK_ONSTACK(&helper->work, help);
		queue_work(vswap_mover_queue, &helper->work);
	}
	take_part(round, 0);
	for (i = 0; i < nr - 1; i++) {
		cancel_work_sync(&round->helpers[i].work);
		destroy_work_on_stack(&round->helpers[i].work);
	}
	return round->err;
}

/**
 * vswap_round_pause() - the machine is about to sleep, or is awake again
 * @paused: nobody begins another batch until further notice
 *
 * Otherwise a worker that moves pages could keep the machine awake: the queue is frozen when
 * it has ended.
 *
 * Context: any.
 */
void vswap_round_pause(bool paused)
{
	WRITE_ONCE(is_paused, paused);
}

/**
 * vswap_round_start() - make the queue
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vswap_round_start(void)
{
	vswap_mover_queue = alloc_workqueue("vswap_mover",
					    WQ_MEM_RECLAIM | WQ_UNBOUND | WQ_FREEZABLE, 0);
	return vswap_mover_queue ? 0 : -ENOMEM;
}

/**
 * vswap_round_stop() - the reverse of vswap_round_start()
 *
 * Context: process, may sleep; no work is left.
 */
void vswap_round_stop(void)
{
	destroy_workqueue(vswap_mover_queue);
}
