/*
 * The fast path: a plain question over UDP whose answer is in the cache. Anything out of
 * the ordinary takes the slow path, which gives the same reply, and so does a question that
 * the web page is to show.
 */
#pragma once

#include "net/udp_send_batch.h"
#include "serve/flights.h"

/* What it uses; borrowed. */
struct fastpath {
    const struct serve_config *config;
    struct cache *cache;
    struct flights *flights;
};

/*
 * Writes the reply to `out`, which has UDP_SEND_BATCH_REPLY octets, and returns its length;
 * 0 if the datagram has to take the slow path.
 */
size_t fastpath_reply(const struct fastpath *, const uint8_t *wire, size_t len,
                      const struct addr *from, int64_t now, uint8_t *out);
