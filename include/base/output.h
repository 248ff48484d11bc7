/*
 * Writes lines to stdout and stderr without waiting. If nobody reads the pipe, terminal or
 * socket, or the disk is full, a line is lost, but no question is delayed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * From now on writes to this standard descriptor do not wait. A pipe or a terminal is
 * opened once more, under the same number, because O_NONBLOCK belongs to the open file,
 * which the shell and other programs share. Children and an executed program inherit the
 * new one. If it belongs to another user and cannot be opened, output_write() looks for
 * room before it writes.
 */
void output_open(int fd);

enum output_result {
    OUTPUT_DONE,
    OUTPUT_CUT, /* only a part was written */
    OUTPUT_LOST /* nothing was written; errno says why */
};

/* Writes whole lines, of PIPE_BUF octets at most, to a standard descriptor. A pipe or a
 * Unix socket takes all of them or none. */
enum output_result output_write(int fd, const char *text, size_t len);
