/*
 * Counts how many places each client holds, says which client gives one up when none is
 * left, and whose turn is next.
 *
 * A client is an IPv4 address, or the /64 network of an IPv6 address, whose owner has all
 * addresses in it. The clients of one network, a /24 of IPv4 or a /48 of IPv6, may be one
 * person's as well: so networks share with each other first, and the clients of each among
 * themselves.
 *
 * Places may await their turn for something that is done in the order of coming, where who
 * asks little would wait behind who asks much. So only a few go ahead at a time: one of
 * each client, and of each network a few; many of one that is alone and has been for a
 * while.
 */
#ifndef NET_CLIENTS_H
#define NET_CLIENTS_H

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
    bool is_ahead;
};

enum {
    CLIENTS_AHEAD = 64,        /* places ahead, in all */
    CLIENTS_NETWORK_AHEAD = 4, /* of a network that is not alone */
    CLIENTS_ALONE_MS = 1000,   /* so long there have been no others */
};

struct clients {
    struct table table; /* of the clients that have places, and of their networks */
    struct client *all; /* the network of networks */
};

/* 0, or -1 when memory is short. */
int clients_init(struct clients *);
/* They must have nothing any more. */
void clients_free(struct clients *);

/* One more for the client of this address. False when memory is short. */
bool clients_take(struct clients *, const struct addr *, struct place *);
/* One less; harmless for a place that is not taken, if it was zeroed once. */
void clients_give_back(struct clients *, struct place *);

/* The client of the address, or NULL if it has nothing; how much it has. */
struct client *clients_find(const struct clients *, const struct addr *);
size_t client_has(const struct client *);
/* The network of the address, or NULL if its clients have nothing. */
struct client *clients_find_network(const struct clients *, const struct addr *);
/* True if the place is this client's, or one of this network. */
bool place_is_of(const struct place *, const struct client *);

/*
 * The place that has to give way for one of the address's client: the oldest of the client
 * that has most in the network that has most. NULL if that would have no more then than the
 * one who asks. `addr` may be NULL: for nobody's.
 */
struct place *clients_most(const struct clients *, const struct addr *);

/* From now on the place awaits its turn, behind the others of its client that do. */
void place_await_turn(struct place *);
/* It does not any more. */
void place_end_turn(struct place *);
/*
 * The place whose turn it is; it is ahead now. NULL if none may go. Networks take turns,
 * the clients of each do, and the places of each client in the order of their coming.
 */
struct place *clients_next(struct clients *);
/* It is ahead no more; harmless if it was not. */
void place_arrive(struct place *);
/* True if the place's client or its network is not alone: others may wait behind it. */
bool place_is_shared(const struct place *);

#endif
