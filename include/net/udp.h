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

/*
 * Many at a time: one system call for the datagrams that are there, one for all replies.
 * Replies are so short that every path takes them whole.
 */
enum { UDP_BATCH = 32, UDP_BATCH_REPLY = 512 };

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

/* Where to write the next reply: UDP_BATCH_REPLY octets. */
uint8_t *udp_batch_room(struct udp_batch *);
/* It goes to the sender of the i-th datagram; at most one reply each. */
void udp_batch_reply(struct udp_batch *, size_t i, size_t len);
/* Sends the replies; what cannot be sent is lost, as udp_send says. */
void udp_batch_send(struct udp_batch *, int fd);

/*
 * Sends one datagram back. A full send buffer or a vanished receiver loses it, as UDP may
 * at any time: the client asks again. False only if it is too long for the path, since we
 * do not fragment (RFC 9715): then a shorter one may pass.
 */
bool udp_send(int fd, const void *data, size_t len, const struct udp_path *);

#endif
