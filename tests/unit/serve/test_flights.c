/*
 * Flights between real clients and a lookup process that the test plays: it has
 * the other end of the channel. What is sent is there at once, so one turn of
 * the loop sees all there is.
 */
#include "clients.h"

#include "serve/flights.h"

#include <time.h>

enum { CLIENTS = 3 };

struct scene {
    struct loop *loop;
    struct flights flights;
    struct channel channel; /* left: the flights'; right: the lookup process's */
    int server;
    int clients[CLIENTS];
    struct addr addrs[CLIENTS];
};

static struct scene scene; /* of the case that runs */

static struct cache_config no_cache = {.bytes = 0, .max_ttl = 86400};
static struct cache_config some_cache = {.bytes = 1 << 20, .max_ttl = 86400};

static struct cache_config stale_cache = {
    .bytes = 1 << 20, .max_ttl = 86400, .stale = 3600};

static void scene_open(struct scene *one, const struct cache_config *cache)
{
    struct addr unused;

    forget_questions();
    one->loop = loop_new();
    assert_non_null(one->loop);
    assert_int_equal(channel_open(&one->channel), 0);
    assert_int_equal(flights_init(&one->flights, one->loop, one->channel.left, cache), 0);
    one->server = udp_socket(&unused);
    for (int i = 0; i < CLIENTS; i++)
        one->clients[i] = udp_socket(&one->addrs[i]);
}

static void scene_close(struct scene *one)
{
    flights_free(&one->flights);
    loop_free(one->loop);
    channel_close(&one->channel);
    close(one->server);
    for (int i = 0; i < CLIENTS; i++)
        close(one->clients[i]);
}

static void set_up(void)
{
    scene_open(&scene, &no_cache);
}

static void set_up_with_stale(void)
{
    scene_open(&scene, &stale_cache);
}

static void set_up_with_cache(void)
{
    scene_open(&scene, &some_cache);
}

static void tear_down(void)
{
    scene_close(&scene);
}

FIXTURE(flights, set_up, tear_down);
FIXTURE(cached, set_up_with_cache, tear_down);
FIXTURE(stale, set_up_with_stale, tear_down);

static void stop(void *loop)
{
    loop_stop(loop);
}

/* Lets the loop do all that it can do now. */
static void turn(void)
{
    struct timer timer;

    timer_init(&timer, stop, scene.loop);
    timer_set(scene.loop, &timer, clock_ms());
    assert_int_equal(loop_run(scene.loop), 0);
}

static struct query query_from(int client, uint16_t id, const char *name, const char *type)
{
    return (struct query){
        .request = {.id = id,
                    .has_question = true,
                    .class = CLASS_IN,
                    .question = question_of(name, type),
                    .has_edns = true,
                    .edns_size = 1232},
        .fd = scene.server,
        .path = {.peer = scene.addrs[client]},
        .config = &plain_config,
        .received = clock_ms(),
    };
}

static void ask(int client, uint16_t id, const char *name, const char *type)
{
    struct query query = query_from(client, id, name, type);

    flights_ask(&scene.flights, &query);
    flights_send(&scene.flights);
}

/* Asks as if it were so long from now. */
static void ask_later(int client, int64_t later, const char *name)
{
    struct query query = query_from(client, 1, name, "A");

    query.received += later;
    flights_ask(&scene.flights, &query);
    flights_send(&scene.flights);
}

/* Or as if that had been so long ago. */
static void ask_ago(int client, int64_t ago, const char *name)
{
    ask_later(client, -ago, name);
}

/* The first client has waited for www.example A as long as it may. */
static void ask_in_vain(void)
{
    ask_ago(0, FLIGHT_DEADLINE_MS, "www.example.");
    turn();
}

/* The lookup process's end of the channel. */
static int lookup(void)
{
    return scene.channel.right;
}

/* It answers with 192.0.2.1. */
static void answer(const struct asked *asked, uint32_t ttl)
{
    answer_asked(lookup(), asked, ttl);
    turn();
}

