#include "net/loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

enum {
    SELDOM_AT_ONCE = 64,     /* watches that are polled seldom, in one round */
    SHORT_OF_MEMORY_MS = 10, /* until poll() is tried again */
    ONE_BY_ONE_MS = 5,       /* between two looks at descriptors one by one */
};

struct watch {
    struct loop *loop;
    size_t at; /* its index in `polled` and `owners` */
    watch_ready *ready;
    void *context;
    struct watch *next_ended;
};

/*
 * `polled` stays as it is between rounds, so beyond poll() itself a round costs what is
 * ready and what has changed, however many descriptors there are. Those that are polled
 * seldom stand at its end, where a round can leave them out.
 */
struct loop {
    struct heap timers;    /* in order of time */
    struct list due;       /* timers that expire in this round */
    uint64_t settings;     /* of timers, until now */
    struct pollfd *polled; /* one for each watch */
    struct watch **owners; /* the watch behind each entry of `polled` */
    struct watch *ended; /* watches with fd -1 in `polled`; their places are filled when the
                            round is over */
    size_t often;        /* the first of `polled`, which are polled in every round */
    size_t count, room;  /* all of them */
    size_t seldom_done;  /* how many of those polled seldom have had their turn */
    int64_t next_seldom; /* clock_ms() of the next turn of others */
    bool stopped;
};

static bool rings_before(struct heap_link *one, struct heap_link *other)
{
    const struct timer *left = heap_item(one, const struct timer, in_heap);
    const struct timer *right = heap_item(other, const struct timer, in_heap);

    return left->at != right->at ? left->at < right->at : left->number < right->number;
}

struct loop *loop_new(void)
{
    struct loop *loop = calloc(1, sizeof *loop);

    if (!loop)
        return NULL;
    heap_init(&loop->timers, rings_before);
    list_init(&loop->due);
    return loop;
}

