/*
 * What one reader of /events gets, as server-sent events (the HTML standard): each recent
 * question, and once a second the newest figures. A stream has nothing but the place that
 * its reader has come to, so a reader that is slow loses questions, and keeps nobody
 * waiting.
 */
#pragma once

#include <stdio.h>

#include "web/figures.h"

struct event_stream {
    bool has_begun;
    uint64_t last;      /* the number of the last question */
    int64_t figures_at; /* of the last figures: see struct figures */
};

/* Begins behind the question that a Last-Event-ID header names; without one (NULL), or if
 * it names none, behind the newest. */
void event_stream_begin(struct event_stream *, const char *last_event_id);

/* True if there may be an event to write. */
bool event_stream_has_more(const struct event_stream *, const struct figures *);

/* Writes the next event. False if there is none, or memory is too short for it; then it is
 * left out. */
bool event_stream_next(struct event_stream *, const struct figures *, FILE *);
