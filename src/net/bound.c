#include "net/bound.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct listing {
    const struct addr *addr;
    struct bound_socket *sockets;
    size_t room, count;
};

/* The kernel leaves out sockets on other ports, but not those on other addresses. */
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

static void note(struct listing *listing, const struct inet_diag_msg *found)
{
    if (is_at(found, listing->addr) && listing->count < listing->room)
        listing->sockets[listing->count++] =
            (struct bound_socket){.inode = found->idiag_inode, .uid = found->idiag_uid};
}

/* Reads one piece of the answer. Returns 1 if there is more, 0 if it was the last, or -1
 * with errno. */
static int read_piece(struct listing *listing, const char *piece, size_t len)
{
    const struct nlmsghdr *head = (const void *)piece;

    for (; NLMSG_OK(head, len); head = NLMSG_NEXT(head, len)) {
        if (head->nlmsg_type == NLMSG_DONE)
            return 0;
        if (head->nlmsg_type == NLMSG_ERROR) {
            errno = -((const struct nlmsgerr *)NLMSG_DATA(head))->error;
            return -1;
        }
        note(listing, NLMSG_DATA(head));
    }
    return 1;
}

/* The kernel writes each piece while we ask for it, so there is nothing to wait for. */
static int read_all(struct listing *listing, int fd)
{
    _Alignas(struct nlmsghdr) char piece[16384];
    int more = 1;

    while (more == 1) {
        ssize_t len = recv(fd, piece, sizeof piece, MSG_DONTWAIT);

        if (len == -1 && errno == EINTR)
            continue;
        more = len == -1 ? -1 : read_piece(listing, piece, (size_t)len);
    }
    return more;
}

int bound_list(const struct addr *addr, struct bound_socket *sockets, size_t room)
{
    struct listing listing = {.addr = addr, .sockets = sockets, .room = room};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    int result, saved;

    if (fd == -1)
        return -1;
    result = ask(fd, addr) ? read_all(&listing, fd) : -1;
    saved = errno;
    close(fd);
    errno = saved;
    return result == -1 ? -1 : (int)listing.count;
}
