#include "client/fork_join.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "client/progress.h"
#include "client/texts.h"
#include "client/wait.h"

#include <stdlib.h>

enum { TICK_MS = 200, SHOWN_NAMES = 3, SHOWN_MAX = 78 };

enum { POLLED = 3 }; /* descriptors of each process */

static void add_polled(struct pollfd *polled, size_t *count, int fd)
{
    if (fd != -1)
        polled[(*count)++] = (struct pollfd){fd, POLLIN, 0};
}

/* Only open descriptors, since poll() refuses more than the limit on open ones. */
static size_t fill_polled(struct pollfd *polled, const struct forked *all, size_t count)
{
    size_t open = 0;

    for (size_t i = 0; i < count; i++) {
        add_polled(polled, &open, all[i].process);
        add_polled(polled, &open, all[i].report_from);
        add_polled(polled, &open, all[i].printed_from);
    }
    return open;
}

static bool is_ready(const struct pollfd *polled, size_t count, int fd)
{
    for (size_t i = 0; i < count; i++)
        if (polled[i].fd == fd)
            return polled[i].revents != 0;
    return false;
}

static void continue_one(struct forked *forked, const struct pollfd *polled, size_t count)
{
    if (forked->end != FORKED_RUNS)
        return;
    forked_listen(forked);
    if (is_ready(polled, count, forked->process))
        forked_finish(forked, FORKED_RUNS);
    else if (forked->deadline <= clock_ms())
        forked_finish(forked, FORKED_SILENT);
}

/* The first deadline of those that run. False if none runs. */
static bool next_deadline(const struct forked *all, size_t count, int64_t *deadline)
{
    *deadline = INT64_MAX;
    for (size_t i = 0; i < count; i++)
        if (all[i].end == FORKED_RUNS && all[i].deadline < *deadline)
            *deadline = all[i].deadline;
    return *deadline != INT64_MAX;
}

static void interrupt_all(struct forked *all, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (all[i].end == FORKED_RUNS)
            forked_finish(&all[i], FORKED_INTERRUPTED);
}

static void show_who(struct progress *progress, const struct forked *all, size_t count)
{
    struct texts who = {0};
    char *list, text[SHOWN_MAX];

    for (size_t i = 0; i < count; i++)
        if (all[i].end == FORKED_RUNS && all[i].who && !texts_have(&who, all[i].who))
            texts_add(&who, all[i].who);
    list = texts_join(&who, SHOWN_NAMES);
    snprintf(text, sizeof text, "waiting for %s", list);
    progress_say(progress, clock_ms(), text);
    free(list);
    texts_free(&who);
}

/* Also to show something. */
static int64_t next_wake(const struct progress *progress, int64_t deadline)
{
    int64_t tick = clock_ms() + TICK_MS;

    return progress->terminal && tick < deadline ? tick : deadline;
}

/* Waits until all have ended. False after Ctrl+C. */
static bool wait_for_all(struct forked *all, size_t count, struct pollfd *polled,
                         struct progress *progress)
{
    int64_t deadline;

    while (next_deadline(all, count, &deadline)) {
        size_t open = fill_polled(polled, all, count);

        if (progress->terminal)
            show_who(progress, all, count);
        if (wait_any(polled, open, next_wake(progress, deadline)) == WAIT_INTERRUPTED)
            return false;
        for (size_t i = 0; i < count; i++)
            continue_one(&all[i], polled, open);
    }
    return true;
}

bool fork_join(struct forked *all, size_t count, FILE *terminal)
{
    struct pollfd *polled = xcalloc(count * POLLED, sizeof *polled);
    struct progress progress;
    bool goes_on;

    progress_begin(&progress, terminal, clock_ms());
    for (size_t i = 0; i < count; i++)
        forked_start(all, i);
    goes_on = wait_for_all(all, count, polled, &progress);
    progress_hide(&progress);
    if (!goes_on)
        interrupt_all(all, count);
    free(polled);
    return goes_on;
}
