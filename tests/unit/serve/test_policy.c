#include "../reply_text.h"

#include "serve/policy.h"

/* What is said to a request of this type and class that is otherwise in order.
 */
static const char *said(uint16_t type, uint16_t class)
{
    struct request request = {
        .has_question = true, .class = class, .question = question_of("name.", "A")};
    struct answer answer;

    request.question.type = type;
    answer_init(&answer, &request.question, NULL, 0);
    if (!policy_settles(&request, RCODE_NOERROR, &answer))
        return "looked up";
    return answer_text(&request.question, &answer);
}

#define NO_SUCH_QUESTION ": Not Supported (21): no such question here\n"

static void addresses_and_names_are_looked_up(void **state)
{
    (void)state;
    assert_string_equal(said(TYPE_A, CLASS_IN), "looked up");
    assert_string_equal(said(TYPE_AAAA, CLASS_IN), "looked up");
    assert_string_equal(said(TYPE_PTR, CLASS_IN), "looked up");
    assert_string_equal(said(TYPE_CNAME, CLASS_IN), "looked up");
}

static void other_types_are_looked_up(void **state)
{
    (void)state;
    assert_string_equal(said(15, CLASS_IN), "looked up");    /* MX */
    assert_string_equal(said(65, CLASS_IN), "looked up");    /* HTTPS */
    assert_string_equal(said(65280, CLASS_IN), "looked up"); /* private use */
    assert_string_equal(said(TYPE_SIG, CLASS_IN), "looked up");
}

/* RFC 8482 */
static void any_is_looked_up(void **state)
{
    (void)state;
    assert_string_equal(said(TYPE_ANY, CLASS_IN), "looked up");
}

/* RFC 6891 section 6.1.1: OPT stands in the additional section only. */
static void opt_as_a_question_is_malformed(void **state)
{
    (void)state;
    assert_string_equal(said(TYPE_OPT, CLASS_IN), "FORMERR" NO_SUCH_QUESTION);
}

static void keys_and_signatures_as_a_question_are_malformed(void **state)
{
    (void)state;
    assert_string_equal(said(TYPE_TKEY, CLASS_IN), "FORMERR" NO_SUCH_QUESTION);
    assert_string_equal(said(TYPE_TSIG, CLASS_IN), "FORMERR" NO_SUCH_QUESTION);
}

static void zone_transfers_are_refused(void **state)
{
    (void)state;
    assert_string_equal(said(TYPE_AXFR, CLASS_IN), "REFUSED" NO_SUCH_QUESTION);
    assert_string_equal(said(TYPE_IXFR, CLASS_IN), "REFUSED" NO_SUCH_QUESTION);
}

static void obsolete_mail_questions_are_not_implemented(void **state)
{
    (void)state;
    assert_string_equal(said(TYPE_MAILA, CLASS_IN), "NOTIMP" NO_SUCH_QUESTION);
    assert_string_equal(said(TYPE_MAILB, CLASS_IN), "NOTIMP" NO_SUCH_QUESTION);
}

static void other_classes_are_refused(void **state)
{
    (void)state;
    assert_string_equal(said(TYPE_A, CLASS_CH),
                        "REFUSED: Not Supported (21): only class IN is served\n");
    assert_string_equal(said(TYPE_A, 4), /* HS */
                        "REFUSED: Not Supported (21): only class IN is served\n");
    assert_string_equal(said(TYPE_A, 254), /* NONE */
                        "REFUSED: Not Supported (21): only class IN is served\n");
    assert_string_equal(said(TYPE_A, 255), /* ANY */
                        "REFUSED: Not Supported (21): only class IN is served\n");
}

static void signed_requests_are_refused(void **state)
{
    struct request request = {.has_question = true,
                              .class = CLASS_IN,
                              .question = question_of("name.", "A"),
                              .is_signed = true};
    struct answer answer;

    (void)state;
    answer_init(&answer, &request.question, NULL, 0);
    assert_true(policy_settles(&request, RCODE_NOERROR, &answer));
    assert_string_equal(answer_text(&request.question, &answer),
                        "REFUSED: Not Supported (21): signed requests: no keys here\n");
}

/* What is said to a request that is not in order: its code and nothing else. */
static const char *said_to_bad(enum rcode rcode)
{
    struct request request = {
        .has_question = true, .class = CLASS_IN, .question = question_of("name.", "A")};
    struct answer answer;

    answer_init(&answer, &request.question, NULL, 0);
    assert_true(policy_settles(&request, rcode, &answer));
    return answer_text(&request.question, &answer);
}

static void a_malformed_request_is_told_so(void **state)
{
    (void)state;
    assert_string_equal(said_to_bad(RCODE_FORMERR), "FORMERR\n");
}

static void another_opcode_is_told_so(void **state)
{
    (void)state;
    assert_string_equal(said_to_bad(RCODE_NOTIMP), "NOTIMP\n");
}

static void another_version_of_edns_is_told_so(void **state)
{
    (void)state;
    assert_string_equal(said_to_bad(RCODE_BADVERS), "BADVERS\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_and_names_are_looked_up),
        cmocka_unit_test(other_types_are_looked_up),
        cmocka_unit_test(any_is_looked_up),
        cmocka_unit_test(opt_as_a_question_is_malformed),
        cmocka_unit_test(keys_and_signatures_as_a_question_are_malformed),
        cmocka_unit_test(zone_transfers_are_refused),
        cmocka_unit_test(obsolete_mail_questions_are_not_implemented),
        cmocka_unit_test(other_classes_are_refused),
        cmocka_unit_test(signed_requests_are_refused),
        cmocka_unit_test(a_malformed_request_is_told_so),
        cmocka_unit_test(another_opcode_is_told_so),
        cmocka_unit_test(another_version_of_edns_is_told_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
