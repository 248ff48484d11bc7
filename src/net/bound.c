#include "net/bound.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct list {
    const struct addr *addr;
    struct bound_socket *sockets;
    size_t room, count;
};

/* The kernel leaves out other ports, but not other addresses. */
static bool ask(int fd, const struct addr *addr)
{
    struct {
        struct nlmsghdr head;
        struct inet_diag_req_v2 body;
    } request = {
        .head = {.nlmsg_len = sizeof request,
                 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .body = {.sdiag_family = (uint8_t)addr->sock.any.sa_family,
                 .sdiag_protocol = IPPROTO_UDP,
                 .idiag_states = UINT32_MAX,
                 .id = {.idiag_sport = htons((uint16_t)addr_port(addr))}},
    };

    return send(fd, &request, sizeof request, 0) == sizeof request;
}

static bool is_at(const struct inet_diag_msg *found, const struct addr *addr)
{
    if (addr->sock.any.sa_family == AF_INET6)
        return memcmp(found->id.idiag_src, &addr->sock.ip6.sin6_addr,
                      sizeof addr->sock.ip6.sin6_addr) == 0;
    return found->id.idiag_src[0] == addr->sock.ip4.sin_addr.s_addr;
}

static void note(struct list *list, const struct inet_diag_msg *found)
{
    if (is_at(found, list->addr) && list->count < list->room)
        list->sockets[list->count++] =
            (struct bound_socket){.inode = found->idiag_inode, .uid = found->idiag_uid};
}

/* One piece of the answer. 1: there is more; 0: it was the last; -1 with errno. */
static int read_piece(struct list *list, const char *piece, size_t len)
{
    const struct nlmsghdr *head = (const void *)piece;

    for (; NLMSG_OK(head, len); head = NLMSG_NEXT(head, len)) {
        if (head->nlmsg_type == NLMSG_DONE)
            return 0;
        if (head->nlmsg_type == NLMSG_ERROR) {
            errno = -((const struct nlmsgerr *)NLMSG_DATA(head))->error;
            return -1;
        }
        note(list, NLMSG_DATA(head));
    }
    return 1;
}

/* The kernel writes each piece while we ask for it: nothing has to be waited for. */
static int read_all(struct list *list, int fd)
{
    _Alignas(struct nlmsghdr) char piece[16384];
    int more = 1;

    while (more == 1) {
        ssize_t len = recv(fd, piece, sizeof piece, MSG_DONTWAIT);

        if (len == -1 && errno == EINTR)
            continue;
        more = len == -1 ? -1 : read_piece(list, piece, (size_t)len);
    }
    return more;
}

int bound_list(const struct addr *addr, struct bound_socket *sockets, size_t room)
{
    struct list list = {.addr = addr, .sockets = sockets, .room = room};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    int result, saved;

    if (fd == -1)
        return -1;
    result = ask(fd, addr) ? read_all(&list, fd) : -1;
    saved = errno;
    close(fd);
    errno = saved;
    return result == -1 ? -1 : (int)list.count;
}
