/* What clients get: from the cache, by a flight, or stale. */
#include "scene.h"

TEST_WITH(flights, a_question_goes_to_the_lookup_process_in_lower_case)
{
    ask(0, 1, "WWW.Example.", "AAAA");
    assert_next_asked("www.example. AAAA");
    assert_nothing_asked();
}

TEST_WITH(flights, the_answer_goes_to_the_client_that_asked)
{
    const struct reply *reply;

    ask(0, 0x1234, "WWW.Example.", "A");
    answer_next(10);
    reply = receive(scene.clients[0]);
    assert_int_equal(reply_id(reply), 0x1234);
    assert_string_equal(reply_text(reply->wire, reply->len),
                        "NOERROR\n"
                        "WWW.Example. 10 A 192.0.2.1\n");
    assert_silent(0);
}

TEST_WITH(flights, a_failure_goes_to_the_client_that_asked)
{
    ask(0, 1, "www.example.", "A");
    fail_next(EDE_NETWORK_ERROR);
    assert_string_equal(heard(0), "SERVFAIL: Network Error (23): wires cut\n");
}

TEST_WITH(flights, equal_questions_are_sent_once_whatever_their_letter_case)
{
    ask(0, 1, "www.example.", "A");
    ask(1, 2, "WWW.EXAMPLE.", "A");
    ask(2, 3, "wWw.eXaMpLe.", "A");
    assert_next_asked("www.example. A");
    assert_nothing_asked();
}

TEST_WITH(flights, each_waiting_query_gets_its_own_id_and_letter_case)
{
    const struct reply *reply;

    ask(0, 0x1111, "www.example.", "A");
    ask(1, 0x2222, "WWW.EXAMPLE.", "A");
    answer_next(10);
    reply = receive(scene.clients[0]);
    assert_int_equal(reply_id(reply), 0x1111);
    assert_string_equal(reply_name(reply), "www.example. A");
    reply = receive(scene.clients[1]);
    assert_int_equal(reply_id(reply), 0x2222);
    assert_string_equal(reply_name(reply), "WWW.EXAMPLE. A");
}

/* A client that asks again has not heard the first reply yet; it may hear both.
 */
TEST_WITH(flights, a_client_that_asks_twice_is_answered_twice)
{
    ask(0, 1, "www.example.", "A");
    ask(0, 1, "www.example.", "A");
    answer_next(10);
    receive(scene.clients[0]);
    receive(scene.clients[0]);
    assert_silent(0);
}

TEST_WITH(flights, other_types_and_names_are_sent_too)
{
    ask(0, 1, "www.example.", "A");
    ask(0, 2, "www.example.", "AAAA");
    ask(0, 3, "ww.example.", "A");
    assert_next_asked("www.example. A");
    assert_next_asked("www.example. AAAA");
    assert_next_asked("ww.example. A");
}

TEST_WITH(flights, answers_may_come_in_any_order)
{
    struct asked first, second;

    ask(0, 1, "one.example.", "A");
    ask(1, 2, "two.example.", "A");
    first = next_asked(lookup());
    second = next_asked(lookup());
    answer(&second, 10);
    assert_string_equal(reply_name(receive(scene.clients[1])), "two.example. A");
    assert_silent(0);
    answer(&first, 10);
    assert_string_equal(reply_name(receive(scene.clients[0])), "one.example. A");
}

/* An edit of /etc/hosts is to be seen by the next question. */
TEST_WITH(flights, an_answer_in_time_is_not_kept)
{
    ask(0, 1, "www.example.", "A");
    answer_next(10);
    ask(0, 2, "www.example.", "A");
    assert_next_asked("www.example. A");
}

/* The lookup goes on, though who asked for it has been told that it failed. */
TEST_WITH(flights, a_flight_that_nobody_waits_for_is_joined)
{
    struct asked asked;

    ask_in_vain();
    asked = next_asked(lookup());
    ask(1, 2, "www.example.", "A");
    assert_nothing_asked();
    answer(&asked, 10);
    assert_string_equal(heard(1), WWW_ADDRESS);
}

