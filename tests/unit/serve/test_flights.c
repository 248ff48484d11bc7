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

static struct scene *set_up(void)
{
    struct scene *scene = test_calloc(1, sizeof *scene);
    struct addr unused;

    scene->loop = loop_new();
    assert_non_null(scene->loop);
    assert_int_equal(channel_open(&scene->channel), 0);
    assert_int_equal(flights_init(&scene->flights, scene->loop, scene->channel.left), 0);
    scene->server = udp_socket(&unused);
    for (int i = 0; i < CLIENTS; i++)
        scene->clients[i] = udp_socket(&scene->addrs[i]);
    return scene;
}

static void tear_down(struct scene *scene)
{
    flights_free(&scene->flights);
    loop_free(scene->loop);
    channel_close(&scene->channel);
    close(scene->server);
    for (int i = 0; i < CLIENTS; i++)
        close(scene->clients[i]);
    test_free(scene);
}

static void stop(void *loop)
{
    loop_stop(loop);
}

/* Lets the loop do all that it can do now. */
static void turn(struct scene *scene)
{
    struct timer timer;

    timer_init(&timer, stop, scene->loop);
    timer_set(scene->loop, &timer, clock_ms());
    assert_int_equal(loop_run(scene->loop), 0);
}

static struct query query_from(const struct scene *scene, int client, uint16_t id,
                               const char *name, const char *type)
{
    return (struct query){
        .request = {.id = id,
                    .has_question = true,
                    .class = CLASS_IN,
                    .question = question_of(name, type),
                    .has_edns = true,
                    .edns_size = 1232},
        .fd = scene->server,
        .path = {.peer = scene->addrs[client]},
        .config = &plain_config,
        .received = clock_ms(),
    };
}

static void ask(struct scene *scene, int client, uint16_t id, const char *name,
                const char *type)
{
    struct query query = query_from(scene, client, id, name, type);

    flights_ask(&scene->flights, &query);
}

/* Asks as if that had been so long ago. */
static void ask_ago(struct scene *scene, int client, int64_t ago, const char *name)
{
    struct query query = query_from(scene, client, 1, name, "A");

    query.received -= ago;
    flights_ask(&scene->flights, &query);
}

/* The lookup process's end of the channel. */
static int lookup_of(const struct scene *scene)
{
    return scene->channel.right;
}

static void a_question_goes_to_the_lookup_process_in_lower_case(void **state)
{
    struct scene *scene = set_up();
    struct asked asked;

    (void)state;
    ask(scene, 0, 1, "WWW.Example.", "AAAA");
    asked = next_asked(lookup_of(scene));
    assert_string_equal(asked_text(&asked), "www.example. AAAA");
    assert_true(nothing_asked(lookup_of(scene)));
    tear_down(scene);
}

static void the_answer_goes_to_who_asked(void **state)
{
    struct scene *scene = set_up();
    struct asked asked;
    const struct reply *reply;

    (void)state;
    ask(scene, 0, 0x1234, "WWW.Example.", "A");
    asked = next_asked(lookup_of(scene));
    answer_asked(lookup_of(scene), &asked, 10);
    turn(scene);
    reply = receive(scene->clients[0]);
    assert_int_equal(reply_id(reply), 0x1234);
    assert_string_equal(reply_text(reply->wire, reply->len),
                        "NOERROR\n"
                        "WWW.Example. 10 A 192.0.2.1\n");
    assert_true(nothing_came(scene->clients[0]));
    tear_down(scene);
}

static void a_failure_goes_to_who_asked(void **state)
{
    struct scene *scene = set_up();
    struct asked asked;

    (void)state;
    ask(scene, 0, 1, "www.example.", "A");
    asked = next_asked(lookup_of(scene));
    fail_asked(lookup_of(scene), &asked);
    turn(scene);
    assert_string_equal(receive_text(scene->clients[0]),
                        "SERVFAIL: Network Error (23): wires cut\n");
    tear_down(scene);
}

static void equal_questions_are_sent_once_whatever_their_letter_case(void **state)
{
    struct scene *scene = set_up();
    struct asked asked;

    (void)state;
    ask(scene, 0, 1, "www.example.", "A");
    ask(scene, 1, 2, "WWW.EXAMPLE.", "A");
    ask(scene, 2, 3, "wWw.eXaMpLe.", "A");
    asked = next_asked(lookup_of(scene));
    assert_string_equal(asked_text(&asked), "www.example. A");
    assert_true(nothing_asked(lookup_of(scene)));
    tear_down(scene);
}