/* The next question. */
static void answer_next(uint32_t ttl)
{
    struct asked asked = next_asked(lookup());

    answer(&asked, ttl);
}

static void fail_next(enum ede ede)
{
    struct asked asked = next_asked(lookup());

    fail_asked_because(lookup(), &asked, ede);
    turn();
}

/* An answer that nobody has asked for. */
static struct asked news_about(const char *name, const char *type)
{
    return (struct asked){.id = MESSAGE_NEWS | 7, .question = question_of(name, type)};
}

#define WWW_ADDRESS "NOERROR\nwww.example. 10 A 192.0.2.1\n"

#define assert_next_asked(text)                                                            \
    do {                                                                                   \
        struct asked next = next_asked(lookup());                                          \
        assert_string_equal(asked_text(&next), text);                                      \
    } while (0)

#define assert_nothing_asked() assert_true(nothing_asked(lookup()))

/* What a client gets, or that it gets nothing. */
#define heard(client)         receive_text(scene.clients[client])
#define assert_silent(client) assert_true(nothing_came(scene.clients[client]))

TEST_WITH(flights, a_question_goes_to_the_lookup_process_in_lower_case)
{
    ask(0, 1, "WWW.Example.", "AAAA");
    assert_next_asked("www.example. AAAA");
    assert_nothing_asked();
}

TEST_WITH(flights, the_answer_goes_to_who_asked)
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

TEST_WITH(flights, a_failure_goes_to_who_asked)
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

TEST_WITH(flights, each_who_waits_gets_his_own_id_and_letter_case)
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
TEST_WITH(flights, who_asks_twice_is_answered_twice)
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

TEST_WITH(flights, at_the_deadline_it_is_a_failure)
{
    ask_in_vain();
    assert_string_equal(heard(0), "SERVFAIL: No Reachable Authority (22): "
                                  "host resolver: no answer yet, still waiting\n");
}

TEST_WITH(flights, a_second_before_the_deadline_it_is_not)
{
    ask_ago(0, FLIGHT_DEADLINE_MS - 1000, "www.example.");
    turn();
    assert_silent(0);
}

/* Clients give up at 5 seconds. */
TEST_WITH(flights, the_deadline_is_below_four_and_a_half_seconds)
{
    assert_true(FLIGHT_DEADLINE_MS < 4500);
}

TEST_WITH(flights, the_deadline_is_each_ones_own)
{
    ask_ago(0, FLIGHT_DEADLINE_MS, "www.example.");
    ask(1, 2, "www.example.", "A");
    turn();
    assert_memory_equal(heard(0), "SERVFAIL", 8);
    assert_silent(1);
    answer_next(10);
    assert_string_equal(heard(1), WWW_ADDRESS);
    assert_silent(0);
}

enum { MANY = 40 }; /* more than are told in one round */

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
        ask_ago(0, FLIGHT_DEADLINE_MS, "www.example.");
    turn();
    count = heard_all();
    assert_in_range(count, 1, MANY - 1);
    for (int i = 0; i < MANY && count < MANY; i++) {
        turn();
        count += heard_all();
    }
    assert_int_equal(count, MANY);
}

enum { FLOOD = 4096 };

/* Or a flood could come in faster than its failures go out. */
TEST_WITH(flights, the_more_wait_the_more_are_told_in_a_round)
{
    for (int i = 0; i < FLOOD; i++)
        ask_ago(0, FLIGHT_DEADLINE_MS, "www.example.");
    assert_int_equal(scene.flights.waiting_count, FLOOD);
    turn();
    assert_int_equal(scene.flights.waiting_count, FLOOD - FLOOD / 32);
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
    flights_ask(&scene.flights, &gone);
    flights_send(&scene.flights);
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
    turn();
    ask(1, 2, "www.example.", "A");
    asked = next_asked(lookup());
    deny_asked(lookup(), &asked);
    turn();
    assert_string_equal(heard(1), "NOERROR\n");
}

TEST_WITH(flights, an_answer_with_an_unknown_id_reaches_nobody_who_waits)
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

