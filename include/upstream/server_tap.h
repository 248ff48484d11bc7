/*
 * Notes the messages to and from name servers for dnstap, if that is on. They are of the
 * forwarder types: we ask servers that are expected to recurse, as a stub resolver does,
 * but we do it for clients of our own, which is what tells a forwarder from a stub.
 */
#pragma once

#include "upstream/tcp_query.h"
#include "upstream/udp_conn.h"

/* A query that was sent; all is borrowed. */
struct tapped_query {
    const struct addr *server;
    const struct udp_query *udp; /* in its connection; NULL: it goes over TCP */
    const struct tcp_query *tcp;
    int64_t sent; /* clock_us() */
};

/* Notes a query. Over TCP it leaves as soon as the connection is there. */
void server_tap_query(const struct tapped_query *, const uint8_t *wire, size_t len);

/* Notes the response to it, while its connection is still there. */
void server_tap_response(const struct tapped_query *, const uint8_t *wire, size_t len);
