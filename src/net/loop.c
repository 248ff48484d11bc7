#include "net/loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"

struct watch {
    struct list link;
    int fd; /* -1: unwatched while the loop was calling; freed after the round */
    short events;
    watch_ready *ready;
    void *context;
};

struct loop {
    struct list watches;
    struct list timers; /* in order of time */
    size_t watch_count;
    struct pollfd *polled; /* room for every watch */
    struct watch **owners; /* the watch behind each entry of `polled` */
    size_t room;
    bool stopped;
};

struct loop *loop_new(void)
{
    struct loop *loop = calloc(1, sizeof *loop);

    if (!loop)
        return NULL;
    list_init(&loop->watches);
    list_init(&loop->timers);
    return loop;
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    for (struct list *link = loop->watches.next, *next; link != &loop->watches;
         link = next) {
        next = link->next;
        free(list_item(link, struct watch, link));
    }
    while (!list_empty(&loop->timers))
        list_remove(loop->timers.next);
    free(loop->polled);
    free(loop->owners);
    free(loop);
}

static int make_room(struct loop *loop)
{
    size_t room = loop->room ? loop->room * 2 : 8;
    struct pollfd *polled;
    struct watch **owners;

    if (loop->watch_count < loop->room)
        return 0;
    polled = realloc(loop->polled, room * sizeof *polled);
    if (!polled)
        return -1;
    loop->polled = polled;
    owners = realloc(loop->owners, room * sizeof *owners);
    if (!owners)
        return -1;
    loop->owners = owners;
    loop->room = room;
    return 0;
}

struct watch *loop_watch(struct loop *loop, int fd, short events, watch_ready *ready,
                         void *context)
{
    struct watch *watch;

    if (make_room(loop) == -1 || !(watch = malloc(sizeof *watch)))
        return NULL;
    *watch = (struct watch){.fd = fd, .events = events, .ready = ready, .context = context};
    list_append(&loop->watches, &watch->link);
    loop->watch_count++;
    return watch;
}

void watch_events(struct watch *watch, short events)
{
    watch->events = events;
}

void loop_unwatch(struct loop *loop, struct watch *watch)
{
    (void)loop;
    if (watch)
        watch->fd = -1; /* poll() may just have reported it: it is freed after the round */
}

static void sweep(struct loop *loop)
{
    for (struct list *link = loop->watches.next, *next; link != &loop->watches;
         link = next) {
        struct watch *watch = list_item(link, struct watch, link);

        next = link->next;
        if (watch->fd != -1)
            continue;
        list_remove(link);
        loop->watch_count--;
        free(watch);
    }
}

void timer_init(struct timer *timer, void (*ring)(void *context), void *context)
{
    list_init(&timer->link);
    timer->ring = ring;
    timer->context = context;
}

/* Timers are few, and a new one mostly rings last: the search starts at the end. */
void timer_set(struct loop *loop, struct timer *timer, int64_t at)
{
    struct list *before;

    list_remove(&timer->link);
    timer->at = at;
    before = loop->timers.prev;
    while (before != &loop->timers && list_item(before, struct timer, link)->at > at)
        before = before->prev;
    list_append(before->next, &timer->link);
}

void timer_cancel(struct timer *timer)
{
    list_remove(&timer->link);
}

static int wait_time(const struct loop *loop)
{
    const struct timer *timer = list_first(&loop->timers, struct timer, link);
    int64_t left;

    if (!timer)
        return -1;
    left = timer->at - clock_ms();
    if (left < 0)
        return 0;
    return left > INT_MAX ? INT_MAX : (int)left;
}

static size_t count_due(const struct loop *loop, int64_t now)
{
    size_t count = 0;

    for (struct list *link = loop->timers.next;
         link != &loop->timers && list_item(link, struct timer, link)->at <= now;
         link = link->next)
        count++;
    return count;
}

/* No more than are due now: one that sets itself to a time past must not hold the loop. */
static void ring_timers(struct loop *loop)
{
    struct timer *timer;
    int64_t now = clock_ms();

    for (size_t due = count_due(loop, now); due > 0 && !loop->stopped; due--) {
        timer = list_first(&loop->timers, struct timer, link);
        if (!timer || timer->at > now)
            return;
        list_remove(&timer->link);
        timer->ring(timer->context);
    }
}

static size_t prepare(struct loop *loop)
{
    size_t count = 0;

    for (struct list *link = loop->watches.next; link != &loop->watches;
         link = link->next) {
        struct watch *watch = list_item(link, struct watch, link);

        loop->polled[count] = (struct pollfd){.fd = watch->fd, .events = watch->events};
        loop->owners[count++] = watch;
    }
    return count;
}

/* A callback may add watches and so move `polled` and `owners`; what stands in them stays.
 */
static void call_ready(struct loop *loop, size_t count)
{
    for (size_t i = 0; i < count && !loop->stopped; i++) {
        struct watch *watch = loop->owners[i];

        if (loop->polled[i].revents != 0 && watch->fd != -1)
            watch->ready(watch->context, loop->polled[i].revents);
    }
}

int loop_run(struct loop *loop)
{
    loop->stopped = false;
    while (!loop->stopped) {
        size_t count;
        int ready;

        sweep(loop);
        count = prepare(loop);
        ready = poll(loop->polled, count, wait_time(loop));
        if (ready == -1 && errno != EINTR)
            return -1;
        if (ready > 0)
            call_ready(loop, count);
        ring_timers(loop);
    }
    return 0;
}

void loop_stop(struct loop *loop)
{
    loop->stopped = true;
}
