/* Names from a pipe: one a line, NAME or NAME TYPE. */
#ifndef CLIENT_LINES_H
#define CLIENT_LINES_H

#include "client/asker.h"

enum line_kind {
    LINE_EMPTY, /* blank, or a comment */
    LINE_NAME,
    LINE_BAD, /* more than NAME and TYPE, or a TYPE that is none */
};

/* Takes a line apart in place; `name` is borrowed from it, type 0 stands for addresses. */
enum line_kind lines_split(char *line, char **name, uint16_t *type);

/* Asks about the name on each line of `in`; returns the highest exit code of them all. */
int lines_run(struct asker *, FILE *in);

#endif
