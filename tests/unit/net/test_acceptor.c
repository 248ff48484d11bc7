#include "../in_child.h"
#include "../limit.h"
#include "../turn.h"
#include "sockets.h"

#include "net/acceptor.h"

#include <seccomp.h>
#include <sys/resource.h>

static struct loop *loop;
static struct listener listener;
static struct acceptor acceptor;
static int client, accepted, spare, closed;
static struct addr accepted_from;

static void take(void *context, int fd, const struct addr *peer)
{
    assert_ptr_equal(context, &listener);
    accepted++;
    accepted_from = *peer;
    close(fd);
}

static bool close_spare(void *context)
{
    assert_ptr_equal(context, &listener);
    closed++;
    return spare != -1 && close(spare) == 0 && (spare = -1);
}

static void set_up(void)
{
    struct addr any = address_of("127.0.0.1");

    accepted = closed = 0;
    loop = loop_new();
    assert_non_null(loop);
    assert_int_equal(listener_open(&listener, &any), 0);
    acceptor = (struct acceptor){
        .loop = loop, .accepted = take, .close_one = close_spare, .context = &listener};
    acceptor_init(&acceptor);
    assert_int_equal(acceptor_listen(&acceptor, listener.tcp), 0);
    spare = dup(STDERR_FILENO);
    client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(client, &listener.addr.sock.any, listener.addr.len), 0);
    assert_int_equal(poll(&(struct pollfd){.fd = listener.tcp, .events = POLLIN}, 1, -1),
                     1); /* it can be accepted now */
}

static void tear_down(void)
{
    acceptor_close(&acceptor);
    loop_free(loop);
    listener_close(&listener);
    close(client);
    if (spare != -1)
        close(spare);
}

FIXTURE(acceptor, set_up, tear_down);

TEST_WITH(acceptor, a_connection_is_handed_over_with_its_peer)
{
    struct addr own = {.len = sizeof own.sock};

    turn(loop);
    assert_int_equal(accepted, 1);
    assert_int_equal(getsockname(client, &own.sock.any, &own.len), 0);
    assert_true(addr_equal(&accepted_from, &own));
    assert_int_equal(closed, 0);
}

TEST_WITH(acceptor, there_is_a_limit_of_listeners)
{
    for (int i = 1; i < LISTENERS_MAX; i++)
        assert_int_equal(acceptor_listen(&acceptor, listener.tcp), 0);
    assert_int_equal(acceptor_listen(&acceptor, listener.tcp), -1);
}

TEST_WITH(acceptor, once_closed_nothing_is_accepted)
{
    acceptor_close(&acceptor);
    turn(loop);
    assert_int_equal(accepted, 0);
}

TEST_WITH(acceptor, without_descriptors_one_is_closed_for_a_client_that_waits)
{
    limit_descriptors(0);
    turn(loop);
    limit_end(RLIMIT_NOFILE);
    assert_int_equal(closed, 1);
    assert_int_equal(accepted, 1);
}

/* In a child: memory for a new connection is short, which no descriptor mends. */
static int accepts_without_memory(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

    if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOBUFS), SCMP_SYS(accept4), 0) != 0 ||
        seccomp_load(filter) != 0)
        return 2;
    turn_for(loop, 50);
    return closed;
}

TEST_WITH(acceptor, without_memory_nothing_is_closed)
{
    assert_int_equal(in_child(accepts_without_memory), 0);
}

static int64_t cpu_ms(void)
{
    struct rusage used;

    getrusage(RUSAGE_SELF, &used);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
           (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
}

TEST_WITH(acceptor, if_nothing_can_be_closed_accepting_pauses)
{
    int64_t before;

    close(spare);
    spare = -1;
    limit_descriptors(0);
    before = cpu_ms();
    turn_for(loop, 400);
    limit_end(RLIMIT_NOFILE);
    assert_true(cpu_ms() - before < 200); /* a busy loop takes all 400 ms */
    assert_int_equal(accepted, 0);
    assert_in_range(closed, 1, 5);
    turn_until(loop, &accepted, 1);
}
