/*
 * One line to stderr for each question that was answered: who asked what, and what was said
 * from where. Names and reasons come from strangers: whatever octets they have, a line is
 * one line of ASCII, and one of JSON parses.
 */
#ifndef SERVE_QUERYLOG_H
#define SERVE_QUERYLOG_H

#include <stdint.h>

#include "dns/answer.h"
#include "net/addr.h"

enum querylog_form { QUERYLOG_NONE, QUERYLOG_TEXT, QUERYLOG_JSON };

/* Where the answer was found; where a name server or the host said it, the answer knows. */
enum querylog_origin {
    QUERYLOG_ITSELF, /* the server decided without a lookup */
    QUERYLOG_LOOKUP,
    QUERYLOG_CACHE,
};

struct querylog_entry {
    const struct addr *client;
    bool over_tcp;
    const struct question *question; /* NULL: there was none to read */
    const struct answer *answer;
    enum querylog_origin origin;
    int64_t ms; /* from the question to the reply */
};

/* Room for a line of either form and its NUL. */
enum { QUERYLOG_LINE = 5120 };

/* True if questions are logged: as configured, or, at debug level, in any case. */
bool querylog_wants(enum querylog_form configured);

void querylog_write(enum querylog_form configured, const struct querylog_entry *);

/* The line without its end; returns `line`. */
const char *querylog_text(const struct querylog_entry *, char line[static QUERYLOG_LINE]);
const char *querylog_json(const struct querylog_entry *, char line[static QUERYLOG_LINE]);

#endif
