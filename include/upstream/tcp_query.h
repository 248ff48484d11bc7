/*
 * One query over TCP to a name server (RFC 7766), for replies that are too long for a
 * datagram. It never waits: the loop says when to go on. Its owner decides how long it may
 * take.
 */
#pragma once

#include "net/addr.h"
#include "net/loop.h"

struct tcp_query;

/*
 * Called with the reply, borrowed, or with NULL and an errno in `error`: ECONNRESET if the
 * server closes early. The query is over, and the callee must free it.
 */
typedef void tcp_query_done(void *owner, const uint8_t *wire, size_t len, int error);

/* Connects and sends the query, which is copied. NULL with errno if that fails at once. */
struct tcp_query *tcp_query_start(struct loop *, const struct addr *server,
                                  const uint8_t *wire, size_t len, tcp_query_done *,
                                  void *owner);
/* Our own address, for which the kernel is asked. False with errno. */
bool tcp_query_local(const struct tcp_query *, struct addr *);
/* Accepts NULL. */
void tcp_query_free(struct tcp_query *);
