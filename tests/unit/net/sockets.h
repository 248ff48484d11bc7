/* Sockets for tests, on free ports of this host. */
#pragma once

#include "../check.h"

#include "net/addr.h"

static inline struct addr address_of(const char *text)
{
    struct addr addr;

    assert_true(addr_parse(&addr, text, 0));
    return addr;
}

/* Binds to the address, whose port becomes a real one. */
static inline int socket_at(struct addr *addr, int type)
{
    int fd = socket(addr->sock.any.sa_family, type | SOCK_CLOEXEC, 0);

    assert_int_not_equal(fd, -1);
    assert_int_equal(bind(fd, &addr->sock.any, addr->len), 0);
    assert_int_equal(getsockname(fd, &addr->sock.any, &addr->len), 0);
    return fd;
}

/* A UDP socket bound as mDNS responders do it. */
static inline int shared_socket_at(struct addr *addr)
{
    int one = 1, fd = socket(addr->sock.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_int_not_equal(fd, -1);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one), 0);
    assert_int_equal(bind(fd, &addr->sock.any, addr->len), 0);
    assert_int_equal(getsockname(fd, &addr->sock.any, &addr->len), 0);
    return fd;
}

static inline bool host_has_ip6(void)
{
    struct addr addr = address_of("::1");
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool bound = fd != -1 && bind(fd, &addr.sock.any, addr.len) == 0;

    if (fd != -1)
        close(fd);
    return bound;
}

static inline void need_ip6(void)
{
    if (!host_has_ip6())
        skip();
}
