/*
 * A version number beside data in shared memory, which one process writes and others read
 * without a lock. It is odd while the data is being written, and stays odd if the writer
 * dies at that moment; the next writer makes it even again. So a reader never waits for a
 * writer, and need not trust it: what it has copied may be anything, but is of one piece.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Beside the data; zeroed at first. */
struct seqlock {
    uint32_t version;
};

/* Only one process writes at a time. The data is written between these two. */
void seqlock_write_begin(struct seqlock *);
void seqlock_write_end(struct seqlock *);

/* Copies `size` octets of data, or returns false if they are being written again and again;
 * then nobody can tell what has been copied. */
bool seqlock_read(const struct seqlock *, void *copy, const void *data, size_t size);
