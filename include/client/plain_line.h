/*
 * Reads the end of a line that fills the window, since libedit 3.1 would write behind the
 * end of its memory there. Characters can be typed and taken back at the end, and nothing
 * more.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <wchar.h>

/* The size of the terminal at standard input. It is taken for 80 by 24, as libedit does, if
 * the terminal does not tell it or has one column. */
struct winsize plain_line_window(void);

/* True if a prompt of this many columns and a line behind it, as libedit shows them, reach
 * the last row of the window, or nearly so. */
bool plain_line_is_needed(size_t prompt, const wchar_t *line, size_t count);

enum { PLAIN_LINE = 4096 };

/* Zeroed it is empty. */
struct plain_line {
    wchar_t text[PLAIN_LINE + 1]; /* room for a NUL behind it */
    size_t count;
    unsigned escape; /* how much of an arrow key's sequence has come */
};

/* Takes a key (client/keys.h) and shows its effect; keys beyond PLAIN_LINE are ignored.
 * False if it is Enter. */
bool plain_line_take(struct plain_line *, wchar_t key, FILE *);
