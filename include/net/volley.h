/*
 * Replies that leave together, over UDP: one system call for a batch of them. Those of one
 * length to one peer, as a client has them that asks much at once, go through the kernel as
 * one packet that is cut up at the far end of our own stack (UDP_SEGMENT, Linux 4.18):
 * half of what a reply costs is that way. On the wire and for the peer they are datagrams
 * like any other.
 */
#ifndef NET_VOLLEY_H
#define NET_VOLLEY_H

#include "net/udp.h"

enum {
    VOLLEY_REPLIES = UDP_BATCH,
    VOLLEY_REPLY = 512, /* octets: so short that every path takes them whole */
    VOLLEY_JOINED = 8,  /* fewer are not worth it */
};

struct volley;

/* NULL when memory is short. */
struct volley *volley_new(void);
/* Accepts NULL. What was not sent is lost. */
void volley_free(struct volley *);

/* Where to write the next reply: VOLLEY_REPLY octets. */
uint8_t *volley_room(struct volley *);
/* It goes there, which is borrowed until volley_send. At most VOLLEY_REPLIES at a time. */
void volley_put(struct volley *, const struct udp_path *, size_t len);
/* Sends all, not always in the order in which they came; what cannot be sent is lost, as
 * udp_send says. */
void volley_send(struct volley *, int fd);

#endif
