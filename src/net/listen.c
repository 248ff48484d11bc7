#include "net/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum {
    RECEIVE_BUFFER = 4 << 20,
    MDNS_PORT = 5353,
    PORT_TRIES = 16,
    BACKLOG = 1024, /* connections that the kernel keeps until they are accepted */
};

static bool switch_on(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

static bool share_port(int fd)
{
    return switch_on(fd, SOL_SOCKET, SO_REUSEPORT, 1);
}

static bool set_shared(int fd, bool shared)
{
    return switch_on(fd, SOL_SOCKET, SO_REUSEADDR, shared);
}

bool listener_may_share(const struct addr *addr)
{
    return addr_port(addr) == MDNS_PORT && !addr_is_wildcard(addr);
}

bool listener_is_shared(const struct listener *listener)
{
    int value = 0;
    socklen_t len = sizeof value;

    return listener->udp != -1 &&
           getsockopt(listener->udp, SOL_SOCKET, SO_REUSEADDR, &value, &len) == 0 &&
           value != 0;
}

int listener_share(const struct listener *listener, bool shared)
{
    return set_shared(listener->udp, shared) ? 0 : -1;
}

/*
 * The address of a bridge may come after us, and so may an IPv6 address that is still
 * checked for duplicates (RFC 4862 section 5.4). With IP_FREEBIND the kernel binds to it
 * before that, and delivers datagrams once the address is there. Unlike IP_TRANSPARENT this
 * needs no privilege.
 */
static int bind_early(int fd, const struct addr *addr)
{
    bool is_ip6 = addr->sock.any.sa_family == AF_INET6;

    if (bind(fd, &addr->sock.any, addr->len) == 0)
        return 0;
    if (errno != EADDRNOTAVAIL || !switch_on(fd, is_ip6 ? IPPROTO_IPV6 : IPPROTO_IP,
                                             is_ip6 ? IPV6_FREEBIND : IP_FREEBIND, 1))
        return -1;
    return bind(fd, &addr->sock.any, addr->len);
}

/*
 * The socket is non-blocking, so no call on it puts the process to sleep: a call that would
 * have to wait fails with EAGAIN at once. The only place to wait is poll() in net/loop,
 * which waits for all sockets together.
 */
static int bound_socket(const struct addr *addr, int type, bool shared, bool another)
{
    int one = 1, saved;
    int fd = socket(addr->sock.any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd == -1)
        return -1;
    if ((addr->sock.any.sa_family == AF_INET6 &&
         setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one) == -1) ||
        (shared && !set_shared(fd, true)) || (another && !share_port(fd)) ||
        bind_early(fd, addr) == -1) {
        saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

/* Bursts arrive while the loop is busy, and the kernel counts several hundred octets for
 * each datagram. SO_RCVBUFFORCE goes past the system's limit, if we may. */
static void enlarge_buffer(int fd)
{
    int size = RECEIVE_BUFFER;

    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) == -1)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

/* Replies are not fragmented, since fragments are lost or forged (RFC 9715). On a wildcard
 * address the kernel tells which address each datagram was sent to. */
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

static int open_pair(struct listener *listener, const struct addr *addr, bool another)
{
    int saved;

    *listener = (struct listener){.addr = *addr, .udp = -1, .tcp = -1};
    listener->tcp = bound_socket(addr, SOCK_STREAM, true, another);
    if (listener->tcp == -1 ||
        getsockname(listener->tcp, &listener->addr.sock.any, &listener->addr.len) == -1)
        goto failed;
    listener->udp =
        bound_socket(&listener->addr, SOCK_DGRAM, listener_may_share(addr), another);
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

/* The port that the system chooses for UDP may be taken for TCP: tries the next one. */
int listener_open(struct listener *listener, const struct addr *addr)
{
    int result = open_pair(listener, addr, false);

    for (int i = 1;
         i < PORT_TRIES && result == -1 && errno == EADDRINUSE && addr_port(addr) == 0; i++)
        result = open_pair(listener, addr, false);
    return result;
}

/* The first socket was bound without SO_REUSEPORT, so that a second server would have
 * failed. */
int listener_open_another(struct listener *listener, const struct listener *first)
{
    if (!share_port(first->udp) || !share_port(first->tcp))
        return -1;
    return open_pair(listener, &first->addr, true);
}

/* With SO_REUSEPORT an IPv6 socket would come behind those that are there, so the first of
 * a group gets that option after it is bound. */
int listener_open_beside(struct listener *listener, const struct addr *addr,
                         const struct listener *first)
{
    *listener = (struct listener){.addr = *addr, .tcp = -1};
    if (first && !share_port(first->udp))
        return -1;
    listener->udp = bound_socket(addr, SOCK_DGRAM, true, first != NULL);
    if (listener->udp == -1)
        return -1;
    if (!set_up_udp(listener)) {
        int saved = errno;

        listener_close(listener);
        errno = saved;
        return -1;
    }
    enlarge_buffer(listener->udp);
    return 0;
}

int listener_open_tcp(const struct addr *addr)
{
    int fd = bound_socket(addr, SOCK_STREAM, true, false), saved;

    if (fd == -1 || listen(fd, BACKLOG) == 0)
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static bool never_block(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    return flags != -1 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
           fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

int listener_adopt(struct listener *listener, const struct addr *addr, int udp, int tcp)
{
    *listener = (struct listener){.addr = *addr, .udp = udp, .tcp = tcp};
    if ((udp != -1 && (!never_block(udp) || !set_up_udp(listener))) ||
        (tcp != -1 && !never_block(tcp)))
        return -1;
    if (udp != -1)
        enlarge_buffer(udp);
    return 0;
}

void listener_close(struct listener *listener)
{
    if (listener->udp != -1)
        close(listener->udp);
    if (listener->tcp != -1)
        close(listener->tcp);
    listener->udp = listener->tcp = -1;
}
