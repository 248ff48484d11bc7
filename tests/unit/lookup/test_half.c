#include "subqueries_ended.h"

#include "lookup/half.h"

static const struct lookup_config wanted = {.half_answers = true,
                                            .local = &(struct local_data){0}};

static bool is_wanted(const struct lookup_config *config, const char *type, uint16_t asked)
{
    struct question question = question_of("host.test", type);

    return half_is_wanted(config, &question, asked);
}

TEST(either_family_may_be_the_missing_half)
{
    assert_true(is_wanted(&wanted, "A", TYPE_A));
    assert_true(is_wanted(&wanted, "AAAA", TYPE_AAAA));
}

TEST(other_types_are_not)
{
    assert_false(is_wanted(&wanted, "MX", 15));
    assert_false(is_wanted(&wanted, "ANY", TYPE_A));
    assert_false(is_wanted(&wanted, "TYPE128", TYPE_A));
}

TEST(nothing_is_half_without_the_option)
{
    static const struct lookup_config not_wanted = {0};

    assert_false(is_wanted(&not_wanted, "A", TYPE_A));
    assert_false(is_wanted(&not_wanted, "AAAA", TYPE_AAAA));
}

TEST(nothing_is_half_with_one_family_alone)
{
    const struct lookup_config filtered = {
        .half_answers = true, .local = &(struct local_data){.filter_aaaa = true}};

    assert_false(is_wanted(&filtered, "A", TYPE_A));
    assert_false(is_wanted(&filtered, "AAAA", TYPE_A));
}

/* What a failure for this reason becomes; frees both. */
static const char *said(enum ede ede, struct subquery *subquery, struct subquery *other)
{
    struct question question = question_of("host.test", "AAAA");
    uint8_t records[512];
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    answer_fail(&answer, RCODE_SERVFAIL, ede, "%s", "100% of the wires cut");
    half_say(subquery, other, &answer);
    subquery_free(subquery);
    subquery_free(other);
    return answer_text(&question, &answer);
}

TEST(a_failure_beside_addresses_is_no_data_with_its_reason)
{
    assert_string_equal(
        said(EDE_NETWORK_ERROR, ended_without_reply(EDE_NETWORK_ERROR, ECONNREFUSED),
             ended_with(RCODE_NOERROR, 1)),
        "NOERROR: Network Error (23): half-answers: 100% of the wires cut\n");
}

#define FAILURE "SERVFAIL: No Reachable Authority (22): 100% of the wires cut\n"

TEST(a_failure_without_addresses_stays_one)
{
    const enum ede ede = EDE_NO_REACHABLE_AUTHORITY;

    assert_string_equal(said(ede, ended_without_reply(ede, 0), NULL), FAILURE);
    assert_string_equal(said(ede, ended_without_reply(ede, 0), ended_without_reply(ede, 0)),
                        FAILURE);
    assert_string_equal(
        said(ede, ended_without_reply(ede, 0), ended_with(RCODE_NOERROR, 0)), FAILURE);
    assert_string_equal(
        said(ede, ended_without_reply(ede, 0), ended_with(RCODE_NXDOMAIN, 0)), FAILURE);
    /* It announces two, and there is one. */
    assert_string_equal(
        said(ede, ended_without_reply(ede, 0), ended_with(RCODE_NOERROR, 2)), FAILURE);
}

/* The name may have both. */
TEST(what_could_not_be_asked_here_stays_a_failure)
{
    assert_string_equal(said(EDE_NETWORK_ERROR,
                             ended_without_reply(EDE_NETWORK_ERROR, EMFILE),
                             ended_with(RCODE_NOERROR, 1)),
                        "SERVFAIL: Network Error (23): 100% of the wires cut\n");
    assert_string_equal(said(EDE_OTHER, ended_without_reply(EDE_NO_REACHABLE_AUTHORITY, 0),
                             ended_with(RCODE_NOERROR, 1)),
                        "SERVFAIL: Other Error (0): 100% of the wires cut\n");
}

TEST(what_is_found_stays_as_it_is)
{
    struct subquery *subquery = ended_without_reply(EDE_NO_REACHABLE_AUTHORITY, 0);
    struct subquery *other = ended_with(RCODE_NOERROR, 1);
    struct question question = question_of("host.test", "AAAA");
    uint8_t records[512], address[16] = {0x20, 1};
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_AAAA, address, 60));
    half_say(subquery, other, &answer);
    assert_string_equal(answer_text(&question, &answer),
                        "NOERROR\nhost.test. 60 AAAA 2001::\n");
    subquery_free(subquery);
    subquery_free(other);
}

TEST(what_was_given_up_has_a_reason)
{
    struct subquery *silent = ended_without_reply(EDE_NONE, 0),
                    *refused = ended_without_reply(EDE_NETWORK_ERROR, 0);

    strcpy(refused->result.failure, "refused");
    half_explain(silent);
    half_explain(refused);
    assert_int_equal(silent->result.ede, EDE_NO_REACHABLE_AUTHORITY);
    assert_string_equal(silent->result.failure, "no name server has answered yet");
    assert_string_equal(refused->result.failure, "refused");
    subquery_free(silent);
    subquery_free(refused);
}
