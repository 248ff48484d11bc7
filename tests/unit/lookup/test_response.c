#include "../reply_text.h"

#include "lookup/response.h"

#define QUESTION 4, 'h', 'o', 's', 't', 4, 't', 'e', 's', 't', 0, 0, 1, 0, 1
#define ADDRESS  0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1

/* A reply with this RCODE and so many addresses, of which there is one. */
#define REPLY(rcode, answers)                                                              \
    {                                                                                      \
        0, 0, 0x81, 0x80 | (rcode), 0, 1, 0, answers, 0, 0, 0, 0, QUESTION, ADDRESS        \
    }

/* What is said of what the name servers said; `is_reply` is what response_to_answer
 * returns. */
static const char *said(const struct response *response, bool is_reply)
{
    static uint8_t records[4096];
    struct question question = question_of("host.test", "A");
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    assert_int_equal(response_to_answer(response, &question, NULL, &answer), is_reply);
    return answer_text(&question, &answer);
}

TEST(a_reply_is_passed_on)
{
    const uint8_t reply[] = REPLY(0, 1);
    const struct response response = {.reply = reply, .reply_len = sizeof reply};

    assert_string_equal(said(&response, true), "NOERROR\nhost.test. 60 A 192.0.2.1\n");
    assert_int_equal(response_rcode(&response), RCODE_NOERROR);
}

TEST(no_reply_is_a_failure_with_its_reason)
{
    const struct response response = {.ede = EDE_NETWORK_ERROR,
                                      .failure = "100% of the wires cut"};

    assert_string_equal(said(&response, false),
                        "SERVFAIL: Network Error (23): 100% of the wires cut\n");
    assert_int_equal(response_rcode(&response), RCODE_SERVFAIL);
}

TEST(an_unreadable_reply_is_a_failure)
{
    const uint8_t reply[] = REPLY(0, 2);
    const struct response response = {.reply = reply, .reply_len = sizeof reply};

    assert_string_equal(
        said(&response, false),
        "SERVFAIL: Network Error (23): a name server's reply cannot be read\n");
}

TEST(another_rcode_is_a_failure_that_names_it)
{
    const uint8_t reply[] = REPLY(1, 0);
    const struct response response = {.reply = reply, .reply_len = sizeof reply - 16};

    assert_string_equal(
        said(&response, false),
        "SERVFAIL: No Reachable Authority (22): a name server says FORMERR\n");
}

/* NXDOMAIN, with what the other family says. */
static const char *no_name(enum existence other, bool is_reply)
{
    const uint8_t reply[] = REPLY(3, 0);
    const struct response response = {
        .reply = reply, .reply_len = sizeof reply - 16, .existence = other};

    return said(&response, is_reply);
}

TEST(nxdomain_stands_if_the_other_family_says_it_too_or_is_not_asked)
{
    assert_string_equal(no_name(EXISTENCE_UNCHECKED, true), "NXDOMAIN\n");
    assert_string_equal(no_name(EXISTENCE_DENIED, true), "NXDOMAIN\n");
}

static bool authentic(uint8_t rcode, uint16_t type, enum existence other, bool trusted)
{
    uint8_t reply[] = REPLY(0, 0);
    const struct response response = {.reply = reply,
                                      .reply_len = sizeof reply - 16,
                                      .existence = other,
                                      .is_authentic = trusted};
    struct question question = question_of("host.test.", "A");
    uint8_t records[512];
    struct answer answer;

    question.type = type;
    reply[3] = (uint8_t)(reply[3] | rcode);
    answer_init(&answer, &question, records, sizeof records);
    response_to_answer(&response, &question, NULL, &answer);
    return answer.is_authentic;
}

TEST(what_is_authentic_is_passed_on_as_that)
{
    assert_true(authentic(0, TYPE_A, EXISTENCE_UNCHECKED, true));
    assert_true(authentic(3, TYPE_A, EXISTENCE_DENIED, true));
    assert_true(authentic(3, TYPE_A, EXISTENCE_UNKNOWN, true));
    assert_false(authentic(0, TYPE_A, EXISTENCE_UNCHECKED, false));
}

/* Nobody has verified what is made of it. */
TEST(what_is_not_said_as_it_was_heard_is_not_authentic)
{
    assert_false(authentic(3, TYPE_A, EXISTENCE_CONFIRMED, true));
    assert_false(authentic(3, TYPE_A, EXISTENCE_LOST, true));
    assert_false(authentic(1, TYPE_A, EXISTENCE_UNCHECKED, true));
    assert_false(authentic(0, TYPE_ANY, EXISTENCE_UNCHECKED, true));
}

/* RFC 4074 section 4.2. */
TEST(nxdomain_of_one_family_alone_is_no_data)
{
    assert_string_equal(no_name(EXISTENCE_CONFIRMED, true), "NOERROR\n");
}

TEST(nxdomain_stands_where_nobody_can_tell_and_says_so)
{
    assert_string_equal(
        no_name(EXISTENCE_UNKNOWN, true),
        "NXDOMAIN: Other Error (0): NXDOMAIN is unconfirmed: a name server says "
        "so for this type, and none answers for an address\n");
}

/* A name may exist of which this process could not hear. */
TEST(nxdomain_is_a_failure_where_the_other_answer_was_lost)
{
    assert_string_equal(
        no_name(EXISTENCE_LOST, false),
        "SERVFAIL: Other Error (0): no memory or descriptors to find out whether "
        "NXDOMAIN holds\n");
}

/* The TTL of the SOA record of a denial that a name server gives 3600 seconds. */
static uint32_t kept_for(enum existence other)
{
    const uint8_t reply[] = {
        0, 0, 0x81, 0x83, 0, 1, 0, 0,    0,    1, 0,  0, QUESTION, /* SOA: */
        0, 0, 6,    0,    1, 0, 0, 0x0e, 0x10, 0, 22, 0, 0,        0, 0,    0,   1,
        0, 0, 0,    1,    0, 0, 0, 1,    0,    0, 0,  1, 0,        0, 0x0e, 0x10};
    const struct response response = {
        .reply = reply, .reply_len = sizeof reply, .existence = other};
    struct question question = question_of("host.test", "A");
    uint8_t records[512];
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    assert_true(response_to_answer(&response, &question, NULL, &answer));
    assert_int_equal(answer.count[SECTION_AUTHORITY], 1);
    return answer_ttl(&answer);
}

TEST(a_denial_that_nobody_confirms_does_not_stay)
{
    assert_int_equal(kept_for(EXISTENCE_UNKNOWN), 30);
    assert_int_equal(kept_for(EXISTENCE_DENIED), 3600);
    assert_int_equal(kept_for(EXISTENCE_UNCHECKED), 3600);
}

TEST(what_the_other_family_says_changes_no_data)
{
    const uint8_t reply[] = REPLY(0, 1);
    const struct response response = {
        .reply = reply, .reply_len = sizeof reply, .existence = EXISTENCE_UNKNOWN};

    assert_string_equal(said(&response, true), "NOERROR\nhost.test. 60 A 192.0.2.1\n");
}

/* Not known counts as asked. */
