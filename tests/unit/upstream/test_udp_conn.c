/* Queries over UDP to a server that the case plays. */
#include "../servers.h"

#include "upstream/udp_conn.h"

enum {
    QUERIES = 17,
    CROWD = 32,       /* connections that are open before queries share them */
    TOGETHER_MS = 20, /* for this time a connection takes queries */
};

static struct scene {
    struct loop *loop;
    struct udp_conns *conns;
    int server;
    struct addr addr;
    struct udp_query queries[QUERIES];
    int elsewhere;
    struct udp_query crowd[CROWD];
} scene;

static int told, refused, last_error, attacked;
static const struct udp_query *told_query;
static size_t told_len;

/* As the owner does it, the query ends when its reply has come. */
static void note_reply(struct udp_query *query, const uint8_t *wire, size_t len)
{
    (void)wire;
    told++;
    told_query = query;
    told_len = len;
    udp_conn_detach(query);
}

static void note_error(struct udp_query *query, int error)
{
    (void)query;
    refused++;
    last_error = error;
}

static void note_attack(struct udp_query *query)
{
    (void)query;
    attacked++;
}

static const struct udp_conn_events events = {note_reply, note_error, note_attack};

static void detach_all(struct udp_query *queries, size_t count)
{
    for (size_t i = 0; i < count; i++)
        udp_conn_detach(&queries[i]);
}

static void set_up_at(const char *address)
{
    memset(&scene, 0, sizeof scene);

    told = refused = last_error = attacked = 0;
    scene.loop = loop_new();
    assert_non_null(scene.loop);
    scene.conns = udp_conns_new(scene.loop, &events);
    assert_non_null(scene.conns);
    scene.server = server_open(address, SOCK_DGRAM);
    scene.addr = bound_addr(scene.server);
    scene.elsewhere = server_open("127.0.0.1:0", SOCK_DGRAM);
}

static void set_up(void)
{
    set_up_at("127.0.0.1:0");
}

static void set_up_ip6(void)
{
    set_up_at("[::1]:0");
}

static void tear_down(void)
{
    detach_all(scene.queries, QUERIES);
    detach_all(scene.crowd, CROWD);
    close(scene.elsewhere);
    udp_conns_free(scene.conns);
    loop_free(scene.loop);
    if (scene.server != -1)
        close(scene.server);
}

FIXTURE(conns, set_up, tear_down);
FIXTURE(connections_ip6, set_up_ip6, tear_down);

static void attach(struct udp_query *query)
{
    assert_int_equal(udp_conn_attach(scene.conns, &scene.addr, query), 0);
}

/* Sends a query that is only a header with the id. */
static void send_query(const struct udp_query *query)
{
    uint8_t wire[12] = {0};

    wire[0] = (uint8_t)(query->id >> 8);
    wire[1] = (uint8_t)query->id;
    assert_int_equal(udp_conn_send(query, wire, sizeof wire), 0);
}

static void start_query(struct udp_query *query)
{
    attach(query);
    send_query(query);
}

/* Attaches so many queries to another server that the next ones share connections. */
static void gather_crowd(void)
{
    struct addr addr = bound_addr(scene.elsewhere);

    for (size_t i = 0; i < CROWD; i++)
        assert_int_equal(udp_conn_attach(scene.conns, &addr, &scene.crowd[i]), 0);
}

/* Attaches queries within the time in which a connection takes them, however slow the
 * machine is. */
static void attach_together(size_t count)
{
    gather_crowd();
    for (int i = 0; i < 1000; i++) {
        int64_t begun = clock_ms();

        for (size_t j = 0; j < count; j++)
            attach(&scene.queries[j]);
        if (clock_ms() - begun < TOGETHER_MS)
            return;
        detach_all(scene.queries, count);
    }
    fail_msg("never %zu within %d ms", count, TOGETHER_MS);
}

static void send_together(size_t count)
{
    attach_together(count);
    for (size_t i = 0; i < count; i++)
        send_query(&scene.queries[i]);
}

/* The number that the next descriptor would have. */
static int free_descriptor(void)
{
    int fd = dup(STDIN_FILENO);

    close(fd);
    return fd;
}

static unsigned id_of(const struct got *got)
{
    return (unsigned)got->wire[0] << 8 | got->wire[1];
}

TEST_WITH(conns, a_reply_goes_to_the_query_with_its_id)
{
    struct got first, second;

    send_together(2);
    first = server_receive(scene.server);
    second = server_receive(scene.server);
    assert_int_equal(id_of(&second), scene.queries[1].id);
    server_send(scene.server, &second, second.wire, second.len);
    turn_until(scene.loop, &told, 1);
    assert_ptr_equal(told_query, &scene.queries[1]);
    assert_int_equal(told_len, 12);
    server_send(scene.server, &first, first.wire, first.len);
    turn_until(scene.loop, &told, 2);
    assert_ptr_equal(told_query, &scene.queries[0]);
}

