/*
 * The command line. Every option is one row of a table, from which its parser, its default
 * and its line of help come.
 */
#ifndef CLIENT_OPTIONS_H
#define CLIENT_OPTIONS_H

#include "client/words.h"
#include "net/addr.h"

#include <stdio.h>

enum options_action { OPTIONS_ASK, OPTIONS_HELP, OPTIONS_VERSION };

struct options {
    enum options_action action;
    struct addr server;
    bool is_short, use_tcp, keep_truncated;
    struct words words; /* none: ask a person */
};

/* Room for a line about a mistake; a longer one is cut. */
enum { OPTIONS_ERROR = WORDS_ERROR };

/* 0, or -1 with a line about the mistake in `error`. options_free in both cases. */
int options_parse(struct options *, int argc, char *const argv[],
                  char error[static OPTIONS_ERROR]);
void options_free(struct options *);

void options_help(FILE *);

#endif
