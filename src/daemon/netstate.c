#include "daemon/netstate.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xxhash.h>

enum {
    /* Flags that decide which source address is chosen (RFC 6724 section 5), and
     * whether it can be. The bit of IPv6's temporary addresses is that of IPv4's
     * secondary ones. */
    ADDRESS_FLAGS = IFA_F_TEMPORARY | IFA_F_OPTIMISTIC | IFA_F_DADFAILED |
                    IFA_F_HOMEADDRESS | IFA_F_DEPRECATED | IFA_F_TENTATIVE,
    ROUTE_FLAGS = RTNH_F_DEAD,
    TRIES = 3, /* if something changes during a dump */
};

/* Hashing. */

static bool is_address(const struct nlmsghdr *message)
{
    return message->nlmsg_type == RTM_NEWADDR || message->nlmsg_type == RTM_DELADDR;
}

/* Attributes that do not say where packets go, such as lifetimes. */
static bool is_left_out(bool of_address, unsigned type)
{
    if (of_address)
        return type == IFA_CACHEINFO || type == IFA_FLAGS || type == IFA_PROTO;
    return type == RTA_CACHEINFO || type == RTA_EXPIRES || type == RTA_METRICS;
}

static void add(uint64_t *hash, const void *octets, size_t len)
{
    *hash = XXH3_64bits_withSeed(octets, len, *hash);
}

static void add_attributes(uint64_t *hash, const struct rtattr *at, size_t len,
                           bool of_address)
{
    for (; RTA_OK(at, len); at = RTA_NEXT(at, len))
        if (!is_left_out(of_address, at->rta_type))
            add(hash, at, at->rta_len);
}

/* An attribute has all flags; the head of the message has the first eight. */
static uint32_t address_flags(const struct ifaddrmsg *address, const struct rtattr *at,
                              size_t len)
{
    uint32_t flags = address->ifa_flags;

    for (; RTA_OK(at, len); at = RTA_NEXT(at, len))
        if (at->rta_type == IFA_FLAGS && RTA_PAYLOAD(at) == sizeof flags)
            memcpy(&flags, RTA_DATA(at), sizeof flags);
    return flags;
}

static bool hash_address(const struct nlmsghdr *message, uint64_t *hash)
{
    struct ifaddrmsg address;
    const struct rtattr *first = IFA_RTA((const struct ifaddrmsg *)NLMSG_DATA(message));
    size_t len = NLMSG_PAYLOAD(message, sizeof address);
    uint32_t flags;

    memcpy(&address, NLMSG_DATA(message), sizeof address);
    flags = address_flags(&address, first, len) & ADDRESS_FLAGS;
    address.ifa_flags = 0;
    add(hash, &address, sizeof address);
    add(hash, &flags, sizeof flags);
    add_attributes(hash, first, len, true);
    return true;
}

static bool hash_route(const struct nlmsghdr *message, uint64_t *hash)
{
    struct rtmsg route;
    const struct rtattr *first = RTM_RTA((const struct rtmsg *)NLMSG_DATA(message));

    memcpy(&route, NLMSG_DATA(message), sizeof route);
    if ((route.rtm_family != AF_INET && route.rtm_family != AF_INET6) ||
        route.rtm_flags & RTM_F_CLONED)
        return false;
    route.rtm_flags &= ROUTE_FLAGS;
    route.rtm_protocol = 0; /* the program that has set it */
    add(hash, &route, sizeof route);
    add_attributes(hash, first, NLMSG_PAYLOAD(message, sizeof route), false);
    return true;
}

bool netstate_hash(const struct nlmsghdr *message, uint64_t *hash)
{
    size_t head = is_address(message) ? sizeof(struct ifaddrmsg) : sizeof(struct rtmsg);

    *hash = 0;
    if (message->nlmsg_len < NLMSG_SPACE(head))
        return false;
    return is_address(message) ? hash_address(message, hash) : hash_route(message, hash);
}

/* The set. */

static int compare(const void *left, const void *right)
{
    const uint64_t *one = left, *other = right;

    return (*one > *other) - (*one < *other);
}

bool netstate_has(const struct netstate *state, const struct nlmsghdr *message)
{
    uint64_t hash;

    if (!state->is_known)
        return false;
    return !netstate_hash(message, &hash) ||
           bsearch(&hash, state->hashes, state->count, sizeof hash, compare);
}

bool netstate_equal(const struct netstate *one, const struct netstate *other)
{
    return one->is_known && other->is_known && one->count == other->count &&
           memcmp(one->hashes, other->hashes, one->count * sizeof *one->hashes) == 0;
}

/* Reading. */

static bool ask(int fd, enum netstate_kind kind)
{
    struct {
        struct nlmsghdr head;
        struct rtgenmsg body;
    } request = {
        .head = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtgenmsg)),
                 .nlmsg_type = kind == NETSTATE_ADDRESSES ? RTM_GETADDR : RTM_GETROUTE,
                 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .body = {.rtgen_family = AF_UNSPEC},
    };

    return send(fd, &request, request.head.nlmsg_len, 0) != -1;
}

static bool note(struct netstate *state, const struct nlmsghdr *message)
{
    uint64_t hash;

    if (!netstate_hash(message, &hash))
        return true;
    if (state->count == NETSTATE_MAX)
        return false;
    state->hashes[state->count++] = hash;
    return true;
}

enum piece { PIECE_MORE, PIECE_LAST, PIECE_AGAIN, PIECE_FAILED };

static enum piece read_piece(struct netstate *state, int fd)
{
    _Alignas(struct nlmsghdr) char piece[32768];
    /* The kernel writes each piece when it is read, so there is nothing to wait for. */
    ssize_t got = recv(fd, piece, sizeof piece, MSG_DONTWAIT);
    const struct nlmsghdr *message = (const void *)piece;
    bool again = false;

    if (got == -1)
        return errno == EINTR ? PIECE_MORE : PIECE_FAILED;
    for (size_t len = (size_t)got; NLMSG_OK(message, len);
         message = NLMSG_NEXT(message, len)) {
        again |= (message->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
        if (message->nlmsg_type == NLMSG_DONE)
            return again ? PIECE_AGAIN : PIECE_LAST;
        if (message->nlmsg_type == NLMSG_ERROR || !note(state, message))
            return PIECE_FAILED;
    }
    return again ? PIECE_AGAIN : PIECE_MORE;
}

static enum piece read_once(struct netstate *state, enum netstate_kind kind)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    enum piece piece = fd != -1 && ask(fd, kind) ? PIECE_MORE : PIECE_FAILED;

    state->count = 0;
    while (piece == PIECE_MORE)
        piece = read_piece(state, fd);
    if (fd != -1)
        close(fd);
    return piece;
}

void netstate_read(struct netstate *state, enum netstate_kind kind)
{
    enum piece piece = PIECE_AGAIN;

    for (int i = 0; i < TRIES && piece == PIECE_AGAIN; i++)
        piece = read_once(state, kind);
    state->is_known = piece == PIECE_LAST;
    if (state->is_known)
        qsort(state->hashes, state->count, sizeof *state->hashes, compare);
}
