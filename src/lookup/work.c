#include "lookup/work.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum {
    STACK_SIZE = 256 << 10, /* octets; mDNS modules use 80 K, and others are unknown */
    USUAL_THREADS = 4,      /* if nothing hangs, these saturate the host's resolver */
    IMPATIENCE_MS = 20,     /* after which items that wait get more threads */
    SLOW_WAITING = 4,       /* slow items that may wait for each of their threads */
    CROWD = 2 * USUAL_THREADS,
};

struct work {
    struct loop *loop;
    bool is_background;
    unsigned max_threads;
    int wake;             /* eventfd: something is in `finished` */
    struct timer growth;  /* set while items wait */
    pthread_mutex_t lock; /* for the members below */
    pthread_cond_t arrived;
    struct list queue, slow_queue, running, finished;
    unsigned threads, idle, queued;
    unsigned slow_queued, slow_running, max_slow;
};

/* With the lock held: how many items could begin if there were threads. */
static unsigned count_runnable(const struct work *work)
{
    unsigned room = work->max_slow - work->slow_running;

    return work->queued + (work->slow_queued < room ? work->slow_queued : room);
}

/* With the lock held: takes out the item to run next, or NULL. */
static struct work_item *next_item(struct work *work)
{
    struct work_item *item = list_first(&work->queue, struct work_item, link);

    if (!item && work->slow_running < work->max_slow)
        item = list_first(&work->slow_queue, struct work_item, link);
    if (!item)
        return NULL;
    list_remove(&item->link);
    work->queued -= !item->is_slow;
    work->slow_queued -= item->is_slow;
    work->slow_running += item->is_slow;
    return item;
}

static int64_t cpu_us(clockid_t clock)
{
    struct timespec now;

    if (clock_gettime(clock, &now) == -1)
        return 0; /* a module has ended the thread */
    return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* With the lock held. */
static void note_begin(struct work_item *item)
{
    item->has_begun = pthread_getcpuclockid(pthread_self(), &item->cpu_clock) == 0;
    item->cpu_begun_us = cpu_us(item->cpu_clock);
}

/* With the lock held: the next item to run. */
static struct work_item *await_item(struct work *work)
{
    struct work_item *item;

    work->idle++;
    while (!(item = next_item(work)))
        pthread_cond_wait(&work->arrived, &work->lock);
    work->idle--;
    item->since = clock_ms();
    if (work->is_background)
        note_begin(item);
    list_append(&work->running, &item->link);
    return item;
}

/* A loop that cannot be woken, because a module has closed the descriptor, would answer
 * nothing more. At its limit (EAGAIN) the loop wakes anyway. */
static void wake_loop(const struct work *work)
{
    if (eventfd_write(work->wake, 1) == 0 || errno == EAGAIN)
        return;
    log_error("the results of lookups cannot be told, so this process ends: %m");
    _exit(EXIT_FAILURE);
}

/* With the lock held. True if the loop has to be woken, which one item does for all that
 * end before the loop looks. */
static bool finish_item(struct work *work, struct work_item *item)
{
    bool is_first = list_empty(&work->finished);

    list_remove(&item->link);
    work->slow_running -= item->is_slow;
    list_append(&work->finished, &item->link);
    return is_first;
}

/* Gives the lock back. The loop is woken behind that: it may take the processor from this
 * thread at once, and would wait for the lock as long as this thread gets none. */
static void unlock_and_wake(struct work *work, bool is_wake_due)
{
    pthread_mutex_unlock(&work->lock);
    if (is_wake_due)
        wake_loop(work);
}

/* What a thread is doing. */
struct task {
    struct work *work;
    struct work_item *item;
};

/* Called if a module has ended its thread with pthread_exit(). The item comes back as it
 * is, and another thread may be started. */
static void thread_ended(void *context)
{
    static struct log_limit limit;
    const struct task *task = context;
    struct work *work = task->work;
    bool is_wake_due;

    pthread_mutex_lock(&work->lock);
    is_wake_due = finish_item(work, task->item);
    work->threads--;
    if (log_limit_allows(&limit, clock_ms()))
        log_warning("an NSS module has ended a lookup thread; its question fails");
    unlock_and_wake(work, is_wake_due);
}

static void run_item(struct task *task)
{
    pthread_cleanup_push(thread_ended, task);
    task->item->run(task->item);
    pthread_cleanup_pop(0);
}

__attribute__((noreturn)) static void *run_items(void *context)
{
    const struct sched_param none = {0};
    struct task task = {.work = context};

    /* On Linux this is about the calling thread alone. */
    if (task.work->is_background && sched_setscheduler(0, SCHED_IDLE, &none) == -1)
        log_debug("a thread keeps its usual scheduling policy: %m");
    for (;;) {
        pthread_mutex_lock(&task.work->lock);
        task.item = await_item(task.work);
        pthread_mutex_unlock(&task.work->lock);
        run_item(&task);
        pthread_mutex_lock(&task.work->lock);
        unlock_and_wake(task.work, finish_item(task.work, task.item));
    }
}

static int start_thread(struct work *work)
{
    pthread_attr_t attr;
    pthread_t thread;
    int error;

    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, STACK_SIZE);
    error = pthread_create(&thread, &attr, run_items, work);
    pthread_attr_destroy(&attr);
    errno = error;
    return error ? -1 : 0;
}

