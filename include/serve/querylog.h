/*
 * Writes one line to stderr for each question that was answered: which client asked for
 * what, the answer, and where it was found. Names and reasons come from strangers; whatever
 * octets they have, a line is one line of ASCII, and valid JSON in that form.
 */
#pragma once

#include <stdint.h>

#include "dns/answer.h"
#include "net/addr.h"
#include "net/loop.h"

enum querylog_form { QUERYLOG_NONE, QUERYLOG_TEXT, QUERYLOG_JSON };

/* Tells where serve found the answer. The answer itself tells whether it came from a name
 * server or from the host. */
enum querylog_origin {
    QUERYLOG_ITSELF, /* the server decided it without a lookup */
    QUERYLOG_LOOKUP,
    QUERYLOG_CACHE,
};

struct querylog_entry {
    const struct addr *client;
    bool over_tcp;
    const struct question *question; /* NULL: it could not be read */
    const struct answer *answer;
    enum querylog_origin origin;
    int64_t us; /* from the question to the reply, in microseconds */
    int64_t at; /* when it was answered, in milliseconds since 1970 */
};

/* Octets of a line of either form, with its NUL. */
enum { QUERYLOG_LINE = 5120 };

/* True if questions are logged: as configured, or, at debug level, in any case. */
bool querylog_wants(enum querylog_form configured);

/* Lines that repeat others are left out (serve/repeats), and counted. A loop is needed to
 * tell of them in time; the rest is told at the end. */
void querylog_open(struct loop *);
void querylog_close(void);

void querylog_write(enum querylog_form configured, const struct querylog_entry *);

/* The line without its end; returns `line`. */
const char *querylog_text(const struct querylog_entry *, char line[static QUERYLOG_LINE]);
const char *querylog_json(const struct querylog_entry *, char line[static QUERYLOG_LINE]);
