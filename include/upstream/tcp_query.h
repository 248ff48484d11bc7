/*
 * One query over TCP to a name server (RFC 7766), for replies too long for a datagram.
 * Never waits: the loop tells when to go on. How long it may take is the owner's business.
 */
#ifndef UPSTREAM_TCP_QUERY_H
#define UPSTREAM_TCP_QUERY_H

#include "net/addr.h"
#include "net/loop.h"

struct tcp_query;

/*
 * `wire` is the reply, borrowed, or NULL with errno in `error`: ECONNRESET where the server
 * closes early. The query is over; the callee must free it.
 */
typedef void tcp_query_done(void *owner, const uint8_t *wire, size_t len, int error);

/* Connects and sends the query, which is copied. NULL with errno if that fails at once. */
struct tcp_query *tcp_query_start(struct loop *, const struct addr *server,
                                  const uint8_t *wire, size_t len, tcp_query_done *,
                                  void *owner);
/* Accepts NULL. */
void tcp_query_free(struct tcp_query *);

#endif
