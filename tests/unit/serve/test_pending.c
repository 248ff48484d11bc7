/* How long queries wait, and which give way. */
#include "scene.h"

TEST_WITH(flights, at_the_deadline_it_is_a_failure)
{
    ask_in_vain();
    assert_string_equal(heard(0), "SERVFAIL: No Reachable Authority (22): "
                                  "host resolver: no answer yet, still waiting\n");
}

TEST_WITH(flights, a_second_before_the_deadline_it_is_not)
{
    ask_ago(0, DEADLINE_MS - 1000, "www.example.");
    turn(scene.loop);
    assert_silent(0);
}

TEST_WITH(flights, the_deadline_is_each_ones_own)
{
    ask_ago(0, DEADLINE_MS, "www.example.");
    ask(1, 2, "www.example.", "A");
    turn(scene.loop);
    assert_memory_equal(heard(0), "SERVFAIL", 8);
    assert_silent(1);
    answer_next(10);
    assert_string_equal(heard(1), WWW_ADDRESS);
    assert_silent(0);
}

static uint64_t id_of(const struct asked *asked)
{
    return asked->id & ~MESSAGE_ID_FLAGS;
}

/* Lookup is asked for it with the same id, so it can tell whether it still works on it. */
TEST_WITH(flights, what_was_waited_for_in_vain_is_asked_again)
{
    struct asked first, again;

    ask(0, 1, "www.example.", "A");
    first = next_asked(lookup());
    ask(1, 2, "www.example.", "A");
    assert_nothing_asked();
    ask_later(0, DEADLINE_MS, "www.example.");
    again = next_asked(lookup());
    assert_true(id_of(&again) == id_of(&first));
    assert_false(first.id & MESSAGE_AGAIN);
    assert_true(again.id & MESSAGE_AGAIN);
    ask(1, 3, "www.example.", "A");
    assert_nothing_asked();
    answer(&again, 10);
    assert_string_equal(heard(0), WWW_ADDRESS);
    assert_string_equal(heard(1), WWW_ADDRESS);
}

enum { MANY = LOOP_BUDGET + 40 }; /* more than are told in one round */

static int heard_all(void)
{
    int count = 0;

    while (!nothing_came(scene.clients[0])) {
        assert_memory_equal(heard(0), "SERVFAIL", 8);
        count++;
    }
    return count;
}

/* Others have their turn in between: the first round tells some, those to come the rest. */
TEST_WITH(flights, many_whose_time_is_up_are_told_in_several_rounds)
{
    int count;

    for (int i = 0; i < MANY; i++)
        ask_ago(0, DEADLINE_MS, "www.example.");
    turn(scene.loop);
    count = heard_all();
    assert_in_range(count, 1, MANY - 1);
    for (int i = 0; i < MANY && count < MANY; i++) {
        turn(scene.loop);
        count += heard_all();
    }
    assert_int_equal(count, MANY);
}

enum { FLOOD = 16384 }; /* all places */

/* Or a flood could come in faster than its failures go out. */
TEST_WITH(flights, the_more_wait_the_more_are_told_in_a_round)
{
    for (int i = 0; i < FLOOD; i++)
        ask_ago(0, DEADLINE_MS, "www.example.");
    assert_int_equal(flights_waiting(scene.flights), FLOOD);
    turn(scene.loop);
    assert_int_equal(flights_waiting(scene.flights), FLOOD - FLOOD / 32);
}

TEST_WITH(flights, a_question_that_nobody_waits_for_is_not_sent_any_more)
{
    fill_channel();
    ask_ago(0, DEADLINE_MS, "under.way.example.");
    ask_ago(0, DEADLINE_MS, "old.example.");
    ask(1, 2, "new.example.", "A");
    turn(scene.loop);
    assert_memory_equal(heard(0), "SERVFAIL", 8);
    assert_memory_equal(heard(0), "SERVFAIL", 8);
    empty_channel();
    turn(scene.loop);
    assert_next_asked("under.way.example. A");
    assert_next_asked("new.example. A");
    assert_nothing_asked();
}

TEST_WITH(flights, too_many_waiting_clients_are_told_at_once)
{
    for (int i = 0; i < 16384; i++)
        ask(0, 1, "www.example.", "A");
    assert_silent(0);
    ask(1, 2, "www.example.", "A");
    assert_string_equal(heard(1),
                        "SERVFAIL: Not Ready (14): too many questions are waiting\n");
}

TEST_WITH(flights, too_many_questions_are_told_at_once)
{
    ask_many(16384);
    assert_silent(0);
    ask(1, 2, "one.more.example.", "A");
    assert_string_equal(heard(1),
                        "SERVFAIL: Not Ready (14): too many questions are waiting\n");
    assert_int_equal(counters_own[COUNT_LOOKUPS_IN_FLIGHT], 16384);
}

/* The two clients are one, and have all there is but for what nobody waits for. */
TEST_WITH(flights, what_nobody_waits_for_gives_way_first)
{
    ask_in_vain();
    assert_memory_equal(heard(0), "SERVFAIL", 8);
    ask_many(16383);
    assert_int_equal(counters_own[COUNT_LOOKUPS_IN_FLIGHT], 16384);
    ask(1, 2, "one.more.example.", "A");
    assert_silent(0);
    assert_silent(1);
    assert_int_equal(counters_own[COUNT_LOOKUPS_IN_FLIGHT], 16384);
    ask(1, 2, "two.more.example.", "A");
    assert_memory_equal(heard(1), "SERVFAIL", 8);
}

TEST_WITH(flights, the_client_that_has_most_gives_way_next)
{
    const struct reply *reply;

    ask_many(16384);
    ask_from("127.0.0.2", "one.more.example.");
    reply = receive(scene.clients[0]);
    assert_string_equal(reply_name(reply), "0.example. A");
    assert_string_equal(reply_text(reply->wire, reply->len),
                        "SERVFAIL: Not Ready (14): too many questions are waiting\n");
    assert_int_equal(flights_waiting(scene.flights), 16384);
    assert_int_equal(counters_own[COUNT_LOOKUPS_IN_FLIGHT], 16384);
}

TEST_WITH(flights, room_is_given_back_with_each_answer)
{
    for (int i = 0; i < 3 * 32768; i++) {
        ask(0, 1, "www.example.", "A");
        if (i % 1000 == 999)
            flights_lookup_died(scene.flights);
    }
    flights_lookup_died(scene.flights);
    assert_int_equal(flights_waiting(scene.flights), 0);
    assert_int_equal(counters_own[COUNT_LOOKUPS_IN_FLIGHT], 0);
}

TEST_WITH(flights, a_client_that_is_told_a_failure_is_noted_with_the_reason)
{
    struct worst_row row;

    memset(counters_worst(), 0, sizeof(struct worst_lookups));
    ask_ago(0, DEADLINE_MS, "www.example.");
    turn(scene.loop);
    assert_true(worst_read(counters_worst(), WORST_FAILED, 0, &row));
    assert_string_equal(row.name, "www.example. A");
    assert_string_equal(row.reason, "host resolver: no answer yet, still waiting");
}
