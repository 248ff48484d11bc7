#include "../reply_text.h"

#include "lookup/negative.h"

/* What is left of an answer to NAME A with this code. */
static const char *finished(const char *name, enum rcode rcode, uint32_t negative_ttl)
{
    static uint8_t records[512];
    const struct lookup_config config = {.negative_ttl = negative_ttl};
    struct question question = question_of(name, "A");
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    answer.rcode = (uint16_t)rcode;
    negative_finish(&config, &question, &answer);
    return answer_text(&question, &answer);
}

TEST(a_name_without_data_has_its_soa_at_the_name)
{
    assert_string_equal(
        finished("host.example.", RCODE_NOERROR, 7),
        "NOERROR\n"
        "authority host.example. 7 SOA localhost. nobody.invalid. 1 3600 600 86400 7\n");
}

TEST(a_name_that_does_not_exist_has_its_soa_at_the_parent)
{
    assert_string_equal(
        finished("host.example.", RCODE_NXDOMAIN, 7),
        "NXDOMAIN\n"
        "authority example. 7 SOA localhost. nobody.invalid. 1 3600 600 86400 7\n");
}

/* The parent is the root, and nobody but the root may say what it lacks. */
TEST(a_single_label_that_does_not_exist_has_its_soa_at_the_name)
{
    assert_string_equal(
        finished("host.", RCODE_NXDOMAIN, 7),
        "NXDOMAIN\n"
        "authority host. 7 SOA localhost. nobody.invalid. 1 3600 600 86400 7\n");
}

TEST(the_root_gets_no_soa)
{
    assert_string_equal(finished(".", RCODE_NOERROR, 7), "NOERROR\n");
}

TEST(a_failure_gets_no_soa)
{
    assert_string_equal(finished("host.example.", RCODE_SERVFAIL, 7), "SERVFAIL\n");
}

TEST(a_ttl_of_zero_leaves_the_soa_out)
{
    assert_string_equal(finished("host.example.", RCODE_NXDOMAIN, 0), "NXDOMAIN\n");
}

TEST(an_answer_with_an_alias_gets_no_soa)
{
    const struct lookup_config config = {.negative_ttl = 7};
    struct question question = question_of("alias.example.", "A");
    struct question target = question_of("host.example.", "A");
    uint8_t records[512];
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    assert_true(answer_add_name(&answer, ANSWER_OWNER_QUESTION, TYPE_CNAME, target.name,
                                target.name_len, 60, NULL));
    negative_finish(&config, &question, &answer);
    assert_string_equal(answer_text(&question, &answer),
                        "NOERROR\n"
                        "alias.example. 60 CNAME host.example.\n");
}
