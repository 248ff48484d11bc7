#include "upstream/socket.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel gives the lowest number that is free, so it tells how many are in use. */
static bool is_spare(int fd)
{
    struct rlimit limit;
    rlim_t spare;

    if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
        return false;
    spare = limit.rlim_cur / 2 < UPSTREAM_SPARE ? limit.rlim_cur / 2 : UPSTREAM_SPARE;
    return (rlim_t)fd >= limit.rlim_cur - spare;
}

int upstream_socket(const struct addr *server, int type)
{
    int fd = socket(server->sock.any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd == -1 || !is_spare(fd))
        return fd;
    close(fd);
    errno = EMFILE;
    return -1;
}
