#include "net/passed.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_DESCRIPTOR = 3 }; /* SD_LISTEN_FDS_START */

static int option_of(int fd, int option)
{
    int value;
    socklen_t len = sizeof value;

    return getsockopt(fd, SOL_SOCKET, option, &value, &len) == 0 ? value : -1;
}

static bool is_internet(const struct addr *addr)
{
    return addr->sock.any.sa_family == AF_INET || addr->sock.any.sa_family == AF_INET6;
}

bool passed_add(struct passed *passed, int fd)
{
    struct passed_socket *one = &passed->sockets[passed->count];

    if (passed->count == PASSED_MAX)
        return false;
    *one = (struct passed_socket){.fd = fd, .type = option_of(fd, SO_TYPE)};
    one->addr.len = sizeof one->addr.sock;
    if ((one->type != SOCK_DGRAM &&
         (one->type != SOCK_STREAM || option_of(fd, SO_ACCEPTCONN) != 1)) ||
        getsockname(fd, &one->addr.sock.any, &one->addr.len) == -1 ||
        !is_internet(&one->addr) || addr_port(&one->addr) == 0)
        return false;
    passed->count++;
    return true;
}

static long number_in(const char *variable)
{
    const char *text = getenv(variable);

    return text ? strtol(text, NULL, 10) : 0;
}

int passed_from_environment(struct passed *passed, int *bad)
{
    long count = number_in("LISTEN_PID") == getpid() ? number_in("LISTEN_FDS") : 0;

    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    for (int i = 0; i < count; i++)
        if (!passed_add(passed, FIRST_DESCRIPTOR + i)) {
            *bad = FIRST_DESCRIPTOR + i;
            return -1;
        }
    return (int)passed->count;
}

static bool fits(const struct passed_socket *one, int type, const struct addr *wanted)
{
    struct addr addr = one->addr;

    if (addr_port(wanted) == 0)
        addr_set_port(&addr, 0);
    return one->fd != -1 && one->type == type && addr_equal(&addr, wanted);
}

int passed_take(struct passed *passed, int type, struct addr *addr)
{
    for (size_t i = 0; i < passed->count; i++) {
        struct passed_socket *one = &passed->sockets[i];
        int fd = one->fd;

        if (!fits(one, type, addr))
            continue;
        *addr = one->addr;
        one->fd = -1;
        return fd;
    }
    return -1;
}

bool passed_any(const struct passed *passed, struct addr *addr)
{
    for (size_t i = 0; i < passed->count; i++)
        if (passed->sockets[i].fd != -1) {
            *addr = passed->sockets[i].addr;
            return true;
        }
    return false;
}

void passed_close_rest(struct passed *passed)
{
    for (size_t i = 0; i < passed->count; i++) {
        if (passed->sockets[i].fd != -1)
            close(passed->sockets[i].fd);
        passed->sockets[i].fd = -1;
    }
}