static void each_who_waits_gets_his_own_id_and_letter_case(void **state)
{
    struct scene *scene = set_up();
    struct asked asked;
    const struct reply *reply;

    (void)state;
    ask(scene, 0, 0x1111, "www.example.", "A");
    ask(scene, 1, 0x2222, "WWW.EXAMPLE.", "A");
    asked = next_asked(lookup_of(scene));
    answer_asked(lookup_of(scene), &asked, 10);
    turn(scene);
    reply = receive(scene->clients[0]);
    assert_int_equal(reply_id(reply), 0x1111);
    assert_string_equal(reply_name(reply), "www.example. A");
    reply = receive(scene->clients[1]);
    assert_int_equal(reply_id(reply), 0x2222);
    assert_string_equal(reply_name(reply), "WWW.EXAMPLE. A");
    tear_down(scene);
}

/* A client that asks again has not heard the first reply yet; it may hear both.
 */
static void who_asks_twice_is_answered_twice(void **state)
{
    struct scene *scene = set_up();
    struct asked asked;

    (void)state;
    ask(scene, 0, 1, "www.example.", "A");
    ask(scene, 0, 1, "www.example.", "A");
    asked = next_asked(lookup_of(scene));
    answer_asked(lookup_of(scene), &asked, 10);
    turn(scene);
    receive(scene->clients[0]);
    receive(scene->clients[0]);
    assert_true(nothing_came(scene->clients[0]));
    tear_down(scene);
}

static void other_types_and_names_are_sent_too(void **state)
{
    struct scene *scene = set_up();
    struct asked asked;

    (void)state;
    ask(scene, 0, 1, "www.example.", "A");
    ask(scene, 0, 2, "www.example.", "AAAA");
    ask(scene, 0, 3, "ww.example.", "A");
    asked = next_asked(lookup_of(scene));
    assert_string_equal(asked_text(&asked), "www.example. A");
    asked = next_asked(lookup_of(scene));
    assert_string_equal(asked_text(&asked), "www.example. AAAA");
    asked = next_asked(lookup_of(scene));
    assert_string_equal(asked_text(&asked), "ww.example. A");
    tear_down(scene);
}

static void answers_may_come_in_any_order(void **state)
{
    struct scene *scene = set_up();
    struct asked first, second;

    (void)state;
    ask(scene, 0, 1, "one.example.", "A");
    ask(scene, 1, 2, "two.example.", "A");
    first = next_asked(lookup_of(scene));
    second = next_asked(lookup_of(scene));
    answer_asked(lookup_of(scene), &second, 10);
    turn(scene);
    assert_string_equal(reply_name(receive(scene->clients[1])), "two.example. A");
    assert_true(nothing_came(scene->clients[0]));
    answer_asked(lookup_of(scene), &first, 10);
    turn(scene);
    assert_string_equal(reply_name(receive(scene->clients[0])), "one.example. A");
    tear_down(scene);
}

/* An edit of /etc/hosts is to be seen by the next question. */
static void an_answer_in_time_is_not_kept(void **state)
{
    struct scene *scene = set_up();
    struct asked asked;

    (void)state;
    ask(scene, 0, 1, "www.example.", "A");
    asked = next_asked(lookup_of(scene));
    answer_asked(lookup_of(scene), &asked, 10);
    turn(scene);
    ask(scene, 0, 2, "www.example.", "A");
    asked = next_asked(lookup_of(scene));
    assert_string_equal(asked_text(&asked), "www.example. A");
    tear_down(scene);
}

static void at_the_deadline_it_is_a_failure(void **state)
{
    struct scene *scene = set_up();

    (void)state;
    ask_ago(scene, 0, FLIGHT_DEADLINE_MS, "www.example.");
    turn(scene);
    assert_string_equal(receive_text(scene->clients[0]),
                        "SERVFAIL: No Reachable Authority (22): "
                        "host resolver: no answer yet, still waiting\n");
    tear_down(scene);
}

static void a_second_before_the_deadline_it_is_not(void **state)
{
    struct scene *scene = set_up();

    (void)state;
    ask_ago(scene, 0, FLIGHT_DEADLINE_MS - 1000, "www.example.");
    turn(scene);
    assert_true(nothing_came(scene->clients[0]));
    tear_down(scene);
}

