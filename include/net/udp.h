/* Datagrams in and out of a non-blocking socket. */
#ifndef NET_UDP_H
#define NET_UDP_H

#include <stddef.h>

#include "net/addr.h"

/*
 * From whom a datagram came and, where the socket is bound to the wildcard address, to
 * which of our addresses: the reply must leave from there (RFC 2181 section 4).
 */
struct udp_path {
    struct addr peer;
    struct addr local;  /* without a port; len 0: the socket's own address */
    unsigned interface; /* the one it came through, for link-local addresses */
};

enum udp_result {
    UDP_DATAGRAM, /* one was read */
    UDP_SKIPPED,  /* one was read that is of no use: cut, or from port 0 */
    UDP_EMPTY,    /* none there now */
};

/* Reads one datagram of at most `size` octets; never waits. */
enum udp_result udp_receive(int fd, void *data, size_t size, size_t *len,
                            struct udp_path *);

/* Many at a time: one system call for the datagrams that are there. net/volley has the way
 * back. */
enum { UDP_BATCH = 32 };

struct udp_batch;

/* NULL when memory is short. */
struct udp_batch *udp_batch_new(size_t longest_datagram);
/* Accepts NULL. */
void udp_batch_free(struct udp_batch *);

/* Reads what is there, up to UDP_BATCH datagrams; how many that was, useless ones too. */
size_t udp_batch_receive(struct udp_batch *, int fd);
/* One of them, until the next ones are read; NULL if it is of no use. */
const uint8_t *udp_batch_datagram(struct udp_batch *, size_t i, size_t *len,
                                  const struct udp_path **);

/*
 * Sends one datagram back. A full send buffer or a vanished receiver loses it, as UDP may
 * at any time: the client asks again. False only if it is too long for the path, since we
 * do not fragment (RFC 9715): then a shorter one may pass.
 */
bool udp_send(int fd, const void *data, size_t len, const struct udp_path *);

/* For who calls sendmsg(): room for what udp_address says, and a number of 16 bits. */
union udp_control {
    struct cmsghdr align;
    char octets[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(uint16_t))];
};
/* Sends the message along the path, which is borrowed as the room is. */
void udp_address(struct msghdr *, const struct udp_path *, union udp_control *);
/* Adds a control message behind what udp_address said. */
void udp_add_control(struct msghdr *, int level, int type, const void *data, size_t size);

#endif
