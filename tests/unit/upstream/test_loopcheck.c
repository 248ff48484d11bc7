#include "../reply_text.h"

#include "base/clock.h"
#include "base/log.h"
#include "upstream/loopcheck.h"

static struct addr address_of(const char *text)
{
    struct addr addr;

    assert_true(addr_parse(&addr, text, 53));
    return addr;
}

static struct loopcheck *check;

/* We listen on these addresses. */
static void set_up_with(const struct addr *own, size_t count)
{
    check = loopcheck_new(own, count);
    assert_non_null(check);
}

static void set_up(void)
{
    set_up_with(NULL, 0);
}

static void tear_down(void)
{
    loopcheck_free(check);
    check = NULL;
}

FIXTURE(check, set_up, tear_down);
FIXTURE(own_addresses, NULL, tear_down); /* for a test that calls set_up_with itself */

/* A warning would look like a failure of the test. */
static void be_quiet(void)
{
    log_open("test", LOG_LEVEL_ERROR);
}

/* Draws the question that shows whether the name leads back from the server. */
static struct question drawn(const char *server, const char *name)
{
    struct addr addr = address_of(server);
    struct question named = question_of(name, "A"), question;
    struct route route = {&addr, question_name(&named)};

    assert_true(loopcheck_draw(check, &route, &question));
    return question;
}

/* True if a check for all names is due; fills in what to ask. */
static bool is_due(const char *server, int64_t now, struct question *question)
{
    struct addr addr = address_of(server);

    if (!loopcheck_is_due(check, &addr, now))
        return false;
    *question = drawn(server, ".");
    return true;
}

static bool is_recognised(const struct question *question)
{
    struct question checked;
    struct addr server;

    return loopcheck_recognises(check, question, &server, &checked);
}

/* The question is recognised as one for this name at this server. */
static void assert_recognised(const struct question *question, const char *server,
                              const char *name)
{
    struct question checked, expected = question_of(name, "A");
    struct addr at, expected_at = address_of(server);

    assert_true(loopcheck_recognises(check, question, &at, &checked));
    assert_true(addr_equal(&at, &expected_at));
    assert_int_equal(checked.name_len, expected.name_len);
    assert_memory_equal(checked.name, expected.name, expected.name_len);
}

static bool leads_back(const char *server)
{
    struct addr addr = address_of(server);

    return loopcheck_leads_back(check, &addr);
}

TEST_WITH(own_addresses, our_own_address_leads_back_and_needs_no_check)
{
    struct addr own[] = {address_of("127.0.0.1:5353"), address_of("127.0.0.53:53")};
    struct question question;

    set_up_with(own, 2);
    assert_true(leads_back("127.0.0.53:53"));
    assert_false(is_due("127.0.0.53:53", 1000, &question));
}

TEST_WITH(own_addresses, our_address_with_another_port_is_not_us)
{
    struct addr own = address_of("127.0.0.1:5353");

    set_up_with(&own, 1);
    assert_false(leads_back("127.0.0.1:53"));
}

TEST_WITH(own_addresses, a_change_of_the_host_has_it_checked_again)
{
    struct addr own = address_of("127.0.0.1:5353");
    struct question question;

    set_up_with(&own, 1);
    assert_true(is_due("127.0.2.1:53", 1000, &question));
    assert_true(is_recognised(&question));
    assert_true(leads_back("127.0.2.1:53"));
    assert_false(is_due("127.0.2.1:53", 1001, &question));
    loopcheck_forget(check);
    assert_false(leads_back("127.0.2.1:53"));
    assert_true(is_due("127.0.2.1:53", 1001, &question));
}

static unsigned forwarder_at(const char *server, int64_t now)
{
    struct addr addr = address_of(server);

    return loopcheck_proven_forwarder(check, &addr, now);
}

static unsigned last_forwarder_at(const char *server)
{
    struct addr addr = address_of(server);

    return loopcheck_forwarder(check, &addr);
}

TEST_WITH(check, a_server_is_for_a_minute_the_forwarder_that_brings_its_check)
{
    struct question question,
        other = question_of("0123456789abcdef.hostdns-loop-check", "A");
    int64_t now = clock_ms();

    assert_true(is_due("127.0.2.1", now, &question));
    question_set_forwarder(&other, 4);
    assert_false(is_recognised(&other));
    assert_int_equal(forwarder_at("127.0.2.1", now), 0);
    question_set_forwarder(&question, 5);
    assert_true(is_recognised(&question));
    assert_int_equal(forwarder_at("127.0.2.1", now), 5);
    assert_int_equal(forwarder_at("127.0.2.2", now), 0);
    assert_int_equal(forwarder_at("127.0.2.1", clock_ms() + 60000), 0);
    assert_int_equal(last_forwarder_at("127.0.2.1"), 5);
    assert_int_equal(last_forwarder_at("127.0.2.2"), 0);
}