/* With the lock held. */
static void add_threads(struct work *work, unsigned count)
{
    static struct log_limit limit;

    while (count-- > 0 && work->threads < work->max_threads) {
        if (start_thread(work) == -1) {
            int error = errno;

            if (!log_limit_allows(&limit, clock_ms()))
                return;
            errno = error;
            log_warning("cannot start another lookup thread: %m");
            return;
        }
        work->threads++;
    }
}

/* With the lock held. Running items are in the order in which they began. */
static unsigned count_older(const struct work *work, int64_t now, int64_t age)
{
    unsigned count = 0;

    list_each(&work->running, struct work_item, item, link) {
        if (now - item->since < age)
            break;
        count++;
    }
    return count;
}

/*
 * Items wait. If that is because there are many, more threads do not help. But each thread
 * that is inside a module for long is replaced by two, so that the others soon suffice.
 */
static void growth_expired(void *context)
{
    struct work *work = context;
    int64_t now = clock_ms();
    unsigned wanted;
    bool waiting;

    pthread_mutex_lock(&work->lock);
    waiting = count_runnable(work) > 0;
    wanted = USUAL_THREADS + 2 * count_older(work, now, IMPATIENCE_MS);
    if (waiting && wanted > work->threads)
        add_threads(work, wanted - work->threads);
    pthread_mutex_unlock(&work->lock);
    if (waiting)
        timer_set(work->loop, &work->growth, now + IMPATIENCE_MS);
}

static void finish_items(void *context, short revents)
{
    struct work *work = context;
    struct work_item *item;
    eventfd_t count;

    (void)revents;
    eventfd_read(work->wake, &count);
    for (;;) {
        pthread_mutex_lock(&work->lock);
        item = list_first(&work->finished, struct work_item, link);
        if (item)
            list_remove(&item->link);
        pthread_mutex_unlock(&work->lock);
        if (!item)
            return;
        item->after(item);
    }
}

struct work *work_new(struct loop *loop, unsigned max_threads)
{
    struct work *work = calloc(1, sizeof *work);

    if (!work)
        return NULL;
    work->loop = loop;
    work->max_threads = max_threads;
    timer_init(&work->growth, growth_expired, work);
    pthread_mutex_init(&work->lock, NULL);
    pthread_cond_init(&work->arrived, NULL);
    list_init(&work->queue);
    list_init(&work->slow_queue);
    work->max_slow = max_threads / WORK_SLOW_SHARE > 0 ? max_threads / WORK_SLOW_SHARE : 1;
    list_init(&work->running);
    list_init(&work->finished);
    work->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (work->wake != -1 && loop_watch(loop, work->wake, POLLIN, finish_items, work))
        return work;
    if (work->wake != -1)
        close(work->wake);
    free(work);
    return NULL;
}

struct work *work_new_background(struct loop *loop, unsigned max_threads)
{
    struct work *work = work_new(loop, max_threads);

    if (work)
        work->is_background = true;
    return work;
}

/* With the lock held. */
static unsigned count_hung(const struct work *work)
{
    return count_older(work, clock_ms(), WORK_HUNG_MS);
}

/* With the lock held. */
static bool has_place(const struct work *work, const struct work_item *item)
{
    if (item->is_slow && work->slow_queued >= SLOW_WAITING * work->max_slow)
        return false;
    return work->threads < work->max_threads || work->idle > 0 ||
           count_hung(work) < work->max_threads;
}

/* With the lock held. */
static void enqueue(struct work *work, struct work_item *item)
{
    list_append(item->is_slow ? &work->slow_queue : &work->queue, &item->link);
    work->queued += !item->is_slow;
    work->slow_queued += item->is_slow;
    if (work->idle < count_runnable(work) && work->threads < USUAL_THREADS)
        add_threads(work, 1);
    pthread_cond_signal(&work->arrived);
}

bool work_put(struct work *work, struct work_item *item)
{
    bool waits, taken;

    list_init(&item->link);
    item->since = clock_ms();
    item->has_begun = false;
    pthread_mutex_lock(&work->lock);
    taken = has_place(work, item);
    if (taken)
        enqueue(work, item);
    waits = taken && work->idle < count_runnable(work);
    pthread_mutex_unlock(&work->lock);
    if (waits && !timer_is_set(&work->growth))
        timer_set(work->loop, &work->growth, clock_ms() + IMPATIENCE_MS);
    return taken;
}

bool work_is_crowded(struct work *work)
{
    bool crowded;

    pthread_mutex_lock(&work->lock);
    crowded = work->queued > CROWD;
    pthread_mutex_unlock(&work->lock);
    return crowded;
}

struct work_state work_state(struct work *work)
{
    struct work_state state;

    pthread_mutex_lock(&work->lock);
    state = (struct work_state){
        .threads = work->threads,
        .busy = work->threads - work->idle,
        .hung = count_hung(work),
        .queued = work->queued + work->slow_queued,
    };
    pthread_mutex_unlock(&work->lock);
    return state;
}

int64_t work_cpu_us(struct work *work, const struct work_item *item)
{
    int64_t us;

    pthread_mutex_lock(&work->lock);
    us = item->has_begun ? cpu_us(item->cpu_clock) - item->cpu_begun_us : 0;
    pthread_mutex_unlock(&work->lock);
    return us;
}
