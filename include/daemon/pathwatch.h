/*
 * Watches paths with inotify, which tells at once that a path leads elsewhere or that
 * what it leads to has changed. inotify knows inodes and no paths, so each folder on the
 * way is watched, that of each symbolic link included, and the end of the way; after a
 * change the way is walked again. inotify does not see mounts: see daemon/statwatch.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct pathwatch;

/*
 * The paths are borrowed: absolute ones, 32 at most, which need not exist. If one leads
 * to a folder, all that happens in it counts. NULL with errno when there is no inotify.
 */
struct pathwatch *pathwatch_new(const char *const *paths, size_t count);
/* Accepts NULL. */
void pathwatch_free(struct pathwatch *);

/* Readable when something has happened. */
int pathwatch_descriptor(const struct pathwatch *);

/* Reads what has happened, and returns the paths that it concerns: bit 0 is the first.
 * If there are any, the ways have been walked again. */
unsigned pathwatch_read(struct pathwatch *);

/* Walks the ways again, after a change that inotify did not tell. */
void pathwatch_walk(struct pathwatch *);

/* False if there were too many watches for the last walk. */
bool pathwatch_complete(const struct pathwatch *);
