/*
 * A file of dnstap frames, which begins with START and ends with STOP. One that is there
 * already is continued; its STOP, or a frame that was cut when the program or the disk gave
 * out, is taken off first. So a reload goes on with the same file, or with a new one if the
 * old one has been moved.
 */
#pragma once

#include "dnstap/tap_batch.h"

/* Opens or makes the file, for this user to write and its group to read. The descriptor, or
 * -1 with errno: EINVAL if it is no regular file. */
int tap_file_open(const char *path);

/* Makes it ready for frames. False with errno: EILSEQ if it is there and is no dnstap file.
 */
bool tap_file_begin(int fd);

/* Writes the batch and settles it. False with errno if it cannot be written; what stands in
 * the file then are whole frames. */
bool tap_file_write(int fd, struct tap_batch *);

/* Writes STOP. False with errno; then the next tap_file_begin repairs it. */
bool tap_file_end(int fd);
