/* The door, asked by a client that the case plays as libc would. */
#include "../servers.h"

#include "lookup/door.h"

static struct scene {
    struct loop *loop;
    struct door *door;
    int client;
} scene;

static void set_up(void)
{
    const struct timeval patience = {.tv_sec = 60};
    const struct addr *addr;

    scene.loop = loop_new();
    scene.door = door_open(scene.loop);
    assert_non_null(scene.door);
    addr = door_addr(scene.door);
    scene.client = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    setsockopt(scene.client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(connect(scene.client, &addr->sock.any, addr->len), 0);
}

static void tear_down(void)
{
    door_close(scene.door);
    loop_free(scene.loop);
    close(scene.client);
}

FIXTURE(door, set_up, tear_down);

#define HEAD(id, flags, answers)                                                           \
    (id) >> 8, (id)&0xff, (flags) >> 8, (flags)&0xff, 0, 1, 0, answers, 0, 0, 0, 0
#define HOST    4, 'h', 'o', 's', 't', 4, 't', 'e', 's', 't', 0
#define HOST_X  4, 'H', 'o', 'S', 't', 4, 'T', 'e', 's', 't', 0
#define A_IN    0, 1, 0, 1
#define AAAA_IN 0, 28, 0, 1
#define ADDRESS 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1

static const uint8_t reply_a[] = {HEAD(0x1111, REPLY_FLAGS, 1), HOST, A_IN, ADDRESS};
static const uint8_t query_a[] = {HEAD(0x2222, 0x0100, 0), HOST_X, A_IN};
static const uint8_t query_aaaa[] = {HEAD(0x3333, 0x0100, 0), HOST, AAAA_IN};

static struct door_hand hand_of(const uint8_t *reply, size_t len)
{
    return (struct door_hand){
        .question = question_of("host.test", "A"), .reply = reply, .reply_len = len};
}

static void ask(const void *query, size_t len)
{
    assert_int_equal(send(scene.client, query, len, 0), len);
}

/* The reply to it; good until the next call. */
static const uint8_t *asked(const void *query, size_t len, ssize_t *got)
{
    static uint8_t out[65535];

    ask(query, len);
    turn_until_readable(scene.loop, scene.client);
    *got = recv(scene.client, out, sizeof out, 0);
    return out;
}

TEST_WITH(door, the_door_is_on_loopback)
{
    assert_int_equal(door_addr(scene.door)->sock.any.sa_family, AF_INET);
    assert_true(addr_is_loopback(door_addr(scene.door)));
    assert_int_not_equal(addr_port(door_addr(scene.door)), 0);
}

TEST_WITH(door, what_is_held_is_said_with_the_id_and_letter_case_of_the_query)
{
    const uint8_t expected[] = {HEAD(0x2222, REPLY_FLAGS, 1), HOST_X, A_IN, ADDRESS};
    struct door_hand hand = hand_of(BYTES(reply_a));
    const uint8_t *got;
    ssize_t len;

    door_hold(scene.door, &hand);
    got = asked(BYTES(query_a), &len);
    assert_int_equal(len, sizeof expected);
    assert_memory_equal(got, expected, sizeof expected);
    door_drop(&hand);
}

#define ALIAS    0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 8, 1, 'a', 4, 't', 'e', 's', 't', 0
#define AT_ALIAS 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1

TEST_WITH(door, what_is_held_in_disorder_is_said_in_order)
{
    const uint8_t disordered[] = {HEAD(0x1111, REPLY_FLAGS, 2),
                                  HOST,
                                  A_IN,
                                  1,
                                  'a',
                                  4,
                                  't',
                                  'e',
                                  's',
                                  't',
                                  0,
                                  AT_ALIAS,
                                  ALIAS};
    const uint8_t expected[] = {
        HEAD(0x2222, REPLY_FLAGS, 2), HOST_X, A_IN, ALIAS, 0xc0, 39, AT_ALIAS};
    struct door_hand hand = hand_of(BYTES(disordered));
    const uint8_t *got;
    ssize_t len;

    door_hold(scene.door, &hand);
    got = asked(BYTES(query_a), &len);
    assert_int_equal(len, sizeof expected);
    assert_memory_equal(got, expected, sizeof expected);
    door_drop(&hand);
}

TEST_WITH(door, it_is_said_as_often_as_it_is_asked_for)
{
    struct door_hand hand = hand_of(BYTES(reply_a));
    ssize_t len;

    door_hold(scene.door, &hand);
    for (int i = 0; i < 10; i++) {
        asked(BYTES(query_a), &len);
        assert_int_equal(len, sizeof reply_a);
    }
    door_drop(&hand);
}

TEST_WITH(door, a_burst_of_questions_is_answered_whole)
{
    struct door_hand hand = hand_of(BYTES(reply_a));
    uint8_t out[512];

    door_hold(scene.door, &hand);
    for (int i = 0; i < 100; i++)
        ask(BYTES(query_a));
    for (int i = 0; i < 100; i++) {
        turn_until_readable(scene.loop, scene.client);
        assert_int_equal(recv(scene.client, out, sizeof out, 0), sizeof reply_a);
    }
    door_drop(&hand);
}

static void assert_servfail(const uint8_t *got, ssize_t len, const uint8_t *query,
                            size_t query_len)
{
    assert_int_equal(len, query_len);
    assert_memory_equal(got, query, 2);
    assert_int_equal(got[2] & 0x80, 0x80);
    assert_int_equal(got[3] & 0xf, RCODE_SERVFAIL);
    assert_memory_equal(got + 12, query + 12, query_len - 12);
}

TEST_WITH(door, another_question_is_servfail_at_once)
{
    struct door_hand hand = hand_of(BYTES(reply_a));
    const uint8_t other[] = {HEAD(0x4444, 0x0100, 0), 1, 'x', HOST, A_IN};
    const uint8_t *got;
    ssize_t len;

    door_hold(scene.door, &hand);
    got = asked(BYTES(query_aaaa), &len);
    assert_servfail(got, len, BYTES(query_aaaa));
    got = asked(BYTES(other), &len);
    assert_servfail(got, len, BYTES(other));
    door_drop(&hand);
}

TEST_WITH(door, what_was_dropped_is_servfail)
{
    struct door_hand hand = hand_of(BYTES(reply_a));
    const uint8_t *got;
    ssize_t len;

    door_hold(scene.door, &hand);
    door_drop(&hand);
    got = asked(BYTES(query_a), &len);
    assert_servfail(got, len, BYTES(query_a));
}

TEST_WITH(door, a_failure_that_is_held_is_servfail)
{
    struct door_hand hand = hand_of(NULL, 0);
    const uint8_t *got;
    ssize_t len;

    door_hold(scene.door, &hand);
    got = asked(BYTES(query_a), &len);
    assert_servfail(got, len, BYTES(query_a));
    door_drop(&hand);
}

TEST_WITH(door, two_hands_are_told_apart_by_their_type)
{
    const uint8_t reply_aaaa[] = {HEAD(0x1111, REPLY_FLAGS, 0), HOST, AAAA_IN};
    struct door_hand a = hand_of(BYTES(reply_a)), aaaa = hand_of(BYTES(reply_aaaa));
    ssize_t len;

    aaaa.question.type = TYPE_AAAA;
    door_hold(scene.door, &a);
    door_hold(scene.door, &aaaa);
    asked(BYTES(query_a), &len);
    assert_int_equal(len, sizeof reply_a);
    asked(BYTES(query_aaaa), &len);
    assert_int_equal(len, sizeof reply_aaaa);
    door_drop(&a);
    door_drop(&aaaa);
}

/* libc believes a UDP reply of any size, and TC would send it to TCP, where nobody is. */
static void a_reply_of_this_size_comes_in_one_datagram_without_tc(size_t size)
{
    static uint8_t big[65535];
    struct door_hand hand = hand_of(big, size);
    const uint8_t *got;
    ssize_t len;

    for (size_t i = 0; i < size; i++)
        big[i] = (uint8_t)(i * 7);
    memcpy(big, reply_a, sizeof reply_a);
    door_hold(scene.door, &hand);
    got = asked(BYTES(query_a), &len);
    assert_int_equal(len, size);
    assert_int_equal(got[2] & 0x02, 0);
    assert_memory_equal(got + sizeof query_a, big + sizeof query_a, size - sizeof query_a);
    door_drop(&hand);
}

TEST_WITH(door, four_thousand_addresses_come_in_one_datagram_without_tc)
{
    a_reply_of_this_size_comes_in_one_datagram_without_tc(27 + 4000 * 16);
}

TEST_WITH(door, the_longest_datagram_is_used)
{
    a_reply_of_this_size_comes_in_one_datagram_without_tc(65507);
}

/* A message may have 65,535 octets, a datagram 65,507: libc must not wait for what cannot
 * come. */
TEST_WITH(door, a_reply_longer_than_a_datagram_is_servfail_at_once)
{
    static uint8_t big[65535];

    memcpy(big, reply_a, sizeof reply_a);
    for (size_t size = 65508; size <= sizeof big; size += 27) {
        struct door_hand hand = hand_of(big, size);
        const uint8_t *got;
        ssize_t len;

        door_hold(scene.door, &hand);
        got = asked(BYTES(query_a), &len);
        assert_servfail(got, len, BYTES(query_a));
        door_drop(&hand);
    }
}

/* Of each combination of DO and CD, for which libc sets AD. */
#define OPT_DO 0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0
#define ONE_OPT(id, flags)                                                                 \
    (id) >> 8, (id)&0xff, (flags) >> 8, (flags)&0xff, 0, 1, 0, 0, 0, 0, 0, 1

static const uint8_t query_cd[] = {HEAD(0x2222, 0x0120, 0), HOST, A_IN};
static const uint8_t query_do[] = {ONE_OPT(0x2222, 0x0100), HOST, A_IN, OPT_DO};
static const uint8_t query_do_cd[] = {ONE_OPT(0x2222, 0x0120), HOST, A_IN, OPT_DO};

static void assert_last_octet(const uint8_t *query, size_t query_len, uint8_t last)
{
    ssize_t len;
    const uint8_t *got = asked(query, query_len, &len);

    assert_int_equal(len, sizeof reply_a);
    assert_int_equal(got[len - 1], last);
}

TEST_WITH(door, hands_are_told_apart_by_do_and_cd)
{
    uint8_t replies[4][sizeof reply_a];
    struct door_hand hands[4];

    for (uint8_t flags = 0; flags < 4; flags++) {
        memcpy(replies[flags], reply_a, sizeof reply_a);
        replies[flags][sizeof reply_a - 1] = (uint8_t)(10 + flags);
        hands[flags] = hand_of(BYTES(replies[flags]));
        hands[flags].question.flags = flags;
        door_hold(scene.door, &hands[flags]);
    }
    assert_last_octet(BYTES(query_a), 10);
    assert_last_octet(BYTES(query_do), 10 + QUESTION_DNSSEC_OK);
    assert_last_octet(BYTES(query_cd), 10 + QUESTION_CHECKING_DISABLED);
    assert_last_octet(BYTES(query_do_cd),
                      10 + (QUESTION_DNSSEC_OK | QUESTION_CHECKING_DISABLED));
    for (int flags = 0; flags < 4; flags++)
        door_drop(&hands[flags]);
}

TEST_WITH(door, what_is_held_for_other_flags_is_servfail)
{
    struct door_hand hand = hand_of(BYTES(reply_a));
    const uint8_t *got;
    ssize_t len;

    hand.question.flags = QUESTION_DNSSEC_OK;
    door_hold(scene.door, &hand);
    got = asked(BYTES(query_a), &len);
    assert_servfail(got, len, BYTES(query_a));
    got = asked(BYTES(query_cd), &len);
    assert_servfail(got, len, BYTES(query_cd));
    door_drop(&hand);
}

TEST_WITH(door, who_holds_sees_that_libc_has_asked)
{
    struct door_hand hand = hand_of(BYTES(reply_a));
    ssize_t len;

    door_hold(scene.door, &hand);
    asked(BYTES(query_aaaa), &len);
    assert_false(hand.asked);
    asked(BYTES(query_a), &len);
    assert_true(hand.asked);
    door_drop(&hand);
}

/* libc asks without RD then. */
TEST_WITH(door, a_probe_is_servfail_and_sees_any_type_of_its_name)
{
    const uint8_t probe_a[] = {HEAD(0x2222, 0, 0), HOST, A_IN};
    const uint8_t probe_aaaa[] = {HEAD(0x2222, 0, 0), HOST_X, AAAA_IN};
    const uint8_t probe_other[] = {HEAD(0x2222, 0, 0), 1, 'x', HOST, A_IN};
    struct door_hand held = hand_of(BYTES(reply_a)), probe = hand_of(NULL, 0);
    const uint8_t *got;
    ssize_t len;

    probe.is_probe = true;
    door_hold(scene.door, &held);
    door_hold(scene.door, &probe);
    asked(BYTES(probe_other), &len);
    asked(BYTES(query_a), &len); /* the verdict on another's question */
    assert_false(probe.asked);
    got = asked(BYTES(probe_aaaa), &len);
    assert_servfail(got, len, BYTES(probe_aaaa));
    assert_true(probe.asked);
    got = asked(BYTES(probe_a), &len);
    assert_servfail(got, len, BYTES(probe_a));
    door_drop(&held);
    door_drop(&probe);
}

TEST_WITH(door, what_is_no_query_gets_no_reply)
{
    struct door_hand hand = hand_of(BYTES(reply_a));
    ssize_t len;

    door_hold(scene.door, &hand);
    ask("?", 1);
    ask("", 0);
    ask(BYTES(reply_a));
    asked(BYTES(query_a), &len);
    assert_int_equal(len, sizeof reply_a);
    assert_true(server_is_idle(scene.client));
    door_drop(&hand);
}

TEST_WITH(door, dropping_twice_is_harmless)
{
    struct door_hand hand = hand_of(BYTES(reply_a));

    door_hold(scene.door, &hand);
    door_drop(&hand);
    door_drop(&hand);
}

/* Two jobs may hold the same question, one of them since its own family was denied. */
TEST_WITH(door, all_who_hold_a_question_see_that_libc_has_asked)
{
    struct door_hand failed = hand_of(NULL, 0), replied = hand_of(BYTES(reply_a));
    ssize_t len;

    door_hold(scene.door, &failed);
    door_hold(scene.door, &replied);
    asked(BYTES(query_a), &len);
    assert_int_equal(len, sizeof reply_a);
    assert_true(failed.asked);
    assert_true(replied.asked);
    door_drop(&failed);
    door_drop(&replied);
}
