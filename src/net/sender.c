#include "net/sender.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CGROUP_ID = 21 }; /* INET_DIAG_CGROUP_ID, which is missing in older headers */

int sender_open(void)
{
    return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
}

static void put_ip(__be32 out[static 4], const struct addr *addr)
{
    if (addr->sock.any.sa_family == AF_INET6)
        memcpy(out, &addr->sock.ip6.sin6_addr, sizeof addr->sock.ip6.sin6_addr);
    else
        out[0] = addr->sock.ip4.sin_addr.s_addr;
}

/* For UDP the kernel looks the socket up as for a packet to it from our address. */
static bool ask(int fd, const struct addr *from, const struct addr *to)
{
    struct {
        struct nlmsghdr head;
        struct inet_diag_req_v2 body;
    } request = {
        .head = {.nlmsg_len = sizeof request,
                 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                 .nlmsg_flags = NLM_F_REQUEST},
        .body = {.sdiag_family = (uint8_t)from->sock.any.sa_family,
                 .sdiag_protocol = IPPROTO_UDP,
                 .idiag_states = UINT32_MAX,
                 .id = {.idiag_sport = htons(addr_port(to)),
                        .idiag_dport = htons(addr_port(from)),
                        .idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}}},
    };

    put_ip(request.body.id.idiag_src, to);
    put_ip(request.body.id.idiag_dst, from);
    return send(fd, &request, sizeof request, MSG_DONTWAIT) == sizeof request;
}

static uint64_t cgroup_in(const struct nlmsghdr *head)
{
    const char *at = NLMSG_DATA(head);
    const struct rtattr *part =
        (const void *)(at + NLMSG_ALIGN(sizeof(struct inet_diag_msg)));
    size_t left = NLMSG_PAYLOAD(head, NLMSG_ALIGN(sizeof(struct inet_diag_msg)));
    uint64_t id = 0;

    for (; RTA_OK(part, left); part = RTA_NEXT(part, left))
        if (part->rta_type == CGROUP_ID && RTA_PAYLOAD(part) == sizeof id)
            memcpy(&id, RTA_DATA(part), sizeof id);
    return id;
}

/* The kernel has written the answer by the time that it has taken the request. */
static bool read_answer(int fd, uint16_t port, struct sender *sender)
{
    _Alignas(struct nlmsghdr) char answer[1024];
    const struct nlmsghdr *head = (const void *)answer;
    const struct inet_diag_msg *found = NLMSG_DATA(head);
    ssize_t len = recv(fd, answer, sizeof answer, MSG_DONTWAIT);

    if (len < (ssize_t)NLMSG_LENGTH(sizeof *found) || !NLMSG_OK(head, (size_t)len) ||
        head->nlmsg_type != SOCK_DIAG_BY_FAMILY || ntohs(found->id.idiag_sport) != port)
        return false;
    *sender = (struct sender){found->idiag_uid, cgroup_in(head)};
    return true;
}

bool sender_find(int fd, const struct addr *from, const struct addr *to,
                 struct sender *sender)
{
    return ask(fd, from, to) && read_answer(fd, addr_port(from), sender);
}

bool sender_self(int fd, struct sender *self)
{
    struct addr at = {
        .len = sizeof at.sock.ip4,
        .sock.ip4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
    int own = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool is_told = own != -1 && bind(own, &at.sock.any, at.len) == 0 &&
                   getsockname(own, &at.sock.any, &at.len) == 0 &&
                   sender_find(fd, &at, &at, self);

    if (own != -1)
        close(own);
    return is_told;
}
