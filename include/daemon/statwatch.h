/*
 * Tells whether a path leads to something else than at the last check: another file, or
 * one with other octets, whichever link, folder or mount on the way has changed. It costs
 * one stat() for each path, and finds what inotify does not: mounts, and everything if
 * there is no inotify.
 */
#pragma once

#include <stddef.h>
#include <sys/stat.h>

enum { STATWATCH_PATHS = 8 };

struct statwatch {
    const char *const *paths;
    size_t count;
    struct stat seen[STATWATCH_PATHS]; /* zeroed: there was nothing */
};

/* Checks for the first time. The paths, STATWATCH_PATHS at most, are borrowed. */
void statwatch_init(struct statwatch *, const char *const *paths, size_t count);

/*
 * Checks again, and returns the paths that lead to something else: bit 0 is the first. A
 * write of the same length within one tick of the kernel's clock is not seen.
 */
unsigned statwatch_check(struct statwatch *);
