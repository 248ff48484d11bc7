/*
 * The sockets of one listening address.
 *
 * Nobody else may bind to it. UDP has neither SO_REUSEADDR, with which any user's socket
 * could be bound to the same address and would get every datagram, nor, with one worker,
 * SO_REUSEPORT. But a multicast DNS responder holds port 5353 on the wildcard address, or
 * may come later, and both sides need SO_REUSEADDR then. So there, and only there, and not
 * on a wildcard address, where two could not tell their datagrams apart, the UDP socket is
 * shared: unicast to our more specific address reaches us, multicast stays with the
 * responder. Who comes to our very address as well, daemon/portwatch sees.
 *
 * TCP has SO_REUSEADDR, or connections of a server that has just ended would keep the next
 * one from starting (their TIME-WAIT lasts a minute), but for TCP that means only so much:
 * bind() or at the latest listen() fails where another socket listens. On a shared address
 * it is also the guard against a second server of our kind.
 */
#ifndef NET_LISTEN_H
#define NET_LISTEN_H

#include "net/addr.h"

/* Sockets of one process: addresses times workers, at the most. */
enum { ADDRESSES_MAX = 16, WORKERS_MAX = 16, LISTENERS_MAX = ADDRESSES_MAX * WORKERS_MAX };

struct listener {
    struct addr addr; /* as bound: a port of 0 has become a real one */
    int udp;          /* non-blocking; -1 when there is none */
    int tcp;          /* non-blocking, listening; -1 when there is none */
};

/* 0, or -1 with errno; then nothing is open. */
int listener_open(struct listener *, const struct addr *);

/*
 * Opens one more pair of sockets on the address of one just opened: the kernel spreads
 * clients over them (SO_REUSEPORT). Both processes must be of one user. 0, or -1 with
 * errno.
 */
int listener_open_another(struct listener *, const struct listener *first);

/*
 * Makes a listener of bound sockets of one address that somebody else has opened; either
 * may be -1. They are the caller's still if this fails: -1 with errno.
 */
int listener_adopt(struct listener *, const struct addr *, int udp, int tcp);

void listener_close(struct listener *);

/* Whether an address is one that is shared with a responder. */
bool listener_may_share(const struct addr *);
/* Whether others may be bound to the address of its UDP socket now, if they have
 * SO_REUSEADDR. */
bool listener_is_shared(const struct listener *);
/* From now on they may, or may not. Who is bound already stays. 0, or -1 with errno. */
int listener_share(const struct listener *, bool shared);

/*
 * Opens a UDP socket, shared, on an address where there are others: the latest of them gets
 * the datagrams. With `first`, which was opened so, it is one more of its group. 0, or -1
 * with errno: EADDRINUSE if somebody there does not share.
 */
int listener_open_beside(struct listener *, const struct addr *,
                         const struct listener *first);

#endif
