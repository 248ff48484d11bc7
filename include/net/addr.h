/*
 * Internet socket addresses and their text form. Never asks a resolver: only numbers are
 * addresses here.
 */
#ifndef NET_ADDR_H
#define NET_ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct addr {
    union {
        struct sockaddr any;
        struct sockaddr_in ip4;
        struct sockaddr_in6 ip6;
    } sock;
    socklen_t len;
};

/* Room for "[IPv6%scope]:port" and its NUL. */
enum { ADDR_TEXT = 72 };

/*
 * Reads ADDRESS or ADDRESS:PORT, an IPv6 address with a port in brackets: 127.0.0.1,
 * 127.0.0.1:53, ::1, [::1]:53. Without a port it is `port`. False if it is none of these.
 */
bool addr_parse(struct addr *, const char *text, uint16_t port);

/* ADDRESS:PORT as addr_parse reads it; returns `text`. */
const char *addr_format(const struct addr *, char text[static ADDR_TEXT]);

uint16_t addr_port(const struct addr *);
void addr_set_port(struct addr *, uint16_t port);
bool addr_is_loopback(const struct addr *);
/* 0.0.0.0 or ::, which stands for every address of the host. */
bool addr_is_wildcard(const struct addr *);
/* True if it is an address of this host: a socket can be bound to it. */
bool addr_is_here(const struct addr *);
/* Same family, address and port; and the same link (RFC 4007), where both say which. */
bool addr_equal(const struct addr *, const struct addr *);

#endif