TEST_WITH(flights, an_answer_that_is_late_is_kept_for_the_next)
{
    const struct reply *reply;

    ask_in_vain();
    receive(scene.clients[0]);
    answer_next(10);
    assert_silent(0);
    ask(1, 0x4321, "WWW.example.", "A");
    reply = receive(scene.clients[1]);
    assert_int_equal(reply_id(reply), 0x4321);
    assert_string_equal(reply_text(reply->wire, reply->len),
                        "NOERROR\n"
                        "WWW.example. 10 A 192.0.2.1\n");
    assert_nothing_asked();
}

/* Over TCP, and the connection has ended. */
TEST_WITH(flights, an_answer_to_a_client_that_is_gone_is_kept_for_the_next)
{
    struct query gone = query_from(0, 1, "www.example.", "A");

    gone.over_tcp = true;
    flights_ask(scene.flights, &gone, &gone.request.question);
    flights_send(scene.flights);
    answer_next(10);
    assert_silent(0);
    ask(1, 2, "www.example.", "A");
    assert_string_equal(heard(1), WWW_ADDRESS);
    assert_nothing_asked();
}

TEST_WITH(flights, a_kept_answer_grows_older)
{
    ask_in_vain();
    answer_next(100);
    ask_later(1, 4500, "www.example.");
    assert_string_equal(heard(1), "NOERROR\n"
                                  "www.example. 96 A 192.0.2.1\n");
}

/* The host's files may change meanwhile. */
TEST_WITH(flights, a_kept_answer_ends_after_five_seconds)
{
    ask_in_vain();
    answer_next(100);
    ask_later(1, 5500, "www.example.");
    assert_silent(1);
}

TEST_WITH(flights, a_kept_answer_ends_with_its_ttl)
{
    ask_in_vain();
    answer_next(2);
    ask_later(1, 2500, "www.example.");
    assert_silent(1);
    assert_next_asked("www.example. A");
}

/* RFC 9520 section 3.2. */
TEST_WITH(flights, a_failure_is_repeated_for_a_second)
{
    ask(0, 1, "www.example.", "A");
    fail_next(EDE_NETWORK_ERROR);
    assert_string_equal(heard(0), "SERVFAIL: Network Error (23): wires cut\n");
    ask(1, 2, "WWW.example.", "A");
    assert_string_equal(heard(1), "SERVFAIL: Network Error (23): wires cut\n");
    assert_nothing_asked();
    ask_later(1, 1001, "www.example.");
    assert_next_asked("www.example. A");
}

TEST_WITH(flights, that_we_are_not_ready_is_not_repeated)
{
    ask(0, 1, "www.example.", "A");
    fail_next(EDE_NOT_READY);
    ask(1, 2, "www.example.", "A");
    assert_next_asked("www.example. A");
}

/* RFC 8020: what is above a name of the host's own exists. */
TEST_WITH(flights, the_parent_of_a_local_name_has_no_data)
{
    struct asked asked;

    ask(0, 1, "a.www.example.", "A");
    asked = next_asked(lookup());
    answer_asked_from(lookup(), &asked, 10, ANSWER_FROM_HOST);
    turn(scene.loop);
    ask(1, 2, "www.example.", "A");
    asked = next_asked(lookup());
    deny_asked(lookup(), &asked);
    turn(scene.loop);
    assert_string_equal(heard(1), "NOERROR\n");
}

TEST_WITH(flights, an_answer_with_an_unknown_id_reaches_no_waiting_query)
{
    struct asked asked, stranger;

    ask(0, 1, "www.example.", "A");
    asked = stranger = next_asked(lookup());
    stranger.id++;
    answer(&stranger, 10);
    assert_silent(0);
    answer(&asked, 10);
    assert_string_equal(heard(0), WWW_ADDRESS);
}

