#include "sockets.h"

#include "net/passed.h"

#include <fcntl.h>
#include <sys/wait.h>

static struct passed passed;

static void set_up(void)
{
    passed = (struct passed){.count = 0};
}

static void tear_down(void)
{
    passed_close_rest(&passed);
}

FIXTURE(passed, set_up, tear_down);

static int listening_at(struct addr *addr)
{
    int fd = socket_at(addr, SOCK_STREAM);

    assert_int_equal(listen(fd, 1), 0);
    return fd;
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) != -1;
}

TEST_WITH(passed, a_socket_is_taken_once_by_type_and_address)
{
    struct addr addr = address_of("127.0.0.1"), other = address_of("127.0.0.2:1");
    int tcp = listening_at(&addr), udp = socket_at(&addr, SOCK_DGRAM);

    assert_true(passed_add(&passed, tcp));
    assert_true(passed_add(&passed, udp));
    assert_int_equal(passed_take(&passed, SOCK_STREAM, &other), -1);
    assert_int_equal(passed_take(&passed, SOCK_DGRAM, &addr), udp);
    assert_int_equal(passed_take(&passed, SOCK_DGRAM, &addr), -1);
    assert_int_equal(passed_take(&passed, SOCK_STREAM, &addr), tcp);
    close(tcp);
    close(udp);
}

TEST_WITH(passed, a_port_of_0_takes_any_of_the_address)
{
    struct addr addr = address_of("127.0.0.1"), wanted = addr;
    int udp = socket_at(&addr, SOCK_DGRAM);

    assert_true(passed_add(&passed, udp));
    assert_int_equal(passed_take(&passed, SOCK_DGRAM, &wanted), udp);
    assert_true(addr_equal(&wanted, &addr));
    close(udp);
}

TEST_WITH(passed, what_will_not_do_is_refused)
{
    struct addr addr = address_of("127.0.0.1");
    int unbound = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int silent = socket_at(&addr, SOCK_STREAM);
    int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int local = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_false(passed_add(&passed, unbound));
    assert_false(passed_add(&passed, silent)); /* bound, but it does not listen */
    assert_false(passed_add(&passed, file));
    assert_false(passed_add(&passed, local));
    assert_false(passed_add(&passed, -1));
    assert_int_equal(passed.count, 0);
    close(unbound);
    close(silent);
    close(file);
    close(local);
}

TEST_WITH(passed, those_that_are_left_can_be_found_and_closed)
{
    struct addr addr = address_of("127.0.0.1"), found;
    int udp = socket_at(&addr, SOCK_DGRAM);

    assert_false(passed_any(&passed, &found));
    assert_true(passed_add(&passed, udp));
    assert_true(passed_any(&passed, &found));
    assert_true(addr_equal(&found, &addr));
    passed_close_rest(&passed);
    assert_false(passed_any(&passed, &found));
    assert_false(is_open(udp));
}

/* In a child, whose descriptors 3 and 4 can be what they like. Its exit status. */
static int from_environment(const char *pid, const char *count, bool good)
{
    struct addr addr = address_of("127.0.0.1");
    int status, bad = 0, udp;
    pid_t child = fork();

    if (child == 0) {
        char own[16];

        udp = socket_at(&addr, SOCK_DGRAM);
        dup2(udp, 3);
        if (good)
            dup2(udp, 4);
        else
            close(4);
        snprintf(own, sizeof own, "%d", (int)getpid());
        setenv("LISTEN_PID", pid ? pid : own, 1);
        setenv("LISTEN_FDS", count, 1);
        status = passed_from_environment(&passed, &bad);
        if (getenv("LISTEN_PID") || getenv("LISTEN_FDS"))
            _exit(99);
        _exit(status == -1 ? 10 + bad : status);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_WITH(passed, a_service_manager_passes_them_by_number)
{
    assert_int_equal(from_environment(NULL, "1", true), 1);
    assert_int_equal(from_environment(NULL, "2", true), 2);
}

TEST_WITH(passed, those_for_another_process_are_left_alone)
{
    assert_int_equal(from_environment("1", "2", true), 0);
}

TEST_WITH(passed, the_number_of_a_bad_one_is_told)
{
    assert_int_equal(from_environment(NULL, "2", false), 10 + 4);
}
