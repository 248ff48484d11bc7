#include "../reply_text.h"

#include "lookup/heard.h"

#define QUESTION 4, 'h', 'o', 's', 't', 4, 't', 'e', 's', 't', 0, 0, 1, 0, 1
#define ADDRESS  0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1

/* A reply with this RCODE and so many addresses, of which there is one. */
#define REPLY(rcode, answers)                                                              \
    {                                                                                      \
        0, 0, 0x81, 0x80 | (rcode), 0, 1, 0, answers, 0, 0, 0, 0, QUESTION, ADDRESS        \
    }

/* What is said of what was heard; `is_reply` is what heard_say returns. */
static const char *said(const struct heard *heard, bool is_reply)
{
    static uint8_t records[4096];
    struct question question = question_of("host.test", "A");
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    assert_int_equal(heard_say(heard, &question, NULL, &answer), is_reply);
    return answer_text(&question, &answer);
}

TEST(a_reply_is_passed_on)
{
    const uint8_t reply[] = REPLY(0, 1);
    const struct heard heard = {.reply = reply, .reply_len = sizeof reply};

    assert_string_equal(said(&heard, true), "NOERROR\nhost.test. 60 A 192.0.2.1\n");
    assert_int_equal(heard_rcode(&heard), RCODE_NOERROR);
}

TEST(no_reply_is_a_failure_with_its_reason)
{
    const struct heard heard = {.ede = EDE_NETWORK_ERROR,
                                .failure = "100% of the wires cut"};

    assert_string_equal(said(&heard, false),
                        "SERVFAIL: Network Error (23): 100% of the wires cut\n");
    assert_int_equal(heard_rcode(&heard), RCODE_SERVFAIL);
}

TEST(an_unreadable_reply_is_a_failure)
{
    const uint8_t reply[] = REPLY(0, 2);
    const struct heard heard = {.reply = reply, .reply_len = sizeof reply};

    assert_string_equal(
        said(&heard, false),
        "SERVFAIL: Network Error (23): a name server's reply cannot be read\n");
}

TEST(another_rcode_is_a_failure_that_names_it)
{
    const uint8_t reply[] = REPLY(1, 0);
    const struct heard heard = {.reply = reply, .reply_len = sizeof reply - 16};

    assert_string_equal(
        said(&heard, false),
        "SERVFAIL: No Reachable Authority (22): a name server says FORMERR\n");
}

/* NXDOMAIN, with what the other family says. */
static const char *no_name(enum heard_other other, bool is_reply)
{
    const uint8_t reply[] = REPLY(3, 0);
    const struct heard heard = {
        .reply = reply, .reply_len = sizeof reply - 16, .other = other};

    return said(&heard, is_reply);
}

TEST(nxdomain_stands_for_itself_where_there_is_no_other_family)
{
    assert_string_equal(no_name(HEARD_NO_OTHER, true), "NXDOMAIN\n");
}

TEST(nxdomain_that_the_other_family_says_too_is_one)
{
    assert_string_equal(no_name(HEARD_OTHER_AGREES, true), "NXDOMAIN\n");
}

static bool authentic(uint8_t rcode, uint16_t type, enum heard_other other, bool trusted)
{
    uint8_t reply[] = REPLY(0, 0);
    const struct heard heard = {.reply = reply,
                                .reply_len = sizeof reply - 16,
                                .other = other,
                                .is_authentic = trusted};
    struct question question = question_of("host.test.", "A");
    uint8_t records[512];
    struct answer answer;

    question.type = type;
    reply[3] = (uint8_t)(reply[3] | rcode);
    answer_init(&answer, &question, records, sizeof records);
    heard_say(&heard, &question, NULL, &answer);
    return answer.is_authentic;
}

TEST(what_is_authentic_is_passed_on_as_that)
{
    assert_true(authentic(0, TYPE_A, HEARD_NO_OTHER, true));
    assert_true(authentic(3, TYPE_A, HEARD_OTHER_AGREES, true));
    assert_false(authentic(0, TYPE_A, HEARD_NO_OTHER, false));
}

/* Nobody has verified what is made of it. */
TEST(what_is_not_said_as_it_was_heard_is_not_authentic)
{
    assert_false(authentic(3, TYPE_A, HEARD_OTHER_EXISTS, true));
    assert_false(authentic(3, TYPE_A, HEARD_OTHER_FAILED, true));
    assert_false(authentic(1, TYPE_A, HEARD_NO_OTHER, true));
    assert_false(authentic(0, TYPE_ANY, HEARD_NO_OTHER, true));
}

/* RFC 4074 section 4.2. */
TEST(nxdomain_of_one_family_alone_is_no_data)
{
    assert_string_equal(no_name(HEARD_OTHER_EXISTS, true), "NOERROR\n");
}

TEST(nxdomain_is_a_failure_where_nobody_can_tell)
{
    assert_string_equal(
        no_name(HEARD_OTHER_FAILED, false),
        "SERVFAIL: No Reachable Authority (22): name servers say NXDOMAIN for "
        "one type and fail for another\n");
}

TEST(what_the_other_family_says_changes_no_data)
{
    const uint8_t reply[] = REPLY(0, 1);
    const struct heard heard = {
        .reply = reply, .reply_len = sizeof reply, .other = HEARD_OTHER_FAILED};

    assert_string_equal(said(&heard, true), "NOERROR\nhost.test. 60 A 192.0.2.1\n");
}

/* Not known counts as asked. */