/* Clients give up at 5 seconds. */
static void the_deadline_is_below_four_and_a_half_seconds(void **state)
{
    (void)state;
    assert_true(FLIGHT_DEADLINE_MS < 4500);
}

static void the_deadline_is_each_ones_own(void **state)
{
    struct scene *scene = set_up();
    struct asked asked;

    (void)state;
    ask_ago(scene, 0, FLIGHT_DEADLINE_MS, "www.example.");
    ask(scene, 1, 2, "www.example.", "A");
    turn(scene);
    assert_memory_equal(receive_text(scene->clients[0]), "SERVFAIL", 8);
    assert_true(nothing_came(scene->clients[1]));
    asked = next_asked(lookup_of(scene));
    answer_asked(lookup_of(scene), &asked, 10);
    turn(scene);
    assert_string_equal(receive_text(scene->clients[1]), "NOERROR\n"
                                                         "www.example. 10 A 192.0.2.1\n");
    assert_true(nothing_came(scene->clients[0]));
    tear_down(scene);
}

/* The lookup goes on, though who asked for it has been told that it failed. */
static void a_flight_that_nobody_waits_for_is_joined(void **state)
{
    struct scene *scene = set_up();
    struct asked asked;

    (void)state;
    ask_ago(scene, 0, FLIGHT_DEADLINE_MS, "www.example.");
    turn(scene);
    asked = next_asked(lookup_of(scene));
    ask(scene, 1, 2, "www.example.", "A");
    assert_true(nothing_asked(lookup_of(scene)));
    answer_asked(lookup_of(scene), &asked, 10);
    turn(scene);
    assert_string_equal(receive_text(scene->clients[1]), "NOERROR\n"
                                                         "www.example. 10 A 192.0.2.1\n");
    tear_down(scene);
}

static void an_answer_that_is_late_is_kept_for_the_next(void **state)
{
    struct scene *scene = set_up();
    struct asked asked;
    const struct reply *reply;

    (void)state;
    ask_ago(scene, 0, FLIGHT_DEADLINE_MS, "www.example.");
    turn(scene);
    receive(scene->clients[0]);
    asked = next_asked(lookup_of(scene));
    answer_asked(lookup_of(scene), &asked, 10);
    turn(scene);
    assert_true(nothing_came(scene->clients[0]));
    ask(scene, 1, 0x4321, "WWW.example.", "A");
    reply = receive(scene->clients[1]);
    assert_int_equal(reply_id(reply), 0x4321);
    assert_string_equal(reply_text(reply->wire, reply->len),
                        "NOERROR\n"
                        "WWW.example. 10 A 192.0.2.1\n");
    assert_true(nothing_asked(lookup_of(scene)));
    tear_down(scene);
}

static void a_kept_answer_grows_older(void **state)
{
    struct scene *scene = set_up();
    struct asked asked;
    struct query query;

    (void)state;
    ask_ago(scene, 0, FLIGHT_DEADLINE_MS, "www.example.");
    turn(scene);
    asked = next_asked(lookup_of(scene));
    answer_asked(lookup_of(scene), &asked, 100);
    turn(scene);
    query = query_from(scene, 1, 2, "www.example.", "A");
    query.received += 4500;
    flights_ask(&scene->flights, &query);
    assert_string_equal(receive_text(scene->clients[1]), "NOERROR\n"
                                                         "www.example. 96 A 192.0.2.1\n");
    tear_down(scene);
}

/* The host's files may change meanwhile. */
static void a_kept_answer_ends_after_five_seconds(void **state)
{
    struct scene *scene = set_up();
    struct asked asked;
    struct query query;

    (void)state;
    ask_ago(scene, 0, FLIGHT_DEADLINE_MS, "www.example.");
    turn(scene);
    asked = next_asked(lookup_of(scene));
    answer_asked(lookup_of(scene), &asked, 100);
    turn(scene);
    query = query_from(scene, 1, 2, "www.example.", "A");
    query.received += 5500;
    flights_ask(&scene->flights, &query);
    assert_true(nothing_came(scene->clients[1]));
    tear_down(scene);
}