TEST_WITH(conns, a_datagram_with_another_id_is_told_to_nobody)
{
    struct got got;

    start_query(&scene.queries[0]);
    got = server_receive(scene.server);
    got.wire[0] ^= 0xff;
    server_send(scene.server, &got, got.wire, got.len);
    got.wire[0] ^= 0xff;
    server_send(scene.server, &got, got.wire, got.len);
    turn_until(scene.loop, &told, 1);
    assert_ptr_equal(told_query, &scene.queries[0]);
    assert_int_equal(told, 1);
}

TEST_WITH(conns, a_datagram_shorter_than_a_header_is_told_to_nobody)
{
    struct got got;

    start_query(&scene.queries[0]);
    got = server_receive(scene.server);
    server_send(scene.server, &got, got.wire, 11);
    server_send(scene.server, &got, got.wire, 0);
    server_send(scene.server, &got, got.wire, 12);
    turn_until(scene.loop, &told, 1);
    assert_int_equal(told, 1);
    assert_int_equal(told_len, 12);
}

static void send_wrong_ids(const struct got *got, unsigned count)
{
    uint8_t wire[12] = {0};

    for (unsigned i = 1; i <= count; i++) {
        wire[0] = got->wire[0];
        wire[1] = got->wire[1] ^ (uint8_t)i;
        server_send(scene.server, got, wire, sizeof wire);
    }
}

TEST_WITH(conns, three_wrong_datagrams_are_no_attack)
{
    struct got got;

    start_query(&scene.queries[0]);
    got = server_receive(scene.server);
    send_wrong_ids(&got, 3);
    server_send(scene.server, &got, got.wire, got.len);
    turn_until(scene.loop, &told, 1);
    assert_int_equal(attacked, 0);
}

TEST_WITH(conns, behind_a_fourth_one_the_query_has_no_connection)
{
    struct got got;

    start_query(&scene.queries[0]);
    got = server_receive(scene.server);
    send_wrong_ids(&got, 4);
    server_send(scene.server, &got, got.wire, got.len);
    turn_until(scene.loop, &attacked, 1);
    turn(scene.loop);
    assert_int_equal(told, 0);
    assert_null(scene.queries[0].conn);
}

TEST_WITH(conns, an_attack_is_told_to_all_queries_of_the_connection)
{
    struct got got;

    send_together(2);
    got = server_receive(scene.server);
    send_wrong_ids(&got, 6); /* one of them may be the other query's id */
    turn_until(scene.loop, &attacked, 2 - told);
}

TEST_WITH(conns, late_replies_to_queries_that_are_over_are_no_attack)
{
    struct got got[5];

    send_together(5);
    for (int i = 0; i < 5; i++)
        got[i] = server_receive(scene.server);
    for (int i = 0; i < 4; i++)
        udp_conn_detach(&scene.queries[i]);
    for (int i = 0; i < 5; i++)
        server_send(scene.server, &got[i], got[i].wire, got[i].len);
    turn_until(scene.loop, &told, 1);
    assert_ptr_equal(told_query, &scene.queries[4]);
    assert_int_equal(attacked, 0);
}

TEST_WITH(conns, a_datagram_from_elsewhere_is_told_to_nobody)
{
    int stranger = server_open("127.0.0.1:0", SOCK_DGRAM);
    struct got got;

    start_query(&scene.queries[0]);
    got = server_receive(scene.server);
    sendto(stranger, got.wire, got.len, 0, &got.from.sock.any, got.from.len);
    turn(scene.loop);
    assert_int_equal(told, 0);
    server_send(scene.server, &got, got.wire, got.len);
    turn_until(scene.loop, &told, 1);
    close(stranger);
}

/* RFC 5452 section 9: somebody who forges replies must not know the port. */
TEST_WITH(conns, few_queries_have_a_port_each)
{
    struct got first, second;

    start_query(&scene.queries[0]);
    start_query(&scene.queries[1]);
    first = server_receive(scene.server);
    second = server_receive(scene.server);
    assert_int_not_equal(addr_port(&first.from), addr_port(&second.from));
}

TEST_WITH(conns, many_queries_of_one_moment_share_a_port_up_to_16)
{
    unsigned port = 0;

    send_together(QUERIES);
    for (size_t i = 0; i < QUERIES; i++) {
        struct got got = server_receive(scene.server);

        if (i == 0)
            port = addr_port(&got.from);
        if (i < 16)
            assert_int_equal(addr_port(&got.from), port);
        else
            assert_int_not_equal(addr_port(&got.from), port);
    }
}

enum { FLIGHT = 10000 };

