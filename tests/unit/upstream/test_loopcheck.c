#include "../reply_text.h"

#include "base/log.h"
#include "upstream/loopcheck.h"

static struct addr address_of(const char *text)
{
    struct addr addr;

    assert_true(addr_parse(&addr, text, 53));
    return addr;
}

static struct loopcheck *check;

/* With these addresses of our own. */
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

/* What is logged here would look like a failure of the test. */
static void be_quiet(void)
{
    log_open("test", LOG_LEVEL_ERROR);
}

/* True if a check is due; fills in what to ask. */
static bool is_due(const char *server, int64_t now, struct question *question)
{
    struct addr addr = address_of(server);

    return loopcheck_is_due(check, &addr, now, question);
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
    assert_true(loopcheck_recognises(check, &question));
    assert_true(leads_back("127.0.2.1:53"));
    assert_false(is_due("127.0.2.1:53", 1001, &question));
    loopcheck_forget(check);
    assert_false(leads_back("127.0.2.1:53"));
    assert_true(is_due("127.0.2.1:53", 1001, &question));
}

TEST_WITH(check, a_server_of_this_host_is_checked_once_a_minute)
{
    struct question question;

    assert_true(is_due("127.0.0.1", 1000, &question));
    assert_false(is_due("127.0.0.1", 1001, &question));
    assert_false(is_due("127.0.0.1", 60999, &question));
    assert_true(is_due("127.0.0.1", 61000, &question));
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
    assert_true(is_due("127.0.0.1", 61000, &second));
    assert_false(name_equal(first.name, first.name_len, second.name, second.name_len));
}

TEST_WITH(check, a_check_that_comes_back_marks_its_server)
{
    struct question one, two;

    assert_true(is_due("127.0.0.1", 1000, &one));
    assert_true(is_due("127.0.0.2", 1000, &two));
    assert_false(leads_back("127.0.0.2"));
    assert_true(loopcheck_recognises(check, &two));
    assert_true(leads_back("127.0.0.2"));
    assert_false(leads_back("127.0.0.1"));
}

/* A forwarder may ask for the other family too, or play with letter case (0x20). */
TEST_WITH(check, a_check_is_known_by_its_name_in_any_letter_case)
{
    struct question question;

    assert_true(is_due("127.0.0.1", 1000, &question));
    question.type = TYPE_AAAA;
    for (size_t i = 0; i < question.name_len; i++)
        if (question.name[i] >= 'a' && question.name[i] <= 'z')
            question.name[i] = (uint8_t)(question.name[i] - 'a' + 'A');
    assert_true(loopcheck_recognises(check, &question));
}

TEST_WITH(check, another_question_is_none)
{
    struct question question, other = question_of("www.example", "A");

    assert_false(loopcheck_recognises(check, &other));
    assert_true(is_due("127.0.0.1", 1000, &question));
    assert_false(loopcheck_recognises(check, &other));
    question.name[1] ^= 1;
    assert_false(loopcheck_recognises(check, &question));
    assert_false(leads_back("127.0.0.1"));
}

/* The administrator may have put it right. */
TEST_WITH(check, a_server_that_led_back_gets_another_chance_with_the_next_check)
{
    struct question question;

    assert_true(is_due("127.0.0.1", 1000, &question));
    assert_true(loopcheck_recognises(check, &question));
    assert_false(is_due("127.0.0.1", 2000, &question));
    assert_true(leads_back("127.0.0.1"));
    assert_true(is_due("127.0.0.1", 61000, &question));
    assert_false(leads_back("127.0.0.1"));
}

TEST(nothing_may_be_freed)
{
    loopcheck_free(NULL);
}

/* All addresses of this host are ours then, but for the port and the family. */
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