TEST_WITH(flights, a_second_answer_is_dropped)
{
    struct asked asked;

    ask(0, 1, "www.example.", "A");
    asked = next_asked(lookup());
    answer_asked(lookup(), &asked, 10);
    answer(&asked, 10);
    receive(scene.clients[0]);
    assert_silent(0);
    ask(1, 2, "www.example.", "A");
    assert_false(nothing_asked(lookup()));
}

TEST_WITH(flights, an_unsolicited_answer_is_kept_for_the_next_question)
{
    struct asked news = news_about("www.example.", "A");

    answer(&news, 10);
    ask(0, 1, "WWW.example.", "A");
    assert_string_equal(heard(0), "NOERROR\n"
                                  "WWW.example. 10 A 192.0.2.1\n");
    assert_nothing_asked();
}

TEST_WITH(flights, news_are_about_their_own_question_only)
{
    struct asked news = news_about("www.example.", "A");

    answer(&news, 10);
    ask(0, 1, "www.example.", "AAAA");
    assert_silent(0);
}

/* The host's files may change: only the client that asks for both families shall profit. */
TEST_WITH(flights, news_are_kept_for_a_second)
{
    struct asked news = news_about("www.example.", "A");

    answer(&news, 3600);
    ask_later(0, 500, "www.example.");
    assert_memory_equal(heard(0), "NOERROR", 7);
    ask_later(1, 1001, "www.example.");
    assert_silent(1);
}

TEST_WITH(flights, when_the_lookup_process_dies_waiting_clients_are_told)
{
    ask(0, 1, "www.example.", "A");
    ask(1, 2, "www.example.", "A");
    ask(2, 3, "www.example.", "AAAA");
    flights_lookup_died(scene.flights);
    for (int i = 0; i < 3; i++)
        assert_string_equal(heard(i),
                            "SERVFAIL: Other Error (0): the lookup process died\n");
}

/* With a cache. */

/* Asks, and answers as the lookup process with this TTL. */
static void learn(const char *name, uint32_t ttl)
{
    struct asked asked;

    ask(0, 1, name, "A");
    asked = next_asked(lookup());
    answer_asked(lookup(), &asked, ttl);
    turn(scene.loop);
    heard(0);
}

/* Asks so many milliseconds later. */
static void ask_after(uint16_t id, const char *name, int64_t later)
{
    struct query query = query_from(1, id, name, "A");

    query.received += later;
    flights_ask(scene.flights, &query, &query.request.question);
    flights_send(scene.flights);
}

TEST_WITH(cached, an_answer_is_kept_for_its_ttl)
{
    learn("www.example.", 100);
    ask_after(2, "WWW.example.", 60500);
    assert_string_equal(heard(1), "NOERROR\n"
                                  "WWW.example. 40 A 192.0.2.1\n");
    assert_true(nothing_asked(lookup()));
    ask_after(3, "www.example.", 100001);
    assert_false(nothing_asked(lookup()));
}

TEST_WITH(cached, news_are_kept_for_their_ttl_as_well)
{
    struct asked news = {.id = MESSAGE_UNSOLICITED | 7,
                         .question = question_of("www.example.", "A")};

    answer_asked(lookup(), &news, 100);
    turn(scene.loop);
    ask_after(2, "www.example.", 60500);
    assert_string_equal(heard(1), "NOERROR\n"
                                  "www.example. 40 A 192.0.2.1\n");
}

TEST_WITH(cached, a_popular_answer_is_asked_for_before_it_ends)
{
    struct asked asked;

    learn("www.example.", 100);
    for (uint16_t i = 0; i < 3; i++) {
        ask_after(i, "www.example.", 95000);
        assert_string_equal(heard(1), "NOERROR\n"
                                      "www.example. 5 A 192.0.2.1\n");
    }
    asked = next_asked(lookup());
    assert_string_equal(asked_text(&asked), "www.example. A");
    ask_after(4, "www.example.", 95000);
    heard(1);
    assert_true(nothing_asked(lookup()));
    answer_asked(lookup(), &asked, 200);
    turn(scene.loop);
    ask_after(5, "www.example.", 95000);
    assert_string_equal(heard(1), "NOERROR\n"
                                  "www.example. 105 A 192.0.2.1\n");
}

