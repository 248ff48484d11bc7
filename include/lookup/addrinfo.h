/*
 * The addresses of a getaddrinfo() list that can stand in records, each once, and
 * IPv4-mapped ones as IPv4 addresses. An address with a scope is left out: a record has no
 * place for the scope, and without it the address leads nowhere.
 */
#pragma once

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash_set.h"

/* 4 or 16 octets. */
size_t addrinfo_size(int family);

/* True if the list has an address of the family. */
bool addrinfo_has(const struct addrinfo *list, int family);

/* Goes over the addresses of one family. */
struct addrinfo_walk {
    const struct addrinfo *list, *next;
    int family;
    struct hash_set seen; /* hashes of the addresses that have come */
};

struct addrinfo_walk addrinfo_walk(const struct addrinfo *list, int family);
/* The octets of the next address in network order, borrowed. NULL behind the last one, when
 * nothing has to be freed. */
const void *addrinfo_walk_next(struct addrinfo_walk *);
/* For a walk that ends before the last one. */
void addrinfo_walk_end(struct addrinfo_walk *);

/* True if both have the same addresses of both families, in any order. */
bool addrinfo_same(const struct addrinfo *a, const struct addrinfo *b);
