/*
 * Watches for sockets of other users at our addresses. It concerns addresses that are
 * shared with a multicast DNS responder (net/listen) or that a service manager has left
 * open to others: whoever binds a UDP socket to the very same address would get every
 * datagram. The kernel does not tell of a bind(), so it is asked several times a second.
 *
 * The address is taken back with a new socket of ours, since the latest one gets the
 * datagrams, and is no longer shared, so it cannot be taken again. The older sockets stay
 * open, since questions may wait in them.
 */
#pragma once

#include "daemon/sockets.h"
#include "net/loop.h"

/* Tells of a new UDP socket, the `number`-th of its address; `sockets` has it already. */
typedef void hijackwatch_opened(void *context, const struct listener *, unsigned number);

struct hijackwatch {
    struct loop *loop;
    struct sockets *sockets;
    hijackwatch_opened *opened;
    void *context;
    struct timer next;
    unsigned long reported; /* the inode of a socket that was logged and stays */
};

/* Looks at once, without calling `opened`, and then again and again while any address
 * is shared. The sockets are borrowed, and new ones are added to them. */
void hijackwatch_start(struct hijackwatch *, struct loop *, struct sockets *,
                       hijackwatch_opened *, void *context);
void hijackwatch_stop(struct hijackwatch *);
