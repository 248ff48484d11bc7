/*
 * A watch over the addresses that we share with a multicast DNS responder (net/listen), or
 * that a service manager has left open to others: somebody else who binds a UDP socket to
 * just such an address would get every datagram. The kernel tells nobody of a bind(), so we
 * look several times a second.
 *
 * A socket of another user is taken out by a new one of ours, bound beside it: the latest
 * gets the datagrams. Then the address is no longer shared, so nobody can do it again. The
 * sockets from before stay, since questions may wait in them.
 */
#ifndef DAEMON_PORTWATCH_H
#define DAEMON_PORTWATCH_H

#include <stdbool.h>

#include "daemon/sockets.h"
#include "net/loop.h"

/* A new UDP socket, which is among `sockets` already: the `number`-th of its address. */
typedef void portwatch_opened(void *context, const struct listener *, unsigned number);

struct portwatch {
    struct loop *loop;
    struct sockets *sockets;
    portwatch_opened *opened;
    void *context;
    struct timer next;
    bool is_blind;          /* the kernel does not tell, which was logged */
    unsigned long reported; /* the inode of who could not be taken out */
};

/* Looks at once, without calling `opened`, and then again and again while anything is
 * shared. The sockets are borrowed; those that are opened are added to them. */
void portwatch_start(struct portwatch *, struct loop *, struct sockets *,
                     portwatch_opened *, void *context);
void portwatch_stop(struct portwatch *);

/* True if an address of this server's was taken back, and is its own alone since. */
bool portwatch_took_back(const struct sockets *, const struct addr *);

#endif