TEST_WITH(flights, news_are_kept_for_the_next_who_asks)
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

TEST_WITH(flights, no_question_has_the_id_of_news)
{
    struct asked first, second;

    scene.flights.next_id = MESSAGE_NO_NAME - 1;
    ask(0, 1, "one.example.", "A");
    ask(1, 2, "two.example.", "A");
    first = next_asked(lookup());
    second = next_asked(lookup());
    assert_true(first.id == MESSAGE_NO_NAME - 1);
    assert_true(second.id == 0);
}

TEST_WITH(flights, a_question_with_other_flags_is_sent_too)
{
    struct query query = query_from(1, 2, "www.example.", "A");
    struct asked asked;

    ask(0, 1, "www.example.", "A");
    query.request.question.flags = QUESTION_DNSSEC_OK;
    flights_ask(&scene.flights, &query);
    flights_send(&scene.flights);
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
    flights_ask(&other.flights, &query);
    flights_send(&other.flights);
    id = next_asked(lookup()).id;
    assert_true(next_asked(other.channel.right).id != id);
    scene_close(&other);
}

/* The channel takes no more. */
static void fill_channel(void)
{
    int size = 1; /* the kernel makes its least of it */

    assert_int_equal(
        setsockopt(scene.channel.left, SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
    while (channel_send(scene.channel.left, "full", 4, CHANNEL_TRY) == CHANNEL_DONE)
        ;
}

static void empty_channel(void)
{
    for (char byte; !nothing_asked(lookup());)
        assert_int_equal(recv(lookup(), &byte, 1, 0), 1);
}

TEST_WITH(flights, a_full_channel_is_resumed_when_there_is_room)
{
    fill_channel();
    ask(0, 1, "one.example.", "A");
    ask(0, 2, "two.example.", "A");
    empty_channel();
    turn();
    assert_next_asked("one.example. A");
    assert_next_asked("two.example. A");
    assert_nothing_asked();
}

/* Lookup has taken a question up. */
static void take_up(const struct asked *asked)
{
    uint8_t message[MESSAGE_ID_SIZE];
    struct bundle bundle = {.len = 0};

    message_put_id(asked->id, message);
    assert_true(bundle_add(&bundle, message, sizeof message));
    assert_int_equal(bundle_send(&bundle, lookup(), CHANNEL_BLOCK), CHANNEL_DONE);
    turn();
}

/* One client asks for 0.example., 1.example., ...: as many as may be sent before lookup
 * takes any up. Returns the first. */
static struct asked fill_ahead(void)
{
    struct asked first;
    char name[32];

    for (int i = 0; i < CLIENTS_AHEAD; i++) {
        snprintf(name, sizeof name, "%d.example.", i);
        ask(0, (uint16_t)i, name, "A");
    }
    first = next_asked(lookup());
    for (int i = 1; i < CLIENTS_AHEAD; i++)
        next_asked(lookup());
    return first;
}

static void ask_from(const char *address, const char *name)
{
    struct query query = query_from(1, 1, name, "A");

    assert_true(addr_parse(&query.path.peer, address, 9));
    flights_ask(&scene.flights, &query);
    flights_send(&scene.flights);
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
    while (nothing_asked(lookup()))
        turn();
    assert_next_asked("last.example. A");
}

/* Whoever has asked a thousand times before. */
TEST_WITH(flights, who_asks_little_waits_behind_one_question_of_who_asks_much)
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
TEST_WITH(flights, a_question_has_the_first_turn_of_those_who_ask_it)
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
    struct timer timer;
    int64_t before;

    fill_channel();
    ask(0, 1, "www.example.", "A");
    empty_channel();
    turn();
    assert_next_asked("www.example. A");
    timer_init(&timer, stop, scene.loop);
    timer_set(scene.loop, &timer, clock_ms() + 200);
    before = cpu_ms();
    assert_int_equal(loop_run(scene.loop), 0);
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

TEST_WITH(flights, a_question_that_nobody_waits_for_is_not_sent_any_more)
{
    fill_channel();
    ask_ago(0, FLIGHT_DEADLINE_MS, "under.way.example.");
    ask_ago(0, FLIGHT_DEADLINE_MS, "old.example.");
    ask(1, 2, "new.example.", "A");
    turn();
    assert_memory_equal(heard(0), "SERVFAIL", 8);
    assert_memory_equal(heard(0), "SERVFAIL", 8);
    empty_channel();
    turn();
    assert_next_asked("under.way.example. A");
    assert_next_asked("new.example. A");
    assert_nothing_asked();
}

TEST_WITH(flights, when_the_lookup_process_dies_who_waits_is_told)
{
    ask(0, 1, "www.example.", "A");
    ask(1, 2, "www.example.", "A");
    ask(2, 3, "www.example.", "AAAA");
    flights_lookup_died(&scene.flights);
    for (int i = 0; i < 3; i++)
        assert_string_equal(heard(i),
                            "SERVFAIL: Other Error (0): the lookup process died\n");
}

TEST_WITH(flights, when_the_lookup_process_dies_the_unsent_are_kept)
{
    struct asked asked;

    fill_ahead();
    ask(1, 7, "kept.example.", "A");
    flights_lookup_died(&scene.flights);
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
    flights_lookup_died(&scene.flights);
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
    flights_lookup_died(&scene.flights);
    receive(scene.clients[0]);
    ask(0, 2, "www.example.", "A");
    answer(&before, 10);
    assert_silent(0);
}

TEST_WITH(flights, too_many_who_wait_are_told_at_once)
{
    for (int i = 0; i < 16384; i++)
        ask(0, 1, "www.example.", "A");
    assert_silent(0);
    ask(1, 2, "www.example.", "A");
    assert_string_equal(heard(1),
                        "SERVFAIL: Not Ready (14): too many questions are waiting\n");
}

/* The first client asks for so many names. */
static void ask_many(int count)
{
    char name[32];

    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%d.example.", i);
        ask(0, (uint16_t)i, name, "A");
    }
}

TEST_WITH(flights, too_many_questions_are_told_at_once)
{
    ask_many(16384);
    assert_silent(0);
    ask(1, 2, "one.more.example.", "A");
    assert_string_equal(heard(1),
                        "SERVFAIL: Not Ready (14): too many questions are waiting\n");
    assert_int_equal(scene.flights.by_id.count, 16384);
}

/* The two clients are one, and have all there is but for what nobody waits for. */
TEST_WITH(flights, what_nobody_waits_for_gives_way_first)
{
    ask_in_vain();
    assert_memory_equal(heard(0), "SERVFAIL", 8);
    ask_many(16383);
    assert_int_equal(scene.flights.by_id.count, 16384);
    ask(1, 2, "one.more.example.", "A");
    assert_silent(0);
    assert_silent(1);
    assert_int_equal(scene.flights.by_id.count, 16384);
    ask(1, 2, "two.more.example.", "A");
    assert_memory_equal(heard(1), "SERVFAIL", 8);
}

TEST_WITH(flights, then_who_has_most_gives_way)
{
    const struct reply *reply;

    ask_many(16384);
    ask_from("127.0.0.2", "one.more.example.");
    reply = receive(scene.clients[0]);
    assert_string_equal(reply_name(reply), "0.example. A");
    assert_string_equal(reply_text(reply->wire, reply->len),
                        "SERVFAIL: Not Ready (14): too many questions are waiting\n");
    assert_int_equal(scene.flights.waiting_count, 16384);
    assert_int_equal(scene.flights.by_id.count, 16384);
}

/* Lookup's next message, however many turns it takes to come. */
static const uint8_t *next_message(size_t *len)
{
    const uint8_t *message;

    for (int turns = 0; !bundle_next(&clients_bundle, &message, len); turns++) {
        assert_in_range(turns, 0, 1000);
        if (bundle_receive(&clients_bundle, lookup(), CHANNEL_TRY) != CHANNEL_DONE)
            turn();
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

TEST_WITH(flights, and_of_one_that_who_has_most_has_given_up)
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
    turn();
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
    ask_in_vain();
    fill_channel();
    ask_many(16383);
    ask(1, 2, "one.more.example.", "A");
    flights_lookup_died(&scene.flights);
    empty_channel();
    turn();
    assert_true(list_empty(&scene.flights.cancelled));
}

TEST_WITH(flights, room_is_given_back_with_each_answer)
{
    for (int i = 0; i < 3 * 32768; i++) {
        ask(0, 1, "www.example.", "A");
        if (i % 1000 == 999)
            flights_lookup_died(&scene.flights);
    }
    flights_lookup_died(&scene.flights);
    assert_int_equal(scene.flights.waiting_count, 0);
    assert_int_equal(scene.flights.by_id.count, 0);
    assert_int_equal(scene.flights.by_question.count, 0);
}

/* With a cache. */

/* Asks, and answers as the lookup process with this TTL. */
static void learn(const char *name, uint32_t ttl)
{
    struct asked asked;

    ask(0, 1, name, "A");
    asked = next_asked(lookup());
    answer_asked(lookup(), &asked, ttl);
    turn();
    heard(0);
}

/* Asks so many milliseconds later. */
static void ask_after(uint16_t id, const char *name, int64_t later)
{
    struct query query = query_from(1, id, name, "A");

    query.received += later;
    flights_ask(&scene.flights, &query);
    flights_send(&scene.flights);
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
    struct asked news = {.id = MESSAGE_NEWS | 7,
                         .question = question_of("www.example.", "A")};

    answer_asked(lookup(), &news, 100);
    turn();
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
    turn();
    ask_after(5, "www.example.", 95000);
    assert_string_equal(heard(1), "NOERROR\n"
                                  "www.example. 105 A 192.0.2.1\n");
}

TEST_WITH(cached, when_the_host_has_changed_nothing_is_known)
{
    learn("www.example.", 100);
    flights_flush(&scene.flights);
    ask(1, 2, "www.example.", "A");
    assert_false(nothing_asked(lookup()));
}

/* It may have been found before the change. */
TEST_WITH(cached, what_was_under_way_then_is_not_kept_nor_waited_for)
{
    struct asked before, after;

    ask(0, 1, "www.example.", "A");
    before = next_asked(lookup());
    flights_flush(&scene.flights);
    ask(1, 2, "www.example.", "A");
    after = next_asked(lookup());
    answer_asked(lookup(), &before, 100);
    turn();
    assert_string_equal(heard(0), "NOERROR\n"
                                  "www.example. 100 A 192.0.2.1\n");
    assert_true(nothing_came(scene.clients[1]));
    deny_asked(lookup(), &after);
    turn();
    assert_string_equal(heard(1), "NXDOMAIN\n");
    ask(1, 3, "www.example.", "A");
    assert_false(nothing_asked(lookup()));
}

/* They come with the answer of a question that was asked behind it. */
TEST_WITH(cached, news_from_behind_the_change_are_kept)
{
    struct asked asked;

    flights_flush(&scene.flights);
    while (clock_ms() <= scene.flights.flushed) {
        /* the clock must show a later time */
    }
    ask(0, 1, "www.example.", "AAAA");
    asked = next_asked(lookup());
    asked.id |= MESSAGE_NEWS;
    asked.question.type = TYPE_A;
    answer_asked(lookup(), &asked, 100);
    turn();
    ask(1, 2, "www.example.", "A");
    assert_string_equal(heard(1), "NOERROR\n"
                                  "www.example. 100 A 192.0.2.1\n");
}

TEST_WITH(cached, news_from_before_the_change_are_not_kept)
{
    struct asked news = {.id = MESSAGE_NEWS | 7,
                         .question = question_of("www.example.", "A")};

    flights_flush(&scene.flights);
    answer_asked(lookup(), &news, 100);
    turn();
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
    cache_put(&scene.flights.kept.cache, &question, &answer,
              clock_ms() - (int64_t)ttl * 1000 - ago, UINT32_MAX);
}

#define STALE_ANSWER                                                                       \
    "NOERROR: Stale Answer (3): looking it up again has failed so far\n"                   \
    "www.example. 30 A 192.0.2.1\n"

TEST_WITH(stale, a_failure_is_answered_with_what_was_known)
{
    struct asked asked;

    learnt_ago("www.example.", 10, 1000);
    ask(0, 1, "www.example.", "A");
    asked = next_asked(lookup());
    assert_true(nothing_came(scene.clients[0]));
    fail_asked(lookup(), &asked);
    turn();
    assert_string_equal(heard(0), STALE_ANSWER);
    ask(1, 2, "www.example.", "A"); /* it has failed just now */
    assert_string_equal(heard(1), STALE_ANSWER);
    assert_true(nothing_asked(lookup()));
}

TEST_WITH(stale, what_is_found_is_better_than_what_was_known)
{
    struct asked asked;

    learnt_ago("www.example.", 10, 1000);
    ask(0, 1, "www.example.", "A");
    asked = next_asked(lookup());
    deny_asked(lookup(), &asked);
    turn();
    assert_string_equal(heard(0), "NXDOMAIN\n");
}

/* 1.8 seconds (RFC 8767 section 5). */
TEST_WITH(stale, who_has_waited_long_gets_what_was_known)
{
    struct query query;
    struct asked asked;

    learnt_ago("www.example.", 10, 5000);
    query = query_from(0, 1, "www.example.", "A");
    query.received -= FLIGHT_PATIENCE_MS;
    flights_ask(&scene.flights, &query);
    flights_send(&scene.flights);
    asked = next_asked(lookup());
    turn();
    assert_string_equal(heard(0), STALE_ANSWER);
    answer_asked(lookup(), &asked, 100); /* the lookup went on */
    turn();
    ask(1, 2, "www.example.", "A");
    assert_string_equal(heard(1), "NOERROR\n"
                                  "www.example. 100 A 192.0.2.1\n");
}

TEST_WITH(stale, what_ended_too_long_ago_is_not_given)
{
    struct asked asked;

    learnt_ago("www.example.", 10, 3600 * 1000);
    ask(0, 1, "www.example.", "A");
    asked = next_asked(lookup());
    fail_asked(lookup(), &asked);
    turn();
    assert_string_equal(heard(0), "SERVFAIL: Network Error (23): wires cut\n");
}

TEST_WITH(cached, without_the_option_nothing_stale_is_given)
{
    struct asked asked;

    learnt_ago("www.example.", 10, 1000);
    ask(0, 1, "www.example.", "A");
    asked = next_asked(lookup());
    fail_asked(lookup(), &asked);
    turn();
    assert_string_equal(heard(0), "SERVFAIL: Network Error (23): wires cut\n");
}

/* News without records. */
static void learn_of(const char *name, const char *type, enum rcode rcode)
{
    struct asked news = news_about(name, type);
    uint8_t records[256];
    struct answer answer;

    answer_init(&answer, &news.question, records, sizeof records);
    answer_add_soa(&answer, &news.question, 60);
    answer.rcode = (uint16_t)rcode;
    send_answer(lookup(), &news, &answer);
    turn();
}

/* What goes with the question. */
static uint64_t known_with(const char *name, const char *type)
{
    ask(0, 1, name, type);
    return next_asked(lookup()).id & (MESSAGE_NAME_EXISTS | MESSAGE_NO_NAME);
}

TEST_WITH(cached, that_a_name_has_addresses_is_told_with_questions_for_other_types)
{
    struct asked news = news_about("v6.example.", "AAAA");

    answer(&news, 100);
    learn_of("v4.example.", "AAAA", RCODE_NOERROR);
    learn_of("none.example.", "A", RCODE_NXDOMAIN);
    learn_of("half.example.", "A", RCODE_NXDOMAIN);
    learn_of("half.example.", "AAAA", RCODE_NOERROR);
    assert_true(known_with("V6.example.", "MX") == MESSAGE_NAME_EXISTS);
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
