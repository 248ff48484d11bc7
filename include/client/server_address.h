/* Reads which server is to be asked, as it is written behind "@" on the command line and
 * in the dialogue. */
#pragma once

#include "net/addr.h"

enum {
    SERVER_ADDRESS_ERROR = 256
}; /* room for a line about a mistake; a longer one is cut */

/*
 * Reads ADDRESS, ADDRESS#PORT, ADDRESS:PORT (an IPv6 address in brackets), or a host's name
 * in place of the address. Without a port of its own it is `port`, or with port 0 the one
 * that is usual there: 5353 on this host, else 53. `family` is AF_UNSPEC, AF_INET or
 * AF_INET6. False with a line in `error`.
 */
bool server_address_parse(struct addr *, const char *text, uint16_t port, int family,
                          char error[static SERVER_ADDRESS_ERROR]);

/* Reads a port from 1 to 65535. False if the text is not one. */
bool server_address_parse_port(const char *text, uint16_t *port);
