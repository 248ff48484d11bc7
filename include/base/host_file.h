/* Files of the host that libc reads as well, and what may stand in their place. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

/* Opens a regular file for reading. Anything else, such as a folder or a device, fails with
 * EINVAL, and nothing makes the caller wait. Returns a close-on-exec descriptor, or -1 with
 * errno. */
int host_file_open(const char *path);

/* Opens it as a stream, which the caller closes; NULL with errno. */
FILE *host_file_stream(const char *path);

/* What was last logged of a file that may not be read. */
struct host_file_denial {
    pthread_mutex_t lock;
    bool is_logged;
    struct stat seen; /* all zero if not even its folder may be searched */
};

/* To be called with errno of a failed stat() or host_file_open(): if it is EACCES, logs
 * that this process may not read the file and what follows from that (`effect`, a clause),
 * once for each state of the file. Does nothing for other errors. For any thread. */
void host_file_warn_denied(struct host_file_denial *, const char *path, const char *effect);

/* True if libc might never finish reading it, because it is a FIFO or a device. /dev/null,
 * which often masks files, is harmless. */
bool host_file_may_never_end(const char *path);

/* True if both are of the same file, and its size and times show no change in between. */
bool host_file_same(const struct stat *, const struct stat *);

/* True if the file has rested so long that any change from now on shows in its times. These
 * are as coarse as the kernel's tick, or two seconds on some file systems, and hide a
 * second change within that time. */
bool host_file_has_rested(const struct stat *);

/* The same at a moment in milliseconds since 1970. */
bool host_file_had_rested(const struct stat *, int64_t unix_ms);
