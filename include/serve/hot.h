/*
 * The shortest way: a plain question over UDP whose answer is in the cache. Anything out of
 * the ordinary is left to the long way, which gives the same reply.
 */
#ifndef SERVE_HOT_H
#define SERVE_HOT_H

#include "net/volley.h"
#include "serve/flights.h"
#include "serve/serve.h"

/*
 * Writes the reply to `out`, which has VOLLEY_REPLY octets, and returns its length; 0 if
 * the datagram has to go the long way.
 */
size_t hot_reply(const struct serve_config *, struct flights *, const uint8_t *wire,
                 size_t len, const struct addr *from, int64_t now, uint8_t *out);

#endif