static void a_kept_answer_ends_with_its_ttl(void **state)
{
    struct scene *scene = set_up();
    struct asked asked;
    struct query query;

    (void)state;
    ask_ago(scene, 0, FLIGHT_DEADLINE_MS, "www.example.");
    turn(scene);
    asked = next_asked(lookup_of(scene));
    answer_asked(lookup_of(scene), &asked, 2);
    turn(scene);
    query = query_from(scene, 1, 2, "www.example.", "A");
    query.received += 2500;
    flights_ask(&scene->flights, &query);
    assert_true(nothing_came(scene->clients[1]));
    asked = next_asked(lookup_of(scene));
    assert_string_equal(asked_text(&asked), "www.example. A");
    tear_down(scene);
}

/* Over TCP, and the connection has ended. */
static void an_answer_to_a_client_that_is_gone_is_kept_for_the_next(void **state)
{
    struct scene *scene = set_up();
    struct query gone = query_from(scene, 0, 1, "www.example.", "A");
    struct asked asked;

    (void)state;
    gone.over_tcp = true;
    flights_ask(&scene->flights, &gone);
    asked = next_asked(lookup_of(scene));
    answer_asked(lookup_of(scene), &asked, 10);
    turn(scene);
    assert_true(nothing_came(scene->clients[0]));
    ask(scene, 1, 2, "www.example.", "A");
    assert_string_equal(receive_text(scene->clients[1]), "NOERROR\n"
                                                         "www.example. 10 A 192.0.2.1\n");
    assert_true(nothing_asked(lookup_of(scene)));
    tear_down(scene);
}

/* RFC 9520 section 3.2. */
static void a_failure_is_repeated_for_a_second(void **state)
{
    struct scene *scene = set_up();
    struct asked asked;
    struct query query;

    (void)state;
    ask(scene, 0, 1, "www.example.", "A");
    asked = next_asked(lookup_of(scene));
    fail_asked(lookup_of(scene), &asked);
    turn(scene);
    assert_string_equal(receive_text(scene->clients[0]),
                        "SERVFAIL: Network Error (23): wires cut\n");
    ask(scene, 1, 2, "WWW.example.", "A");
    assert_string_equal(receive_text(scene->clients[1]),
                        "SERVFAIL: Network Error (23): wires cut\n");
    assert_true(nothing_asked(lookup_of(scene)));
    query = query_from(scene, 1, 3, "www.example.", "A");
    query.received += 1001;
    flights_ask(&scene->flights, &query);
    asked = next_asked(lookup_of(scene));
    assert_string_equal(asked_text(&asked), "www.example. A");
    tear_down(scene);
}

static void that_we_are_not_ready_is_not_repeated(void **state)
{
    struct scene *scene = set_up();
    struct asked asked;

    (void)state;
    ask(scene, 0, 1, "www.example.", "A");
    asked = next_asked(lookup_of(scene));
    fail_asked_because(lookup_of(scene), &asked, EDE_NOT_READY);
    turn(scene);
    ask(scene, 1, 2, "www.example.", "A");
    asked = next_asked(lookup_of(scene));
    assert_string_equal(asked_text(&asked), "www.example. A");
    tear_down(scene);
}

/* RFC 8020: what is above a name of the host's own exists. */
static void the_parent_of_a_local_name_has_no_data(void **state)
{
    struct scene *scene = set_up();
    struct asked asked;

    (void)state;
    ask(scene, 0, 1, "a.www.example.", "A");
    asked = next_asked(lookup_of(scene));
    answer_asked_from(lookup_of(scene), &asked, 10, ANSWER_FROM_HOST);
    turn(scene);
    ask(scene, 1, 2, "www.example.", "A");
    asked = next_asked(lookup_of(scene));
    deny_asked(lookup_of(scene), &asked);
    turn(scene);
    assert_string_equal(receive_text(scene->clients[1]), "NOERROR\n");
    tear_down(scene);
}

static void an_answer_with_an_unknown_id_reaches_nobody_who_waits(void **state)
{
    struct scene *scene = set_up();
    struct asked asked, stranger;

    (void)state;
    ask(scene, 0, 1, "www.example.", "A");
    asked = stranger = next_asked(lookup_of(scene));
    stranger.id++;
    answer_asked(lookup_of(scene), &stranger, 10);
    turn(scene);
    assert_true(nothing_came(scene->clients[0]));
    answer_asked(lookup_of(scene), &asked, 10);
    turn(scene);
    assert_string_equal(receive_text(scene->clients[0]), "NOERROR\n"
                                                         "www.example. 10 A 192.0.2.1\n");
    tear_down(scene);
}

