/* Datagrams in and out of a non-blocking socket. */
#pragma once

#include <stddef.h>

#include "net/addr.h"

/*
 * The addresses of a datagram. A reply must leave from the address that was asked (RFC 2181
 * section 4). For a socket that is bound to the wildcard address, the kernel tells which
 * that is.
 */
struct udp_path {
    struct addr peer;
    struct addr local;  /* ours, without a port; len 0: the socket's own address */
    unsigned interface; /* through which it came, for link-local addresses */
};

enum udp_result {
    UDP_DATAGRAM, /* one was read */
    UDP_SKIPPED,  /* one was read that cannot be used: too long, or from port 0 */
    UDP_EMPTY,    /* there is none now */
};

/* Reads one datagram of at most `size` octets; never waits. */
enum udp_result udp_receive(int fd, void *data, size_t size, size_t *len,
                            struct udp_path *);

/* Reads the datagrams that are there with one system call. net/udp_send_batch sends replies
 * in the same way. */
enum { UDP_BATCH = 32 };

struct udp_batch;

/* NULL when memory is short. */
struct udp_batch *udp_batch_new(size_t longest_datagram);
/* Accepts NULL. */
void udp_batch_free(struct udp_batch *);

/* Reads up to UDP_BATCH datagrams without waiting. Returns how many, skipped ones included.
 */
size_t udp_batch_receive(struct udp_batch *, int fd);
/* One of them, valid until the next ones are read; NULL if it is to be skipped. */
const uint8_t *udp_batch_datagram(struct udp_batch *, size_t i, size_t *len,
                                  const struct udp_path **);

/*
 * Sends one datagram back. A full send buffer or a vanished receiver loses it, as UDP may
 * at any time: the client asks again. False only if it is too long for the path, since we
 * do not fragment (RFC 9715): then a shorter one may pass.
 */
bool udp_send(int fd, const void *data, size_t len, const struct udp_path *);

/* For a caller of sendmsg(): room for what udp_address adds, and for a 16-bit number. */
union udp_control {
    struct cmsghdr align;
    char octets[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(uint16_t))];
};
/* Addresses the message to the path's peer. Path and control must stay valid until it is
 * sent. */
void udp_address(struct msghdr *, const struct udp_path *, union udp_control *);
/* Adds a control message behind what udp_address has written. */
void udp_add_control(struct msghdr *, int level, int type, const void *data, size_t size);
