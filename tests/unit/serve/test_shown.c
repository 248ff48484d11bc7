/* What the web page gets to see of a question. */
#include "scene.h"

#include "base/recent.h"
#include "dns/way.h"
#include "serve/handler.h"
#include "serve/respond.h"
#include "serve/shown.h"

static struct handler handler;
static struct recent_record record;
static uint64_t before; /* the newest record as the case began */

static void set_up_shown(void)
{
    int fd = recent_open(-1, false);

    assert_int_not_equal(fd, -1);
    close(fd); /* the ring stays mapped */
    recent_begin();
    before = recent_newest();
    scene_open(&scene, &some_cache);
    handler = (struct handler){.config = &scene.config, .flights = scene.flights};
}

static void tear_down_shown(void)
{
    scene_close(&scene);
    recent_next_at = INT64_MAX;
}

FIXTURE(shown, set_up_shown, tear_down_shown);

#define HEAD(records) "\x12\x34\1\0\0\1\0\0\0\0\0" records
#define WWW           "\3wWw\7example\0\0\1\0\1"
/* An OPT record with a client subnet, 192.0.2.0/24, and a cookie. */
#define OPT                                                                                \
    "\0\0\51\4\320\0\0\0\0\0\27\0\10\0\7\0\1\30\0\300\0\2\0\12\0\10"                       \
    "cookie!!"

static struct query query_at(int64_t received)
{
    struct query query = query_from(0, 0, "unused.", "A");

    query.config = &scene.config;
    query.received = received;
    return query;
}

static void ask_wire(const void *wire, size_t len)
{
    struct query query = query_at(clock_ms());

    handler_request(&handler, &query, wire, len);
    flights_send(scene.flights);
    query_end(&query);
}

#define ASK(wire) ask_wire(wire, sizeof(wire) - 1)

/* The next question, whose way serve wants to know; lookup answers without that flag. */
static struct asked next_of_lookup(void)
{
    struct asked asked = next_asked(lookup());

    assert_true(asked.id & MESSAGE_WAY);
    asked.id &= ~MESSAGE_WAY;
    return asked;
}

static void answer_it(void)
{
    struct asked asked = next_of_lookup();

    answer(&asked, 10);
}

/* The only record of the case. */
static void read_record(void)
{
    assert_int_equal(recent_newest(), before + 1);
    assert_true(recent_read(recent_newest(), &record));
}

/* The only step of the kind in its way. */
static struct way_step step_of(enum way_kind kind)
{
    const struct way_step *step;
    static struct way way;

    assert_true(way_read(&way, reader_of(record.way, record.way_len)));
    step = way_find(&way, kind);
    assert_non_null(step);
    return *step;
}

TEST_WITH(shown, a_question_that_was_looked_up)
{
    int64_t now = clock_unix_ms();
    const struct reply *reply;

    ASK(HEAD("\0") WWW);
    answer_it();
    reply = receive(scene.clients[0]);
    read_record();
    assert_in_range(record.at - now, 0, 1000000);
    assert_int_equal(record.client_len, 4);
    assert_memory_equal(record.client, "\177\0\0\1", 4);
    assert_int_equal(record.over_tcp, 0);
    assert_int_equal(record.rcode, RCODE_NOERROR);
    assert_int_equal(record.ede, RECENT_NO_EDE);
    assert_string_equal(record.reason, "");
    assert_int_equal(record.question_size, 29);
    assert_int_equal(record.question_len, 29);
    assert_memory_equal(record.question, HEAD("\0") WWW, 29);
    assert_int_equal(record.reply_size, reply->len);
    assert_int_equal(record.reply_len, reply->len);
    assert_memory_equal(record.reply, reply->wire, reply->len);
    assert_int_equal(step_of(WAY_SERVE).code, WAY_LOOKED_UP);
    assert_int_equal(step_of(WAY_SOURCE).code, ANSWER_FROM_DNS);
}

TEST_WITH(shown, the_steps_of_lookup_are_part_of_the_way)
{
    static const struct way_step verdict = {.kind = WAY_VERDICT, .took = 42};
    uint8_t steps[64], message[MESSAGE_WAY_MAX];
    struct writer to = writer_of(steps, sizeof steps);
    struct bundle bundle = {.len = 0};
    struct asked asked;

    ASK(HEAD("\0") WWW);
    asked = next_of_lookup();
    way_put(&to, &verdict);
    assert_true(
        bundle_add(&bundle, message,
                   message_put_way(asked.id, steps, to.pos, message, sizeof message)));
    assert_int_equal(bundle_send(&bundle, lookup(), CHANNEL_BLOCK), CHANNEL_DONE);
    answer(&asked, 10);
    receive(scene.clients[0]);
    read_record();
    assert_int_equal(step_of(WAY_VERDICT).took, 42);
}

TEST_WITH(shown, the_client_gets_no_way_that_it_has_not_asked_for)
{
    const struct reply *reply;
    struct way way;

    ASK(HEAD("\1") WWW OPT);
    answer_it();
    reply = receive(scene.clients[0]);
    assert_false(way_of_reply(&way, reply->wire, reply->len));
}