/* Ten thousand queries in flight, in the order in which they were sent, and their ports. */
static struct udp_query flight[FLIGHT];
static unsigned ports[FLIGHT];

static void attach_flight(void)
{
    struct addr local;

    memset(flight, 0, sizeof flight);
    for (size_t i = 0; i < FLIGHT; i++) {
        attach(&flight[i]);
        assert_true(udp_conn_local(&flight[i], &local));
        ports[i] = addr_port(&local);
    }
}

/* A port that is taken a second time counts as one. */
static size_t count_ports(void)
{
    static bool seen[UINT16_MAX + 1];
    size_t count = 0;

    memset(seen, 0, sizeof seen);
    for (size_t i = 0; i < FLIGHT; i++) {
        count += !seen[ports[i]];
        seen[ports[i]] = true;
    }
    return count;
}

TEST_WITH(conns, ten_thousand_queries_in_flight_have_a_port_for_each_sixteen_at_most)
{
    static unsigned char shared[UINT16_MAX + 1];
    size_t alone = 0;

    memset(shared, 0, sizeof shared);
    attach_flight();
    for (size_t i = 0; i < FLIGHT; i++)
        assert_in_range(++shared[ports[i]], 1, 16);
    for (size_t i = 0; i < FLIGHT; i++)
        alone += shared[ports[i]] == 1;
    assert_in_range(count_ports(), FLIGHT / 16, FLIGHT);
    assert_in_range(alone, CROWD - 1,
                    FLIGHT); /* the last of the crowd is the first shared */
    print_message("%d queries have %zu ports, %zu of them one each\n", FLIGHT,
                  count_ports(), alone);
    detach_all(flight, FLIGHT);
}

/* The kernel draws a port among 28,000. It is within 16 of the last one for one in 855, so
 * for 36 of 625 to 700 once in 10^30 runs. */
TEST_WITH(conns, the_ports_of_ten_thousand_queries_are_no_sequence)
{
    int near = 0;

    attach_flight();
    for (size_t i = 1; i < FLIGHT; i++)
        near += ports[i] != ports[i - 1] && abs((int)ports[i] - (int)ports[i - 1]) <= 16;
    assert_in_range(near, 0, 35);
    detach_all(flight, FLIGHT);
}

/* 10,000 draws among 65,536 give 9,273 numbers on average, with a deviation of some 25. */
TEST_WITH(conns, the_ids_of_ten_thousand_queries_are_no_sequence)
{
    static bool seen[UINT16_MAX + 1];
    int fresh = 0, counted_up = 0;

    memset(seen, 0, sizeof seen);
    attach_flight();
    for (size_t i = 0; i < FLIGHT; i++) {
        fresh += !seen[flight[i].id];
        seen[flight[i].id] = true;
        counted_up += i > 0 && flight[i].id == (uint16_t)(flight[i - 1].id + 1);
    }
    assert_in_range(fresh, 9000, 9550);
    assert_in_range(counted_up, 0, 20);
    detach_all(flight, FLIGHT);
}

TEST_WITH(conns, ids_in_a_connection_all_differ)
{
    attach_together(16);
    for (size_t i = 0; i < 16; i++)
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(scene.queries[i].id, scene.queries[j].id);
}

TEST_WITH(conns, ids_are_not_counted_up)
{
    unsigned next = 0;

    attach_together(16);
    for (size_t i = 1; i < 16; i++)
        next += scene.queries[i].id == (uint16_t)(scene.queries[i - 1].id + 1);
    assert_in_range(next, 0, 4);
}

TEST_WITH(conns, ids_of_many_queries_hardly_repeat)
{
    static bool seen[UINT16_MAX + 1];
    int fresh = 0;

    for (int i = 0; i < 300; i++) {
        attach(&scene.queries[0]);
        fresh += !seen[scene.queries[0].id];
        seen[scene.queries[0].id] = true;
        udp_conn_detach(&scene.queries[0]);
    }
    assert_in_range(fresh, 290, 300);
}

/* Otherwise a name that hangs would fix the port of all later queries. */
TEST_WITH(conns, a_place_that_was_left_is_not_taken_again)
{
    struct got before, after;

    send_together(16);
    before = server_receive(scene.server);
    for (size_t i = 1; i < 16; i++)
        server_receive(scene.server);
    udp_conn_detach(&scene.queries[7]);
    start_query(&scene.queries[16]);
    after = server_receive(scene.server);
    assert_int_not_equal(addr_port(&after.from), addr_port(&before.from));
}

/* Somebody may know that port by now. */
TEST_WITH(conns, a_connection_that_is_avoided_takes_no_more)
{
    struct got before, after;

    attach_together(15);
    udp_conn_avoid(&scene.queries[0]);
    start_query(&scene.queries[15]);
    after = server_receive(scene.server);
    send_query(&scene.queries[14]);
    before = server_receive(scene.server);
    assert_int_not_equal(addr_port(&after.from), addr_port(&before.from));
}

