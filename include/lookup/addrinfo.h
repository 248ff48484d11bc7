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

/* 4 or 16 octets. */
size_t addrinfo_size(int family);

/* The first entry of the list with an address of the family, and the one after `info`; NULL
 * if there is none. */
const struct addrinfo *addrinfo_first(const struct addrinfo *list, int family);
const struct addrinfo *addrinfo_next(const struct addrinfo *list,
                                     const struct addrinfo *info, int family);
/* Its octets in network order; borrowed. */
const void *addrinfo_address(const struct addrinfo *info);

/* True if both have the same addresses of both families, in any order. */
bool addrinfo_same(const struct addrinfo *a, const struct addrinfo *b);
