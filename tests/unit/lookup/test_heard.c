#include "../dns/wire.h"

#include "lookup/heard.h"

static uint8_t records[512];

#define REPLY(flags, answers) HEADER(flags, 1, answers, 0, 0), HOST_TEST_A

static const uint8_t denial[] = {REPLY(0x8183, 0)};

/* What is said of host.test A; the answer's RCODE. */
static int say(const struct heard *heard, struct answer *answer)
{
    struct question question = host_test(TYPE_A);
    bool said;

    answer_init(answer, &question, records, sizeof records);
    said = heard_say(heard, &question, NULL, answer);
    assert_int_equal(said, answer->rcode != RCODE_SERVFAIL);
    return answer->rcode;
}

static void a_reply_is_passed_on(void **state)
{
    const uint8_t wire[] = {REPLY(0x8180, 1), POINTER(12), RECORD(1, 60, 4), 192, 0, 2, 1};
    const struct heard heard = {.reply = wire, .reply_len = sizeof wire};
    struct answer answer;

    (void)state;
    assert_int_equal(say(&heard, &answer), RCODE_NOERROR);
    assert_int_equal(answer.count[SECTION_ANSWER], 1);
}

static void without_a_reply_the_reason_is_told(void **state)
{
    const struct heard heard = {.ede = EDE_NETWORK_ERROR, .failure = "wires cut"};
    struct answer answer;

    (void)state;
    assert_int_equal(say(&heard, &answer), RCODE_SERVFAIL);
    assert_int_equal(answer.ede, EDE_NETWORK_ERROR);
    assert_string_equal(answer.ede_text, "wires cut");
    assert_int_equal(heard_rcode(&heard), RCODE_SERVFAIL);
}

static void a_reply_that_cannot_be_read_is_a_failure(void **state)
{
    const uint8_t wire[] = {REPLY(0x8180, 1), POINTER(12)};
    const struct heard heard = {.reply = wire, .reply_len = sizeof wire};
    struct answer answer;

    (void)state;
    assert_int_equal(say(&heard, &answer), RCODE_SERVFAIL);
    assert_string_equal(answer.ede_text, "a name server's reply cannot be read");
}

static void another_code_is_a_failure(void **state)
{
    const uint8_t wire[] = {REPLY(0x8181, 0)};
    const struct heard heard = {.reply = wire, .reply_len = sizeof wire};
    struct answer answer;

    (void)state;
    assert_int_equal(say(&heard, &answer), RCODE_SERVFAIL);
    assert_string_equal(answer.ede_text, "a name server says FORMERR");
}

static void a_denial_stands_for_itself_where_nobody_else_was_asked(void **state)
{
    const struct heard heard = {.reply = denial, .reply_len = sizeof denial};
    struct answer answer;

    (void)state;
    assert_int_equal(say(&heard, &answer), RCODE_NXDOMAIN);
}

/* RFC 4074 section 4.2. */
static void a_denial_needs_the_other_family_to_agree(void **state)
{
    struct heard heard = {.reply = denial, .reply_len = sizeof denial};
    struct answer answer;

    (void)state;
    heard.other = HEARD_OTHER_AGREES;
    assert_int_equal(say(&heard, &answer), RCODE_NXDOMAIN);
    heard.other = HEARD_OTHER_EXISTS;
    assert_int_equal(say(&heard, &answer), RCODE_NOERROR);
    heard.other = HEARD_OTHER_FAILED;
    assert_int_equal(say(&heard, &answer), RCODE_SERVFAIL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_is_passed_on),
        cmocka_unit_test(without_a_reply_the_reason_is_told),
        cmocka_unit_test(a_reply_that_cannot_be_read_is_a_failure),
        cmocka_unit_test(another_code_is_a_failure),
        cmocka_unit_test(a_denial_stands_for_itself_where_nobody_else_was_asked),
        cmocka_unit_test(a_denial_needs_the_other_family_to_agree),
    };

    return cmocka_run_group_tests_name("heard", tests, NULL, NULL);
}
