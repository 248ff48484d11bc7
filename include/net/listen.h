/*
 * The sockets of one listening address.
 *
 * Nobody else may bind to it. So UDP does without SO_REUSEADDR, with which any user could
 * bind a socket to the same address and get every datagram, and without SO_REUSEPORT unless
 * there are several workers. There is one exception: a multicast DNS responder may hold
 * port 5353 on the wildcard address, now or later, and then both sockets need SO_REUSEADDR.
 * So the UDP socket is shared on that port, unless our address is the wildcard as well,
 * because two such sockets could not tell their datagrams apart. Unicast to our more
 * specific address reaches us; multicast stays with the responder. daemon/hijackwatch sees
 * a socket that is bound to our very address.
 *
 * TCP has SO_REUSEADDR, because connections of a server that has just ended stay in
 * TIME-WAIT for a minute and would keep the next one from starting. For TCP it allows
 * nothing else: bind(), or at the latest listen(), fails if another socket listens. On a
 * shared address this also keeps a second server of our kind away.
 */
#pragma once

#include "net/addr.h"

/* One process has at most a socket for each address and worker. */
enum { ADDRESSES_MAX = 16, WORKERS_MAX = 16, LISTENERS_MAX = ADDRESSES_MAX * WORKERS_MAX };

struct listener {
    struct addr addr; /* as bound: a port of 0 has become a real one */
    int udp;          /* non-blocking; -1: there is none */
    int tcp;          /* non-blocking, listening; -1: there is none */
};

/* The host need not have the address yet; datagrams to it arrive as soon as it has. 0, or
 * -1 with errno; then nothing is open. */
int listener_open(struct listener *, const struct addr *);

/*
 * Opens one more pair of sockets on the address of `first`, which was just opened. The
 * kernel spreads clients over both (SO_REUSEPORT), if one user has opened them. 0, or -1
 * with errno.
 */
int listener_open_another(struct listener *, const struct listener *first);

/*
 * Makes a listener of bound sockets of one address that another process has opened; either
 * may be -1. 0, or -1 with errno; then the sockets are still the caller's.
 */
int listener_adopt(struct listener *, const struct addr *, int udp, int tcp);

void listener_close(struct listener *);

/* Opens a TCP socket that listens on the address, which the host need not have yet. -1 with
 * errno if that fails. */
int listener_open_tcp(const struct addr *);

/* True if the address is one that is shared with a multicast DNS responder. */
bool listener_may_share(const struct addr *);
/* True if other sockets with SO_REUSEADDR may be bound to the address of the UDP socket. */
bool listener_is_shared(const struct listener *);
/* Lets others bind to it, or not. Sockets that are bound already stay. 0, or -1 with errno.
 */
int listener_share(const struct listener *, bool shared);

/*
 * Opens a shared UDP socket on an address that has others: the latest of them gets the
 * datagrams. With `first`, which was opened in this way, it joins the group of that socket.
 * 0, or -1 with errno: EADDRINUSE if a socket there is not shared.
 */
int listener_open_beside(struct listener *, const struct addr *,
                         const struct listener *first);
