/*
 * The listening sockets of all serve processes. Each address has a pair (UDP and TCP) for
 * each worker, or fewer if they were passed to us; then workers share them.
 */
#pragma once

#include "daemon/report.h"
#include "net/endpoint.h"
#include "net/listen.h"
#include "net/passed.h"

struct sockets {
    struct listener all[LISTENERS_MAX];
    size_t count;
    struct addr addrs[ADDRESSES_MAX]; /* of these sockets, each once */
    size_t addr_count;
    /* The addresses that were given with a link. While the link does not exist its number
     * is 0 here, and the address is not among the others. */
    struct endpoint of_links[ADDRESSES_MAX];
    size_t of_links_count;
};

/*
 * Takes the sockets that were passed, and opens those of other addresses whose link
 * exists. False after logging each address that cannot be listened on; the sockets that
 * are open stay open.
 */
bool sockets_open(struct sockets *, const struct endpoint *wanted, size_t count,
                  unsigned workers, struct passed *);

/* Takes the sockets of a service manager, which chooses the addresses. False after
 * logging that there are too many. */
bool sockets_adopt(struct sockets *, struct passed *);

void sockets_close(struct sockets *);

/* The i-th address, with its link as it was given; returns `text`. */
const char *sockets_format(const struct sockets *, size_t i, char text[static ADDR_TEXT]);

/* How many UDP sockets there are at the address, and whether others may bind to it. */
unsigned sockets_count_at(const struct sockets *, const struct addr *);
bool sockets_are_shared(const struct sockets *, const struct addr *);

/* Adds the addresses, and those whose link does not exist. */
void sockets_report(const struct sockets *, struct report *);

/* Fills in the sockets that worker number `worker` of `workers` listens on, and
 * returns their number; there is at least one for each address. */
size_t sockets_share(const struct sockets *, unsigned worker, unsigned workers,
                     struct listener share[static LISTENERS_MAX]);