/* The number is remembered, and one check proves it again. */
TEST_WITH(check, after_a_change_of_the_host_no_forwarder_is_believed)
{
    struct question question;
    int64_t now = clock_ms();

    assert_true(is_due("127.0.2.1", now, &question));
    question_set_forwarder(&question, 5);
    assert_true(is_recognised(&question));
    loopcheck_forget(check);
    assert_int_equal(forwarder_at("127.0.2.1", now), 0);
    assert_int_equal(last_forwarder_at("127.0.2.1"), 5);
}

TEST_WITH(check, a_forwarder_that_may_be_somebody_else_is_believed_after_the_next_check)
{
    struct question question;
    int64_t now = clock_ms();

    assert_true(is_due("127.0.2.1", now, &question));
    question_set_forwarder(&question, 5);
    assert_true(is_recognised(&question));
    loopcheck_doubt(check, 4);
    assert_int_equal(forwarder_at("127.0.2.1", now), 5);
    loopcheck_doubt(check, 5);
    assert_int_equal(forwarder_at("127.0.2.1", now), 0);
    assert_int_equal(last_forwarder_at("127.0.2.1"), 5);
    assert_true(is_recognised(&question));
    assert_int_equal(forwarder_at("127.0.2.1", now), 5);
}

/* It may have come over TCP. */
TEST_WITH(check, a_check_whose_asker_is_not_known_takes_nothing_back)
{
    struct question question;
    int64_t now = clock_ms();

    assert_true(is_due("127.0.2.1", now, &question));
    question_set_forwarder(&question, 5);
    assert_true(is_recognised(&question));
    question_set_forwarder(&question, 0);
    assert_true(is_recognised(&question));
    assert_int_equal(forwarder_at("127.0.2.1", now), 5);
}

TEST_WITH(check, a_server_of_this_host_is_checked_once_a_minute_while_it_leads_back)
{
    struct question question;

    assert_true(is_due("127.0.0.1", 1000, &question));
    assert_true(is_recognised(&question));
    assert_false(is_due("127.0.0.1", 1001, &question));
    assert_false(is_due("127.0.0.1", 60999, &question));
    assert_true(is_due("127.0.0.1", 61000, &question));
}

static void suspect(const char *server, int64_t now)
{
    struct addr addr = address_of(server);

    loopcheck_suspect(check, &addr, now);
}

/* A forwarder that is configured later to ask us is noticed when its first name comes
 * back. */
TEST_WITH(check, one_that_does_not_is_checked_again_when_some_names_lead_back)
{
    struct question question;

    assert_true(is_due("127.0.0.1", 1000, &question));
    assert_false(is_due("127.0.0.1", 1000000, &question));
    suspect("127.0.0.2", 1000000);
    assert_false(is_due("127.0.0.1", 1000000, &question));
    suspect("127.0.0.1", 1000000);
    assert_true(is_due("127.0.0.1", 1000000, &question));
    assert_false(is_due("127.0.0.1", 2000000, &question));
}

/* The name that came back was asked for before the check. The next check is a minute
 * after the last one. */
TEST_WITH(check, what_has_been_found_out_since_is_not_doubted)
{
    struct question question;

    assert_true(is_due("127.0.0.1", 1000, &question));
    suspect("127.0.0.1", 1000);
    assert_false(is_due("127.0.0.1", 1000000, &question));
    suspect("127.0.0.1", 1001);
    assert_true(is_due("127.0.0.1", 1000000, &question));
    suspect("127.0.0.1", 1000001);
    assert_false(is_due("127.0.0.1", 1059999, &question));
    assert_true(is_due("127.0.0.1", 1060000, &question));
}

/* Nobody there can reach a loopback address. */
TEST_WITH(check, a_server_of_another_host_is_not_checked)
{
    struct question question;

    assert_false(is_due("192.0.2.1", 1000, &question));
    assert_false(leads_back("192.0.2.1"));
}

TEST_WITH(check, each_check_asks_for_another_name)
{
    struct question first, second;

    assert_true(is_due("127.0.0.1", 1000, &first));
    loopcheck_forget(check);
    assert_true(is_due("127.0.0.1", 1001, &second));
    assert_false(name_equal(question_name(&first), question_name(&second)));
}

