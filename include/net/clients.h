/*
 * How much each client has of something there is too little of. A client is an IPv4
 * address, or the /64 network of an IPv6 address, whose owner has all addresses in it.
 */
#ifndef NET_CLIENTS_H
#define NET_CLIENTS_H

#include <stddef.h>

#include "base/table.h"
#include "net/addr.h"

struct clients {
    struct table table; /* of those that have anything */
};

struct client;

/* 0, or -1 when memory is short. */
int clients_init(struct clients *);
/* They must have nothing any more. */
void clients_free(struct clients *);

/* One more for the client of this address; NULL when memory is short. */
struct client *clients_take(struct clients *, const struct addr *);
/* One less. */
void clients_give_back(struct clients *, struct client *);

/* The client of the address, or NULL if it has nothing; how much it has. */
struct client *clients_find(const struct clients *, const struct addr *);
size_t client_has(const struct client *);

#endif
