/*
 * The connections of browsers and scrapers. Each carries one request, so one rule bounds
 * them all: a connection that is not done after some seconds is closed, whether its client
 * is slow to ask or slow to read. If there are too many, the oldest gives way.
 */
#pragma once

#include <stdint.h>

#include "base/list.h"
#include "net/loop.h"

enum {
    HTTP_CONNECTIONS_MAX = 64,
    HTTP_PATIENCE_MS = 10000, /* from its start to its end */
};

struct http_connection {
    struct list link; /* among all, the oldest first */
    struct http_connections *all;
    int fd;
    int64_t until; /* clock_ms() */
};

struct http_connections {
    struct loop *loop;
    struct list all, kept; /* `kept`: those that may last */
    unsigned count;        /* of both */
    struct timer patience; /* of the oldest */
};

void http_connections_init(struct http_connections *, struct loop *);
/* Forgets all; those that are open stay open. */
void http_connections_free(struct http_connections *);

/* Adds a connection, whose descriptor stays the caller's. If there are too many, the oldest
 * one is shut down. NULL when memory is short. */
struct http_connection *http_connection_new(struct http_connections *, int fd);
/* The connection may last; it neither ends late nor gives way. Accepts NULL. */
void http_connection_keep(struct http_connection *);
/* The connection has ended. Accepts NULL. */
void http_connection_free(struct http_connection *);
