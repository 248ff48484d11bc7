/*
 * Says in a line where an answer came from: the hosts file, a name server, the server's
 * cache. A server on this host tells clients that ask for it (dns/way); about others
 * nothing is known but that they have answered.
 */
#pragma once

#include "client/inquiry.h"
#include "dns/way_text.h"

#include <stdio.h>

/* Shows the line if something was found; behind records it is a comment of a master file
 * (RFC 1035 section 5.1). */
void source_show(const struct inquiry *, const char *server, FILE *out);

/* Reads the way that the server has told. False if it has not, or was not asked. */
bool source_way(const struct exchange *, struct way *);

struct source {
    char text[WAY_TEXT_SOURCE]; /* "hosts file" */
    unsigned how;               /* enum way_how */
    bool has_age;               /* the answer is kept in the server's cache: */
    uint32_t age, left;         /* seconds */
};

/* Reads the source that the server has told. False if it has not, or was not asked. */
bool source_read(struct source *, const struct exchange *);
/* True if one line can tell both; their ages may differ by a second. */
bool source_is_same(const struct source *, const struct source *);
/* "the server's cache, 12 s old (hosts file)" */
void source_put(const struct source *, FILE *);

enum { SOURCE_TIME = 24 };

/* "0.41 ms", "23 ms", "1.2 s"; returns `text`. */
const char *source_time(int64_t us, char text[static SOURCE_TIME]);
