/*
 * The state of the host's addresses or routes as far as getaddrinfo() depends on it: a
 * set with a hash of each address or route as rtnetlink(7) tells it, without lifetimes,
 * counters and metrics, which routers refresh all the time.
 */
#pragma once

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NETSTATE_MAX = 4096 }; /* the state of a host that has more is not known */

struct netstate {
    uint64_t hashes[NETSTATE_MAX]; /* in ascending order */
    size_t count;
    bool is_known;
};

enum netstate_kind { NETSTATE_ADDRESSES, NETSTATE_ROUTES };

/* Asks the kernel. If it does not answer, or has too many, the state is not known. */
void netstate_read(struct netstate *, enum netstate_kind);

/* True if it has the address or route of an RTM_NEWADDR or RTM_NEWROUTE message. */
bool netstate_has(const struct netstate *, const struct nlmsghdr *);

/* False as well if one of them is not known. */
bool netstate_equal(const struct netstate *, const struct netstate *);

/*
 * The hash of an RTM_*ADDR or RTM_*ROUTE message. False for one that does not matter: it
 * is cut short, of another family, or a route that the kernel keeps for a single peer.
 */
bool netstate_hash(const struct nlmsghdr *, uint64_t *hash);
