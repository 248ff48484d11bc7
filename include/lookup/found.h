/*
 * The addresses that getaddrinfo() has found, as records can have them: each once, none in
 * the clothes of the other family, and none with a scope, for which a record has no place
 * and without which it leads nowhere.
 */
#ifndef LOOKUP_FOUND_H
#define LOOKUP_FOUND_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 4 or 16 octets. */
size_t found_size(int family);

/* The entries of the list that have an address of the family; NULL: there is none, or no
 * other one behind `info`. */
const struct addrinfo *found_first(const struct addrinfo *list, int family);
const struct addrinfo *found_next(const struct addrinfo *list, const struct addrinfo *info,
                                  int family);
/* Its octets in network order; borrowed. */
const void *found_address(const struct addrinfo *info);

/* True if both have the same addresses of both families, in whatever order. */
bool found_same(const struct addrinfo *a, const struct addrinfo *b);

#endif
