/* Strangers are processes of another user. Only root can become one, and not in a user
 * namespace that has no other. */
#include "../in_child.h"
#include "../net/sockets.h"

#include "daemon/hijackwatch.h"

#include <sys/wait.h>

enum { ANOTHER_USER = 1 };

static struct loop *loop;
static struct sockets sockets;
static unsigned opened;

/* Counts another socket of ours, for which the case waits. */
static void note_opened(void *context, const struct listener *listener, unsigned number)
{
    (void)context;
    assert_int_equal(number, opened++);
    assert_true(listener == &sockets.all[sockets.count - 2 + number]);
    if (opened == 2)
        loop_stop(loop);
}

static int become_another_user(void)
{
    return setuid(ANOTHER_USER) == 0 ? 0 : 1;
}

static void need_another_user(void)
{
    if (in_child(become_another_user) != 0)
        skip();
}

struct stranger {
    pid_t pid;
    int until; /* its end is the stranger's */
};

static struct stranger stranger_at(const struct addr *addr)
{
    int ready[2], until[2];
    struct stranger stranger;
    struct addr at = *addr;
    char octet;

    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(until), 0);
    stranger.pid = fork();
    if (stranger.pid == 0) {
        close(until[1]);
        for (size_t i = 0; i < sockets.count; i++)
            listener_close(&sockets.all[i]);
        if (setuid(ANOTHER_USER) == 0 && shared_socket_at(&at) != -1 &&
            write(ready[1], "x", 1) == 1 && read(until[0], &octet, 1) == 0)
            _exit(0);
        _exit(1);
    }
    close(ready[1]);
    close(until[0]);
    assert_int_equal(read(ready[0], &octet, 1), 1);
    close(ready[0]);
    stranger.until = until[1];
    return stranger;
}

static void send_away(struct stranger stranger)
{
    close(stranger.until);
    assert_int_equal(waitpid(stranger.pid, NULL, 0), stranger.pid);
}

/* Two workers at port 5353 of an address. */
static void set_up(void)
{
    struct addr wanted = address_of("127.0.0.1:5353");

    opened = 0;
    loop = loop_new();
    sockets = (struct sockets){.count = 2, .addrs = {wanted}, .addr_count = 1};
    assert_int_equal(listener_open(&sockets.all[0], &wanted), 0);
    assert_int_equal(listener_open_another(&sockets.all[1], &sockets.all[0]), 0);
}

static void tear_down(struct hijackwatch *watch)
{
    hijackwatch_stop(watch);
    loop_free(loop);
    sockets_close(&sockets);
}

static bool is_taken_back(void)
{
    struct report report = {0};

    sockets_report(&sockets, &report);
    return report.addresses[0].is_taken_back;
}

static void assert_taken_back(void)
{
    assert_int_equal(sockets.count, 4);
    assert_true(is_taken_back());
    for (int i = 0; i < 4; i++)
        assert_false(listener_is_shared(&sockets.all[i]));
}

TEST(a_socket_that_was_there_before_is_out_at_the_start)
{
    struct stranger stranger;
    struct hijackwatch watch;

    need_another_user();
    set_up();
    stranger = stranger_at(&sockets.addrs[0]);
    hijackwatch_start(&watch, loop, &sockets, note_opened, NULL);
    assert_taken_back();
    assert_int_equal(opened, 0); /* nobody has to be told yet */
    assert_false(timer_is_set(&watch.next));
    send_away(stranger);
    tear_down(&watch);
}

TEST(a_socket_that_comes_later_is_out_soon)
{
    struct stranger stranger;
    struct hijackwatch watch;

    need_another_user();
    set_up();
    hijackwatch_start(&watch, loop, &sockets, note_opened, NULL);
    assert_int_equal(sockets.count, 2);
    assert_false(is_taken_back());
    stranger = stranger_at(&sockets.addrs[0]);
    assert_int_equal(loop_run(loop), 0);
    assert_taken_back();
    send_away(stranger);
    tear_down(&watch);
}

TEST(a_socket_of_our_own_user_is_none)
{
    struct hijackwatch watch;
    int fd;

    set_up();
    fd = shared_socket_at(&sockets.addrs[0]);
    hijackwatch_start(&watch, loop, &sockets, note_opened, NULL);
    assert_int_equal(sockets.count, 2);
    assert_true(timer_is_set(&watch.next));
    close(fd);
    tear_down(&watch);
}
