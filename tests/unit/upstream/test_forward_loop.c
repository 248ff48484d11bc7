#include "forwarders.h"

static void be_at_127_0_0_5(struct addr *own)
{
    assert_true(addr_parse(own, "127.0.0.5", 53));
    upstream_free(scene.upstream);
    scene.upstream = upstream_new(
        scene.loop, &(struct upstream_config){.own = own, .own_count = 1, .most = MOST});
    assert_non_null(scene.upstream);
}

TEST_WITH(upstream, our_own_address_is_never_asked)
{
    struct addr own;

    set_up(1);
    be_at_127_0_0_5(&own);
    ask_first(&scene);
    assert_int_equal(scene.one->done, 1);
    assert_string_equal(outcome(scene.one),
                        "loop: name server 127.0.0.5:53 leads back to this server");
    assert_true(server_is_idle(scene.udp[0]));
}

TEST_WITH(upstream, beside_our_own_address_the_others_are_asked)
{
    struct addr own;
    set_up(2);
    be_at_127_0_0_5(&own);
    next_is_answered_by(1, true);
    assert_true(server_is_idle(scene.udp[0]));
}

TEST_WITH(upstream, a_name_that_comes_back_does_not_exist)
{
    set_up_loop(1);
    assert_denied(scene.one);
}

/* An answer of the server's own knowledge would come at once. */
TEST_WITH(upstream, the_next_name_is_asked_and_soon_checked)
{
    struct asked *next;
    struct got check;

    set_up_loop(1);
    assert_denied(scene.one);
    next = ask("b.office");
    check = next_at(scene.udp[0]);
    assert_false(is_loop_check(&check));
    check = check_below("b.office", scene.udp[0]);
    comes_back(&check);
    assert_denied(next);
    server_reply(scene.udp[0], &check, REPLY_FLAGS | RCODE_NXDOMAIN, 0);
    turn(scene.loop);
    assert_true(server_is_idle(scene.udp[0]));
}

TEST_WITH(upstream, a_name_whose_check_is_answered_gets_its_own_reply)
{
    struct asked *next;
    struct got question, check;

    set_up_loop(1);
    assert_denied(scene.one);
    next = ask("a.sub.office");
    question = next_at(scene.udp[0]);
    check = check_below("a.sub.office", scene.udp[0]);
    server_reply(scene.udp[0], &check, REPLY_FLAGS | RCODE_NXDOMAIN, 0);
    server_reply(scene.udp[0], &question, REPLY_FLAGS, 7);
    assert_string_equal(outcome(next), "7");
}

/* The reply is there before the check comes back, but has not been read. */
TEST_WITH(upstream, what_the_server_knows_by_itself_counts_though_the_check_comes_back)
{
    struct asked *next;
    struct got question, check;

    set_up_loop(1);
    assert_denied(scene.one);
    next = ask("own.office");
    question = next_at(scene.udp[0]);
    check = check_below("own.office", scene.udp[0]);
    server_reply(scene.udp[0], &question, REPLY_FLAGS, 7);
    comes_back(&check);
    assert_string_equal(outcome(next), "7");
}

/* The first server has its reply from us, and sends it before. */
TEST_WITH(upstream, another_server_is_asked_and_has_the_last_word)
{
    struct got first = set_up_loop(2), got = next_at(scene.udp[1]);

    server_reply(scene.udp[0], &first, REPLY_FLAGS | RCODE_NXDOMAIN, 0);
    turn(scene.loop);
    is_answered_by(1, &got);
}

TEST_WITH(upstream, a_name_that_comes_back_from_one_server_and_fails_at_another_has_failed)
{
    struct got got;

    set_up_loop(2);
    got = next_at(scene.udp[1]);
    refuse(1, &got, RCODE_REFUSED);
    assert_string_equal(outcome(scene.one), "name server 127.0.0.6:53 says REFUSED");
}

TEST_WITH(upstream, what_a_known_forwarder_asks_it_is_not_asked)
{
    set_up_loop_at_forwarder();
    scene.one = ask_as(FORWARDER, "b.office");
    assert_denied(scene.one);
    assert_nothing_is_sent();
}

TEST_WITH(upstream, what_waits_at_a_known_forwarder_that_asks_for_it_does_not_exist)
{
    struct question question = asked_by(FORWARDER, "b.office", "A");

    set_up_loop_at_forwarder();
    scene.one = ask("b.office");
    next_at(scene.udp[0]);
    upstream_forwarder_asks(scene.upstream, &question);
    assert_denied(scene.one);
    assert_nothing_is_sent();
}

/* The questions are for another type, for another name, by another forwarder, and by
 * nobody known. */
TEST_WITH(upstream, what_a_known_forwarder_does_not_ask_waits_on)
{
    const struct question others[] = {
        asked_by(FORWARDER, "b.office", "AAAA"), asked_by(FORWARDER, "c.office", "A"),
        asked_by(SOMEBODY, "b.office", "A"), asked_by(0, "b.office", "A")};
    struct got got;

    set_up_loop_at_forwarder();
    scene.one = ask("b.office");
    got = next_at(scene.udp[0]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        upstream_forwarder_asks(scene.upstream, &others[i]);
    check_below("b.office", scene.udp[0]);
    server_reply(scene.udp[0], &got, REPLY_FLAGS, 7);
    assert_string_equal(outcome(scene.one), "7");
}

/* Another program may run as its user. */
TEST_WITH(upstream, a_known_forwarder_is_asked_for_names_of_other_domains)
{
    struct got check, got;

    set_up_loop_at_forwarder();
    scene.one = ask_as(FORWARDER, "a.www.example");
    check = check_below("a.www.example", scene.udp[0]);
    assert_nothing_is_sent();
    server_reply(scene.udp[0], &check, REPLY_FLAGS | RCODE_NXDOMAIN, 0);
    got = next_at(scene.udp[0]);
    assert_false(is_loop_check(&got));
    is_answered_by(0, &got);
    scene.one = ask_as(FORWARDER, "b.www.example");
    got = next_at(scene.udp[0]);
    assert_false(is_loop_check(&got));
    is_answered_by(0, &got);
}

TEST_WITH(upstream, other_names_are_asked_as_ever)
{
    struct got got;

    set_up_loop(1);
    assert_denied(scene.one);
    ask_first(&scene);
    got = next_at(scene.udp[0]);
    assert_false(is_loop_check(&got));
    is_answered_by(0, &got);
}

TEST_WITH(upstream, names_of_one_domain_that_hang_are_checked_once)
{
    struct asked *asks[5];
    char name[32];
    int checks = 0;

    set_up(1);
    for (int i = 0; i < 5; i++) {
        snprintf(name, sizeof name, "n%d.hangs.example", i);
        asks[i] = ask(name);
    }
    for (int i = 0; i < 5; i++)
        assert_string_equal(outcome(asks[i]), "name server 127.0.0.5:53 does not answer");
    while (!server_is_idle(scene.udp[0])) {
        struct got got = server_receive(scene.udp[0]);

        checks += is_loop_check(&got);
    }
    assert_int_equal(checks, 2); /* one of them for all names */
}

GROUP(be_quiet, NULL);
