#include "../check.h"

#include "base/log.h"
#include "lookup/loopcheck.h"

#include <string.h>

static struct addr addr_of(const char *text)
{
    struct addr addr;

    assert_true(addr_parse(&addr, text, 53));
    return addr;
}

/* What is logged here would look like a failure of the test. */
static int be_quiet(void **state)
{
    (void)state;
    log_open("test", LOG_LEVEL_ERROR);
    return 0;
}

static void our_own_address_leads_back(void **state)
{
    struct addr own[] = {addr_of("127.0.0.1:5353"), addr_of("[::1]:53")};
    struct addr same = addr_of("[::1]:53"), other = addr_of("127.0.0.1:53");
    struct loopcheck *check = loopcheck_new(own, 2);

    (void)state;
    assert_true(loopcheck_leads_back(check, &same));
    assert_false(loopcheck_leads_back(check, &other));
    loopcheck_free(check);
}

static void our_own_address_needs_no_question(void **state)
{
    struct addr own = addr_of("127.0.0.1:53");
    struct loopcheck *check = loopcheck_new(&own, 1);
    struct question question;

    (void)state;
    assert_false(loopcheck_is_due(check, &own, 0, &question));
    loopcheck_free(check);
}

static void a_server_on_this_host_is_asked_once_a_minute(void **state)
{
    struct addr server = addr_of("127.0.0.2:53");
    struct loopcheck *check = loopcheck_new(NULL, 0);
    struct question question;

    (void)state;
    assert_true(loopcheck_is_due(check, &server, 1000, &question));
    assert_false(loopcheck_is_due(check, &server, 1001, &question));
    assert_false(loopcheck_is_due(check, &server, 60999, &question));
    assert_true(loopcheck_is_due(check, &server, 61000, &question));
    loopcheck_free(check);
}

/* It cannot reach a loopback address of ours. 192.0.2.0/24 is nobody's (RFC 5737). */
static void a_server_elsewhere_is_not_asked(void **state)
{
    struct addr server = addr_of("192.0.2.53");
    struct loopcheck *check = loopcheck_new(NULL, 0);
    struct question question;

    (void)state;
    assert_false(loopcheck_is_due(check, &server, 0, &question));
    loopcheck_free(check);
}

static void a_question_that_comes_back_tells_the_server(void **state)
{
    struct addr first = addr_of("127.0.0.2:53"), second = addr_of("127.0.0.3:53");
    struct loopcheck *check = loopcheck_new(NULL, 0);
    struct question to_first, to_second;

    (void)state;
    assert_true(loopcheck_is_due(check, &first, 0, &to_first));
    assert_true(loopcheck_is_due(check, &second, 0, &to_second));
    assert_true(loopcheck_recognises(check, &to_second));
    assert_false(loopcheck_leads_back(check, &first));
    assert_true(loopcheck_leads_back(check, &second));
    loopcheck_free(check);
}

static void other_questions_are_not_recognised(void **state)
{
    static const uint8_t name[] = "\20aaaaaaaaaaaaaaaa\22hostdns-loop-check";
    struct addr server = addr_of("127.0.0.2:53");
    struct loopcheck *check = loopcheck_new(NULL, 0);
    struct question question, other = {.type = TYPE_A, .name_len = sizeof name};

    (void)state;
    memcpy(other.name, name, sizeof name);
    assert_true(loopcheck_is_due(check, &server, 0, &question));
    assert_int_equal(question.name_len, other.name_len);
    assert_false(loopcheck_recognises(check, &other));
    assert_false(loopcheck_leads_back(check, &server));
    loopcheck_free(check);
}

static void a_server_that_led_back_gets_another_chance(void **state)
{
    struct addr server = addr_of("127.0.0.2:53");
    struct loopcheck *check = loopcheck_new(NULL, 0);
    struct question question;

    (void)state;
    assert_true(loopcheck_is_due(check, &server, 0, &question));
    assert_true(loopcheck_recognises(check, &question));
    assert_true(loopcheck_is_due(check, &server, 60000, &question));
    assert_false(loopcheck_leads_back(check, &server));
    loopcheck_free(check);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_own_address_leads_back),
        cmocka_unit_test(our_own_address_needs_no_question),
        cmocka_unit_test(a_server_on_this_host_is_asked_once_a_minute),
        cmocka_unit_test(a_server_elsewhere_is_not_asked),
        cmocka_unit_test(a_question_that_comes_back_tells_the_server),
        cmocka_unit_test(other_questions_are_not_recognised),
        cmocka_unit_test(a_server_that_led_back_gets_another_chance),
    };

    return cmocka_run_group_tests_name("loopcheck", tests, be_quiet, NULL);
}