static void a_second_answer_is_kept_for_a_moment(void **state)
{
    struct scene *scene = set_up();
    struct asked asked;
    struct query query;

    (void)state;
    ask(scene, 0, 1, "www.example.", "A");
    asked = next_asked(lookup_of(scene));
    answer_asked(lookup_of(scene), &asked, 10);
    answer_asked(lookup_of(scene), &asked, 10);
    turn(scene);
    receive(scene->clients[0]);
    assert_true(nothing_came(scene->clients[0]));
    ask(scene, 1, 2, "www.example.", "A");
    assert_string_equal(receive_text(scene->clients[1]), "NOERROR\n"
                                                         "www.example. 10 A 192.0.2.1\n");
    query = query_from(scene, 1, 3, "www.example.", "A");
    query.received += 1500;
    flights_ask(&scene->flights, &query);
    assert_true(nothing_came(scene->clients[1]));
    tear_down(scene);
}

static void a_message_that_is_no_answer_is_dropped(void **state)
{
    struct scene *scene = set_up();
    struct asked asked;

    (void)state;
    ask(scene, 0, 1, "www.example.", "A");
    asked = next_asked(lookup_of(scene));
    assert_int_equal(channel_send(lookup_of(scene), "?", 1, CHANNEL_BLOCK), CHANNEL_DONE);
    answer_asked(lookup_of(scene), &asked, 10);
    turn(scene);
    assert_string_equal(receive_text(scene->clients[0]), "NOERROR\n"
                                                         "www.example. 10 A 192.0.2.1\n");
    tear_down(scene);
}

static void ids_do_not_start_at_the_same_number(void **state)
{
    struct scene *one = set_up(), *other = set_up();
    uint64_t id;

    (void)state;
    ask(one, 0, 1, "www.example.", "A");
    ask(other, 0, 1, "www.example.", "A");
    id = next_asked(lookup_of(one)).id;
    assert_true(next_asked(lookup_of(other)).id != id);
    tear_down(one);
    tear_down(other);
}

/* Asks for 1.example., 2.example., ... until the channel takes no more; how
 * many it took.
 */
