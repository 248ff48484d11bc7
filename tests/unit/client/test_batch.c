/* Names that are answered in any order, and shown in their own. */
#include "responder.h"

#include "client/batch.h"

#include <poll.h>

static struct responder responder;
static struct session session;
static struct batch *batch;
static char *shown, *complained;
static size_t shown_size, complained_size;

static void begin(responder_script *script, size_t at_once)
{
    static struct cmdline cmdline;

    cmdline = (struct cmdline){.settings.style.view = VIEW_SHORT,
                               .settings.manner = {.tries = 1, .try_ms = 60000}};

    responder_start(&responder, script);
    cmdline.server = responder.addr;
    assert_int_equal(session_open(&session, &cmdline, open_memstream(&shown, &shown_size),
                                  open_memstream(&complained, &complained_size)),
                     0);
    batch = batch_new(&session, at_once, NULL);
    assert_non_null(batch);
}

static void ask(const char *name)
{
    char copy[64];

    strcpy(copy, name);
    assert_true(batch_ask(batch, &(struct wish){.name = copy, .type = TYPE_A}));
}

static void assert_end(int code, const char *out, const char *err)
{
    assert_int_equal(batch_end(batch), code);
    fclose(session.out);
    fclose(session.err);
    assert_string_equal(shown, out);
    assert_string_equal(complained, err);
    session_close(&session);
    responder_stop(&responder);
    free(shown);
    free(complained);
}

/* The address of "1.test" is 192.0.2.1. */
static void reply_number(struct responder *server, const uint8_t *query, size_t size)
{
    uint8_t record[sizeof RECORD_A];

    memcpy(record, RECORD_A, sizeof record);
    record[sizeof record - 1] = (uint8_t)(query[13] - '0');
    responder_reply(server, query, size, 0, 1, 0, record, sizeof record);
}

/* Keeps what comes until there are four, and then answers the last one first. */
static void last_first(struct responder *server, const uint8_t *query, size_t size)
{
    static uint8_t queries[4][512];
    static size_t sizes[4];
    size_t at = server->asked - 1;

    memcpy(queries[at], query, size);
    sizes[at] = size;
    for (size_t i = 4; at == 3 && i-- > 0;)
        reply_number(server, queries[i], sizes[i]);
}

TEST(answers_come_in_the_order_of_the_names)
{
    begin(last_first, 4);
    for (int i = 1; i <= 4; i++)
        ask((char[]){(char)('0' + i), '.', 't', 0});
    assert_end(0, "192.0.2.1\n192.0.2.2\n192.0.2.3\n192.0.2.4\n", "");
}

TEST(one_after_the_other_is_one_at_a_time)
{
    begin(reply_number, 1);
    ask("1.t");
    ask("2.t"); /* there is room for it when the first has ended */
    fflush(session.out);
    assert_string_equal(shown, "192.0.2.1\n");
    assert_end(0, "192.0.2.1\n192.0.2.2\n", "");
}

TEST(complaints_stand_where_they_belong)
{
    begin(reply_number, 8);
    fclose(session.err);
    free(complained);
    session.err = session.out; /* to see the order */
    ask("1.t");
    assert_true(batch_complain(batch, EX_USAGE, "a mistake\n"));
    ask("2..t");
    ask("3.t");
    assert_int_equal(batch_end(batch), EX_USAGE);
    fclose(session.out);
    assert_string_equal(shown, "192.0.2.1\na mistake\n"
                               "hostdns: \"2..t\": not a domain name\n192.0.2.3\n");
    session_close(&session);
    responder_stop(&responder);
    free(shown);
}

TEST(the_highest_code_is_that_of_all)
{
    begin(reply_number, 8);
    ask("1.t");
    assert_true(batch_complain(batch, 2, ""));
    assert_true(batch_complain(batch, 1, ""));
    assert_end(2, "192.0.2.1\n", "");
}

enum { QUEUE = 4096 };
static bool came_early;

/* A name that begins with "9" is answered when the queue behind it is full, and nobody has
 * asked for more. */
static void when_full(struct responder *server, const uint8_t *query, size_t size)
{
    static uint8_t nine[512];
    static size_t nine_size;
    struct pollfd more = {.fd = server->fd, .events = POLLIN};

    if (query[13] == '9') {
        memcpy(nine, query, size);
        nine_size = size;
        return;
    }
    reply_number(server, query, size);
    if (server->asked != QUEUE)
        return;
    came_early = poll(&more, 1, 50) != 0;
    reply_number(server, nine, nine_size);
}

TEST(what_waits_behind_one_that_hangs_is_bounded)
{
    static char expected[(QUEUE + 1) * 10 + 1] = "192.0.2.9\n";

    begin(when_full, 4);
    ask("9.t");
    for (int i = 1; i < QUEUE + 1; i++) {
        ask("1.t");
        memcpy(expected + 10 * i, "192.0.2.1\n", 11);
    }
    assert_end(0, expected, "");
    assert_false(came_early);
}

TEST(output_that_fails_ends_the_work)
{
    begin(reply_number, 1);
    fclose(session.out);
    free(shown);
    session.out = fopen("/dev/full", "w");
    ask("1.t");
    assert_false(batch_ask(batch, &(struct wish){.name = (char[]){"2.t"}, .type = TYPE_A}));
    assert_false(batch_complain(batch, EX_USAGE, ""));
    assert_false(batch_wait(batch, -1));
    batch_end(batch);
    fclose(session.out);
    fclose(session.err);
    session_close(&session);
    responder_stop(&responder);
    free(complained);
}

/* More of them than are asked at a time: they are answered when one that was behind has
 * come. */
static void hung_until_another_comes(struct responder *server, const uint8_t *query,
                                     size_t size)
{
    static uint8_t queries[2][512];
    static size_t sizes[2];

    if (query[13] == '9') {
        memcpy(queries[server->asked - 1], query, size);
        sizes[server->asked - 1] = size;
        return;
    }
    reply_number(server, query, size);
    for (int i = 0; i < 2; i++)
        reply_number(server, queries[i], sizes[i]);
}

TEST(names_that_hang_make_room_for_others)
{
    begin(hung_until_another_comes, 2);
    ask("9.t");
    ask("9.t");
    ask("1.t");
    assert_end(0, "192.0.2.9\n192.0.2.9\n192.0.2.1\n", "");
}
