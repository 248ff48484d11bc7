/*
 * UDP sockets towards the name servers.
 *
 * A lane is a socket on a random port, connected to one server: the kernel drops what comes
 * from elsewhere. It is closed when the last of its queries is over. Every query has a
 * lane, and so a port, of its own (RFC 5452 section 9) until many are open; then those of
 * one moment share one, so that ten thousand that hang need few sockets; and sockets that
 * have been waited at for a while are looked at less often (watch_seldom).
 */
#ifndef UPSTREAM_UDP_CONN_H
#define UPSTREAM_UDP_CONN_H

#include "net/addr.h"
#include "net/loop.h"

struct lanes;
struct lane;

/* A query on its way: its id in the lane, and who waits for the reply. */
struct shot {
    struct list in_lane;
    struct list in_ask; /* the owner's */
    struct lane *lane;
    uint16_t id;
    bool edns;
    unsigned server; /* the owner's number of the server */
    void *owner;
};

/* Told of a datagram with the shot's id; it may not be a reply to it. */
typedef void lane_reply(struct shot *, const uint8_t *wire, size_t len);
/* Told that the server's host or network refuses (ICMP): the shot is lost. */
typedef void lane_error(struct shot *, int error);

/* NULL when memory is short. */
struct lanes *lanes_new(struct loop *, lane_reply *, lane_error *);
void lanes_free(struct lanes *);

/*
 * Takes a place for a shot in a lane to the server, with an id that no other shot there
 * has. 0, or -1 with errno.
 */
int lane_board(struct lanes *, const struct addr *server, struct shot *);
/*
 * Sends the shot's query. 0, or -1 with errno. An error that may be another shot's as well
 * is told to all that share the lane, a moment later.
 */
int lane_send(const struct shot *, const void *wire, size_t len);
/* Gives the place back; harmless for a shot without one. */
void lane_leave(struct shot *);

#endif
