#include "../dnstap/tapped.h"
#include "streams.h"

static void open_tap(void)
{
    tap_own = ring_new();
}

static void close_tap(void)
{
    ring_free(tap_own);
    tap_own = NULL;
    close_stream();
}

FIXTURE(tap, open_tap, close_tap);

static const uint8_t server[] = {127, 0, 0, 5};

/* The message between the port of ours and the first server. Loop checks are noted, too,
 * and are passed over here. */
static void is_taken(enum tap_type type, bool over_tcp, uint16_t port,
                     const struct got *asked)
{
    do
        assert_int_equal(ring_take(tap_own), TAP_RING_TAKEN);
    while (taken.type != type || taken.over_tcp != over_tcp ||
           memcmp(taken_octets, asked->wire, 2) != 0);
    assert_int_equal(taken.asker_port, port);
    assert_memory_equal(taken.server, server, 4);
    assert_int_equal(taken.server_port, 53);
}

TEST_WITH(tap, a_query_and_its_response_are_noted_as_they_were)
{
    int64_t before = clock_unix_ns();
    struct got got = asked_first(set_up(1));
    uint16_t port = addr_port(&got.from);

    is_taken(TAP_FORWARDER_QUERY, false, port, &got);
    assert_int_equal(taken.len, got.len);
    assert_memory_equal(taken_octets, got.wire, got.len);
    assert_true(taken.asked >= before);
    assert_int_equal(taken.answered, 0);
    is_answered_by(0, &got);
    is_taken(TAP_FORWARDER_RESPONSE, false, port, &got);
    assert_int_equal(taken_octets[2] & 0x80, 0x80);
    assert_true(taken.asked >= before - 1000);
    assert_true(taken.answered >= taken.asked);
}

TEST_WITH(tap, those_over_tcp_are_noted_without_their_length)
{
    struct addr peer = {.len = sizeof peer.sock};
    struct got got;

    truncate_first(set_up(1));
    got = stream_asked();
    assert_int_equal(getpeername(stream.fd, &peer.sock.any, &peer.len), 0);
    is_taken(TAP_FORWARDER_QUERY, true, addr_port(&peer), &got);
    assert_int_equal(taken.len, got.len);
    assert_memory_equal(taken_octets, got.wire, got.len);
    stream_reply(&got, 66);
    outcome(scene.one);
    is_taken(TAP_FORWARDER_RESPONSE, true, addr_port(&peer), &got);
}

/* Its sender is not known to be the server. */
TEST_WITH(tap, a_forged_response_is_not_noted)
{
    struct got got = asked_first(set_up(1)), forged = got;

    forged.wire[13] = 'x';
    server_reply(scene.udp[0], &forged, REPLY_FLAGS, 66);
    is_answered_by(0, &got);
    is_taken(TAP_FORWARDER_RESPONSE, false, addr_port(&got.from), &got);
    assert_memory_equal(taken_octets + 12, got.wire + 12, question_end(&got) - 12);
}

/* Answers in another case; returns that. */
static struct got answer_in_other_case(const struct got *got)
{
    struct got altered = *got;

    for (size_t i = 13; i < 16; i++)
        altered.wire[i] ^= 0x20;
    server_reply(scene.udp[0], &altered, REPLY_FLAGS, 66);
    return altered;
}

/* The first of them may be forged, and is not believed; but it came. */
TEST_WITH(tap, two_responses_in_another_case_are_both_noted)
{
    struct got first, second, altered[2];

    set_up_elsewhere();
    first = asked_first(&scene);
    altered[0] = answer_in_other_case(&first);
    second = turn_until_asked(scene.loop, scene.udp[0]);
    altered[1] = answer_in_other_case(&second);
    assert_string_equal(outcome(scene.one), "66");
    is_taken(TAP_FORWARDER_RESPONSE, false, addr_port(&first.from), &first);
    assert_memory_equal(taken_octets + 12, altered[0].wire + 12, 13);
    is_taken(TAP_FORWARDER_RESPONSE, false, addr_port(&second.from), &second);
    assert_memory_equal(taken_octets + 12, altered[1].wire + 12, 13);
}