/* Timers may outlive the loop. */
static void forget_timers(struct loop *loop)
{
    while (loop->timers.first)
        heap_remove(loop->timers.first);
    while (!list_empty(&loop->due))
        list_remove(loop->due.next);
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    for (size_t i = 0; i < loop->count; i++)
        free(loop->owners[i]);
    forget_timers(loop);
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

static void put_at(struct loop *loop, size_t at, struct watch *watch,
                   const struct pollfd *polled)
{
    loop->polled[at] = *polled;
    loop->owners[at] = watch;
    watch->at = at;
}

/* Moves a watch to a free place. The place that it leaves is free then. */
static void move(struct loop *loop, size_t from, size_t to)
{
    if (from != to)
        put_at(loop, to, loop->owners[from], &loop->polled[from]);
}

struct watch *loop_watch(struct loop *loop, int fd, short events, watch_ready *ready,
                         void *context)
{
    struct watch *watch;

    if (make_room(loop) == -1 || !(watch = malloc(sizeof *watch)))
        return NULL;
    *watch = (struct watch){.loop = loop, .ready = ready, .context = context};
    move(loop, loop->often, loop->count++);
    put_at(loop, loop->often++, watch, &(struct pollfd){.fd = fd, .events = events});
    return watch;
}

void watch_events(struct watch *watch, short events)
{
    watch->loop->polled[watch->at].events = events;
}

/* The watch changes places with the last of those that are polled in every round. */
void watch_seldom(struct watch *watch)
{
    struct loop *loop = watch->loop;
    size_t last = loop->often - 1;
    struct pollfd polled = loop->polled[watch->at];

    if (watch->at > last || loop->often == 0)
        return;
    move(loop, last, watch->at);
    put_at(loop, last, watch, &polled);
    loop->often--;
}

/* poll() may just have reported it, so its place is kept until the round ends. */
void loop_unwatch(struct loop *loop, struct watch *watch)
{
    if (!watch)
        return;
    loop->polled[watch->at].fd = -1;
    watch->next_ended = loop->ended;
    loop->ended = watch;
}

/* The last watch of its kind moves to the free place. */
static void fill_place(struct loop *loop, size_t at)
{
    if (at < loop->often) {
        move(loop, --loop->often, at);
        at = loop->often;
    }
    move(loop, --loop->count, at);
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

void timer_init(struct timer *timer, void (*expired)(void *context), void *context)
{
    heap_link_init(&timer->in_heap);
    list_init(&timer->in_due);
    timer->expired = expired;
    timer->context = context;
}

void timer_set(struct loop *loop, struct timer *timer, int64_t at)
{
    timer_cancel(timer);
    timer->at = at;
    timer->number = loop->settings++;
    heap_add(&loop->timers, &timer->in_heap);
}

void timer_cancel(struct timer *timer)
{
    heap_remove(&timer->in_heap);
    list_remove(&timer->in_due);
}

bool timer_is_set(const struct timer *timer)
{
    return timer->in_heap.heap || !list_empty(&timer->in_due);
}

static int64_t next_seldom(const struct loop *loop)
{
    return loop->count > loop->often ? loop->next_seldom : INT64_MAX;
}

static int wait_time(const struct loop *loop, int64_t now)
{
    const struct timer *timer = heap_first(&loop->timers, struct timer, in_heap);
    int64_t next = next_seldom(loop);

    if (timer && timer->at < next)
        next = timer->at;
    if (!list_empty(&loop->due) || next <= now)
        return 0;
    if (next == INT64_MAX)
        return -1;
    return next - now > INT_MAX ? INT_MAX : (int)(next - now);
}

/* Timers that were left when the loop stopped come first. */
static void find_due(struct loop *loop, int64_t now)
{
    struct timer *timer;

    if (!list_empty(&loop->due))
        return;
    for (int i = 0; i < LOOP_BUDGET; i++) {
        timer = heap_first(&loop->timers, struct timer, in_heap);
        if (!timer || timer->at > now)
            return;
        heap_remove(&timer->in_heap);
        list_append(&loop->due, &timer->in_due);
    }
}

/* Timers that are set meanwhile wait for the next round: one that sets itself for a time
 * past must not hold the loop. */
static void expire_timers(struct loop *loop)
{
    struct timer *timer;

    find_due(loop, clock_ms());
    while (!loop->stopped && (timer = list_first(&loop->due, struct timer, in_due))) {
        list_remove(&timer->in_due);
        timer->expired(timer->context);
    }
}

/*
 * A callback may add watches, which moves `polled` and `owners`. It may also move a watch
 * to another place, where it may be missed until poll() reports it again, but is not called
 * twice. The search ends when all `ready` ones are found. -1 with errno if poll() has
 * failed, or foreign code in this process has closed a descriptor, which poll() would
 * report for ever.
 */
static int call_ready(struct loop *loop, size_t first, size_t count, int ready)
{
    int left = ready;

    for (size_t i = first; i < first + count && left > 0 && !loop->stopped; i++) {
        short revents = loop->polled[i].revents;

        if (revents == 0)
            continue;
        left--;
        loop->polled[i].revents = 0;
        if (loop->polled[i].fd == -1)
            continue;
        if (revents & POLLNVAL) {
            errno = EBADF;
            return -1;
        }
        loop->owners[i]->ready(loop->owners[i]->context, revents);
    }
    return ready;
}

/* Waits for the milliseconds at the most; -1 is for ever. With a limit of 0 not even one
 * descriptor can be polled, so until it is raised again none is ready, and timers go on. */
static int poll_one_by_one(struct pollfd *polled, size_t count, int ms)
{
    int ready = 0;

    for (size_t i = 0; i < count; i++) {
        int one = poll(&polled[i], 1, 0);

        if (one == -1 && errno == EINVAL)
            break;
        if (one == -1)
            return -1;
        ready += one;
    }
    if (ready > 0 || ms == 0)
        return ready;
    return poll(NULL, 0, ms > 0 && ms < ONE_BY_ONE_MS ? ms : ONE_BY_ONE_MS);
}

/* poll() refuses more descriptors at a time than the process may have, and somebody may
 * have made that less than it has (prlimit(1)). */
static int poll_all(struct pollfd *polled, size_t count, int ms)
{
    int ready = poll(polled, count, ms);

    return ready == -1 && errno == EINVAL ? poll_one_by_one(polled, count, ms) : ready;
}

/* Polls some of those whose turn comes seldom. Each that was long idle costs about a
 * microsecond, but poll() need not register with it if it does not wait. */
static int poll_seldom(struct loop *loop, int64_t now)
{
    size_t first, count, all = loop->count - loop->often;
    int ready;

    if (loop->seldom_done >= all)
        loop->seldom_done = 0;
    first = loop->often + loop->seldom_done;
    count =
        all - loop->seldom_done < SELDOM_AT_ONCE ? all - loop->seldom_done : SELDOM_AT_ONCE;
    loop->seldom_done += count;
    loop->next_seldom = now + LOOP_SELDOM_MS;
    ready = poll_all(&loop->polled[first], count, 0);
    return call_ready(loop, first, count, ready);
}

/* All that are polled often are polled in every round, however long the others take. */
static int poll_watches(struct loop *loop)
{
    int64_t now = clock_ms();
    size_t count;
    int ready;

    if (now >= next_seldom(loop) && poll_seldom(loop, now) == -1)
        return -1;
    if (loop->stopped)
        return 0;
    count = loop->often;
    ready = poll_all(loop->polled, count, wait_time(loop, clock_ms()));
    return call_ready(loop, 0, count, ready);
}

/* True if the error passes. The kernel may be short of memory for a moment, and timers go
 * on meanwhile. */
static bool passes(int error)
{
    const struct timespec while_short = {.tv_nsec = SHORT_OF_MEMORY_MS * 1000000L};

    if (error == ENOMEM || error == EAGAIN)
        nanosleep(&while_short, NULL);
    return error == EINTR || error == ENOMEM || error == EAGAIN;
}

int loop_run(struct loop *loop)
{
    loop->stopped = false;
    while (!loop->stopped) {
        remove_ended(loop);
        if (poll_watches(loop) == -1 && !passes(errno))
            return -1;
        expire_timers(loop);
    }
    return 0;
}

void loop_stop(struct loop *loop)
{
    loop->stopped = true;
}