TEST_WITH(flights, lookups_under_way_for_long_are_shown_the_oldest_first)
{
    struct worst_lookups worst = {0};
    struct worst_row row;
    struct asked asked;
    int64_t then;

    ask(0, 1, "a.example.", "A");
    asked = next_asked(lookup());
    ask(0, 2, "b.example.", "TXT");
    next_asked(lookup());
    then = clock_ms() + FLIGHT_HUNG_MS;
    assert_int_equal(flights_show_hung(scene.flights, &worst, then - FLIGHT_HUNG_MS - 1),
                     0);
    assert_false(worst_read(&worst, WORST_HUNG, 0, &row));
    assert_int_equal(flights_show_hung(scene.flights, &worst, then), 2);
    assert_true(worst_read(&worst, WORST_HUNG, 0, &row));
    assert_string_equal(row.name, "a.example. A");
    assert_in_range(row.ms, FLIGHT_HUNG_MS, 10 * FLIGHT_HUNG_MS);
    assert_true(worst_read(&worst, WORST_HUNG, 1, &row));
    assert_string_equal(row.name, "b.example. TXT");
    answer_asked(lookup(), &asked, 100);
    turn(scene.loop);
    assert_int_equal(flights_show_hung(scene.flights, &worst, then), 1);
    assert_true(worst_read(&worst, WORST_HUNG, 0, &row));
    assert_string_equal(row.name, "b.example. TXT");
    assert_false(worst_read(&worst, WORST_HUNG, 1, &row));
}

TEST_WITH(cached, when_the_host_has_changed_nothing_is_known)
{
    learn("www.example.", 100);
    flights_flush(scene.flights);
    ask(1, 2, "www.example.", "A");
    assert_false(nothing_asked(lookup()));
}

/* It may have been found before the change. */
TEST_WITH(cached, what_was_under_way_then_is_not_kept_nor_waited_for)
{
    struct asked before, after;

    ask(0, 1, "www.example.", "A");
    before = next_asked(lookup());
    flights_flush(scene.flights);
    ask(1, 2, "www.example.", "A");
    after = next_asked(lookup());
    answer_asked(lookup(), &before, 100);
    turn(scene.loop);
    assert_string_equal(heard(0), "NOERROR\n"
                                  "www.example. 100 A 192.0.2.1\n");
    assert_true(nothing_came(scene.clients[1]));
    deny_asked(lookup(), &after);
    turn(scene.loop);
    assert_string_equal(heard(1), "NXDOMAIN\n");
    ask(1, 3, "www.example.", "A");
    assert_false(nothing_asked(lookup()));
}

/* They come with the answer of a question that was asked behind it. */
TEST_WITH(cached, news_from_behind_the_change_are_kept)
{
    struct asked asked;

    flights_flush(scene.flights);
    ask(0, 1, "www.example.", "AAAA");
    asked = next_asked(lookup());
    asked.id |= MESSAGE_UNSOLICITED;
    asked.question.type = TYPE_A;
    answer_asked(lookup(), &asked, 100);
    turn(scene.loop);
    ask(1, 2, "www.example.", "A");
    assert_string_equal(heard(1), "NOERROR\n"
                                  "www.example. 100 A 192.0.2.1\n");
}

TEST_WITH(cached, news_from_before_the_change_are_not_kept)
{
    struct asked news = {.id = MESSAGE_UNSOLICITED | 7,
                         .question = question_of("www.example.", "A")};

    flights_flush(scene.flights);
    answer_asked(lookup(), &news, 100);
    turn(scene.loop);
    ask(1, 2, "www.example.", "A");
    assert_false(nothing_asked(lookup()));
}

/* With stale answers (RFC 8767). What is learnt here ended so many milliseconds ago. */

static void learnt_ago(const char *name, uint32_t ttl, int64_t ago)
{
    struct question question = question_of(name, "A");
    static const uint8_t address[] = {192, 0, 2, 1};
    uint8_t records[64];
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, address, ttl));
    cache_put(scene.cache, &question, &answer, clock_ms() - (int64_t)ttl * 1000 - ago,
              UINT32_MAX);
}

