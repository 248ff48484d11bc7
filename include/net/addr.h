/* Internet socket addresses and their text form. Addresses are numbers here: no resolver is
 * asked. */
#pragma once

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

enum {
    ADDR_IP_TEXT = 64, /* octets of "IPv6%scope" with its NUL */
    ADDR_TEXT = 72,    /* octets of "[IPv6%scope]:port" with its NUL */
};

/*
 * Reads ADDRESS or ADDRESS:PORT; an IPv6 address with a port stands in brackets: 127.0.0.1,
 * 127.0.0.1:53, ::1, [::1]:53, fe80::1%eth0, [fe80::1%2]:53. Without a port it gets `port`.
 * False if the text is none of these, or names a link that the host does not have.
 */
bool addr_parse(struct addr *, const char *text, uint16_t port);

/* Writes ADDRESS:PORT as addr_parse reads it; returns `text`. */
const char *addr_format(const struct addr *, char text[static ADDR_TEXT]);

/* Writes the address without its port; returns `text`. */
const char *addr_format_ip(const struct addr *, char text[static ADDR_IP_TEXT]);

/* The address that a socket is bound to. False with errno. */
bool addr_of_socket(struct addr *, int fd);

uint16_t addr_port(const struct addr *);
void addr_set_port(struct addr *, uint16_t port);
bool addr_is_loopback(const struct addr *);

/* The octets that tell one client from another, borrowed, and their number: the IPv4
 * address, or the /64 of an IPv6 address, because all of a /64 has one owner. */
const void *addr_client(const struct addr *, size_t *len);

/* 0.0.0.0 or ::, which stands for every address of the host. */
bool addr_is_wildcard(const struct addr *);
/* True for the same family, address and port, and the same link (RFC 4007) if both have
 * one.
 */
bool addr_equal(const struct addr *, const struct addr *);