TEST_WITH(shown, a_cached_answer)
{
    ASK(HEAD("\0") WWW);
    answer_it();
    receive(scene.clients[0]);
    before++;
    ASK(HEAD("\0") WWW);
    receive(scene.clients[0]);
    read_record();
    assert_int_equal(step_of(WAY_SERVE).code, WAY_FROM_CACHE);
    assert_int_equal(step_of(WAY_SERVE).flags, WAY_FAST);
    assert_int_equal(step_of(WAY_KEPT).len, 8);
}

TEST_WITH(shown, a_failure_has_its_reason)
{
    struct asked asked;

    ASK(HEAD("\0") WWW);
    asked = next_of_lookup();
    fail_asked(lookup(), &asked);
    turn(scene.loop);
    receive(scene.clients[0]);
    read_record();
    assert_int_equal(record.rcode, RCODE_SERVFAIL);
    assert_int_equal(record.ede, EDE_NETWORK_ERROR);
    assert_string_equal(record.reason, "wires cut");
}

TEST_WITH(shown, a_client_that_is_refused)
{
    scene.config.policy.allow_count = 0;
    ASK(HEAD("\0") WWW);
    receive(scene.clients[0]);
    read_record();
    assert_int_equal(record.rcode, RCODE_REFUSED);
    assert_int_equal(step_of(WAY_SERVE).code, WAY_BY_ITSELF);
}

TEST_WITH(shown, a_request_that_cannot_be_read)
{
    ASK("\x12\x34\1\0\0\1\0\0\0\0\0\0\3ww");
    receive(scene.clients[0]);
    read_record();
    assert_int_equal(record.rcode, RCODE_FORMERR);
    assert_int_equal(record.question_len, 15);
}

TEST_WITH(shown, long_packets_are_cut_and_tell_their_size)
{
    static const uint8_t address[] = {192, 0, 2, 1};
    uint8_t records[4000];
    struct query query = query_at(clock_ms());
    struct answer many;

    static uint8_t wire[2000] = HEAD("\0") WWW; /* with octets behind its end */
    scene.config.udp_size = 4096;
    query.request.edns_size = 4096;
    shown_begin(&query, wire, sizeof wire);
    answer_init(&many, &query.request.question, records, sizeof records);
    while (answer_add_address(&many, ANSWER_OWNER_QUESTION, TYPE_A, address, 10))
        ;
    assert_true(respond(&query, &many, 0));
    query_end(&query);
    read_record();
    assert_int_equal(record.question_size, 2000);
    assert_int_equal(record.question_len, 512);
    assert_in_range(record.reply_size, 3900, 4096);
    assert_int_equal(record.reply_len, 1232);
}

/* False if the octets are found anywhere in the record. */
static bool lacks(const char *octets, size_t len)
{
    return !memmem(&record, sizeof record, octets, len);
}

/* A subnet and a cookie tell one client from another as well as an address does. */
TEST_WITH(shown, a_hidden_client_is_not_written)
{
    scene.config.hides_clients = true;
    scene.config.policy.cookies = true;
    ASK(HEAD("\1") WWW OPT);
    answer_it();
    receive(scene.clients[0]);
    read_record();
    assert_int_equal(record.client_len, 0);
    assert_true(lacks("\177\0\0\1", 4));
    assert_true(lacks("\1\30\0\300\0\2", 6));
    assert_true(lacks("cookie!!", 8));
    assert_int_equal(record.question_size, 29 + 34);
    assert_int_equal(record.question_len, 29);
    assert_int_equal(record.reply_len, 29 + 16);
    assert_true(record.reply_size > record.reply_len);
}

TEST_WITH(shown, nothing_behind_what_cannot_be_read_is_written_of_a_hidden_client)
{
    scene.config.hides_clients = true;
    ASK("\x12\x34\1\0\0\2\0\0\0\0\0\1" WWW OPT);
    receive(scene.clients[0]);
    read_record();
    assert_int_equal(record.rcode, RCODE_FORMERR);
    assert_true(lacks("cookie!!", 8));
}

TEST_WITH(shown, a_client_over_ipv6)
{
    struct query query = query_at(clock_ms());
    struct answer none;

    assert_true(addr_parse(&query.path.peer, "2001:db8::1", 4000));
    shown_begin(&query, (const uint8_t *)HEAD("\0") WWW, 29);
    answer_init(&none, &query.request.question, NULL, 0);
    respond(&query, &none, 0);
    query_end(&query);
    read_record();
    assert_int_equal(record.client_len, 16);
    assert_memory_equal(record.client, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
}

/* The limit is that of recent_take. */
TEST_WITH(shown, more_than_a_burst_is_not_written)
{
    int64_t now = clock_ms();

    for (int i = 0; i < 150; i++) {
        struct query query = query_at(now);

        shown_begin(&query, (const uint8_t *)HEAD("\0") WWW, 29);
        assert_int_equal(query.shown != NULL, i < 100);
        query_end(&query);
    }
    assert_false(recent_is_due(now));
}

TEST_WITH(shown, without_a_reader_nothing_is_written)
{
    struct asked asked;

    recent_next_at = INT64_MAX;
    ASK(HEAD("\0") WWW);
    asked = next_asked(lookup());
    assert_false(asked.id & MESSAGE_WAY);
    answer(&asked, 10);
    receive(scene.clients[0]);
    assert_int_equal(recent_newest(), before);
}
