/*
 * The connection to a reader of dnstap, which listens on a Unix socket. It never waits:
 * whoever owns it is told when frames can be sent. This process may open no sockets, so the
 * owner has the supervisor connect. If the reader is not there or goes away, it is tried
 * again each second.
 */
#pragma once

#include "dnstap/tap_batch.h"
#include "net/loop.h"

struct tap_socket;

/* Whoever owns it. Both are called from the loop. */
struct tap_socket_owner {
    /* Asks for a connection to the reader; tap_socket_connected is called then or later.
     * If it is not, this is asked again. */
    void (*connect)(void *context);
    /* Frames can be sent, or no more can, or the stream has ended after tap_socket_end. */
    void (*changed)(void *context);
    void *context;
};

/* `path` is borrowed, and only told in the log. NULL when memory is short. */
struct tap_socket *tap_socket_new(struct loop *, const char *path,
                                  const struct tap_socket_owner *);
/* Accepts NULL. */
void tap_socket_free(struct tap_socket *);

/* Takes over a socket that is connected to the reader; with -1 `error` tells why there is
 * none. One that is not needed any more is closed. */
void tap_socket_connected(struct tap_socket *, int fd, int error);

/* True if the reader takes frames. */
bool tap_socket_is_open(const struct tap_socket *);

/* Sends what of the batch has not been sent. When all of it has, or the reader is lost, the
 * batch is settled and the owner told; until then it must stay. */
void tap_socket_send(struct tap_socket *, struct tap_batch *);

/* Ends the stream: the reader says when it has read all. The reader may never say so, so
 * the owner decides how long it waits. */
void tap_socket_end(struct tap_socket *);
bool tap_socket_has_ended(const struct tap_socket *);
