/* Whether systemd-resolved is there, as sockets of the lab play it. */
#include "../lab.h"

#include "lookup/resolved.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static const char path[] = "/run/systemd/resolve/io.systemd.Resolve";

/* A datagram socket at this address and port 53. */
static int udp_open(const char *address)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct addr addr;

    assert_true(addr_parse(&addr, address, 53));
    assert_int_equal(bind(fd, &addr.sock.any, addr.len), 0);
    return fd;
}

static int varlink_open(void)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    mkdir("/run/systemd", 0755);
    mkdir("/run/systemd/resolve", 0755);
    unlink(path);
    strcpy(addr.sun_path, path);
    assert_int_equal(bind(fd, (const struct sockaddr *)&addr, sizeof addr), 0);
    assert_int_equal(listen(fd, 4), 0);
    return fd;
}

TEST_WITH(lab, a_host_without_it_has_neither_stub_nor_varlink)
{
    need_lab();
    assert_int_equal(resolved_look(false), RESOLVED_ABSENT);
}

TEST_WITH(lab, its_stub_is_a_socket_at_its_own_address)
{
    int fd, other;

    need_lab();
    other = udp_open("127.0.0.54");
    assert_int_equal(resolved_look(false), RESOLVED_ABSENT);
    fd = udp_open("127.0.0.53");
    assert_int_equal(resolved_look(false), RESOLVED_STUB);
    assert_int_equal(resolved_look(true), RESOLVED_ABSENT);
    close(fd);
    close(other);
}

TEST_WITH(lab, without_a_stub_it_is_hidden)
{
    int fd;

    need_lab();
    fd = varlink_open();
    assert_int_equal(resolved_look(false), RESOLVED_HIDDEN);
    close(fd);
    assert_int_equal(access(path, F_OK), 0); /* left behind */
    assert_int_equal(resolved_look(false), RESOLVED_ABSENT);
    unlink(path);
}