TEST_WITH(check, a_check_that_comes_back_marks_its_server)
{
    struct question one, two;

    assert_true(is_due("127.0.0.1", 1000, &one));
    assert_true(is_due("127.0.0.2", 1000, &two));
    assert_false(leads_back("127.0.0.2"));
    assert_true(is_recognised(&two));
    assert_true(leads_back("127.0.0.2"));
    assert_false(leads_back("127.0.0.1"));
}

/* A forwarder may ask for the other family too, or change letter case at random (0x20). */
TEST_WITH(check, a_check_is_known_by_its_name_in_any_letter_case)
{
    struct question question;

    assert_true(is_due("127.0.0.1", 1000, &question));
    question.type = TYPE_AAAA;
    for (size_t i = 0; i < question.name_len; i++)
        if (question.name[i] >= 'a' && question.name[i] <= 'z')
            question.name[i] = (uint8_t)(question.name[i] - 'a' + 'A');
    assert_true(is_recognised(&question));
}

TEST_WITH(check, another_question_is_none)
{
    struct question question, other = question_of("www.example", "A");

    assert_false(is_recognised(&other));
    assert_true(is_due("127.0.0.1", 1000, &question));
    assert_false(is_recognised(&other));
    question.name[1] ^= 1;
    assert_false(is_recognised(&question));
    assert_false(leads_back("127.0.0.1"));
}

/* The administrator may have corrected it. */
TEST_WITH(check, a_server_that_led_back_gets_another_chance_with_the_next_check)
{
    struct question question;

    assert_true(is_due("127.0.0.1", 1000, &question));
    assert_true(is_recognised(&question));
    assert_false(is_due("127.0.0.1", 2000, &question));
    assert_true(leads_back("127.0.0.1"));
    assert_true(is_due("127.0.0.1", 61000, &question));
    assert_false(leads_back("127.0.0.1"));
}

static bool may_lead_back(const char *server)
{
    struct addr addr = address_of(server);

    return loopcheck_may_lead_back(check, &addr);
}

TEST_WITH(check, some_names_may_lead_back_from_a_server_of_this_host)
{
    struct question question;

    is_due("127.0.0.1", 1000, &question);
    is_due("192.0.2.1", 1000, &question);
    assert_true(may_lead_back("127.0.0.1"));
    assert_false(may_lead_back("192.0.2.1"));
}

TEST_WITH(check, a_name_is_checked_below_itself)
{
    struct question question = drawn("127.0.0.1", "a.office");

    assert_recognised(&question, "127.0.0.1", "a.office");
    assert_false(leads_back("127.0.0.1")); /* for all other names */
    assert_int_equal(question.name_len, 36 + 10);
    assert_memory_equal(question.name + 17, "\22hostdns-loop-check\1a\6office", 29);
}

TEST_WITH(check, each_of_two_checks_is_known_by_its_own_name)
{
    struct question one = drawn("127.0.0.1", "a.office"),
                    two = drawn("127.0.0.2", "b.office");

    assert_recognised(&one, "127.0.0.1", "a.office");
    assert_recognised(&two, "127.0.0.2", "b.office");
}

/* 36 octets go before a name, and 255 are the most. */
TEST_WITH(check, a_name_that_leaves_no_room_is_checked_below_its_parent)
{
    char name[256], *parent = name + 2;
    struct question question;

    sprintf(name, "a.%063d.%063d.%063d.%024d", 1, 2, 3, 4);
    question = drawn("127.0.0.1", parent);
    assert_int_equal(question.name_len, 36 + 3 * 64 + 25 + 1);
    assert_recognised(&question, "127.0.0.1", parent);
    question = drawn("127.0.0.1", name);
    assert_recognised(&question, "127.0.0.1", parent);
}

TEST(nothing_may_be_freed)
{
    loopcheck_free(NULL);
}

/* Then all addresses of this host with the same port and family are ours. */
TEST_WITH(own_addresses, a_server_of_this_host_is_us_if_we_listen_on_all_addresses)
{
    struct addr own = address_of("0.0.0.0:53");
    struct question question;

    set_up_with(&own, 1);
    assert_false(is_due("127.0.0.7:53", 1000, &question));
    assert_true(leads_back("127.0.0.7:53"));
    assert_true(is_due("127.0.0.7:5353", 1000, &question));
    assert_false(leads_back("127.0.0.7:5353"));
    assert_true(is_due("[::1]:53", 1000, &question));
    assert_false(leads_back("[::1]:53"));
    assert_false(is_due("192.0.2.1:53", 1000, &question));
    assert_false(leads_back("192.0.2.1:53"));
}

GROUP(be_quiet, NULL);
