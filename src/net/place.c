#include "net/place.h"

#include <errno.h>
#include <unistd.h>

#include "net/route.h"

/* What bind() to any port of the address returns: 0, or the error. */
static int try_to_bind(const struct addr *addr)
{
    struct addr any_port = *addr;
    int fd = socket(addr->sock.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int error;

    addr_set_port(&any_port, 0);
    error = fd != -1 && bind(fd, &any_port.sock.any, any_port.len) == 0 ? 0 : errno;
    if (fd != -1)
        close(fd);
    return error;
}

static bool says_missing(int error)
{
    return error == EADDRNOTAVAIL || error == ENODEV;
}

/* With the sysctl ip_nonlocal_bind a socket can be bound to any address. */
enum addr_place place_of(const struct addr *addr)
{
    int error;

    if (addr_is_loopback(addr) || addr_is_wildcard(addr))
        return PLACE_HERE;
    error = try_to_bind(addr);
    if (error == 0)
        return route_leaves_host(addr) ? PLACE_ELSEWHERE : PLACE_HERE;
    return says_missing(error) ? PLACE_ELSEWHERE : PLACE_UNKNOWN;
}

bool place_is_missing(const struct addr *addr)
{
    return says_missing(try_to_bind(addr));
}
