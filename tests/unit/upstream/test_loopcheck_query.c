#include "forwarders.h"

#include "upstream/upstream_query.h"

TEST_WITH(upstream, a_loop_check_that_comes_back_ends_what_waits)
{
    struct question check;
    struct asked *later;

    ask_first(set_up_patient(1));
    check = check_at(scene.udp[0]);
    assert_int_equal(scene.one->done, 0);
    assert_true(upstream_is_own_check(scene.upstream, &check));
    assert_string_equal(outcome(scene.one),
                        "loop: name server 127.0.0.5:53 leads back to this server");
    later = ask("later.example");
    assert_int_equal(later->done, 1);
    outcome(later);
}

TEST_WITH(upstream, another_question_is_no_loop_check)
{
    struct question question = question_of("0123456789abcdef.hostdns-loop-check", "A");
    struct got got;

    ask_first(set_up_patient(1));
    got = server_asked(scene.udp[0]);
    assert_false(upstream_is_own_check(scene.upstream, &question));
    question = question_of("www.example", "A");
    assert_false(upstream_is_own_check(scene.upstream, &question));
    is_answered_by(0, &got);
}

TEST_WITH(upstream, a_server_is_checked_once_for_many_questions)
{
    struct asked *asks[5];
    int checks = 0, questions = 0;

    set_up_patient(1);
    for (int i = 0; i < 5; i++)
        asks[i] = ask("www.example");
    while (!server_is_idle(scene.udp[0])) {
        struct got got = server_receive(scene.udp[0]);
        bool is_check = is_loop_check(&got);

        checks += is_check;
        questions += !is_check;
        server_reply(scene.udp[0], &got, REPLY_FLAGS, 1);
    }
    assert_int_equal(checks, 1);
    assert_int_equal(questions, 5);
    for (int i = 0; i < 5; i++)
        assert_string_equal(outcome(asks[i]), "1");
}

/* The host changes then, so that nothing is certain any more. */
static void set_up_loop_to_renew(void)
{
    set_up_loop_at_forwarder();
    upstream_host_changed(scene.upstream);
}

/* Receives the check for all names, which follows a change of the host, and then one for
 * a name. */
static struct got first_check_below(const char *name)
{
    check_at(scene.udp[0]);
    return check_below(name, scene.udp[0]);
}

/* The loop turns once for what the server has sent, and once for what follows from it. */
static struct got asked_at_once(void)
{
    struct got got;

    turn(scene.loop);
    turn(scene.loop);
    assert_false(server_is_idle(scene.udp[0]));
    got = server_receive(scene.udp[0]);
    assert_false(is_loop_check(&got));
    return got;
}

/* One packet proves the loop again, for all that ask in the meantime. */
TEST_WITH(upstream, what_a_forwarder_asks_waits_for_one_check)
{
    struct asked *other;
    struct got check;

    set_up_loop_to_renew();
    scene.one = ask_as(FORWARDER, "b.office");
    check = first_check_below("b.office");
    other = ask_as(FORWARDER, "c.office");
    assert_nothing_is_sent();
    comes_back_by(FORWARDER, &check);
    assert_denied(scene.one);
    assert_denied(other);
    assert_nothing_is_sent();
}

/* The forwarder asks us what it is asked. */
TEST_WITH(upstream, what_is_asked_here_waits_for_the_same_check)
{
    struct asked *here[2], *there[2];
    const char *names[] = {"b.office", "c.office"};
    struct got check, got;

    set_up_loop_to_renew();
    for (int i = 0; i < 2; i++) {
        struct question question = asked_by(FORWARDER, names[i], "A");

        here[i] = ask(names[i]);
        if (i == 0)
            check_at(scene.udp[0]);
        got = next_at(scene.udp[0]);
        assert_false(is_loop_check(&got));
        upstream_forwarder_asks(scene.upstream, &question);
        there[i] = ask_as(FORWARDER, names[i]);
        if (i == 0)
            check = check_below("b.office", scene.udp[0]);
    }
    comes_back_by(FORWARDER, &check);
    for (int i = 0; i < 2; i++) {
        assert_denied(here[i]);
        assert_denied(there[i]);
    }
    assert_nothing_is_sent();
}

/* The forwarder has been corrected, so the one that asks is another one. */
TEST_WITH(upstream, what_has_waited_for_a_check_that_leads_elsewhere_is_asked)
{
    struct asked *other;
    struct got check, got;

    set_up_loop_to_renew();
    scene.one = ask_as(FORWARDER, "b.office");
    check = first_check_below("b.office");
    other = ask_as(FORWARDER, "c.office");
    server_reply(scene.udp[0], &check, REPLY_FLAGS | RCODE_NXDOMAIN, 0);
    got = asked_at_once();
    is_answered_by(0, &got);
    got = asked_at_once();
    server_reply(scene.udp[0], &got, REPLY_FLAGS, 7);
    assert_string_equal(outcome(other), "7");
}

/* The forwarder runs as another user now. */
TEST_WITH(upstream, what_has_waited_for_a_check_that_somebody_else_brings_is_asked)
{
    struct got check, got;

    set_up_loop_to_renew();
    scene.one = ask_as(FORWARDER, "b.office");
    check = first_check_below("b.office");
    comes_back_by(SOMEBODY, &check);
    got = asked_at_once();
    is_answered_by(0, &got);
}