#define STALE_ANSWER                                                                       \
    "NOERROR: Stale Answer (3): looking it up again has failed so far\n"                   \
    "www.example. 30 A 192.0.2.1\n"

TEST_WITH(stale, a_failure_is_answered_with_what_was_known)
{
    uint64_t before = counters_own[COUNT_CACHE_STALE];
    struct asked asked;

    learnt_ago("www.example.", 10, 1000);
    ask(0, 1, "www.example.", "A");
    asked = next_asked(lookup());
    assert_true(nothing_came(scene.clients[0]));
    fail_asked(lookup(), &asked);
    turn(scene.loop);
    assert_string_equal(heard(0), STALE_ANSWER);
    assert_int_equal(counters_own[COUNT_CACHE_STALE], before + 1);
    ask(1, 2, "www.example.", "A"); /* it has failed just now */
    assert_string_equal(heard(1), STALE_ANSWER);
    assert_nothing_asked();
}

/* An address family that has failed, which is told as no data. */
static void half_answer_next(void)
{
    struct asked asked = next_asked(lookup());
    struct answer answer;

    answer_init(&answer, &asked.question, NULL, 0);
    answer_explain(&answer, EDE_NETWORK_ERROR, "half-answers: wires cut");
    send_answer(lookup(), &asked, &answer);
    turn(scene.loop);
}

TEST_WITH(stale, half_an_answer_is_replaced_by_what_was_known_too)
{
    learnt_ago("www.example.", 10, 1000);
    ask(0, 1, "www.example.", "A");
    half_answer_next();
    assert_string_equal(heard(0), STALE_ANSWER);
}

#define HALF_ANSWER "NOERROR: Network Error (23): half-answers: wires cut\n"

TEST_WITH(flights, half_an_answer_is_told_and_kept_for_a_second)
{
    ask(0, 1, "www.example.", "A");
    half_answer_next();
    assert_string_equal(heard(0), HALF_ANSWER);
    ask(1, 1, "www.example.", "A");
    assert_string_equal(heard(1), HALF_ANSWER);
    assert_nothing_asked();
    ask_later(2, 2000, "www.example.");
    assert_next_asked("www.example. A");
}

TEST_WITH(flights, half_an_answer_that_comes_late_is_kept_no_longer)
{
    ask_in_vain();
    half_answer_next();
    ask_later(1, 2000, "www.example.");
    assert_next_asked("www.example. A");
}

TEST_WITH(stale, what_is_found_is_better_than_what_was_known)
{
    struct asked asked;

    learnt_ago("www.example.", 10, 1000);
    ask(0, 1, "www.example.", "A");
    asked = next_asked(lookup());
    deny_asked(lookup(), &asked);
    turn(scene.loop);
    assert_string_equal(heard(0), "NXDOMAIN\n");
}

/* 1.8 seconds (RFC 8767 section 5). */
TEST_WITH(stale, a_client_that_has_waited_long_gets_what_was_known)
{
    struct query query;
    struct asked asked;

    learnt_ago("www.example.", 10, 5000);
    query = query_from(0, 1, "www.example.", "A");
    query.received -= STALE_TIMEOUT_MS;
    flights_ask(scene.flights, &query, &query.request.question);
    flights_send(scene.flights);
    asked = next_asked(lookup());
    turn(scene.loop);
    assert_string_equal(heard(0), STALE_ANSWER);
    answer_asked(lookup(), &asked, 100); /* the lookup went on */
    turn(scene.loop);
    ask(1, 2, "www.example.", "A");
    assert_string_equal(heard(1), "NOERROR\n"
                                  "www.example. 100 A 192.0.2.1\n");
}

