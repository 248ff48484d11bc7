/* Names from a pipe: one a line, with types before or behind it if it has any. */
#ifndef CLIENT_LINES_H
#define CLIENT_LINES_H

#include "client/asker.h"

/*
 * Reads the words of a line up to a comment, which begins with a blank and "#". False, with
 * a line about the mistake, unless there is one name, or none at all. words_free in both
 * cases.
 */
bool lines_read(struct words *, char *line, char error[static WORDS_ERROR]);

/* Asks about what the line says, in order: the highest exit code, or ASKER_INTERRUPTED. */
int lines_ask(struct asker *, const struct words *);

/* Asks about the name on each line of `in`; returns the highest exit code of them all. */
int lines_run(struct asker *, FILE *in);

#endif
