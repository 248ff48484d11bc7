/*
 * An address to listen on, as the operator has given it. A link-local address (RFC 4007
 * section 11) keeps the name of its link, because the link may come later, and gets another
 * number each time it is made.
 */
#pragma once

#include <net/if.h>

#include "net/addr.h"

struct endpoint {
    struct addr addr;       /* endpoint_find_link sets the number of its link */
    char link[IF_NAMESIZE]; /* a name or a number; "": it has no link */
};

/* Reads an address as addr_parse does. The link need not exist. */
bool endpoint_parse(struct endpoint *, const char *text, uint16_t port);

/* Sets the number that the link has now. False if the link does not exist. */
bool endpoint_find_link(struct endpoint *);

/* Writes it as endpoint_parse reads it, with the link as it was given; returns `text`. */
const char *endpoint_format(const struct endpoint *, char text[static ADDR_TEXT]);
