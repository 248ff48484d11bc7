#include "../reply_text.h"

#include "serve/policy.h"

static struct policy policy;
static struct addr client;
static uint8_t records[POLICY_RECORDS];

/* Every option at its default, and a client on loopback. */
static void start(void)
{
    static const struct local_data local = {.ttl = 10, .negative_ttl = 5};

    policy = (struct policy){.allow_count = 1, .special = {.local = &local}};
    assert_true(prefix_parse(policy.allow, "127.0.0.0/8"));
    assert_true(addr_parse(&client, "127.0.0.1", 4242));
}

FIXTURE(policy, start, NULL);

/* What is said to the request, for which request_parse has said `rcode`. */
static const char *settled(const struct request *request, int rcode)
{
    struct answer answer;

    answer_init(&answer, &request->question, records, sizeof records);
    if (!policy_settles(&policy, request, &client, rcode, &answer))
        return "looked up";
    return answer_text(&request->question, &answer);
}

/* What is said to a request of this type and class that is otherwise in order.
 */
static const char *said(uint16_t type, uint16_t class)
{
    struct request request = {
        .has_question = true, .class = class, .question = question_of("name.", "A")};

    request.question.type = type;
    return settled(&request, RCODE_NOERROR);
}

#define NO_SUCH_QUESTION ": Not Supported (21): this type is not answered here\n"

TEST_WITH(policy, addresses_and_names_are_looked_up)
{
    assert_string_equal(said(TYPE_A, CLASS_IN), "looked up");
    assert_string_equal(said(TYPE_AAAA, CLASS_IN), "looked up");
    assert_string_equal(said(TYPE_PTR, CLASS_IN), "looked up");
    assert_string_equal(said(TYPE_CNAME, CLASS_IN), "looked up");
}

TEST_WITH(policy, other_types_are_looked_up)
{
    assert_string_equal(said(15, CLASS_IN), "looked up");    /* MX */
    assert_string_equal(said(65, CLASS_IN), "looked up");    /* HTTPS */
    assert_string_equal(said(65280, CLASS_IN), "looked up"); /* private use */
    assert_string_equal(said(TYPE_SIG, CLASS_IN), "looked up");
}

/* RFC 8482 */
TEST_WITH(policy, any_is_looked_up)
{
    assert_string_equal(said(TYPE_ANY, CLASS_IN), "looked up");
}

/* RFC 6891 section 6.1.1: OPT stands in the additional section only. */
TEST_WITH(policy, opt_as_a_question_is_malformed)
{
    assert_string_equal(said(TYPE_OPT, CLASS_IN), "FORMERR" NO_SUCH_QUESTION);
}

TEST_WITH(policy, keys_and_signatures_as_a_question_are_malformed)
{
    assert_string_equal(said(TYPE_TKEY, CLASS_IN), "FORMERR" NO_SUCH_QUESTION);
    assert_string_equal(said(TYPE_TSIG, CLASS_IN), "FORMERR" NO_SUCH_QUESTION);
}

TEST_WITH(policy, zone_transfers_are_refused)
{
    assert_string_equal(said(TYPE_AXFR, CLASS_IN), "REFUSED" NO_SUCH_QUESTION);
    assert_string_equal(said(TYPE_IXFR, CLASS_IN), "REFUSED" NO_SUCH_QUESTION);
}

TEST_WITH(policy, obsolete_mail_questions_are_not_implemented)
{
    assert_string_equal(said(TYPE_MAILA, CLASS_IN), "NOTIMP" NO_SUCH_QUESTION);
    assert_string_equal(said(TYPE_MAILB, CLASS_IN), "NOTIMP" NO_SUCH_QUESTION);
}

TEST_WITH(policy, other_classes_are_refused)
{
    assert_string_equal(said(TYPE_A, CLASS_CH),
                        "REFUSED: Not Supported (21): only class IN is served\n");
    assert_string_equal(said(TYPE_A, 4), /* HS */
                        "REFUSED: Not Supported (21): only class IN is served\n");
    assert_string_equal(said(TYPE_A, 254), /* NONE */
                        "REFUSED: Not Supported (21): only class IN is served\n");
}

TEST_WITH(policy, any_class_is_looked_up_as_class_in)
{
    assert_string_equal(said(TYPE_A, CLASS_ANY), "looked up");
    assert_string_equal(said(TYPE_ANY, CLASS_ANY), "looked up");
    assert_string_equal(said(TYPE_AXFR, CLASS_ANY), "REFUSED" NO_SUCH_QUESTION);
    strcpy(policy.identity, "a server");
    assert_string_equal(said(TYPE_TXT, CLASS_ANY), "looked up");
}

TEST_WITH(policy, signed_requests_are_refused)
{
    struct request request = {.has_question = true,
                              .class = CLASS_IN,
                              .question = question_of("name.", "A"),
                              .is_signed = true};

    assert_string_equal(settled(&request, RCODE_NOERROR),
                        "REFUSED: Not Supported (21): signed requests are not answered: "
                        "there are no keys here\n");
}

