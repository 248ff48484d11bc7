/* What the lookup process gets, and when. */
#include "scene.h"

#include <time.h>

TEST_WITH(flights, a_question_with_other_flags_is_sent_too)
{
    struct query query = query_from(1, 2, "www.example.", "A");
    struct asked asked;

    ask(0, 1, "www.example.", "A");
    query.request.question.flags = QUESTION_DNSSEC_OK;
    flights_ask(scene.flights, &query, &query.request.question);
    flights_send(scene.flights);
    asked = next_asked(lookup());
    assert_int_equal(asked.question.flags, 0);
    asked = next_asked(lookup());
    assert_int_equal(asked.question.flags, QUESTION_DNSSEC_OK);
}

TEST_WITH(flights, a_message_that_is_no_answer_is_dropped)
{
    struct asked asked;

    ask(0, 1, "www.example.", "A");
    asked = next_asked(lookup());
    assert_int_equal(channel_send(lookup(), "?", 1, CHANNEL_BLOCK), CHANNEL_DONE);
    answer(&asked, 10);
    assert_string_equal(heard(0), WWW_ADDRESS);
}

TEST_WITH(flights, ids_do_not_start_at_the_same_number)
{
    static struct scene other;
    struct query query = query_from(0, 1, "www.example.", "A");
    uint64_t id;

    scene_open(&other, &no_cache);
    ask(0, 1, "www.example.", "A");
    flights_ask(other.flights, &query, &query.request.question);
    flights_send(other.flights);
    id = next_asked(lookup()).id;
    assert_true(next_asked(other.channel.right).id != id);
    scene_close(&other);
}

TEST_WITH(flights, a_full_channel_is_resumed_when_there_is_room)
{
    fill_channel();
    ask(0, 1, "one.example.", "A");
    ask(0, 2, "two.example.", "A");
    empty_channel();
    turn(scene.loop);
    assert_next_asked("one.example. A");
    assert_next_asked("two.example. A");
    assert_nothing_asked();
}

TEST_WITH(flights, few_questions_are_sent_before_others_are_taken_up)
{
    struct asked first;

    first = fill_ahead();
    ask(0, 1, "last.example.", "A");
    assert_nothing_asked();
    take_up(&first);
    assert_next_asked("last.example. A");
}

TEST_WITH(flights, an_answer_lets_the_next_one_follow)
{
    struct asked first;

    first = fill_ahead();
    ask(0, 1, "last.example.", "A");
    answer(&first, 10);
    assert_next_asked("last.example. A");
}

/* It hangs in a module, or what lookup had to say is lost. */
TEST_WITH(flights, what_is_not_taken_up_for_long_is_not_waited_for)
{
    fill_ahead();
    ask(0, 1, "last.example.", "A");
    assert_nothing_asked();
    clock_go_on();
    while (nothing_asked(lookup()))
        turn(scene.loop);
    assert_next_asked("last.example. A");
}

/* Whoever has asked a thousand times before. */
TEST_WITH(flights, a_client_that_asks_little_waits_behind_one_question_of_a_busy_one)
{
    struct asked asked;
    char name[32];

    ask_from("127.2.0.1", "first.example.");
    assert_next_asked("first.example. A");
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "%d.example.", i);
        ask(0, 1, name, "A");
    }
    asked = next_asked(lookup());
    assert_string_equal(asked_text(&asked), "0.example. A");
    assert_true(asked.id & MESSAGE_PROMPT);
    assert_nothing_asked();
    ask_from("127.3.0.1", "second.example.");
    assert_next_asked("second.example. A");
    assert_nothing_asked();
}

/* It is behind 900 others in its first asker's order. */
TEST_WITH(flights, a_question_has_the_first_turn_of_the_clients_that_ask_it)
{
    char name[32];

    ask_from("127.2.0.1", "first.example.");
    next_asked(lookup());
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "%d.example.", i);
        ask(0, 1, name, "A");
    }
    next_asked(lookup());
    ask_from("127.3.0.1", "900.example.");
    assert_next_asked("900.example. A");
    assert_nothing_asked();
}

static int64_t cpu_ms(void)
{
    struct timespec spent;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return spent.tv_sec * 1000 + spent.tv_nsec / 1000000;
}

/* An empty channel always has room: who waited for it on would run in circles.
 */
TEST_WITH(flights, once_all_is_sent_the_loop_sleeps)
{
    int64_t before;

    fill_channel();
    ask(0, 1, "www.example.", "A");
    empty_channel();
    turn(scene.loop);
    assert_next_asked("www.example. A");
    before = cpu_ms();
    clock_go_on();
    turn_for(scene.loop, 200);
    assert_true(cpu_ms() - before < 100);
}

TEST_WITH(flights, equal_questions_that_are_not_sent_yet_are_sent_once)
{
    struct asked first = fill_ahead();

    ask(0, 1, "same.example.", "A");
    ask(1, 2, "SAME.example.", "A");
    take_up(&first);
    assert_next_asked("same.example. A");
    assert_nothing_asked();
}

TEST_WITH(flights, when_the_lookup_process_dies_the_unsent_are_kept)
{
    struct asked asked;

    fill_ahead();
    ask(1, 7, "kept.example.", "A");
    flights_lookup_died(scene.flights);
    assert_silent(1);
    asked = next_asked(lookup());
    assert_string_equal(asked_text(&asked), "kept.example. A");
    answer(&asked, 10);
    assert_string_equal(heard(1), "NOERROR\n"
                                  "kept.example. 10 A 192.0.2.1\n");
}

