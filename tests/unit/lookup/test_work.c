/*
 * Threads and what they run. What hangs here waits on a semaphore, so that it ends with the
 * case; the threads themselves stay, as they do in the lookup process.
 */
#include "../in_child.h"
#include "../servers.h"

#include "lookup/work.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>

/* An item of a case. */
struct task {
    struct work_item item;
    sem_t *gate; /* to wait at; NULL: none */
    bool ran;
};

static int after_count;
static pthread_t loop_thread;
static bool after_in_loop_thread;

static void run_task(struct work_item *item)
{
    struct task *task = list_item(item, struct task, item);

    if (task->gate)
        sem_wait(task->gate);
    task->ran = true;
}

static void after_task(struct work_item *item)
{
    after_count += list_item(item, struct task, item)->ran;
    after_in_loop_thread &= pthread_equal(pthread_self(), loop_thread) != 0;
}

/* All are kept: their threads may look at them to the end. */
static struct {
    struct loop *loop;
    struct work *work;
} pools[16];
static size_t pool_count;

static struct loop *loop;
static int64_t begun; /* before any thread can hang */
static sem_t gate;

/* A pool with so many threads at the most; its threads outlive the case. */
static struct work *set_up(unsigned max_threads)
{
    struct work *work;

    loop = loop_new();
    begun = clock_ms();
    work = work_new(loop, max_threads);
    assert_non_null(work);
    assert_true(pool_count < sizeof pools / sizeof *pools);
    pools[pool_count].loop = loop;
    pools[pool_count++].work = work;
    after_count = 0;
    loop_thread = pthread_self();
    after_in_loop_thread = true;
    sem_init(&gate, 0, 0);
    return work;
}

static bool put(struct work *work, struct task *task, sem_t *at)
{
    *task = (struct task){.item = {.run = run_task, .after = after_task}, .gate = at};
    return work_put(work, &task->item);
}

static bool put_slow(struct work *work, struct task *task)
{
    *task = (struct task){.item = {.run = run_task, .after = after_task, .is_slow = true},
                          .gate = &gate};
    return work_put(work, &task->item);
}

static void open_gate(int count)
{
    while (count-- > 0)
        sem_post(&gate);
}

/* Turns the loop until so many threads hang, which takes its time and no less. */
static void turn_until_hung(struct work *work, unsigned hung)
{
    while (work_state(work).hung < hung)
        turn_for(loop, 10);
    assert_true(clock_ms() - begun >= WORK_HUNG_MS);
}

TEST(no_thread_runs_before_the_first_item)
{
    struct work *work = set_up(8);

    assert_int_equal(work_state(work).threads, 0);
}

TEST(an_item_is_run_and_comes_back_in_the_loops_thread)
{
    struct work *work = set_up(8);
    struct task task;

    assert_true(put(work, &task, NULL));
    turn_until(loop, &after_count, 1);
    assert_true(after_in_loop_thread);
    assert_int_equal(after_count, 1);
}

TEST(a_thousand_items_are_all_done)
{
    struct work *work = set_up(8);
    static struct task tasks[1000];

    for (int i = 0; i < 1000; i++)
        assert_true(put(work, &tasks[i], NULL));
    turn_until(loop, &after_count, 1000);
    turn(loop);
    assert_int_equal(after_count, 1000);
    assert_int_equal(work_state(work).queued, 0);
    assert_in_range(work_state(work).threads, 1, 8);
}

TEST(items_that_do_not_wait_need_no_more_than_the_usual_threads)
{
    struct work *work = set_up(8);
    struct task task;

    for (int i = 1; i <= 50; i++) {
        assert_true(put(work, &task, NULL));
        turn_until(loop, &after_count, i);
        while (work_state(work).busy > 0)
            ;
    }
    assert_in_range(work_state(work).threads, 1, 4);
}

TEST(threads_are_added_while_items_wait_for_those_that_are_kept)
{
    struct work *work = set_up(64);
    static struct task kept[20], quick;

    for (int i = 0; i < 20; i++)
        assert_true(put(work, &kept[i], &gate));
    assert_true(put(work, &quick, NULL));
    turn_until(loop, &after_count, 1);
    assert_true(quick.ran);
    assert_in_range(work_state(work).threads, 21, 64);
    open_gate(20);
    turn_until(loop, &after_count, 21);
}

TEST(threads_are_never_more_than_the_limit)
{
    struct work *work = set_up(6);
    static struct task kept[20];

    for (int i = 0; i < 20; i++)
        assert_true(put(work, &kept[i], &gate));
    while (work_state(work).queued > 14)
        turn(loop);
    assert_int_equal(work_state(work).threads, 6);
    assert_int_equal(work_state(work).busy, 6);
    assert_int_equal(work_state(work).queued, 14);
    open_gate(20);
    turn_until(loop, &after_count, 20);
}