TEST_WITH(stale, who_has_not_waited_long_waits_on)
{
    learnt_ago("one.example.", 10, 5000);
    learnt_ago("two.example.", 10, 5000);
    learnt_ago("three.example.", 10, 5000);
    ask_ago(0, STALE_TIMEOUT_MS + 1, "one.example.");
    ask_ago(1, STALE_TIMEOUT_MS, "two.example.");
    ask_ago(2, STALE_TIMEOUT_MS - 1000, "three.example.");
    turn(scene.loop);
    assert_memory_equal(heard(0), "NOERROR: Stale Answer", 21);
    assert_memory_equal(heard(1), "NOERROR: Stale Answer", 21);
    assert_silent(2);
}

/* It has nothing to get. */
TEST_WITH(stale, a_name_that_was_never_known_is_waited_for)
{
    ask_ago(0, STALE_TIMEOUT_MS, "www.example.");
    turn(scene.loop);
    assert_silent(0);
}

/* The failure recheck timer (RFC 8767 section 5). */
TEST_WITH(stale, after_a_failure_nothing_is_looked_up_for_half_a_minute)
{
    learnt_ago("www.example.", 10, 1000);
    ask(0, 1, "www.example.", "A");
    fail_next(EDE_NETWORK_ERROR);
    assert_string_equal(heard(0), STALE_ANSWER);
    for (int seconds = 0; seconds < 30; seconds++) {
        ask_later(1, seconds * 1000, "www.example.");
        assert_string_equal(heard(1), STALE_ANSWER);
    }
    assert_nothing_asked();
    ask_later(2, 30000, "www.example.");
    assert_silent(2);
    answer_next(100);
    assert_string_equal(heard(2), "NOERROR\nwww.example. 100 A 192.0.2.1\n");
}

/* Another question has nothing to do with it. */
TEST_WITH(stale, what_has_not_failed_is_looked_up)
{
    learnt_ago("www.example.", 10, 1000);
    learnt_ago("other.example.", 10, 1000);
    ask(0, 1, "www.example.", "A");
    fail_next(EDE_NETWORK_ERROR);
    ask(1, 1, "other.example.", "A");
    assert_next_asked("other.example. A");
    ask(1, 1, "www.example.", "AAAA");
    assert_next_asked("www.example. AAAA");
}

/* It says nothing about the name. */
TEST_WITH(stale, what_we_could_not_look_up_is_looked_up_again)
{
    learnt_ago("www.example.", 10, 1000);
    ask(0, 1, "www.example.", "A");
    fail_next(EDE_NOT_READY);
    assert_string_equal(heard(0), STALE_ANSWER);
    ask(1, 1, "www.example.", "A");
    assert_next_asked("www.example. A");
}

TEST_WITH(stale, a_client_that_joins_a_lookup_that_takes_long_does_not_wait)
{
    struct asked asked;

    learnt_ago("www.example.", 10, 5000);
    ask_ago(0, STALE_TIMEOUT_MS, "www.example.");
    asked = next_asked(lookup());
    turn(scene.loop);
    assert_string_equal(heard(0), STALE_ANSWER);
    ask_later(1, STALE_TIMEOUT_MS, "www.example.");
    assert_string_equal(heard(1), STALE_ANSWER);
    assert_nothing_asked();
    answer(&asked, 100); /* the server has come back */
    ask(1, 2, "www.example.", "A");
    assert_string_equal(heard(1), "NOERROR\nwww.example. 100 A 192.0.2.1\n");
}

TEST_WITH(stale, clients_that_wait_for_the_same_lose_patience_together)
{
    learnt_ago("www.example.", 10, 5000);
    ask_ago(0, STALE_TIMEOUT_MS, "www.example.");
    ask(1, 1, "www.example.", "A");
    ask(2, 1, "www.example.", "A");
    assert_silent(1);
    turn(scene.loop);
    assert_string_equal(heard(0), STALE_ANSWER);
    assert_string_equal(heard(1), STALE_ANSWER);
    assert_string_equal(heard(2), STALE_ANSWER);
    assert_int_equal(flights_waiting(scene.flights), 0);
}

/* Asks over TCP, and so long ago that a stale answer is due at once. When the last message
 * has been read, the client resets the connection. */
