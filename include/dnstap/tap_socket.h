/*
 * The connection to a reader of dnstap, which listens on a Unix socket. It never waits:
 * whoever owns it is told when frames can be sent. If the reader is not there or goes away,
 * it is tried again each second.
 */
#pragma once

#include "dnstap/tap_batch.h"
#include "net/loop.h"

struct tap_socket;

/* Called when frames can be sent, when no more can, and when the stream has ended after
 * tap_socket_end. */
typedef void tap_socket_changed(void *context);

/* `path` is borrowed. Begins to connect. NULL when memory is short. */
struct tap_socket *tap_socket_new(struct loop *, const char *path, tap_socket_changed *,
                                  void *context);
/* Accepts NULL. */
void tap_socket_free(struct tap_socket *);

/* True if the reader takes frames. */
bool tap_socket_is_open(const struct tap_socket *);

/* Sends what of the batch has not been sent. When all of it has, or the reader is lost, the
 * batch is settled and the owner told; until then it must stay. */
void tap_socket_send(struct tap_socket *, struct tap_batch *);

/* Ends the stream: the reader says when it has read all. The reader may never say so, so
 * the owner decides how long it waits. */
void tap_socket_end(struct tap_socket *);
bool tap_socket_has_ended(const struct tap_socket *);