static unsigned fill_channel(struct scene *scene)
{
    unsigned number = 0;
    int size = 1; /* the kernel makes its least of it */
    char name[32];

    assert_int_equal(
        setsockopt(scene->channel.left, SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
    do {
        snprintf(name, sizeof name, "%u.example.", ++number);
        ask(scene, 0, (uint16_t)number, name, "A");
    } while (list_empty(&scene->flights.unsent));
    return number - 1;
}

static void a_full_channel_is_resumed_when_there_is_room(void **state)
{
    struct scene *scene = set_up();
    unsigned sent = fill_channel(scene);
    char expected[32];

    (void)state;
    ask(scene, 0, 1, "last.example.", "A");
    for (unsigned i = 1; i <= sent; i++)
        next_asked(lookup_of(scene));
    assert_true(nothing_asked(lookup_of(scene)));
    turn(scene);
    snprintf(expected, sizeof expected, "%u.example. A", sent + 1);
    for (int i = 0; i < 2; i++) {
        struct asked asked = next_asked(lookup_of(scene));

        assert_string_equal(asked_text(&asked), i == 0 ? expected : "last.example. A");
    }
    assert_true(nothing_asked(lookup_of(scene)));
    tear_down(scene);
}

static int64_t cpu_ms(void)
{
    struct timespec spent;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return spent.tv_sec * 1000 + spent.tv_nsec / 1000000;
}

/* An empty channel always has room: who waited for it on would run in circles.
 */
static void once_all_is_sent_the_loop_sleeps(void **state)
{
    struct scene *scene = set_up();
    struct timer timer;
    int64_t before;

    (void)state;
    fill_channel(scene);
    while (!nothing_asked(lookup_of(scene)))
        next_asked(lookup_of(scene));
    turn(scene);
    assert_true(list_empty(&scene->flights.unsent));
    timer_init(&timer, stop, scene->loop);
    timer_set(scene->loop, &timer, clock_ms() + 200);
    before = cpu_ms();
    assert_int_equal(loop_run(scene->loop), 0);
    assert_true(cpu_ms() - before < 100);
    tear_down(scene);
}

static void equal_questions_that_are_not_sent_yet_are_sent_once(void **state)
{
    struct scene *scene = set_up();
    unsigned sent = fill_channel(scene);
    struct asked asked;

    (void)state;
    ask(scene, 0, 1, "same.example.", "A");
    ask(scene, 1, 2, "SAME.example.", "A");
    for (unsigned i = 1; i <= sent; i++)
        next_asked(lookup_of(scene));
    turn(scene);
    next_asked(lookup_of(scene));
    asked = next_asked(lookup_of(scene));
    assert_string_equal(asked_text(&asked), "same.example. A");
    assert_true(nothing_asked(lookup_of(scene)));
    tear_down(scene);
}

static void a_question_that_nobody_waits_for_is_not_sent_any_more(void **state)
{
    struct scene *scene = set_up();
    struct asked asked;
    int size = 1;

    (void)state;
    assert_int_equal(
        setsockopt(scene->channel.left, SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
    while (channel_send(scene->channel.left, "full", 4, CHANNEL_TRY) == CHANNEL_DONE)
        ;
    ask_ago(scene, 0, FLIGHT_DEADLINE_MS, "old.example.");
    ask(scene, 1, 2, "new.example.", "A");
    turn(scene);
    assert_memory_equal(receive_text(scene->clients[0]), "SERVFAIL", 8);
    for (char byte; !nothing_asked(lookup_of(scene));)
        assert_int_equal(recv(lookup_of(scene), &byte, 1, 0), 1);
    turn(scene);
    asked = next_asked(lookup_of(scene));
    assert_string_equal(asked_text(&asked), "new.example. A");
    assert_true(nothing_asked(lookup_of(scene)));
    tear_down(scene);
}

static void when_the_lookup_process_dies_who_waits_is_told(void **state)
{
    struct scene *scene = set_up();

    (void)state;
    ask(scene, 0, 1, "www.example.", "A");
    ask(scene, 1, 2, "www.example.", "A");
    ask(scene, 2, 3, "www.example.", "AAAA");
    flights_lookup_died(&scene->flights);
    for (int i = 0; i < 3; i++)
        assert_string_equal(receive_text(scene->clients[i]),
                            "SERVFAIL: Other Error (0): the lookup process died\n");
    tear_down(scene);
}

static void when_the_lookup_process_dies_the_unsent_are_kept(void **state)
{
    struct scene *scene = set_up();
    unsigned sent;
    struct asked asked;

    (void)state;
    sent = fill_channel(scene);
    ask(scene, 1, 7, "kept.example.", "A");
    for (unsigned i = 1; i <= sent; i++)
        next_asked(lookup_of(scene));
    flights_lookup_died(&scene->flights);
    assert_true(nothing_came(scene->clients[1]));
    turn(scene);
    next_asked(lookup_of(scene));
    asked = next_asked(lookup_of(scene));
    assert_string_equal(asked_text(&asked), "kept.example. A");
    answer_asked(lookup_of(scene), &asked, 10);
    turn(scene);
    assert_string_equal(receive_text(scene->clients[1]), "NOERROR\n"
                                                         "kept.example. 10 A 192.0.2.1\n");
    tear_down(scene);
}

static void after_the_lookup_process_died_the_question_is_sent_anew(void **state)
{
    struct scene *scene = set_up();
    struct asked before, after;

    (void)state;
    ask(scene, 0, 1, "www.example.", "A");
    before = next_asked(lookup_of(scene));
    flights_lookup_died(&scene->flights);
    receive(scene->clients[0]);
    ask(scene, 0, 2, "www.example.", "A");
    after = next_asked(lookup_of(scene));
    assert_string_equal(asked_text(&after), "www.example. A");
    assert_true(after.id != before.id);
    tear_down(scene);
}

static void an_answer_of_the_dead_lookup_process_is_dropped(void **state)
{
    struct scene *scene = set_up();
    struct asked before;

    (void)state;
    ask(scene, 0, 1, "www.example.", "A");
    before = next_asked(lookup_of(scene));
    flights_lookup_died(&scene->flights);
    receive(scene->clients[0]);
    ask(scene, 0, 2, "www.example.", "A");
    answer_asked(lookup_of(scene), &before, 10);
    turn(scene);
    assert_true(nothing_came(scene->clients[0]));
    tear_down(scene);
}

static void too_many_who_wait_are_told_at_once(void **state)
{
    struct scene *scene = set_up();

    (void)state;
    for (int i = 0; i < 32768; i++)
        ask(scene, 0, 1, "www.example.", "A");
    assert_true(nothing_came(scene->clients[0]));
    ask(scene, 1, 2, "www.example.", "A");
    assert_string_equal(receive_text(scene->clients[1]),
                        "SERVFAIL: Not Ready (14): too many questions are waiting\n");
    tear_down(scene);
}

static void too_many_questions_are_told_at_once(void **state)
{
    struct scene *scene = set_up();
    char name[32];

    (void)state;
    for (int i = 0; i < 16384; i++) {
        snprintf(name, sizeof name, "%d.example.", i);
        ask(scene, 0, 1, name, "A");
    }
    assert_true(nothing_came(scene->clients[0]));
    ask(scene, 1, 2, "one.more.example.", "A");
    assert_string_equal(receive_text(scene->clients[1]),
                        "SERVFAIL: Not Ready (14): too many questions are waiting\n");
    ask(scene, 2, 3, "0.example.", "A"); /* that one is in flight already */
    assert_true(nothing_came(scene->clients[2]));
    tear_down(scene);
}

static void room_is_given_back_with_each_answer(void **state)
{
    struct scene *scene = set_up();

    (void)state;
    for (int i = 0; i < 3 * 32768; i++) {
        ask(scene, 0, 1, "www.example.", "A");
        if (i % 1000 == 999)
            flights_lookup_died(&scene->flights);
    }
    flights_lookup_died(&scene->flights);
    assert_int_equal(scene->flights.waiting_count, 0);
    assert_int_equal(scene->flights.by_id.count, 0);
    assert_int_equal(scene->flights.by_question.count, 0);
    tear_down(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_goes_to_the_lookup_process_in_lower_case),
        cmocka_unit_test(the_answer_goes_to_who_asked),
        cmocka_unit_test(a_failure_goes_to_who_asked),
        cmocka_unit_test(equal_questions_are_sent_once_whatever_their_letter_case),
        cmocka_unit_test(each_who_waits_gets_his_own_id_and_letter_case),
        cmocka_unit_test(who_asks_twice_is_answered_twice),
        cmocka_unit_test(other_types_and_names_are_sent_too),
        cmocka_unit_test(answers_may_come_in_any_order),
        cmocka_unit_test(an_answer_in_time_is_not_kept),
        cmocka_unit_test(at_the_deadline_it_is_a_failure),
        cmocka_unit_test(a_second_before_the_deadline_it_is_not),
        cmocka_unit_test(the_deadline_is_below_four_and_a_half_seconds),
        cmocka_unit_test(the_deadline_is_each_ones_own),
        cmocka_unit_test(a_flight_that_nobody_waits_for_is_joined),
        cmocka_unit_test(an_answer_that_is_late_is_kept_for_the_next),
        cmocka_unit_test(a_kept_answer_grows_older),
        cmocka_unit_test(a_kept_answer_ends_after_five_seconds),
        cmocka_unit_test(a_kept_answer_ends_with_its_ttl),
        cmocka_unit_test(an_answer_to_a_client_that_is_gone_is_kept_for_the_next),
        cmocka_unit_test(a_failure_is_repeated_for_a_second),
        cmocka_unit_test(that_we_are_not_ready_is_not_repeated),
        cmocka_unit_test(the_parent_of_a_local_name_has_no_data),
        cmocka_unit_test(an_answer_with_an_unknown_id_reaches_nobody_who_waits),
        cmocka_unit_test(a_second_answer_is_kept_for_a_moment),
        cmocka_unit_test(a_message_that_is_no_answer_is_dropped),
        cmocka_unit_test(ids_do_not_start_at_the_same_number),
        cmocka_unit_test(a_full_channel_is_resumed_when_there_is_room),
        cmocka_unit_test(once_all_is_sent_the_loop_sleeps),
        cmocka_unit_test(equal_questions_that_are_not_sent_yet_are_sent_once),
        cmocka_unit_test(a_question_that_nobody_waits_for_is_not_sent_any_more),
        cmocka_unit_test(when_the_lookup_process_dies_who_waits_is_told),
        cmocka_unit_test(when_the_lookup_process_dies_the_unsent_are_kept),
        cmocka_unit_test(after_the_lookup_process_died_the_question_is_sent_anew),
        cmocka_unit_test(an_answer_of_the_dead_lookup_process_is_dropped),
        cmocka_unit_test(too_many_who_wait_are_told_at_once),
        cmocka_unit_test(too_many_questions_are_told_at_once),
        cmocka_unit_test(room_is_given_back_with_each_answer),
    };

    alarm(120); /* ends a test that waits for what never comes */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
