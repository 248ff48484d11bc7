/* What a client is told of its answer's way. */
#include "clients.h"

#include "net/udp_send_batch.h"
#include "serve/account.h"

static struct query query;
static struct answer answer;
static struct way way;

static void set_up(void)
{
    query = (struct query){.config = &plain_config, .origin = QUERYLOG_CACHE};
    query.request.class = CLASS_IN;
    answer = (struct answer){.source = ANSWER_FROM_DNS, .server = 3, .ede = EDE_NONE};
}

FIXTURE(account, set_up, NULL);

/* The account of an answer so many seconds old, in `way`. */
static void account(uint32_t age)
{
    uint8_t octets[WAY_MAX];

    assert_true(
        way_read(&way, reader_of(octets, account_write(&query, &answer, age, octets))));
}

static bool is_due(const char *client, bool asked)
{
    struct request request = {.options.way = asked};
    struct addr addr;

    assert_true(addr_parse(&addr, client, 4000));
    return account_is_due(&request, &addr);
}

TEST(it_is_due_to_a_client_on_loopback_that_asks_for_it)
{
    assert_true(is_due("127.0.0.1", true));
    assert_true(is_due("127.9.9.9", true));
    assert_true(is_due("::1", true));
    assert_false(is_due("127.0.0.1", false));
    assert_false(is_due("192.0.2.1", true));
    assert_false(is_due("2001:db8::1", true));
    assert_false(is_due("::ffff:192.0.2.1", true));
}

TEST_WITH(account, how_serve_came_by_an_answer)
{
    static const struct {
        enum querylog_origin origin;
        bool is_stale, has_joined;
        uint16_t rcode;
        enum way_how how;
    } rows[] = {
        {QUERYLOG_ITSELF, false, false, RCODE_REFUSED, WAY_BY_ITSELF},
        {QUERYLOG_CACHE, false, false, RCODE_NOERROR, WAY_FROM_CACHE},
        {QUERYLOG_CACHE, false, false, RCODE_NXDOMAIN, WAY_FROM_CACHE},
        {QUERYLOG_CACHE, true, false, RCODE_NOERROR, WAY_STALE},
        {QUERYLOG_CACHE, false, false, RCODE_SERVFAIL, WAY_KEPT_FAIL},
        {QUERYLOG_LOOKUP, false, false, RCODE_SERVFAIL, WAY_LOOKED_UP},
        {QUERYLOG_LOOKUP, false, true, RCODE_NOERROR, WAY_JOINED},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        query.origin = rows[i].origin;
        query.has_joined = rows[i].has_joined;
        answer.is_stale = rows[i].is_stale;
        answer.rcode = rows[i].rcode;
        account(0);
        assert_int_equal(way_find(&way, WAY_SERVE)->code, rows[i].how);
    }
}

TEST_WITH(account, a_server_is_told_once_it_has_been_introduced)
{
    static const struct way_endpoint server = {
        .port = 53, .ip_len = 4, .ip = {192, 0, 2, 53}};
    struct way_endpoint got = {0};

    account(0);
    assert_false(way_get_source(way_find(&way, WAY_SOURCE), &got));
    account_meet(3, &server);
    account(0);
    assert_true(way_get_source(way_find(&way, WAY_SOURCE), &got));
    assert_memory_equal(&got, &server, sizeof got);
    answer.server = 0;
    account(0);
    assert_false(way_get_source(way_find(&way, WAY_SOURCE), &got));
}

static uint8_t flags_of_serve(void)
{
    account(0);
    return way_find(&way, WAY_SERVE)->flags;
}

TEST_WITH(account, a_plain_question_would_have_been_fast)
{
    static struct cname_chain chain;
    static uint8_t long_records[UDP_SEND_BATCH_REPLY];

    assert_int_equal(flags_of_serve(), WAY_FAST);
    query.over_tcp = true;
    assert_int_equal(flags_of_serve(), WAY_OVER_TCP);
    query.over_tcp = false;
    answer.ede = EDE_SYNTHESIZED;
    assert_int_equal(flags_of_serve(), 0);
    answer.ede = EDE_NONE;
    answer.records = long_records;
    answer.len = sizeof long_records;
    assert_int_equal(flags_of_serve(), 0);
    answer.len = 0;
    query.chain = &chain;
    assert_int_equal(flags_of_serve(), 0);
    query.chain = NULL;
    query.origin = QUERYLOG_LOOKUP;
    assert_int_equal(flags_of_serve(), 0);
}

TEST_WITH(account, what_has_ended_has_nothing_left)
{
    uint32_t age, left;

    account(12);
    assert_true(way_get_kept(way_find(&way, WAY_KEPT), &age, &left));
    assert_int_equal(age, 12);
    assert_int_equal(left, 0);
}

TEST_WITH(account, lookups_steps_follow)
{
    static const uint8_t steps[13] = {WAY_LOOKUP};

    query.origin = QUERYLOG_LOOKUP;
    query.steps = steps;
    query.steps_len = sizeof steps;
    account(0);
    assert_int_equal(way.count, 3);
    assert_int_equal(way.steps[2].kind, WAY_LOOKUP);
}
