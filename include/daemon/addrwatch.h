/*
 * Watches the listening addresses that the host does not have yet, such as that of a
 * bridge that is made later, or an IPv6 address that is still checked for duplicates. The
 * sockets are bound to them already (net/listen), so the log only says that an address is
 * awaited, and that it has come.
 *
 * An address that was given with its link can be bound only while the link exists, and a
 * link that is made anew sends nothing to sockets that were bound before. Both need a
 * reload.
 *
 * The kernel is asked once a second as long as anything may come. Messages about the
 * network would not do, since they may be lost or refused.
 */
#pragma once

#include <stdbool.h>

#include "daemon/sockets.h"
#include "net/loop.h"

/* A link of one of the addresses has come, or has come again. */
typedef void addrwatch_link_came(void *context);

struct addrwatch {
    struct loop *loop;
    const struct sockets *sockets;
    addrwatch_link_came *link_came;
    void *context;
    bool is_awaited[ADDRESSES_MAX];       /* each of the sockets' addresses */
    struct endpoint known[ADDRESSES_MAX]; /* those of links, as they were last seen */
    struct timer next;
};

/* Logs which addresses the host does not have. The sockets are borrowed. */
void addrwatch_start(struct addrwatch *, struct loop *, const struct sockets *,
                     addrwatch_link_came *, void *context);
void addrwatch_stop(struct addrwatch *);
