/*
 * Questions that getaddrinfo() cannot carry go to the host's name servers as they are:
 * names with octets that a C string or libc's checks would change or refuse.
 */
#ifndef LOOKUP_DIRECT_H
#define LOOKUP_DIRECT_H

#include "lookup/lookup.h"

void direct_ask(const struct lookup_config *, const struct question *, struct answer *);

#endif
