#include "sockets.h"

#include "net/holder.h"

#include <sys/prctl.h>
#include <sys/wait.h>

enum { TEXT = 64 };

/* "NAME (pid N)" of this process or a child of it. */
static const char *named(pid_t pid)
{
    static char text[TEXT];
    char name[16];

    prctl(PR_GET_NAME, name);
    snprintf(text, sizeof text, "%s (pid %d)", name, (int)pid);
    return text;
}

static const char *myself(void)
{
    return named(getpid());
}

static const char *holder_of(const struct addr *addr)
{
    static char text[TEXT];

    return holder_find(addr, text, sizeof text) ? text : "nobody";
}

TEST(a_udp_socket_has_a_holder)
{
    struct addr addr = address_of("127.0.0.1");
    int fd = socket_at(&addr, SOCK_DGRAM);

    assert_string_equal(holder_of(&addr), myself());
    close(fd);
}

TEST(a_holders_name_is_made_printable)
{
    struct addr addr = address_of("127.0.0.1");
    int fd = socket_at(&addr, SOCK_DGRAM);
    char before[16], expected[TEXT];

    snprintf(expected, sizeof expected, "a?[2Jb?c (pid %d)", (int)getpid());
    prctl(PR_GET_NAME, before);
    prctl(PR_SET_NAME, "a\033[2Jb\377c");
    assert_string_equal(holder_of(&addr), expected);
    prctl(PR_SET_NAME, before);
    close(fd);
}

TEST(a_listening_tcp_socket_has_a_holder)
{
    struct addr addr = address_of("127.0.0.1");
    int fd = socket_at(&addr, SOCK_STREAM);

    assert_int_equal(listen(fd, 1), 0);
    assert_string_equal(holder_of(&addr), myself());
    close(fd);
}

TEST(the_wildcard_address_holds_every_address)
{
    struct addr everywhere = address_of("0.0.0.0"), addr = address_of("127.0.0.1");
    int fd = socket_at(&everywhere, SOCK_DGRAM);

    addr_set_port(&addr, addr_port(&everywhere));
    assert_string_equal(holder_of(&addr), myself());
    close(fd);
}

TEST(an_ip6_socket_has_a_holder)
{
    struct addr addr = address_of("::1");
    int fd;

    need_ip6();
    fd = socket_at(&addr, SOCK_DGRAM);
    assert_string_equal(holder_of(&addr), myself());
    close(fd);
}

TEST(a_free_address_has_no_holder)
{
    struct addr addr = address_of("127.0.0.1");
    int fd = socket_at(&addr, SOCK_DGRAM);

    close(fd);
    assert_string_equal(holder_of(&addr), "nobody");
}

TEST(another_port_is_not_held)
{
    struct addr addr = address_of("127.0.0.1"), free_one = address_of("127.0.0.1");
    int fd = socket_at(&addr, SOCK_DGRAM), other = socket_at(&free_one, SOCK_DGRAM);

    close(other);
    assert_string_equal(holder_of(&free_one), "nobody");
    close(fd);
}

TEST(another_address_is_not_held)
{
    struct addr addr = address_of("127.0.0.1"), other = address_of("127.0.0.2");
    int fd = socket_at(&addr, SOCK_DGRAM);

    addr_set_port(&other, addr_port(&addr));
    assert_string_equal(holder_of(&other), "nobody");
    close(fd);
}

/* A child that lives until the end of `until` is closed. */
static pid_t child_until(int until[2])
{
    char octet;
    pid_t child;

    assert_int_equal(pipe(until), 0);
    child = fork();
    if (child == 0) {
        close(until[1]);
        _exit((int)read(until[0], &octet, 1));
    }
    return child;
}

static void end_child(pid_t child, const int until[2])
{
    close(until[1]);
    close(until[0]);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

TEST(a_process_is_named_before_its_children)
{
    struct addr addr = address_of("127.0.0.1");
    int fd = socket_at(&addr, SOCK_DGRAM), until[2];
    pid_t child = child_until(until);

    assert_string_equal(holder_of(&addr), myself());
    end_child(child, until);
    close(fd);
}

TEST(a_child_that_alone_holds_the_address_is_named)
{
    struct addr addr = address_of("127.0.0.1");
    int fd = socket_at(&addr, SOCK_DGRAM), until[2];
    pid_t child = child_until(until);

    close(fd);
    assert_string_equal(holder_of(&addr), named(child));
    end_child(child, until);
}

TEST(a_text_without_room_is_cut)
{
    struct addr addr = address_of("127.0.0.1");
    int fd = socket_at(&addr, SOCK_DGRAM);
    char text[6] = "xxxxx";

    assert_true(holder_find(&addr, text, 5));
    assert_int_equal(strlen(text), 4);
    assert_memory_equal(text, myself(), 4);
    close(fd);
}

/* The responder shares the port; the socket on the very address is what is in the way. */
TEST(the_very_address_comes_before_the_wildcard)
{
    struct addr addr = address_of("127.0.0.1"), everywhere = address_of("0.0.0.0");
    int fd = shared_socket_at(&addr), ready[2], until[2];
    char octet;
    pid_t child;

    addr_set_port(&everywhere, addr_port(&addr));
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(until), 0);
    child = fork();
    if (child == 0) {
        close(fd);
        close(until[1]);
        shared_socket_at(&everywhere);
        _exit(write(ready[1], "x", 1) == 1 && read(until[0], &octet, 1) == 0 ? 0 : 1);
    }
    assert_int_equal(read(ready[0], &octet, 1), 1);
    assert_string_equal(holder_of(&addr), myself());
    close(until[1]);
    close(until[0]);
    close(ready[0]);
    close(ready[1]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    close(fd);
}

/* As servers written in Go, Java or JavaScript do it. */
TEST(the_ip6_wildcard_address_holds_ip4_addresses_too)
{
    struct addr everywhere = address_of("::"), addr = address_of("127.0.0.1");
    int fd;

    need_ip6();
    fd = socket_at(&everywhere, SOCK_STREAM);
    assert_int_equal(listen(fd, 1), 0);
    addr_set_port(&addr, addr_port(&everywhere));
    assert_string_equal(holder_of(&addr), myself());
    close(fd);
}