TEST(a_thread_that_hangs_is_counted_after_five_seconds)
{
    struct work *work = set_up(2);
    static struct task kept[2], refused;

    assert_true(put(work, &kept[0], &gate));
    assert_true(put(work, &kept[1], &gate));
    turn_until_hung(work, 2);
    assert_false(put(work, &refused, NULL)); /* all hang: it would wait for ever */
    open_gate(2);
    turn_until(loop, &after_count, 2);
    assert_int_equal(work_state(work).hung, 0);
    assert_true(put(work, &refused, NULL));
    turn_until(loop, &after_count, 3);
}

TEST(while_one_thread_does_not_hang_items_are_taken)
{
    struct work *work = set_up(2);
    static struct task kept, others[20];

    assert_true(put(work, &kept, &gate));
    turn_until_hung(work, 1);
    for (int i = 0; i < 20; i++)
        assert_true(put(work, &others[i], NULL));
    turn_until(loop, &after_count, 20);
    open_gate(1);
    turn_until(loop, &after_count, 21);
}

static struct work *again_in;
static int again_left;

static void after_again(struct work_item *item)
{
    after_count++;
    if (again_left-- > 0)
        assert_true(work_put(again_in, item));
}

TEST(an_item_may_be_put_again_when_it_comes_back)
{
    struct task task = {.item = {.run = run_task, .after = after_again}};

    again_in = set_up(4);
    again_left = 100;
    assert_true(work_put(again_in, &task.item));
    turn_until(loop, &after_count, 101);
    assert_int_equal(after_count, 101);
}

/* Of 8 threads two: the rest is for those that are quick when all is well. */
TEST(slow_items_have_a_share_of_the_threads)
{
    struct work *work = set_up(2 * WORK_SLOW_SHARE);
    static struct task slow[6], quick[30];

    for (int i = 0; i < 6; i++)
        assert_true(put_slow(work, &slow[i]));
    while (work_state(work).queued > 4)
        turn(loop);
    for (int i = 0; i < 30; i++)
        assert_true(put(work, &quick[i], NULL));
    turn_until(loop, &after_count, 30);
    assert_int_equal(work_state(work).queued, 4);
    open_gate(6);
    turn_until(loop, &after_count, 36);
}

TEST(slow_items_that_would_wait_too_long_are_not_taken)
{
    struct work *work = set_up(4);
    static struct task slow[100], quick;
    int taken = 0;

    while (taken < 100 && put_slow(work, &slow[taken]))
        taken++;
    assert_in_range(taken, 1, 99);
    assert_true(put(work, &quick, NULL));
    open_gate(taken);
    turn_until(loop, &after_count, taken + 1);
}

static void end_thread(struct work_item *item)
{
    list_item(item, struct task, item)->ran = true;
    pthread_exit(NULL);
}

/* As an NSS module may: with two threads at the most, a third item would find none. */
TEST(an_item_that_ends_its_thread_comes_back_and_costs_no_thread)
{
    struct work *work = set_up(2);
    struct task tasks[8];

    for (int i = 0; i < 8; i++) {
        tasks[i] = (struct task){.item = {.run = end_thread, .after = after_task}};
        assert_true(work_put(work, &tasks[i].item));
        turn_until(loop, &after_count, i + 1);
    }
    assert_int_equal(after_count, 8);
    assert_true(after_in_loop_thread);
    assert_true(work_state(work).threads <= 2);
}

/* Its thread's scheduling policy. */
#ifndef __SANITIZE_THREAD__ /* it ends such a process with a status of its own */
static void close_all(struct work_item *item)
{
    (void)item;
    close_range(3, ~0U, 0);
}

static int runs_what_closes_all(void)
{
    struct task task = {.item = {.run = close_all, .after = after_task}};

    alarm(30);
    work_put(set_up(1), &task.item);
    pause(); /* it ends meanwhile */
    return 0;
}

/* Otherwise the loop would never hear of an item again. */
TEST(a_process_whose_loop_cannot_be_woken_ends)
{
    assert_int_equal(in_child(runs_what_closes_all), EXIT_FAILURE);
}
#endif

static struct {
    struct work_item item;
    int policy;
} background;

static void run_in_background(struct work_item *item)
{
    struct timespec used;

    (void)item;
    background.policy = sched_getscheduler(0);
    do
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    while (used.tv_sec == 0 && used.tv_nsec < 20000000);
    sem_wait(&gate);
}

static void after_background(struct work_item *item)
{
    (void)item;
    after_count++;
}

TEST(an_item_in_the_background_gets_what_nobody_else_wants_and_tells_how_much)
{
    struct work *work;

    set_up(1);
    work = work_new_background(loop, 1);
    pools[pool_count - 1].work = work; /* the other one has no threads */
    background.item =
        (struct work_item){.run = run_in_background, .after = after_background};
    assert_int_equal(work_cpu_us(work, &background.item), 0);
    assert_true(work_put(work, &background.item));
    while (work_cpu_us(work, &background.item) < 15000)
        poll(NULL, 0, 1);
    open_gate(1);
    turn_until(loop, &after_count, 1);
    assert_int_equal(background.policy, SCHED_IDLE);
}
