/* Datagrams in and out of a non-blocking socket. */
#ifndef NET_UDP_H
#define NET_UDP_H

#include <stddef.h>

#include "net/addr.h"

enum udp_result {
    UDP_DATAGRAM, /* one was read */
    UDP_SKIPPED,  /* one was read that is of no use: cut, or from port 0 */
    UDP_EMPTY,    /* none there now */
};

/* Reads one datagram of at most `size` octets; never waits. */
enum udp_result udp_receive(int fd, void *data, size_t size, size_t *len,
                            struct addr *from);

/*
 * Sends one datagram. A full send buffer or a vanished receiver loses it, as UDP may at any
 * time: the client asks again.
 */
void udp_send(int fd, const void *data, size_t len, const struct addr *to);

#endif
