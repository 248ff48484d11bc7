#include "upstream/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* The first descriptor that is left to others, by the limit as it was read last; 0: it has
 * not been read. */
static rlim_t first_spare;

static void read_limit(void)
{
    struct rlimit limit;
    rlim_t spare;

    if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
        return;
    spare = limit.rlim_cur / 2 < SOCKET_SPARE ? limit.rlim_cur / 2 : SOCKET_SPARE;
    first_spare = limit.rlim_cur - spare;
}

/* The kernel gives the lowest number that is free, so it tells how many are in use. The
 * limit may have been raised. */
static bool is_spare(int fd)
{
    if ((rlim_t)fd >= first_spare)
        read_limit();
    return (rlim_t)fd >= first_spare;
}

static int connect_fd(int fd, const struct addr *server)
{
    if (!is_spare(fd))
        return connect(fd, &server->sock.any, server->len);
    errno = EMFILE;
    return -1;
}

/* Nobody elsewhere can send a fragment from a loopback address, so there this call is
 * saved. An old kernel cannot tell. An IPv6 socket may be connected to an IPv4 address that
 * is mapped into IPv6. */
static void have_fragments_told(int fd, int family)
{
    const int one = 1;

    setsockopt(fd, IPPROTO_IP, IP_RECVFRAGSIZE, &one, sizeof one);
    if (family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_RECVFRAGSIZE, &one, sizeof one);
}

int socket_connect(const struct addr *server, int type)
{
    int fd = socket(server->sock.any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int saved;

    if (fd == -1 && errno == EMFILE)
        first_spare = 0; /* the limit may have been lowered */
    if (fd != -1 && type == SOCK_DGRAM && !addr_is_loopback(server))
        have_fragments_told(fd, server->sock.any.sa_family);
    if (fd == -1 || connect_fd(fd, server) == 0 || errno == EINPROGRESS)
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

ssize_t socket_receive(int fd, void *data, size_t size, bool *in_fragments)
{
    union {
        struct cmsghdr aligned;
        char octets[CMSG_SPACE(sizeof(int))];
    } size_of_fragments;
    struct iovec part = {data, size};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &size_of_fragments,
                             .msg_controllen = sizeof size_of_fragments};
    ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT);

    *in_fragments = got != -1 && message.msg_controllen > 0;
    return got;
}
