/* What a job tells of its steps. */
#include "../check.h"

#include "lookup/steps.h"

static struct way way;

/* The steps as they are told, in `way`; this ends and frees them. */
static void tell(struct steps *steps)
{
    uint8_t message[MESSAGE_WAY_MAX];
    size_t len = steps_message(steps, 7, message), octets_len;
    const uint8_t *octets;
    uint64_t id;

    assert_true(message_get_way(message, len, &id, &octets, &octets_len));
    assert_true(id == (7 | MESSAGE_WAY));
    assert_true(way_read(&way, reader_of(octets, octets_len)));
    steps_free(steps);
}

TEST(a_question_that_wants_no_steps_has_none)
{
    uint8_t message[MESSAGE_WAY_MAX];

    steps_probe(NULL, 0, LOOKUP_DONE, false);
    steps_owner(NULL, "files");
    steps_tries(NULL, NULL, NULL, TYPE_A);
    steps_verdict(NULL, 0, true);
    assert_int_equal(steps_now(NULL), 0);
    assert_int_equal(steps_message(NULL, 7, message), 0);
    steps_free(NULL);
}

TEST(the_time_of_the_whole_lookup_comes_last)
{
    struct steps *steps = steps_new();

    steps_owner(steps, "files");
    tell(steps);
    assert_int_equal(way.count, 2);
    assert_int_equal(way.steps[0].kind, WAY_OWNER);
    assert_int_equal(way.steps[1].kind, WAY_LOOKUP);
}

TEST(a_probe_tells_how_the_lookup_goes_on)
{
    static const struct {
        enum lookup_next next;
        enum way_probe told;
    } rows[] = {{LOOKUP_DONE, WAY_SETTLED},
                {LOOKUP_VERDICT, WAY_LEADS_TO_DNS},
                {LOOKUP_RELAY, WAY_LEADS_TO_DNS},
                {LOOKUP_DNS_DECIDES, WAY_LEADS_TO_DNS},
                {LOOKUP_EXISTS, WAY_KNOWS_NAME}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct steps *steps = steps_new();

        steps_probe(steps, steps_now(steps), rows[i].next, false);
        tell(steps);
        assert_int_equal(way_find(&way, WAY_PROBE)->code, rows[i].told);
    }
}

TEST(a_probe_that_was_left_out_is_told)
{
    for (int left_out = 0; left_out < 2; left_out++) {
        struct steps *steps = steps_new();

        steps_probe(steps, 0, LOOKUP_RELAY, left_out);
        tell(steps);
        assert_int_equal(way_find(&way, WAY_PROBE)->flags, left_out ? WAY_LEFT_OUT : 0);
    }
}

TEST(each_query_is_told_with_its_server)
{
    struct resolv_conf conf = {.server_count = 2};
    struct steps *steps = steps_new();
    struct upstream_result result = {
        .tries = {{.server = 1, .over_tcp = true, .outcome = RCODE_NXDOMAIN, .took = 9}},
        .try_count = 1};
    struct way_endpoint server;
    const struct way_step *step;
    uint16_t type;

    assert_true(addr_parse(&conf.servers[0], "192.0.2.1", 53));
    assert_true(addr_parse(&conf.servers[1], "[2001:db8::1]:54", 53));
    steps_tries(steps, &result, &conf, TYPE_TXT);
    tell(steps);
    step = way_find(&way, WAY_TRY);
    assert_int_equal(step->code, RCODE_NXDOMAIN);
    assert_int_equal(step->flags, WAY_OVER_TCP);
    assert_int_equal(step->at, 0); /* asked before the steps began */
    assert_int_equal(step->took, 9);
    assert_true(way_get_try(step, &type, &server));
    assert_int_equal(type, TYPE_TXT);
    assert_int_equal(server.port, 54);
    assert_int_equal(server.ip_len, 16);
    assert_int_equal(server.ip[15], 1);
}

TEST(however_much_there_is_serve_has_room_for_its_own)
{
    struct steps *steps = steps_new();
    char text[100] = "";
    size_t octets = 0;

    memset(text, 'x', sizeof text - 1);
    for (int i = 0; i < 20; i++)
        steps_owner(steps, text);
    tell(steps);
    assert_non_null(way_find(&way, WAY_LOOKUP));
    for (size_t i = 0; i < way.count; i++)
        octets += 13u + way.steps[i].len;
    assert_in_range(octets, 300, WAY_MAX - 96);
}
