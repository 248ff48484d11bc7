#include "daemon/netwatch.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/netstate.h"

enum {
    KINDS = NETSTATE_ROUTES + 1,
    UNKNOWN_MS = 10000, /* until a state that is not known is read again */
};

struct netwatch {
    struct loop *loop;
    void (*changed)(void *context);
    void *context;
    int fd;
    struct watch *watch;
    struct netstate states[KINDS], fresh;
    int64_t next_read[KINDS]; /* clock_ms(); for a state that is not known */
};

/* What messages say, in ascending order of weight. */
enum news { NEWS_NONE, NEWS_PERHAPS, NEWS };

static enum news worse(enum news one, enum news other)
{
    return one > other ? one : other;
}

static bool is_known(const struct netwatch *network, enum netstate_kind kind,
                     const struct nlmsghdr *message)
{
    return netstate_has(&network->states[kind], message);
}

/* A link that goes down takes IPv4 routes with it without a message for each, so the
 * whole state is read. */
static enum news judge(const struct netwatch *network, const struct nlmsghdr *message)
{
    switch (message->nlmsg_type) {
    case RTM_NEWADDR:
        return is_known(network, NETSTATE_ADDRESSES, message) ? NEWS_NONE : NEWS;
    case RTM_NEWROUTE:
        return is_known(network, NETSTATE_ROUTES, message) ? NEWS_NONE : NEWS;
    case RTM_NEWLINK:
    case RTM_DELLINK:
        return NEWS_PERHAPS;
    case RTM_DELADDR:
    case RTM_DELROUTE:
        return NEWS;
    default:
        return NEWS_NONE;
    }
}

static enum news judge_all(const struct netwatch *network, const char *messages, size_t len)
{
    const struct nlmsghdr *message = (const void *)messages;
    enum news news = NEWS_NONE;

    for (; NLMSG_OK(message, len); message = NLMSG_NEXT(message, len))
        news = worse(news, judge(network, message));
    return news;
}

/* Messages that did not fit into the socket are lost, so the whole state is read. */
static enum news receive(const struct netwatch *network)
{
    _Alignas(struct nlmsghdr) char messages[16384];
    enum news news = NEWS_NONE;

    for (int i = 0; i < LOOP_BUDGET; i++) {
        ssize_t len = recv(network->fd, messages, sizeof messages, MSG_DONTWAIT);

        if (len > 0)
            news = worse(news, judge_all(network, messages, (size_t)len));
        else if (len == -1 && errno == ENOBUFS)
            news = worse(news, NEWS_PERHAPS);
        else
            break;
    }
    return news;
}

/* True if the state has changed. It is always read as a whole, since no message tells which
 * route a new one has replaced. An unknown state is not read for each message. */
static bool read_again(struct netwatch *network, enum netstate_kind kind)
{
    struct netstate *state = &network->states[kind];
    bool was_known = state->is_known;

    if (!was_known && clock_ms() < network->next_read[kind])
        return false;
    netstate_read(&network->fresh, kind);
    if (netstate_equal(state, &network->fresh))
        return false;
    *state = network->fresh;
    network->next_read[kind] = clock_ms() + UNKNOWN_MS;
    return was_known || state->is_known;
}

static bool read_all(struct netwatch *network)
{
    bool addresses = read_again(network, NETSTATE_ADDRESSES);

    return read_again(network, NETSTATE_ROUTES) || addresses;
}

static void ready(void *context, short revents)
{
    struct netwatch *network = context;
    enum news news = receive(network);

    (void)revents;
    if (news == NEWS_NONE)
        return;
    if (read_all(network) || news == NEWS)
        network->changed(network->context);
}

static int open_socket(void)
{
    struct sockaddr_nl groups = {.nl_family = AF_NETLINK,
                                 .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
                                              RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
                                              RTMGRP_IPV6_ROUTE};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
    int saved;

    if (fd == -1 || bind(fd, (const struct sockaddr *)&groups, sizeof groups) == 0)
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

struct netwatch *netwatch_new(struct loop *loop, void (*changed)(void *context),
                              void *context)
{
    struct netwatch *network = calloc(1, sizeof *network);
    int saved;

    if (!network)
        return NULL;
    network->loop = loop;
    network->changed = changed;
    network->context = context;
    network->fd = open_socket();
    if (network->fd != -1)
        network->watch = loop_watch(loop, network->fd, POLLIN, ready, network);
    if (network->watch) {
        read_all(network); /* after the socket, so that no change falls between the
                            * two */
        return network;
    }
    saved = errno;
    netwatch_free(network);
    errno = saved;
    return NULL;
}

void netwatch_free(struct netwatch *network)
{
    if (!network)
        return;
    loop_unwatch(network->loop, network->watch);
    if (network->fd != -1)
        close(network->fd);
    free(network);
}
