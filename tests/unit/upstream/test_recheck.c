#include "questions.h"

/* The next question costs no time, and one query looks whether EDNS was the reason. */
TEST_WITH(upstream, it_stays_without_while_it_drops_what_has_edns)
{
    struct got got;

    ask_first(set_up_patient(1));
    answer_plainly();
    got = server_asked(scene.udp[0]);
    assert_true(has_opt(&got)); /* nobody waits for it */
    for (int i = 0; i < 3; i++) {
        ask_first(&scene);
        got = server_asked(scene.udp[0]);
        assert_false(has_opt(&got));
        is_answered_by(0, &got);
    }
    assert_true(server_is_idle(scene.udp[0]));
}

TEST_WITH(upstream, a_lost_packet_does_not_keep_edns_away)
{
    struct got got;

    ask_first(set_up_patient(1));
    answer_plainly();
    got = server_asked(scene.udp[0]);
    server_reply(scene.udp[0], &got, REPLY_FLAGS, 1);
    turn(scene.loop);
    next_is_answered_by(0, true);
}

TEST_WITH(upstream, a_server_with_edns_is_not_visited_again)
{
    set_up_patient(1);
    next_is_answered_by(0, true);
    next_is_answered_by(0, true);
    turn(scene.loop);
    assert_true(server_is_idle(scene.udp[0]));
}
