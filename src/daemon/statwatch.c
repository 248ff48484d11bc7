#include "daemon/statwatch.h"

#include <stdbool.h>

static bool same_time(const struct timespec *one, const struct timespec *other)
{
    return one->tv_sec == other->tv_sec && one->tv_nsec == other->tv_nsec;
}

static bool same(const struct stat *one, const struct stat *other)
{
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino &&
           one->st_size == other->st_size && same_time(&one->st_mtim, &other->st_mtim) &&
           same_time(&one->st_ctim, &other->st_ctim);
}

unsigned statwatch_check(struct statwatch *watch)
{
    unsigned changed = 0;

    for (size_t i = 0; i < watch->count; i++) {
        struct stat now;

        /* Why it cannot be reached makes no difference, since libc does without it. */
        if (stat(watch->paths[i], &now) == -1)
            now = (struct stat){0};
        if (!same(&now, &watch->seen[i]))
            changed |= 1u << i;
        watch->seen[i] = now;
    }
    return changed;
}

void statwatch_init(struct statwatch *watch, const char *const *paths, size_t count)
{
    *watch = (struct statwatch){.paths = paths, .count = count};
    statwatch_check(watch);
}
