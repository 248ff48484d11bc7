#include "../turn.h"
#include "sockets.h"

#include "net/idle.h"

enum { HOUR_MS = 3600000, CONNS_MAX = 10 };

/* Connections, for which only their idle time matters. */
static struct conn {
    struct idle_link link;
    struct place place;
    bool is_closed;
} conns[CONNS_MAX];

static struct clients clients;
static struct idle idle;

static void close_conn(struct idle_link *link)
{
    struct conn *conn = list_item(link, struct conn, link);

    conn->is_closed = true;
    idle_leave(link);
    clients_give_back(&clients, &conn->place);
    idle.count--;
}

static void set_up(void)
{
    memset(conns, 0, sizeof conns);
    assert_int_equal(clients_init(&clients), 0);
    idle = (struct idle){.loop = loop_new(), .least_ms = 200, .close = close_conn};
    assert_non_null(idle.loop);
    idle_init(&idle);
}

static void tear_down(void)
{
    for (int i = 0; i < CONNS_MAX; i++)
        clients_give_back(&clients, &conns[i].place);
    clients_free(&clients);
    loop_free(idle.loop);
}

FIXTURE(idle, set_up, tear_down);

/* A new connection of this client, idle since now. */
static struct conn *open_conn(const char *source)
{
    struct addr peer = address_of(source);
    struct conn *conn = &conns[idle.count];

    conn->link = (struct idle_link){.place = &conn->place, .since = clock_ms()};
    list_init(&conn->link.list);
    assert_true(clients_take(&clients, &peer, &conn->place));
    idle.count++;
    idle_enter(&idle, &conn->link);
    idle_set_timer(&idle);
    return conn;
}

static void wait_until_closed(const struct conn *conn)
{
    for (int64_t end = clock_ms() + 60000; !conn->is_closed; turn_for(idle.loop, 1))
        assert_true(clock_ms() < end);
}

/* RFC 7766 section 6.2.3: less when resources run short. */
TEST_WITH(idle, the_time_shrinks_with_the_second_half_of_the_connections)
{
    static const int64_t expected[] = {10000, 10000, 10000, 10000, 10000,
                                       8000,  6000,  4000,  2000,  200};

    idle.most = 10;
    idle.ms = 10000;
    for (int i = 0; i < 10; i++) {
        const struct conn *conn = open_conn("192.0.2.1");

        assert_int_equal(idle_time_of(&idle, &conn->link), expected[i]);
    }
}

TEST_WITH(idle, a_short_time_does_not_get_longer_by_that)
{
    idle.most = 2;
    idle.ms = 100;
    open_conn("192.0.2.1");
    assert_int_equal(idle_time_of(&idle, &open_conn("192.0.2.1")->link), 100);
}

/* Even while it expires for the others. */
TEST_WITH(idle, it_does_not_shrink_for_a_client_that_has_few_of_them)
{
    const struct conn *few, *many[3];

    idle.most = 4;
    idle.ms = HOUR_MS;
    few = open_conn("192.0.2.2");
    for (int i = 0; i < 3; i++)
        many[i] = open_conn("192.0.2.1");
    assert_int_equal(idle_time_of(&idle, &few->link), HOUR_MS);
    assert_int_equal(idle_time_of(&idle, &many[0]->link), 200);
    wait_until_closed(many[0]);
    assert_false(few->is_closed);
}

TEST_WITH(idle, one_that_is_in_use_is_not_closed)
{
    struct conn *used, *unused;
    int64_t before;

    idle.most = 100;
    idle.ms = 50;
    used = open_conn("192.0.2.1");
    unused = open_conn("192.0.2.1");
    idle_use(&used->link);
    wait_until_closed(unused);
    assert_true(clock_ms() - unused->link.since >= 50);
    turn_for(idle.loop, 60);
    assert_false(used->is_closed);
    before = clock_ms();
    idle_use(&used->link);
    idle_enter(&idle, &used->link);
    wait_until_closed(used);
    assert_true(clock_ms() - before >= 50);
}

/* Whatever the order in which they enter. */
TEST_WITH(idle, the_one_longest_idle_stands_first)
{
    struct conn *all[3];

    idle.most = 100;
    idle.ms = HOUR_MS;
    for (int i = 0; i < 3; i++) {
        all[i] = open_conn("192.0.2.1");
        idle_leave(&all[i]->link);
        all[i]->link.since = 1000 + i;
    }
    idle_enter(&idle, &all[1]->link);
    idle_enter(&idle, &all[2]->link);
    idle_enter(&idle, &all[0]->link);
    for (int i = 0; i < 3; i++) {
        assert_ptr_equal(list_first(&idle.links, struct idle_link, list), &all[i]->link);
        idle_leave(&all[i]->link);
    }
}

TEST_WITH(idle, less_time_for_all_is_obeyed_at_once)
{
    const struct conn *conn;

    idle.most = 100;
    idle.ms = HOUR_MS;
    conn = open_conn("192.0.2.1");
    turn_for(idle.loop, 10);
    assert_false(conn->is_closed);
    idle.ms = 5;
    idle_set_timer(&idle);
    wait_until_closed(conn);
}
