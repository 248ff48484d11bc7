/*
 * The readers of /events. Each is a connection whose reply has no end; while there is
 * nothing to tell, the library does not look at it. What a reader gets is written when its
 * connection takes it (web/event_stream), so a slow one costs no memory.
 */
#pragma once

#include "base/list.h"
#include "net/loop.h"
#include "web/mhd.h"
#include "web/routes.h"

enum { HTTP_EVENTS_READERS = 16 };

struct http_events {
    struct loop *loop;
    const struct site *site;
    struct list readers;
    unsigned count;
    struct timer timer; /* set while there are readers */
    bool is_over;
    void (*run)(void *context); /* has the library look at its connections */
    void *context;
};

void http_events_init(struct http_events *, struct loop *, const struct site *,
                      void (*run)(void *context), void *context);

/* A reply without end for the connection, to be given back to the library; it begins behind
 * the question that `last` names (a Last-Event-ID header, or NULL). NULL if there are too
 * many readers, or memory is short. */
struct MHD_Response *http_events_reply(struct http_events *, struct MHD_Connection *,
                                       const char *last);

/* Ends all replies; further ones end at once. The readers connect again, to the process
 * that listens then. */
void http_events_end(struct http_events *);
