#include "net/listen.h"

#include <errno.h>
#include <unistd.h>

enum {
    RECEIVE_BUFFER = 4 << 20,
    BACKLOG = 1024, /* connections that the kernel keeps while the loop is busy */
};

/*
 * A non-blocking socket never puts the process to sleep: a call that would have to wait
 * fails with EAGAIN at once. The only place to wait is poll() in net/loop, where all
 * sockets are waited for together.
 */
static int bound_socket(const struct addr *addr, int type)
{
    int one = 1, saved;
    int fd = socket(addr->sock.any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd == -1)
        return -1;
    if ((addr->sock.any.sa_family == AF_INET6 &&
         setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one) == -1) ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == -1 ||
        bind(fd, &addr->sock.any, addr->len) == -1) {
        saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

/* Bursts arrive while the loop is busy; the kernel counts several hundred octets for each
 * datagram. SO_RCVBUFFORCE goes past the system's limit where we may. */
static void enlarge_buffer(int fd)
{
    int size = RECEIVE_BUFFER;

    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) == -1)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

static bool switch_on(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

/*
 * No fragments: they are lost, or forged (RFC 9715). And where a socket has many addresses,
 * each datagram is to tell which one it was sent to.
 */
static bool set_up_udp(const struct listener *listener)
{
    bool wildcard = addr_is_wildcard(&listener->addr);

    if (listener->addr.sock.any.sa_family == AF_INET6)
        return switch_on(listener->udp, IPPROTO_IPV6, IPV6_MTU_DISCOVER,
                         IPV6_PMTUDISC_DO) &&
               switch_on(listener->udp, IPPROTO_IPV6, IPV6_DONTFRAG, 1) &&
               (!wildcard || switch_on(listener->udp, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1));
    return switch_on(listener->udp, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO) &&
           (!wildcard || switch_on(listener->udp, IPPROTO_IP, IP_PKTINFO, 1));
}

int listener_open(struct listener *listener, const struct addr *addr)
{
    int saved;

    *listener = (struct listener){.addr = *addr, .udp = -1, .tcp = -1};
    listener->tcp = bound_socket(addr, SOCK_STREAM);
    if (listener->tcp == -1 ||
        getsockname(listener->tcp, &listener->addr.sock.any, &listener->addr.len) == -1)
        goto failed;
    listener->udp = bound_socket(&listener->addr, SOCK_DGRAM);
    if (listener->udp == -1 || !set_up_udp(listener) ||
        listen(listener->tcp, BACKLOG) == -1)
        goto failed;
    enlarge_buffer(listener->udp);
    return 0;
failed:
    saved = errno;
    listener_close(listener);
    errno = saved;
    return -1;
}

void listener_close(struct listener *listener)
{
    if (listener->udp != -1)
        close(listener->udp);
    if (listener->tcp != -1)
        close(listener->tcp);
    listener->udp = listener->tcp = -1;
}
