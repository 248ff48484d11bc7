#include "net/udp.h"

#include <errno.h>

enum udp_result udp_receive(int fd, void *data, size_t size, size_t *len, struct addr *from)
{
    struct iovec part = {.iov_base = data, .iov_len = size};
    struct msghdr message = {
        .msg_name = &from->sock,
        .msg_namelen = sizeof from->sock,
        .msg_iov = &part,
        .msg_iovlen = 1,
    };
    ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT);

    if (got == -1) /* an ICMP error of an earlier reply is reported once, and past */
        return errno == EAGAIN || errno == EWOULDBLOCK ? UDP_EMPTY : UDP_SKIPPED;
    from->len = message.msg_namelen;
    *len = (size_t)got;
    if ((message.msg_flags & MSG_TRUNC) || addr_port(from) == 0)
        return UDP_SKIPPED;
    return UDP_DATAGRAM;
}

void udp_send(int fd, const void *data, size_t len, const struct addr *to)
{
    if (sendto(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL, &to->sock.any, to->len) == -1) {
        /* see udp.h */
    }
}
