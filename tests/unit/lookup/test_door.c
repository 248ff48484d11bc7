#include "../dns/wire.h"

#include "lookup/door.h"

#include "dns/rcode.h"
#include "dns/upstream.h"

#include <stdlib.h>

#include <poll.h>
#include <unistd.h>

#define REPLY                                                                              \
    HEADER(0x8180, 1, 1, 0, 0), HOST_TEST_A, POINTER(12), RECORD(1, 60, 4), 192, 0, 2, 1

/* libc's question: another id, another spelling. */
static const uint8_t query[] = {0xab, 0xcd, 1,   0,   0,   1,   0,   0,
                                0,    0,    0,   0,   4,   'H', 'O', 'S',
                                'T',  4,    't', 'e', 's', 't', 0,   ASKS(1)};

struct scene {
    struct loop *loop;
    struct door *door;
    int libc;
    uint8_t got[UPSTREAM_REPLY_MAX];
    size_t len;
};

static struct scene *set_up(void)
{
    struct scene *scene = calloc(1, sizeof *scene);

    assert_non_null(scene);
    scene->loop = loop_new();
    scene->door = door_open(scene->loop);
    assert_non_null(scene->door);
    scene->libc = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(connect(scene->libc, &door_addr(scene->door)->sock.any,
                             door_addr(scene->door)->len),
                     0);
    return scene;
}

static void tear_down(struct scene *scene)
{
    door_close(scene->door);
    loop_free(scene->loop);
    close(scene->libc);
    free(scene);
}

static void arrived(void *context, short revents)
{
    struct scene *scene = context;

    (void)revents;
    scene->len = (size_t)recv(scene->libc, scene->got, sizeof scene->got, 0);
    loop_stop(scene->loop);
}

/* Asks as libc does, and waits for the reply. */
static void ask(struct scene *scene, const uint8_t *wire, size_t len)
{
    struct watch *watch = loop_watch(scene->loop, scene->libc, POLLIN, arrived, scene);

    assert_int_equal(send(scene->libc, wire, len, 0), len);
    assert_int_equal(loop_run(scene->loop), 0);
    loop_unwatch(scene->loop, watch);
}

static unsigned rcode(const struct scene *scene)
{
    return upstream_rcode(scene->got);
}

static struct door_hand hand_of(uint16_t type, const uint8_t *reply, size_t len)
{
    return (struct door_hand){
        .question = host_test(type), .reply = reply, .reply_len = len};
}

static void the_held_reply_is_given_as_often_as_asked(void **state)
{
    const uint8_t reply[] = {REPLY};
    struct door_hand hand = hand_of(TYPE_A, BYTES(reply));
    struct scene *scene = set_up();

    (void)state;
    door_hold(scene->door, &hand);
    for (int i = 0; i < 6; i++) {
        ask(scene, BYTES(query));
        assert_int_equal(scene->len, sizeof reply);
        assert_memory_equal(scene->got, query, 2);
        assert_memory_equal(scene->got + 12, query + 12, 11);
        assert_memory_equal(scene->got + 23, reply + 23, sizeof reply - 23);
    }
    door_drop(&hand);
    tear_down(scene);
}

/* 64 KiB in one datagram: libc needs no TCP. */
static void a_reply_of_any_size_is_given(void **state)
{
    static uint8_t reply[60000] = {REPLY};
    struct door_hand hand = hand_of(TYPE_A, BYTES(reply));
    struct scene *scene = set_up();

    (void)state;
    door_hold(scene->door, &hand);
    ask(scene, BYTES(query));
    assert_int_equal(scene->len, 60000);
    door_drop(&hand);
    tear_down(scene);
}

static void what_is_not_held_is_servfail(void **state)
{
    const uint8_t reply[] = {REPLY};
    struct door_hand hand = hand_of(TYPE_A, BYTES(reply));
    struct scene *scene = set_up();

    (void)state;
    ask(scene, BYTES(query));
    assert_int_equal(rcode(scene), RCODE_SERVFAIL);
    door_hold(scene->door, &hand);
    door_drop(&hand);
    ask(scene, BYTES(query));
    assert_int_equal(rcode(scene), RCODE_SERVFAIL);
    tear_down(scene);
}

static void a_failure_in_hand_is_servfail(void **state)
{
    struct door_hand hand = hand_of(TYPE_A, NULL, 0);
    struct scene *scene = set_up();

    (void)state;
    door_hold(scene->door, &hand);
    ask(scene, BYTES(query));
    assert_int_equal(rcode(scene), RCODE_SERVFAIL);
    door_drop(&hand);
    tear_down(scene);
}

static void rubbish_gets_no_reply(void **state)
{
    const uint8_t rubbish[] = {1, 2, 3};
    struct scene *scene = set_up();

    (void)state;
    assert_int_equal(send(scene->libc, rubbish, sizeof rubbish, 0), sizeof rubbish);
    ask(scene, BYTES(query)); /* the only reply is to this one */
    assert_memory_equal(scene->got, query, 2);
    assert_int_equal(recv(scene->libc, scene->got, 1, MSG_DONTWAIT), -1);
    tear_down(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_held_reply_is_given_as_often_as_asked),
        cmocka_unit_test(a_reply_of_any_size_is_given),
        cmocka_unit_test(what_is_not_held_is_servfail),
        cmocka_unit_test(a_failure_in_hand_is_servfail),
        cmocka_unit_test(rubbish_gets_no_reply),
    };

    return cmocka_run_group_tests_name("door", tests, NULL, NULL);
}
