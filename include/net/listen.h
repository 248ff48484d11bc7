/*
 * The sockets of one listening address.
 *
 * UDP is bound with SO_REUSEADDR, so that the server can run beside an mDNS responder that
 * holds the same port on the wildcard address: unicast to our more specific address then
 * reaches us, multicast stays with the responder. But with SO_REUSEADDR a second server of
 * our kind could take the port without a word. The TCP socket is the guard against that:
 * it has SO_REUSEADDR as well, or connections of a server that has just ended would keep
 * the next one from starting (their TIME-WAIT lasts a minute), but for TCP that means only
 * so much: bind() or at the latest listen() fails where another socket listens.
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

#endif