/* What is said to a request that is not in order: its code and nothing else. */
static const char *said_to_bad(enum rcode rcode)
{
    struct request request = {
        .has_question = true, .class = CLASS_IN, .question = question_of("name.", "A")};

    return settled(&request, rcode);
}

TEST_WITH(policy, a_malformed_request_is_told_so)
{
    assert_string_equal(said_to_bad(RCODE_FORMERR), "FORMERR\n");
}

TEST_WITH(policy, another_opcode_is_told_so)
{
    assert_string_equal(said_to_bad(RCODE_NOTIMP), "NOTIMP\n");
}

TEST_WITH(policy, another_version_of_edns_is_told_so)
{
    assert_string_equal(said_to_bad(RCODE_BADVERS), "BADVERS\n");
}

static const char *said_to(const char *address)
{
    struct request request = {
        .has_question = true, .class = CLASS_IN, .question = question_of("name.", "A")};

    assert_true(addr_parse(&client, address, 4242));
    return settled(&request, RCODE_NOERROR);
}

TEST_WITH(policy, strangers_are_refused)
{
    assert_true(prefix_parse(&policy.allow[0], "192.0.2.0/24"));
    assert_true(prefix_parse(&policy.allow[1], "2001:db8::/32"));
    policy.allow_count = 2;
    assert_string_equal(said_to("192.0.2.1"), "looked up");
    assert_string_equal(said_to("2001:db8::1"), "looked up");
    assert_string_equal(said_to("127.0.0.1"),
                        "REFUSED: Prohibited (18): this client may not ask here\n");
    assert_string_equal(said_to("192.0.3.1"),
                        "REFUSED: Prohibited (18): this client may not ask here\n");
    assert_string_equal(said_to_bad(RCODE_FORMERR),
                        "REFUSED: Prohibited (18): this client may not ask here\n");
}

TEST_WITH(policy, a_bad_cookie_is_malformed_where_cookies_are_on)
{
    struct request request = {.has_question = true,
                              .class = CLASS_IN,
                              .question = question_of("name.", "A"),
                              .options = {.bad_cookie = true}};

    assert_string_equal(settled(&request, RCODE_NOERROR), "looked up");
    policy.cookies = true;
    assert_string_equal(settled(&request, RCODE_NOERROR), "FORMERR\n");
    assert_string_equal(settled(&request, RCODE_NOTIMP), "NOTIMP\n");
}

/* RFC 7873 section 5.4. */
TEST_WITH(policy, a_cookie_without_a_question_is_a_question_where_cookies_are_on)
{
    struct request request = {.has_edns = true, .asks_for_cookie = true};
    struct answer answer;

    answer_init(&answer, &request.question, NULL, 0);
    assert_true(policy_settles(&policy, &request, &client, RCODE_FORMERR, &answer));
    assert_int_equal(answer.rcode, RCODE_FORMERR);
    policy.cookies = true;
    assert_true(policy_settles(&policy, &request, &client, RCODE_FORMERR, &answer));
    assert_int_equal(answer.rcode, RCODE_NOERROR);
}

/* The class and rcode of a CHAOS question, and how many records it gets. */
static void assert_identity(const char *name, const char *type, const char *expected)
{
    struct request request = {
        .has_question = true, .class = CLASS_CH, .question = question_of(name, type)};
    struct answer answer;

    answer_init(&answer, &request.question, records, sizeof records);
    assert_true(policy_settles(&policy, &request, &client, RCODE_NOERROR, &answer));
    if (!expected) {
        assert_int_equal(answer.rcode, RCODE_REFUSED);
        assert_int_equal(answer.ede, EDE_NOT_SUPPORTED);
        return;
    }
    assert_int_equal(answer.rcode, RCODE_NOERROR);
    assert_int_equal(answer.count[SECTION_ANSWER], 1);
    assert_memory_equal(answer.records, "\300\14\0\20\0\3\0\0\0\0\0", 11);
    assert_int_equal(answer.records[11], 1 + strlen(expected));
    assert_int_equal(answer.records[12], strlen(expected));
    assert_memory_equal(answer.records + 13, expected, strlen(expected));
}

TEST_WITH(policy, our_identity_is_told_only_if_that_is_wanted)
{
    static const char *const names[] = {"version.bind.", "Version.Server.", "id.server.",
                                        "HOSTNAME.bind."};

    for (size_t i = 0; i < 4; i++)
        assert_identity(names[i], "TXT", NULL);
    strcpy(policy.identity, "who");
    for (size_t i = 0; i < 4; i++)
        assert_identity(names[i], "TXT", "who");
    assert_identity("version.bind.", "ANY", "who");
    assert_identity("version.bind.", "A", NULL);
    assert_identity("version.other.", "TXT", NULL);
}
