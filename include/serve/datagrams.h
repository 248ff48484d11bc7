/*
 * Questions over UDP. Datagrams are read in batches; each takes the fast path or, if that
 * leaves it, the slow one, and replies of the fast path leave in batches, too.
 */
#pragma once

#include "net/loop.h"
#include "net/udp.h"
#include "net/udp_send_batch.h"
#include "serve/fastpath.h"
#include "serve/handler.h"

struct udp_listener {
    struct datagrams *datagrams;
    int fd;
    struct addr addr;
    struct watch *watch; /* NULL once others listen */
};

/* The first four are borrowed, and set by whoever opens it. */
struct datagrams {
    const struct serve_config *config;
    struct loop *loop;
    struct handler *handler;
    struct fastpath fastpath;
    struct udp_batch *received;
    struct udp_send_batch *replies;
    struct udp_listener listeners[LISTENERS_MAX];
    size_t listener_count;
};

/* False if memory is short; datagrams_close() is right in any case. */
bool datagrams_open(struct datagrams *);
void datagrams_close(struct datagrams *);

/* Reads a socket, which is borrowed, at this address of ours. False if memory or room is
 * short. */
bool datagrams_listen(struct datagrams *, int fd, const struct addr *);

/* Reads no socket any more; what was not read yet is left to other processes that do. */
void datagrams_stop(struct datagrams *);