TEST_WITH(conns, a_query_that_comes_later_has_another_port)
{
    struct got before, after;

    send_together(2);
    before = server_receive(scene.server);
    server_receive(scene.server);
    poll(NULL, 0, TOGETHER_MS + 1); /* it is the time that is under test */
    start_query(&scene.queries[2]);
    after = server_receive(scene.server);
    assert_int_not_equal(addr_port(&after.from), addr_port(&before.from));
}

/* A lookup at a quiet time has a port that nobody could guess from an earlier one. */
TEST_WITH(conns, a_connection_is_closed_when_the_last_leaves)
{
    int before;

    gather_crowd();
    before = free_descriptor();
    detach_all(scene.crowd, CROWD);
    attach_together(2);
    assert_int_not_equal(free_descriptor(), before);
    udp_conn_detach(&scene.queries[0]);
    assert_int_not_equal(free_descriptor(), before);
    udp_conn_detach(&scene.queries[1]);
    assert_int_equal(free_descriptor(), before);
}

TEST_WITH(conns, a_connection_whose_last_reply_has_come_is_closed)
{
    int before = free_descriptor();
    struct got got;

    start_query(&scene.queries[0]);
    got = server_receive(scene.server);
    server_send(scene.server, &got, got.wire, got.len);
    server_send(scene.server, &got, got.wire, got.len); /* to nobody any more */
    turn_until(scene.loop, &told, 1);
    assert_int_equal(free_descriptor(), before);
    assert_int_equal(told, 1);
}

TEST_WITH(conns, detaching_twice_is_harmless)
{
    send_together(2);
    udp_conn_detach(&scene.queries[0]);
    udp_conn_detach(&scene.queries[0]);
    assert_non_null(scene.queries[1].conn);
}

TEST_WITH(conns, two_servers_have_two_connections)
{
    int other = server_open("127.0.0.1:0", SOCK_DGRAM);
    struct got got;

    start_query(&scene.queries[0]);
    scene.addr = bound_addr(other);
    start_query(&scene.queries[1]);
    got = server_receive(other);
    assert_int_equal(id_of(&got), scene.queries[1].id);
    close(other);
}

TEST_WITH(connections_ip6, an_ipv6_server_is_asked_too)
{
    struct got got;

    start_query(&scene.queries[0]);
    got = server_receive(scene.server);
    server_send(scene.server, &got, got.wire, got.len);
    turn_until(scene.loop, &told, 1);
}

/* The port is closed from now on. */
static void close_server(void)
{
    close(scene.server);
    scene.server = -1;
}

TEST_WITH(conns, a_server_that_refuses_is_told)
{
    close_server();
    start_query(&scene.queries[0]);
    turn_until(scene.loop, &refused, 1);
    assert_int_equal(last_error, ECONNREFUSED);
    assert_null(scene.queries[0].conn);
}

TEST_WITH(conns, all_queries_that_wait_in_the_connection_are_told)
{
    attach_together(6);
    for (size_t i = 0; i < 5; i++)
        send_query(&scene.queries[i]);
    close_server(); /* their queries are lost, and the next one is refused */
    send_query(&scene.queries[5]);
    turn_until(scene.loop, &refused, 6);
    assert_int_equal(refused, 6);
    assert_int_equal(last_error, ECONNREFUSED);
}

/* The kernel reports the error to the next call on the socket, which is the second send. */
TEST_WITH(conns, an_error_that_another_send_gets_is_told_to_all)
{
    attach_together(3);
    close_server();
    send_query(&scene.queries[0]);
    send_query(&scene.queries[1]);
    assert_int_equal(refused, 0); /* not in the middle of sending */
    turn_until(scene.loop, &refused, 3);
    assert_int_equal(last_error, ECONNREFUSED);
    for (size_t i = 0; i < 3; i++)
        assert_null(scene.queries[i].conn);
}

/* Such an error has come before its only query was sent, so it says nothing about that. */
TEST_WITH(conns, an_error_from_before_does_not_keep_the_only_query_from_being_sent)
{
    close_server();
    start_query(&scene.queries[0]);
    send_query(&scene.queries[0]);
    turn_until(scene.loop, &refused, 1);
    assert_int_equal(last_error, ECONNREFUSED);
}

TEST_WITH(conns, a_query_that_left_before_an_error_hears_nothing)
{
    attach_together(2);
    close_server();
    send_query(&scene.queries[0]);
    send_query(&scene.queries[1]);
    detach_all(scene.queries, 2);
    turn(scene.loop);
    turn(scene.loop);
    assert_int_equal(refused, 0);
}
