/* Names from a pipe: one a line, with types before or behind it if it has any. */
#pragma once

#include "client/batch.h"
#include "client/session.h"

/*
 * Reads the words of a line up to a comment, which is a word that begins with "#" or ";".
 * False with a line about the mistake, which may be that there is more than one name.
 * wishes_free in both cases.
 */
bool lines_read(struct wishes *, char *line, char error[static WISHES_ERROR]);

/* Asks about each wish in order. Returns the highest exit code, or SESSION_INTERRUPTED. */
int lines_ask(struct session *, const struct wishes *);

/* Asks about the names on the lines that come from the descriptor, many at the same
 * time. It shows what it can before it waits for more. */
void lines_run(struct batch *, int fd);
