/*
 * The listening sockets of all serve processes. Each address has a pair (UDP and TCP) for
 * each worker, or fewer, if they were passed to us: then workers share.
 */
#ifndef DAEMON_SOCKETS_H
#define DAEMON_SOCKETS_H

#include "net/listen.h"
#include "net/passed.h"

struct sockets {
    struct listener all[LISTENERS_MAX];
    size_t count;
    struct addr addrs[ADDRESSES_MAX]; /* of these sockets, each once */
    size_t addr_count;
};

/*
 * Opens what is not among the passed ones. False after logging each address that cannot be
 * listened on; what is open is open still then.
 */
bool sockets_open(struct sockets *, const struct addr *wanted, size_t count,
                  unsigned workers, struct passed *);

/* Likewise, where a service manager has opened them all: it says which addresses. */
bool sockets_adopt(struct sockets *, struct passed *);

void sockets_close(struct sockets *);

/* What worker number `worker` of `workers` is to listen on. How many; at least one for each
 * address. */
size_t sockets_share(const struct sockets *, unsigned worker, unsigned workers,
                     struct listener share[static LISTENERS_MAX]);

#endif
