#include "questions.h"

TEST_WITH(upstream, the_reply_is_handed_over_as_it_came)
{
    struct got got = asked_first(set_up_patient(1));
    uint8_t reply[600];
    size_t len = reply_to(&got, reply, REPLY_FLAGS, 1);

    server_send(scene.udp[0], &got, reply, len);
    turn_until(scene.loop, &scene.one->done, 1);
    assert_int_equal(scene.one->result.reply_len, len);
    assert_memory_equal(scene.one->result.reply, reply, len);
    assert_string_equal(outcome(scene.one), "1");
}

TEST_WITH(upstream, no_such_name_is_a_reply)
{
    struct got got = asked_first(set_up_patient(1));

    server_reply(scene.udp[0], &got, REPLY_FLAGS | RCODE_NXDOMAIN, 0);
    assert_string_equal(outcome(scene.one), "NXDOMAIN");
}

TEST(nothing_may_be_freed)
{
    upstream_free(NULL);
}

/* Many at once. */

TEST_WITH(upstream, a_thousand_questions_that_hang_need_few_sockets)
{
    struct asked *asks[1000];
    int before = dup(STDIN_FILENO), after;
    char name[32];

    set_up(1);
    close(before);
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "n%d.example", i);
        asks[i] = ask(name);
    }
    after = dup(STDIN_FILENO);
    close(after);
    assert_in_range(after - before, 1, 500);
    for (int i = 0; i < 1000; i++)
        assert_string_equal(outcome(asks[i]), "name server 127.0.0.5:53 does not answer");
}

/* More questions than there may be. */

enum { CROWD = MOST + 1 };

static struct asked *crowd[CROWD];

static void drop_crowd(void)
{
    upstream_free(scene.upstream);
    scene.upstream = NULL;
    for (int i = 0; i < CROWD && crowd[i]; i++) {
        free(crowd[i]->result.reply);
        free(crowd[i]);
        crowd[i] = NULL;
    }
    tear_down();
}

FIXTURE(crowd, NULL, drop_crowd);

/* Asks the questions of the crowd from number `from` to `count`. Nobody answers them. */
static void ask_crowd(int from, int count)
{
    etc_write("resolv.conf", "nameserver 127.0.0.3\noptions timeout:5 attempts:1\n");
    for (int i = from; i < count; i++)
        crowd[i] = ask("www.example");
}

static void assert_one_gives_way(int which, const char *why)
{
    turn_until(scene.loop, &crowd[which]->done, 1);
    turn(scene.loop);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(crowd[i]->done, i == which);
    assert_string_equal(crowd[which]->result.failure, why);
}

TEST_WITH(crowd, as_many_as_there_may_be_all_wait)
{
    set_up(0);
    ask_crowd(0, MOST);
    turn(scene.loop);
    for (int i = 0; i < MOST; i++)
        assert_int_equal(crowd[i]->done, 0);
}

TEST_WITH(crowd, the_oldest_of_too_many_gives_way)
{
    set_up(0);
    ask_crowd(0, CROWD);
    assert_one_gives_way(0, "too many questions wait for name servers");
}

/* The first server of the second question may still answer, but no server is left to
 * ask. */
TEST_WITH(crowd, one_that_has_had_all_its_turns_gives_way_before_it)
{
    struct got first, second;

    set_up_options(2, "timeout:2 attempts:1");
    ask_crowd(0, 1);
    etc_write("resolv.conf", "nameserver 127.0.0.5\nnameserver 127.0.0.6\n"
                             "options timeout:2 attempts:1\n");
    crowd[1] = ask("www.example");
    miss_a_turn(&first, &second);
    refuse(1, &second, RCODE_SERVFAIL);
    turn(scene.loop);
    ask_crowd(2, CROWD);
    assert_one_gives_way(1, "name server 127.0.0.6:53 says SERVFAIL");
}

/* Another question that waits for the same server goes on. */
TEST_WITH(upstream, nothing_comes_of_a_question_that_is_cancelled)
{
    struct asked *cancelled;
    struct got got[2];

    set_up(1);
    cancelled = ask("cancelled.example");
    got[0] = server_asked(scene.udp[0]);
    ask_first(&scene);
    got[1] = server_asked(scene.udp[0]);
    upstream_cancel(&cancelled->result);
    upstream_cancel(&cancelled->result);
    server_reply(scene.udp[0], &got[0], REPLY_FLAGS, 2);
    is_answered_by(0, &got[1]);
    assert_int_equal(cancelled->done, 0);
    assert_null(cancelled->result.reply);
    free(cancelled);
}

TEST_WITH(upstream, a_question_that_is_complete_cannot_be_cancelled)
{
    struct got got = asked_first(set_up_patient(1));

    server_reply(scene.udp[0], &got, REPLY_FLAGS, 1);
    turn_until(scene.loop, &scene.one->done, 1);
    upstream_cancel(&scene.one->result);
    assert_string_equal(outcome(scene.one), "1");
}

TEST_WITH(upstream, a_question_over_tcp_may_be_cancelled)
{
    struct asked *cancelled;

    set_up_options(1, "timeout:4 attempts:1 use-vc");
    cancelled = ask("tcp.example");
    upstream_cancel(&cancelled->result);
    turn(scene.loop);
    assert_int_equal(cancelled->done, 0);
    free(cancelled);
}

TEST_WITH(crowd, a_cancelled_question_makes_room)
{
    set_up(0);
    ask_crowd(0, MOST);
    upstream_cancel(&crowd[7]->result);
    ask_crowd(MOST, CROWD);
    turn(scene.loop);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(crowd[i]->done, 0);
}
