/*
 * Shows questions to the web process, in the ring of base/recent: what the client asked,
 * what it was told, and the way of the answer. A question that is to be shown takes the
 * slow path, where all of that is known, and lookup is asked for its steps.
 */
#pragma once

#include "serve/query.h"

/* If the question is to be shown, notes its octets, to be freed by query_end. It is not
 * shown if memory is short. */
void shown_begin(struct query *, const uint8_t *wire, size_t len);

/* The reply to a question that is shown, and the way of the answer, at most WAY_MAX octets.
 */
struct shown_reply {
    const struct answer *answer;
    const uint8_t *wire, *way;
    size_t len, way_len;
};

/* Writes it into the ring. Does nothing for a question that is not shown. */
void shown_write(const struct query *, const struct shown_reply *);
