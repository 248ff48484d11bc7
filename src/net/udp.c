#include "net/udp.h"

#include <errno.h>
#include <string.h>

/* Room for the control message that tells our own address, of either family. */
union control {
    struct cmsghdr align;
    char octets[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

static void note_local(struct udp_path *path, const struct cmsghdr *part)
{
    struct in_pktinfo ip4;
    struct in6_pktinfo ip6;

    if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
        memcpy(&ip4, CMSG_DATA(part), sizeof ip4);
        path->local.sock.ip4 =
            (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = ip4.ipi_addr};
        path->local.len = sizeof path->local.sock.ip4;
        path->interface = (unsigned)ip4.ipi_ifindex;
    }
    if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_PKTINFO) {
        memcpy(&ip6, CMSG_DATA(part), sizeof ip6);
        path->local.sock.ip6 =
            (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = ip6.ipi6_addr};
        path->local.len = sizeof path->local.sock.ip6;
        path->interface = ip6.ipi6_ifindex;
    }
}

enum udp_result udp_receive(int fd, void *data, size_t size, size_t *len,
                            struct udp_path *path)
{
    union control control;
    struct iovec part = {.iov_base = data, .iov_len = size};
    struct msghdr message = {
        .msg_name = &path->peer.sock,
        .msg_namelen = sizeof path->peer.sock,
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT);

    if (got == -1) /* an ICMP error of an earlier reply is reported once, and past */
        return errno == EAGAIN || errno == EWOULDBLOCK ? UDP_EMPTY : UDP_SKIPPED;
    path->peer.len = message.msg_namelen;
    path->local.len = 0;
    *len = (size_t)got;
    if ((message.msg_flags & MSG_TRUNC) || addr_port(&path->peer) == 0)
        return UDP_SKIPPED;
    for (struct cmsghdr *head = CMSG_FIRSTHDR(&message); head;
         head = CMSG_NXTHDR(&message, head))
        note_local(path, head);
    return UDP_DATAGRAM;
}

static void put_control(struct msghdr *message, int level, int type, const void *data,
                        size_t size)
{
    struct cmsghdr *head = message->msg_control;

    message->msg_controllen = CMSG_SPACE(size);
    head->cmsg_level = level;
    head->cmsg_type = type;
    head->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(head), data, size);
}

/* Where the kernel would choose the source address, it is told. */
static void put_local(struct msghdr *message, const struct udp_path *path)
{
    struct in_pktinfo ip4 = {.ipi_spec_dst = path->local.sock.ip4.sin_addr};
    struct in6_pktinfo ip6 = {.ipi6_addr = path->local.sock.ip6.sin6_addr,
                              .ipi6_ifindex = path->interface};

    if (path->local.len == 0)
        return;
    if (path->local.sock.any.sa_family == AF_INET)
        put_control(message, IPPROTO_IP, IP_PKTINFO, &ip4, sizeof ip4);
    else
        put_control(message, IPPROTO_IPV6, IPV6_PKTINFO, &ip6, sizeof ip6);
}

bool udp_send(int fd, const void *data, size_t len, const struct udp_path *path)
{
    union control control = {0};
    struct iovec part = {.iov_base = (void *)(uintptr_t)data, .iov_len = len};
    struct msghdr message = {
        .msg_name = (void *)(uintptr_t)&path->peer.sock,
        .msg_namelen = path->peer.len,
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = &control,
    };

    put_local(&message, path);
    if (message.msg_controllen == 0)
        message.msg_control = NULL;
    return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) != -1 || errno != EMSGSIZE;
}
