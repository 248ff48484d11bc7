/*
 * Reads lines from a descriptor. Only input_read reads, once, and its caller calls it when
 * reading does not wait; so one loop can serve a pipe and other descriptors.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { INPUT_LINE_MAX = 65536 }; /* octets of a line, its end included */

struct input {
    int fd;            /* borrowed */
    char *octets;      /* INPUT_LINE_MAX + 1 of them; to free() */
    size_t start, end; /* what was read and not taken */
    bool is_ended;     /* nothing more can be read */
    bool skips;        /* the rest of a line that is too long is being skipped */
    int error;         /* errno; 0: it ended without an error */
};

void input_open(struct input *, int fd);

void input_read(struct input *);

/* What input_line found. */
enum input_found { INPUT_NONE, INPUT_LINE, INPUT_TOO_LONG };

/*
 * Takes the next line, which has a NUL in place of its end and stays until input_read. A
 * line that is too long is skipped, and INPUT_TOO_LONG is returned once for it.
 */
enum input_found input_line(struct input *, char **line, size_t *size);
