#include "../net/sockets.h"

#include "dns/upstream.h"
#include "lookup/lane.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* A name server's socket, and what the lanes have told. */
static struct scene {
    struct loop *loop;
    struct lanes *lanes;
    struct addr server;
    int fd;
    unsigned replies, errors;
    struct shot *told;
} scene;

static void replied(struct shot *shot, const uint8_t *wire, size_t len)
{
    assert_true(len >= 12);
    assert_int_equal(upstream_id(wire), shot->id);
    scene.replies++;
    scene.told = shot;
    loop_stop(scene.loop);
}

static void refused(struct shot *shot, int error)
{
    assert_int_equal(error, ECONNREFUSED);
    assert_null(shot->lane);
    scene.errors++;
    loop_stop(scene.loop);
}

static int set_up(void **state)
{
    (void)state;
    scene = (struct scene){.server = address_of("127.0.0.1")};
    scene.fd = socket_at(&scene.server, SOCK_DGRAM);
    scene.loop = loop_new();
    scene.lanes = lanes_new(scene.loop, replied, refused);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    lanes_free(scene.lanes);
    loop_free(scene.loop);
    close(scene.fd);
    return 0;
}

static struct shot *board(void)
{
    struct shot *shot = calloc(1, sizeof *shot);

    assert_non_null(shot);
    list_init(&shot->in_lane);
    list_init(&shot->in_ask);
    assert_int_equal(lane_board(scene.lanes, &scene.server, shot), 0);
    return shot;
}

static void leave(struct shot *shot)
{
    lane_leave(shot);
    free(shot);
}

/* So many that from now on queries share. */
static struct shot *crowd[32];

static void gather_crowd(void)
{
    for (int i = 0; i < 32; i++)
        crowd[i] = board();
}

static void dismiss_crowd(void)
{
    for (int i = 0; i < 32; i++)
        leave(crowd[i]);
}

/* Sends a message with the shot's id, and says from which port it came. */
static uint16_t shoot(struct shot *shot)
{
    uint8_t wire[12] = {(uint8_t)(shot->id >> 8), (uint8_t)shot->id};
    struct addr from;
    size_t len;

    assert_int_equal(lane_send(shot, wire, sizeof wire), 0);
    from.len = sizeof from.sock;
    len = (size_t)recvfrom(scene.fd, wire, sizeof wire, 0, &from.sock.any, &from.len);
    assert_int_equal(len, sizeof wire);
    assert_int_equal(upstream_id(wire), shot->id);
    return addr_port(&from);
}

static void reply_with(uint16_t id, uint16_t port)
{
    const uint8_t wire[12] = {(uint8_t)(id >> 8), (uint8_t)id, 0x81, 0x80};
    struct addr to = address_of("127.0.0.1");

    addr_set_port(&to, port);
    assert_int_equal(sendto(scene.fd, wire, sizeof wire, 0, &to.sock.any, to.len), 12);
}

static void a_reply_is_told_by_its_id(void **state)
{
    struct shot *first = board(), *second = board();
    uint16_t port;

    (void)state;
    shoot(first);
    port = shoot(second);
    reply_with(second->id, port);
    assert_int_equal(loop_run(scene.loop), 0);
    assert_int_equal(scene.replies, 1);
    assert_ptr_equal(scene.told, second);
    leave(first);
    leave(second);
}

static void a_reply_with_an_unknown_id_is_passed_over(void **state)
{
    struct shot *shot = board();
    uint16_t port = shoot(shot);

    (void)state;
    reply_with((uint16_t)(shot->id + 1), port);
    reply_with(shot->id, port);
    assert_int_equal(loop_run(scene.loop), 0);
    assert_int_equal(scene.replies, 1);
    leave(shot);
}

static void many_queries_of_one_moment_share_a_port_and_differ_in_id(void **state)
{
    struct shot *shots[10];
    uint16_t port = 0;

    (void)state;
    gather_crowd();
    for (int i = 0; i < 10; i++)
        shots[i] = board();
    for (int i = 0; i < 10; i++) {
        uint16_t this = shoot(shots[i]);

        if (i == 0)
            port = this;
        assert_int_equal(this, port);
        for (int j = 0; j < i; j++)
            assert_int_not_equal(shots[i]->id, shots[j]->id);
    }
    for (int i = 0; i < 10; i++)
        leave(shots[i]);
    dismiss_crowd();
}

/* RFC 5452: an attacker must not know the port. */
static void one_port_carries_64_queries_at_most(void **state)
{
    struct shot *shots[65];
    uint16_t first, last;

    (void)state;
    gather_crowd();
    for (int i = 0; i < 65; i++)
        shots[i] = board();
    first = shoot(shots[0]);
    last = shoot(shots[64]);
    assert_int_not_equal(first, last);
    for (int i = 0; i < 65; i++)
        leave(shots[i]);
    dismiss_crowd();
}

static void few_queries_have_a_port_each(void **state)
{
    struct shot *first = board(), *second = board();

    (void)state;
    assert_int_not_equal(shoot(first), shoot(second));
    leave(first);
    leave(second);
}

static void who_comes_after_the_last_left_has_another_port(void **state)
{
    struct shot *shot = board();
    uint16_t first = shoot(shot);

    (void)state;
    leave(shot);
    shot = board();
    assert_int_not_equal(shoot(shot), first);
    leave(shot);
}

static void a_server_that_refuses_is_told_to_all(void **state)
{
    struct shot *first, *second;
    uint8_t wire[12] = {0};

    (void)state;
    gather_crowd();
    first = board();
    second = board();
    close(scene.fd); /* from now on ICMP says: port unreachable */
    scene.fd = -1;
    assert_int_equal(lane_send(first, wire, sizeof wire), 0);
    assert_int_equal(loop_run(scene.loop), 0);
    assert_int_equal(scene.errors, 3); /* with the last of the crowd */
    free(first);
    free(second);
    dismiss_crowd();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_reply_is_told_by_its_id, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reply_with_an_unknown_id_is_passed_over, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            many_queries_of_one_moment_share_a_port_and_differ_in_id, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_port_carries_64_queries_at_most, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(few_queries_have_a_port_each, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_comes_after_the_last_left_has_another_port,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_server_that_refuses_is_told_to_all, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests_name("lane", tests, NULL, NULL);
}