/* The check may have come over TCP, and then the question would not be recognised
 * either. */
TEST_WITH(upstream, what_has_waited_for_a_check_that_nobody_known_brings_is_checked_again)
{
    struct got check, got;

    set_up_loop_to_renew();
    scene.one = ask_as(FORWARDER, "b.office");
    check = first_check_below("b.office");
    comes_back(&check);
    asked_at_once();
    got = check_below("b.office", scene.udp[0]);
    comes_back(&got);
    assert_denied(scene.one);
}

/* The number may have been somebody else's for a moment. */
TEST_WITH(upstream, a_forwarder_that_is_doubted_is_believed_after_one_check)
{
    struct got check;

    set_up_loop_at_forwarder();
    upstream_doubt_forwarder(scene.upstream, SOMEBODY);
    scene.one = ask_as(FORWARDER, "b.office");
    assert_denied(scene.one);
    upstream_doubt_forwarder(scene.upstream, FORWARDER);
    scene.one = ask_as(FORWARDER, "c.office");
    check = check_below("c.office", scene.udp[0]);
    comes_back_by(FORWARDER, &check);
    assert_denied(scene.one);
    scene.one = ask_as(FORWARDER, "d.office");
    assert_denied(scene.one);
    assert_nothing_is_sent();
}

TEST_WITH(upstream, what_has_waited_for_a_check_that_is_lost_is_asked)
{
    struct got got;

    set_up_loop_to_renew();
    scene.one = ask_as(FORWARDER, "b.office");
    first_check_below("b.office");
    got = next_at(scene.udp[0]);
    assert_false(is_loop_check(&got));
    is_answered_by(0, &got);
}

/* The forwarder of another server is treated as any client. */
TEST_WITH(upstream, what_somebody_else_asks_waits_for_none)
{
    struct got got;

    set_up_loop_to_renew();
    scene.one = ask_as(SOMEBODY, "b.office");
    check_at(scene.udp[0]);
    got = asked_at_once();
    is_answered_by(0, &got);
}

TEST_WITH(upstream, a_question_that_waits_for_a_check_can_be_cancelled)
{
    struct got check;

    set_up_loop_to_renew();
    scene.one = ask_as(FORWARDER, "b.office");
    check = first_check_below("b.office");
    upstream_cancel(&scene.one->result);
    comes_back_by(FORWARDER, &check);
    assert_nothing_is_sent();
    assert_int_equal(scene.one->done, 0);
    free(scene.one);
}

TEST_WITH(upstream, what_waits_with_a_name_that_comes_back_is_checked_or_ends)
{
    struct asked *same, *other;

    set_up_patient(1);
    scene.one = ask("a.b.office");
    server_asked(scene.udp[0]);
    same = ask("a.b.office");
    other = ask("c.b.office");
    server_asked(scene.udp[0]);
    server_asked(scene.udp[0]);
    comes_back((struct got[]){check_below("a.b.office", scene.udp[0])});
    assert_denied(scene.one);
    assert_denied(same);
    comes_back((struct got[]){check_below("c.b.office", scene.udp[0])});
    assert_denied(other);
    assert_nothing_is_sent();
}

/* The oldest check gives way to a new one; it may be the one that has just come back. */
TEST_WITH(upstream, a_check_that_comes_back_begins_another_when_there_is_no_room_for_more)
{
    enum { MORE = 255 };
    struct asked *more[MORE], *next;
    struct got check;
    char name[32];

    set_up_patient(1);
    scene.one = ask("a.b.office");
    next = ask("c.b.office");
    check = next_at(scene.udp[0]);
    server_reply(scene.udp[0], &check, REPLY_FLAGS, 1); /* for all names */
    server_asked(scene.udp[0]);
    server_asked(scene.udp[0]);
    check = check_below("a.b.office", scene.udp[0]);
    for (int i = 0; i < MORE; i++) {
        snprintf(name, sizeof name, "a.d%d.example", i);
        more[i] = ask(name);
    }
    while (scene.upstream->loop_checks.count < MORE + 1)
        turn(scene.loop);
    while (!server_is_idle(scene.udp[0]))
        server_receive(scene.udp[0]);
    comes_back(&check);
    assert_denied(scene.one);
    comes_back((struct got[]){check_below("c.b.office", scene.udp[0])});
    assert_denied(next);
    for (int i = 0; i < MORE; i++) {
        upstream_cancel(&more[i]->result);
        free(more[i]);
    }
}

/* The address sanitizer shows that memory is freed, too. */
TEST_WITH(upstream, freeing_ends_loop_checks_under_way)
{
    int before = dup(STDIN_FILENO), after;
    struct got got;

    close(before); /* the lowest number that is free */
    ask_first(set_up(1));
    check_at(scene.udp[0]); /* nobody answers it */
    got = server_receive(scene.udp[0]);
    is_answered_by(0, &got);
    take_down();
    after = dup(STDIN_FILENO);
    close(after);
    assert_int_equal(after, before);
}

GROUP(be_quiet, NULL);
