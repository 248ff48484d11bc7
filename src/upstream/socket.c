#include "upstream/socket.h"

#include <errno.h>
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

int socket_connect(const struct addr *server, int type)
{
    int fd = socket(server->sock.any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int saved;

    if (fd == -1 && errno == EMFILE)
        first_spare = 0; /* the limit may have been lowered */
    if (fd == -1 || connect_fd(fd, server) == 0 || errno == EINPROGRESS)
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}
