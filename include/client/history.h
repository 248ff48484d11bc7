/*
 * The file that keeps the lines that a person has typed from one dialogue to the next.
 * Nothing depends on it: if it cannot be read or written, nothing is kept.
 */
#pragma once

#include <stdbool.h>

enum {
    HISTORY_LINES = 500, /* older ones are forgotten */
    HISTORY_LINE = 1024, /* octets; longer lines are not kept */
};

/*
 * The path of the file, to be freed: $HOSTDNS_HISTORY, or hostdns/history in
 * $XDG_STATE_HOME, or else in ~/.local/state. NULL if nothing is to be kept,
 * since HOSTDNS_HISTORY is empty or nothing says where home is.
 */
char *history_path(void);

/* True if the line may be kept: short enough, with some text, no control characters. */
bool history_is_fit(const char *line);

/* Hands over the newest HISTORY_LINES lines, the oldest of them first. */
void history_read(const char *path, void (*take)(void *arg, const char *line), void *arg);

/*
 * Appends a line that is fit. Creates the file, for its owner alone, if there is none.
 * Several dialogues may do so at the same time. False with errno.
 */
bool history_append(const char *path, const char *line);
