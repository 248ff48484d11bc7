/* A line on a terminal that says how far long work has come. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
    FILE *terminal;  /* borrowed; NULL: nothing is ever shown */
    int64_t next_ms; /* when it is drawn again; a value of clock_ms() */
    int width;       /* columns that it takes; 0: it is not to be seen */
};

/* Short work shows no line: it first appears after a second. */
void progress_begin(struct progress *, FILE *terminal, int64_t now_ms);

/* Draws the line if its time has come: how many names are answered, and how many asked. */
void progress_show(struct progress *, int64_t now_ms, size_t answered, size_t asked);

/* Draws the line with another text, if its time has come. */
void progress_say(struct progress *, int64_t now_ms, const char *text);

/* Takes the line away at the end, or before other text, after which it comes back. */
void progress_hide(struct progress *);
