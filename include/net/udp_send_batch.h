/*
 * Sends many UDP replies with one system call. A client that asks much at once gets many
 * replies of one length. These go through the kernel as one packet (UDP_SEGMENT, Linux
 * 4.18), because that is half of a reply's cost. On the wire, and for the peer, they are
 * separate datagrams as ever.
 */
#pragma once

#include "net/udp.h"

enum {
    UDP_SEND_BATCH_REPLY = 512, /* octets: no path fragments so short a reply */
    UDP_SEND_BATCH_JOINED =
        8, /* joining fewer replies than this costs more than it saves */
};

struct udp_send_batch;

/* NULL when memory is short. */
struct udp_send_batch *udp_send_batch_new(void);
/* Accepts NULL. Replies that were not sent are lost. */
void udp_send_batch_free(struct udp_send_batch *);

/* The room for the next reply: UDP_SEND_BATCH_REPLY octets. */
uint8_t *udp_send_batch_room(struct udp_send_batch *);
/*
 * Adds the `len` octets that were written there, for the peer of the path, which must stay
 * valid until udp_send_batch_flush. A batch holds UDP_BATCH replies.
 */
void udp_send_batch_add(struct udp_send_batch *, const struct udp_path *, size_t len);
/* Sends all replies, in any order. One that cannot be sent is lost, as with udp_send. */
void udp_send_batch_flush(struct udp_send_batch *, int fd);
