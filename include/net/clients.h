/*
 * Counts the places that each client has, and says which client gives one up when none is
 * left, and whose turn is next.
 *
 * A client is an IPv4 address or an IPv6 /64, which mostly has one owner. The clients of a
 * network, which is an IPv4 /24 or an IPv6 /48, may belong to one person as well, so
 * networks share the places first, and then the clients of each network.
 *
 * Work that is done in order of arrival can make places await a turn, so that a client that
 * asks little does not wait behind one that asks much. Only a few places are ahead at a
 * time: one of each client and a few of each network, but many of a client that has been
 * alone for a while.
 */
#pragma once

#include <stddef.h>

#include "base/heap.h"
#include "base/list.h"
#include "base/table.h"
#include "net/addr.h"

struct client;

/* A place that a client has; part of its owner's struct. */
struct place {
    struct client *client; /* NULL: not taken */
    struct list link;      /* among its client's places */
    bool is_ahead;         /* it has had its turn, and others wait behind it */
};

enum {
    CLIENTS_AHEAD = 64,        /* places that may be ahead, in all */
    CLIENTS_NETWORK_AHEAD = 4, /* those of a network, if there are others */
    CLIENTS_ALONE_MS = 1000,   /* without others, until a client counts as alone */
};

struct clients {
    struct table table; /* of the clients that have places, and of their networks */
    struct client *all; /* the group of all networks */
};

/* 0, or -1 when memory is short. */
int clients_init(struct clients *);
/* No place may be taken any more. */
void clients_free(struct clients *);

/* The client of this address takes one more place. False when memory is short. */
bool clients_take(struct clients *, const struct addr *, struct place *);
/* Gives the place back; harmless for one that is not taken, if it was zeroed. */
void clients_give_back(struct clients *, struct place *);

/* The client of the address, or NULL if it has no place. */
struct client *clients_find(const struct clients *, const struct addr *);
/* How many places the client has. */
size_t client_has(const struct client *);
/* The network of the address, or NULL if its clients have no place. */
struct client *clients_find_network(const struct clients *, const struct addr *);
/* True if the place is this client's, or this network's. */
bool place_is_of(const struct place *, const struct client *);

/*
 * The place that gives way to a new one of the address's client: the oldest place of the
 * client with most places in the network with most places. NULL if that client has no more
 * places than the address's client would have. The address is NULL if it is not known.
 */
struct place *clients_most(const struct clients *, const struct addr *);

/* The place awaits its turn from now on, behind the others of its client. */
void place_await_turn(struct place *);
/* It does not await its turn any more. */
void place_end_turn(struct place *);
/*
 * The place whose turn it is, which is ahead now; NULL if none may go. Networks take turns,
 * within a network its clients do, and the places of a client go in the order of coming.
 */
struct place *clients_next(struct clients *);
/* It is not ahead any more; harmless if it was not. */
void place_arrive(struct place *);
/* True if there are other clients, which may wait behind the place. */
bool place_is_shared(const struct place *);
