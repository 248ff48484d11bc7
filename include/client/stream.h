/*
 * One question over TCP, for an answer that does not fit a datagram (RFC 7766 section 5).
 */
#ifndef CLIENT_STREAM_H
#define CLIENT_STREAM_H

#include "dns/ask.h"
#include "net/addr.h"

/*
 * Asks over a connection of its own, until `deadline`, a value of clock_ms(). 0 and the
 * reply, to free; or -1 with errno: ETIMEDOUT, ECANCELED after Ctrl+C, ENODATA if the
 * server ends the connection before its reply does, EBADMSG if that is none to this
 * question, ENOMEM, or what the network says.
 */
int stream_ask(const struct addr *server, const struct ask *, int64_t deadline,
               uint8_t **reply, size_t *size);

#endif