TEST_WITH(flights, after_the_lookup_process_died_the_question_is_sent_anew)
{
    struct asked before, after;

    ask(0, 1, "www.example.", "A");
    before = next_asked(lookup());
    flights_lookup_died(scene.flights);
    receive(scene.clients[0]);
    ask(0, 2, "www.example.", "A");
    after = next_asked(lookup());
    assert_string_equal(asked_text(&after), "www.example. A");
    assert_true(after.id != before.id);
}

TEST_WITH(flights, an_answer_of_the_dead_lookup_process_is_dropped)
{
    struct asked before;

    ask(0, 1, "www.example.", "A");
    before = next_asked(lookup());
    flights_lookup_died(scene.flights);
    receive(scene.clients[0]);
    ask(0, 2, "www.example.", "A");
    answer(&before, 10);
    assert_silent(0);
}

/* Lookup's next message, however many turns it takes to come. */
static const uint8_t *next_message(size_t *len)
{
    const uint8_t *message;

    for (int turns = 0; !bundle_next(&clients_bundle, &message, len); turns++) {
        assert_in_range(turns, 0, 1000);
        if (bundle_receive(&clients_bundle, lookup(), CHANNEL_TRY) != CHANNEL_DONE)
            turn(scene.loop);
    }
    return message;
}

/* The id of the next question that is cancelled. */
static uint64_t next_cancelled(void)
{
    const uint8_t *message;
    size_t len;
    uint64_t id;

    do
        message = next_message(&len);
    while (!message_get_id(message, len, &id));
    return id;
}

TEST_WITH(flights, lookup_is_told_of_the_question_that_has_given_way)
{
    struct asked asked;

    ask_in_vain();
    asked = next_asked(lookup());
    ask_many(16383);
    ask(1, 2, "one.more.example.", "A");
    assert_true(next_cancelled() == asked.id);
    answer(&asked, 10);
    assert_silent(1);
}

TEST_WITH(flights, lookup_is_told_of_a_question_that_the_greediest_client_gives_up)
{
    struct asked asked;

    ask(0, 1, "first.example.", "A");
    asked = next_asked(lookup());
    ask_many(16383);
    ask_from("127.0.0.2", "one.more.example.");
    assert_true(next_cancelled() == asked.id);
}

/* Its answer is kept when it comes. */
TEST_WITH(flights, a_question_whose_time_is_up_is_not_cancelled)
{
    ask_in_vain();
    assert_next_asked("www.example. A");
    ask(1, 2, "one.more.example.", "A");
    turn(scene.loop);
    assert_next_asked("one.more.example. A");
    assert_nothing_asked();
}

TEST_WITH(flights, what_has_given_way_is_told_when_the_channel_has_room)
{
    struct asked asked;

    ask_in_vain();
    asked = next_asked(lookup());
    fill_channel();
    ask_many(16383);
    ask(1, 2, "one.more.example.", "A");
    empty_channel();
    assert_true(next_cancelled() == asked.id);
}

/* The next lookup process does not know it. */
TEST_WITH(flights, what_has_given_way_is_not_told_when_the_lookup_process_has_died)
{
    const uint8_t *message;
    uint64_t id;
    size_t len;

    ask_in_vain();
    fill_channel();
    ask_many(16383);
    ask(1, 2, "one.more.example.", "A");
    flights_lookup_died(scene.flights);
    empty_channel();
    turn(scene.loop);
    while (bundle_receive(&clients_bundle, lookup(), CHANNEL_TRY) == CHANNEL_DONE)
        while (bundle_next(&clients_bundle, &message, &len))
            assert_false(message_get_id(message, len, &id));
}

/* News without records. */
static void learn_of(const char *name, const char *type, enum rcode rcode)
{
    struct asked news = news_about(name, type);
    uint8_t records[256];
    struct answer answer;

    answer_init(&answer, &news.question, records, sizeof records);
    answer_finish(&answer, &news.question, 60);
    answer.rcode = (uint16_t)rcode;
    send_answer(lookup(), &news, &answer);
    turn(scene.loop);
}

/* What goes with the question. */
static uint64_t known_with(const char *name, const char *type)
{
    ask(0, 1, name, type);
    return next_asked(lookup()).id & (MESSAGE_NAME_EXISTS | MESSAGE_NO_NAME);
}

TEST_WITH(cached, that_a_name_has_addresses_is_told_with_questions_for_other_types)
{
    struct asked news = news_about("here.example.", "A");

    answer(&news, 100);
    learn_of("v4.example.", "AAAA", RCODE_NOERROR);
    learn_of("none.example.", "A", RCODE_NXDOMAIN);
    learn_of("half.example.", "A", RCODE_NXDOMAIN);
    learn_of("half.example.", "AAAA", RCODE_NOERROR);
    assert_true(known_with("Here.example.", "MX") == MESSAGE_NAME_EXISTS);
    assert_true(known_with("v4.example.", "TXT") == MESSAGE_NAME_EXISTS);
    assert_true(known_with("none.example.", "MX") == MESSAGE_NO_NAME);
    assert_true(known_with("half.example.", "MX") == MESSAGE_NAME_EXISTS);
    assert_true(known_with("other.example.", "MX") == 0);
}

TEST_WITH(cached, questions_for_addresses_go_without)
{
    learn_of("v4.example.", "AAAA", RCODE_NOERROR);
    learn_of("none.example.", "AAAA", RCODE_NXDOMAIN);
    assert_true(known_with("v4.example.", "A") == 0);
    assert_true(known_with("none.example.", "A") == 0);
}
