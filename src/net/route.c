#include "net/route.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <unistd.h>

struct route_request {
    struct nlmsghdr head;
    struct rtmsg body;
    uint8_t attributes[RTA_SPACE(sizeof(struct in6_addr)) + RTA_SPACE(sizeof(uint32_t))];
};

/* The request has room for it. */
static void add(struct route_request *request, unsigned short type, const void *data,
                size_t len)
{
    const struct rtattr head = {.rta_len = (unsigned short)RTA_LENGTH(len),
                                .rta_type = type};
    uint8_t *at = (uint8_t *)request + request->head.nlmsg_len;

    memcpy(at, &head, sizeof head);
    memcpy(at + RTA_LENGTH(0), data, len);
    request->head.nlmsg_len += (uint32_t)RTA_SPACE(len);
}

/* The octets of the address, borrowed; of one that is mapped into IPv6 those of IPv4. */
static const void *octets_of(const struct addr *addr, bool *is_ip6)
{
    const struct in6_addr *ip6 = &addr->sock.ip6.sin6_addr;

    *is_ip6 = addr->sock.any.sa_family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(ip6);
    if (addr->sock.any.sa_family == AF_INET6)
        return *is_ip6 ? ip6->s6_addr : ip6->s6_addr + 12;
    return &addr->sock.ip4.sin_addr;
}

static bool ask(int fd, const struct addr *addr)
{
    bool is_ip6;
    const void *octets = octets_of(addr, &is_ip6);
    size_t len = is_ip6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
    struct route_request request = {
        .head = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)),
                 .nlmsg_type = RTM_GETROUTE,
                 .nlmsg_flags = NLM_F_REQUEST},
        .body = {.rtm_family = is_ip6 ? AF_INET6 : AF_INET,
                 .rtm_dst_len = (uint8_t)(8 * len)},
    };

    add(&request, RTA_DST, octets, len);
    if (is_ip6 && addr->sock.ip6.sin6_scope_id != 0)
        add(&request, RTA_OIF, &addr->sock.ip6.sin6_scope_id,
            sizeof addr->sock.ip6.sin6_scope_id);
    return send(fd, &request, request.head.nlmsg_len, 0) != -1;
}

/* Without a route nothing gets to the address, so it is not here. */
static bool says_that_it_leaves(const struct nlmsghdr *reply)
{
    int error;

    if (reply->nlmsg_type == RTM_NEWROUTE)
        return ((const struct rtmsg *)NLMSG_DATA(reply))->rtm_type != RTN_LOCAL;
    if (reply->nlmsg_type != NLMSG_ERROR)
        return false;
    error = -((const struct nlmsgerr *)NLMSG_DATA(reply))->error;
    return error == ENETUNREACH || error == EHOSTUNREACH;
}

/* The kernel replies while it is asked, so there is nothing to wait for. */
bool route_leaves_host(const struct addr *addr)
{
    _Alignas(struct nlmsghdr) char reply[4096];
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    bool leaves = false;
    ssize_t got;

    if (fd == -1)
        return false;
    if (ask(fd, addr)) {
        got = recv(fd, reply, sizeof reply, MSG_DONTWAIT);
        leaves = got >= (ssize_t)NLMSG_LENGTH(sizeof(struct rtmsg)) &&
                 says_that_it_leaves((const void *)reply);
    }
    close(fd);
    return leaves;
}