static void ask_and_reset(void *client, struct tcp_conn *conn, const uint8_t *message,
                          size_t len)
{
    const struct linger reset = {.l_onoff = 1};
    struct query query = query_from(0, *message, "www.example.", "A");

    query.over_tcp = true;
    query.received -= 2 * STALE_TIMEOUT_MS;
    tcp_conn_owe(conn, &query.claim);
    flights_ask(scene.flights, &query, &query.request.question);
    flights_send(scene.flights);
    if (*message < len)
        return;
    setsockopt(*(int *)client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(*(int *)client);
}

/* The first stale answer finds that the connection is gone, and with it the second query.
 */
TEST_WITH(stale, a_connection_may_end_while_its_queries_get_what_was_known)
{
    static const uint8_t messages[] = {0, 2, 1, 0, 0, 2, 2, 0};
    const struct tcp_limits limits = {
        .connections = 1, .per_client = 1, .idle_ms = 60000, .least_idle_ms = 60000};
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct addr addr;
    struct tcp *tcp = tcp_new(scene.loop, &limits, ask_and_reset, &client);
    struct listener listener;

    assert_true(addr_parse(&addr, "127.0.0.1", 0));
    assert_int_equal(listener_open(&listener, &addr), 0);
    assert_int_equal(tcp_listen(tcp, listener.tcp), 0);
    learnt_ago("www.example.", 10, 5000);
    assert_int_equal(connect(client, &listener.addr.sock.any, listener.addr.len), 0);
    assert_int_equal(send(client, messages, sizeof messages, 0), sizeof messages);
    turn(scene.loop); /* accepts */
    turn(scene.loop);
    assert_next_asked("www.example. A");
    assert_int_equal(tcp_count(tcp), 0);
    assert_int_equal(flights_waiting(scene.flights), 0);
    tcp_free(tcp);
    listener_close(&listener);
}

/* Nobody has waited for it so far. */
TEST_WITH(stale, a_client_that_joins_a_refresh_that_takes_long_does_not_wait)
{
    struct question question = question_of("www.example.", "A");

    learnt_ago("www.example.", 10, 5000);
    flights_prefetch(scene.flights, &question);
    flights_send(scene.flights);
    assert_next_asked("www.example. A");
    ask(0, 1, "www.example.", "A");
    assert_silent(0);
    ask_later(1, STALE_TIMEOUT_MS + 1000, "www.example.");
    assert_string_equal(heard(1), STALE_ANSWER);
    assert_silent(0);
}

TEST_WITH(stale, a_success_ends_the_half_minute)
{
    learnt_ago("www.example.", 10, 5000);
    ask_ago(0, STALE_TIMEOUT_MS, "www.example.");
    turn(scene.loop);
    answer_next(100);
    learnt_ago("www.example.", 10, 5000); /* some time later */
    ask(1, 2, "www.example.", "A");
    assert_next_asked("www.example. A");
}

TEST_WITH(stale, a_change_of_the_host_ends_it_too)
{
    learnt_ago("www.example.", 10, 1000);
    ask(0, 1, "www.example.", "A");
    fail_next(EDE_NETWORK_ERROR);
    flights_flush(scene.flights);
    ask(1, 1, "www.example.", "A");
    assert_next_asked("www.example. A");
}

TEST_WITH(stale, what_ended_too_long_ago_is_not_given)
{
    struct asked asked;

    learnt_ago("www.example.", 10, 3600 * 1000);
    ask(0, 1, "www.example.", "A");
    asked = next_asked(lookup());
    fail_asked(lookup(), &asked);
    turn(scene.loop);
    assert_string_equal(heard(0), "SERVFAIL: Network Error (23): wires cut\n");
}

TEST_WITH(cached, without_the_option_nothing_stale_is_given)
{
    struct asked asked;

    learnt_ago("www.example.", 10, 1000);
    ask(0, 1, "www.example.", "A");
    asked = next_asked(lookup());
    fail_asked(lookup(), &asked);
    turn(scene.loop);
    assert_string_equal(heard(0), "SERVFAIL: Network Error (23): wires cut\n");
}
