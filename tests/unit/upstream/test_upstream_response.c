#include "streams.h"

/* An error with an extended error, as a server that knows EDNS sends it. */
static void reply_with_opt(int server, const struct got *got, unsigned rcode,
                           unsigned extended)
{
    const uint8_t opt[] = {0,  0, 41, 0x04, 0xd0, (uint8_t)extended, 0, 0, 0, 0, 6, 0,
                           15, 0, 2,  0,    22};
    uint8_t out[600];
    size_t len = reply_to(got, out, REPLY_FLAGS | rcode, 0);

    out[11] = 1;
    memcpy(out + len, opt, sizeof opt);
    server_send(scene.udp[server], got, out, len + sizeof opt);
}

/* The second server is asked at once when the first one replies with this, with and
 * without EDNS. */
static void goes_on_after(unsigned rcode)
{
    struct got got = asked_first(set_up_patient(2));

    refuse(0, &got, rcode);
    is_asked_and_answers(1, true);
    assert_at_once();
}

TEST_WITH(upstream, after_servfail_the_next_server_is_asked)
{
    goes_on_after(RCODE_SERVFAIL);
}

TEST_WITH(upstream, after_refused_the_next_server_is_asked)
{
    goes_on_after(RCODE_REFUSED);
}

TEST_WITH(upstream, after_notimp_the_next_server_is_asked)
{
    goes_on_after(RCODE_NOTIMP);
}

TEST_WITH(upstream, after_formerr_the_next_server_is_asked)
{
    goes_on_after(RCODE_FORMERR);
}

TEST_WITH(upstream, after_a_lame_reply_the_next_server_is_asked)
{
    struct got got = asked_first(set_up_patient(2));

    server_reply(scene.udp[0], &got, 0x8100, 0);
    is_asked_and_answers(1, true);
    assert_at_once();
}

/* The server replies with this to a query with an OPT record, and answers the one
 * without. From then on it gets only such queries. */
static void does_without_edns(unsigned rcode)
{
    struct got got = asked_first(set_up_patient(1));

    server_reply(scene.udp[0], &got, REPLY_FLAGS | rcode, 0);
    is_asked_and_answers(0, false);
    next_is_answered_by(0, false);
    assert_true(server_is_idle(scene.udp[0]));
}

TEST_WITH(upstream, a_server_that_says_formerr_to_edns_is_asked_without)
{
    does_without_edns(RCODE_FORMERR);
}

TEST_WITH(upstream, a_server_that_says_servfail_to_edns_is_asked_without)
{
    does_without_edns(RCODE_SERVFAIL);
}

TEST_WITH(upstream, a_server_that_says_notimp_to_edns_is_asked_without)
{
    does_without_edns(RCODE_NOTIMP);
}

TEST_WITH(upstream, a_server_that_says_refused_to_edns_is_asked_without)
{
    does_without_edns(RCODE_REFUSED);
}

/* Such a server has no version of EDNS that we have (RFC 6891 section 6.1.3). */
TEST_WITH(upstream, a_server_that_says_badvers_to_version_0_is_asked_without)
{
    struct got got = asked_first(set_up_patient(1));

    reply_with_opt(0, &got, RCODE_NOERROR, 1);
    is_asked_and_answers(0, false);
}

/* The domain is broken, not the server. */
TEST_WITH(upstream, a_server_that_fails_without_edns_too_is_asked_with_it_again)
{
    struct got got = asked_first(set_up_patient(1));

    refuse(0, &got, RCODE_SERVFAIL);
    assert_string_equal(outcome(scene.one), "name server 127.0.0.5:53 says SERVFAIL");
    next_is_answered_by(0, true);
}

TEST_WITH(upstream, an_error_with_edns_of_a_server_that_knows_it_is_final)
{
    struct got got;

    set_up_patient(1);
    next_is_answered_by(0, true);
    got = asked_first(&scene);
    reply_with_opt(0, &got, RCODE_SERVFAIL, 0);
    assert_string_equal(outcome(scene.one), "name server 127.0.0.5:53 says SERVFAIL");
    assert_true(server_is_idle(scene.udp[0]));
}

/* A forwarder passes on the error of another server, which does not know EDNS. */
TEST_WITH(upstream, one_without_is_asked_again_for_the_question_and_not_for_others)
{
    struct got got;

    set_up_patient(1);
    next_is_answered_by(0, true);
    got = asked_first(&scene);
    server_reply(scene.udp[0], &got, REPLY_FLAGS | RCODE_SERVFAIL, 0);
    is_asked_and_answers(0, false);
    next_is_answered_by(0, true);
}

/* The query without EDNS is on its way already, and decides. */
TEST_WITH(upstream, a_late_error_to_edns_ends_nothing)
{
    struct got got = asked_first(set_up_patient(1)), plain;

    plain = turn_until_asked(scene.loop, scene.udp[0]);
    server_reply(scene.udp[0], &got, REPLY_FLAGS | RCODE_SERVFAIL, 0);
    turn(scene.loop);
    is_answered_by(0, &plain);
    assert_true(server_is_idle(scene.udp[0]));
}

TEST_WITH(upstream, a_server_whose_formerr_is_a_header_alone_is_asked_without_edns)
{
    struct got got = asked_first(set_up_patient(1));
    const uint8_t bare[] = {got.wire[0], got.wire[1], 0x81, 0x81, 0, 0, 0, 0, 0, 0, 0, 0};

    server_send(scene.udp[0], &got, bare, sizeof bare);
    got = turn_until_asked(scene.loop, scene.udp[0]);
    assert_int_equal(got.len, question_end(&got));
    is_answered_by(0, &got);
}

TEST_WITH(stream, a_truncated_reply_is_asked_for_over_tcp)
{
    struct got got;

    truncate_first(set_up_patient(1));
    got = stream_asked();
    is_answered_over_tcp(&got);
}

/* A reply that announces two addresses and has one. */
static size_t cut_reply_to(const struct got *got, uint8_t *out, uint8_t last)
{
    size_t len = reply_to(got, out, REPLY_FLAGS, last);

    out[7] = 2;
    return len;
}

/* The first server cuts its reply over UDP, and is asked over TCP. */
static struct got cut_first(void)
{
    struct got got = asked_first(set_up_patient(1));
    uint8_t reply[600];

    listen_at("127.0.0.5");
    server_send(scene.udp[0], &got, reply, cut_reply_to(&got, reply, 66));
    return stream_asked();
}

TEST_WITH(stream, a_reply_cut_without_tc_is_asked_for_over_tcp)
{
    struct got got = cut_first();

    is_answered_over_tcp(&got);
}

TEST_WITH(upstream, without_tcp_a_reply_cut_is_not_taken_and_the_next_server_is_asked)
{
    struct got got = asked_first(set_up_patient(2));
    uint8_t reply[600];

    server_send(scene.udp[0], &got, reply, cut_reply_to(&got, reply, 66));
    is_asked_and_answers(1, true);
    assert_at_once();
}

TEST_WITH(stream, a_reply_cut_over_tcp_is_a_failure)
{
    struct got got = cut_first();
    uint8_t reply[600];

    stream_send(reply, cut_reply_to(&got, reply, 66));
    assert_string_equal(outcome(scene.one),
                        "name server 127.0.0.5:53: a reply ends before its records do");
}
