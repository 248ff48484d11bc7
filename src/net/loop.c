#include "net/loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"

struct watch {
    struct loop *loop;
    size_t at; /* its place in `polled` and `owners` */
    watch_ready *ready;
    void *context;
    struct watch *next_ended;
};

/*
 * `polled` stays as it is between rounds: what a round costs beyond poll() itself depends
 * on what is ready and what has changed, not on how many descriptors just lie there.
 */
struct loop {
    struct list timers;    /* in order of time */
    struct pollfd *polled; /* one for each watch */
    struct watch **owners; /* the watch behind each entry of `polled` */
    struct watch *ended;   /* fd -1 in `polled`: their places are filled after the round */
    size_t count, room;
    bool stopped;
};

struct loop *loop_new(void)
{
    struct loop *loop = calloc(1, sizeof *loop);

    if (loop)
        list_init(&loop->timers);
    return loop;
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    for (size_t i = 0; i < loop->count; i++)
        free(loop->owners[i]);
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

    if (loop->count < loop->room)
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
    *watch =
        (struct watch){.loop = loop, .at = loop->count, .ready = ready, .context = context};
    loop->polled[watch->at] = (struct pollfd){.fd = fd, .events = events};
    loop->owners[watch->at] = watch;
    loop->count++;
    return watch;
}

void watch_events(struct watch *watch, short events)
{
    watch->loop->polled[watch->at].events = events;
}

/* poll() may just have reported it, so its place is not given away before the round ends.
 */
void loop_unwatch(struct loop *loop, struct watch *watch)
{
    if (!watch)
        return;
    loop->polled[watch->at].fd = -1;
    watch->next_ended = loop->ended;
    loop->ended = watch;
}

/* The last one moves to where the watch was. */
static void fill_place(struct loop *loop, size_t at)
{
    size_t last = --loop->count;

    loop->polled[at] = loop->polled[last];
    loop->owners[at] = loop->owners[last];
    loop->owners[at]->at = at;
}

static void remove_ended(struct loop *loop)
{
    struct watch *watch;

    while ((watch = loop->ended)) {
        loop->ended = watch->next_ended;
        fill_place(loop, watch->at);
        free(watch);
    }
}

void timer_init(struct timer *timer, void (*ring)(void *context), void *context)
{
    list_init(&timer->link);
    timer->ring = ring;
    timer->context = context;
}

/* A new timer mostly rings last, or, if it is due at once, first: the search starts at the
 * end. */
void timer_set(struct loop *loop, struct timer *timer, int64_t at)
{
    const struct timer *first;
    struct list *before;

    list_remove(&timer->link);
    timer->at = at;
    first = list_first(&loop->timers, struct timer, link);
    before = first && at < first->at ? &loop->timers : loop->timers.prev;
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

/*
 * A callback may add watches, which come behind `count`, and so move `polled` and `owners`.
 * No more is looked through than it takes to find the `ready` ones.
 */
static void call_ready(struct loop *loop, size_t count, int ready)
{
    for (size_t i = 0; i < count && ready > 0 && !loop->stopped; i++) {
        short revents = loop->polled[i].revents;

        if (revents == 0)
            continue;
        ready--;
        if (loop->polled[i].fd != -1)
            loop->owners[i]->ready(loop->owners[i]->context, revents);
    }
}

int loop_run(struct loop *loop)
{
    loop->stopped = false;
    while (!loop->stopped) {
        int ready;

        remove_ended(loop);
        ready = poll(loop->polled, loop->count, wait_time(loop));
        if (ready == -1 && errno != EINTR)
            return -1;
        call_ready(loop, loop->count, ready);
        ring_timers(loop);
    }
    return 0;
}

void loop_stop(struct loop *loop)
{
    loop->stopped = true;
}
