#include "../check.h"

#include "base/clock.h"
#include "lookup/work.h"

#include <pthread.h>
#include <stdlib.h>

/* An item that waits at a gate until it is opened. */
struct item {
    struct work_item item;
    struct scene *scene;
};

struct scene {
    struct loop *loop;
    struct work *work;
    pthread_mutex_t lock;
    pthread_cond_t opened;
    bool open;
    unsigned begun; /* with the lock */
    unsigned done, wanted;
    struct timer timer;
};

static struct item *item_of(struct work_item *item)
{
    return list_item(item, struct item, item);
}

static void pass(struct work_item *item)
{
    struct scene *scene = item_of(item)->scene;

    pthread_mutex_lock(&scene->lock);
    scene->begun++;
    while (!scene->open)
        pthread_cond_wait(&scene->opened, &scene->lock);
    pthread_mutex_unlock(&scene->lock);
}

static void count(struct work_item *item)
{
    struct scene *scene = item_of(item)->scene;

    if (++scene->done == scene->wanted)
        loop_stop(scene->loop);
}

static struct scene *set_up(unsigned max_threads)
{
    struct scene *scene = calloc(1, sizeof *scene);

    assert_non_null(scene);
    scene->loop = loop_new();
    scene->work = work_new(scene->loop, max_threads);
    assert_non_null(scene->work);
    pthread_mutex_init(&scene->lock, NULL);
    pthread_cond_init(&scene->opened, NULL);
    return scene;
}

static void open_gate(struct scene *scene)
{
    pthread_mutex_lock(&scene->lock);
    scene->open = true;
    pthread_cond_broadcast(&scene->opened);
    pthread_mutex_unlock(&scene->lock);
}

static void put(struct scene *scene, struct item *item)
{
    *item = (struct item){.item = {.run = pass, .after = count}, .scene = scene};
    assert_true(work_put(scene->work, &item->item));
}

/* Looks every few milliseconds whether enough items have begun. */
static void look(void *context)
{
    struct scene *scene = context;
    unsigned begun;

    pthread_mutex_lock(&scene->lock);
    begun = scene->begun;
    pthread_mutex_unlock(&scene->lock);
    if (begun >= scene->wanted)
        loop_stop(scene->loop);
    else
        timer_set(scene->loop, &scene->timer, clock_ms() + 2);
}

static void run_until_begun(struct scene *scene, unsigned items)
{
    scene->wanted = items;
    timer_init(&scene->timer, look, scene);
    timer_set(scene->loop, &scene->timer, 0);
    assert_int_equal(loop_run(scene->loop), 0);
    timer_cancel(&scene->timer);
}

static void run_until_done(struct scene *scene, unsigned items)
{
    scene->wanted = items;
    assert_int_equal(loop_run(scene->loop), 0);
    assert_int_equal(scene->done, items);
}

static void every_item_is_run_and_comes_back(void **state)
{
    static struct item items[1000];
    struct scene *scene = set_up(8);

    (void)state;
    scene->open = true;
    for (int i = 0; i < 1000; i++)
        put(scene, &items[i]);
    run_until_done(scene, 1000);
    assert_int_equal(work_state(scene->work).queued, 0);
}

/* Many items that are quick need no more threads than a few. */
static void quick_items_need_few_threads(void **state)
{
    static struct item items[1000];
    struct scene *scene = set_up(64);

    (void)state;
    scene->open = true;
    for (int i = 0; i < 1000; i++)
        put(scene, &items[i]);
    run_until_done(scene, 1000);
    assert_in_range(work_state(scene->work).threads, 1, 16);
}

static void an_item_does_not_wait_for_those_that_hang(void **state)
{
    static struct item items[30];
    struct scene *scene = set_up(32);

    (void)state;
    for (int i = 0; i < 30; i++)
        put(scene, &items[i]);
    run_until_begun(scene, 30);
    assert_in_range(work_state(scene->work).threads, 30, 32);
    open_gate(scene);
    run_until_done(scene, 30);
}

static void there_are_no_more_threads_than_the_limit(void **state)
{
    static struct item items[20];
    struct scene *scene = set_up(6);

    (void)state;
    for (int i = 0; i < 20; i++)
        put(scene, &items[i]);
    run_until_begun(scene, 6);
    assert_int_equal(work_state(scene->work).threads, 6);
    assert_int_equal(work_state(scene->work).busy, 6);
    assert_int_equal(work_state(scene->work).queued, 14);
    open_gate(scene);
    run_until_done(scene, 20);
}

static void after_calls_are_made_in_the_loops_thread(void **state)
{
    static struct item item;
    struct scene *scene = set_up(2);

    (void)state;
    scene->open = true;
    put(scene, &item);
    assert_int_equal(scene->done, 0);
    run_until_done(scene, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_item_is_run_and_comes_back),
        cmocka_unit_test(quick_items_need_few_threads),
        cmocka_unit_test(an_item_does_not_wait_for_those_that_hang),
        cmocka_unit_test(there_are_no_more_threads_than_the_limit),
        cmocka_unit_test(after_calls_are_made_in_the_loops_thread),
    };

    return cmocka_run_group_tests_name("work", tests, NULL, NULL);
}
