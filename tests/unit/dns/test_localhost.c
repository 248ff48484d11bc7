/* The answers for localhost, and for the reverse names of its addresses. */
#include "../reply_text.h"

#include "dns/localhost.h"

enum { TTL = 10 };

static const char *said(const char *name, const char *type, bool no_aaaa)
{
    struct question question = question_of(name, type);
    uint8_t records[128];
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    localhost_say(&question, no_aaaa, TTL, &answer);
    return answer_text(&question, &answer);
}

static const char *said_of_address(const char *name, const char *type)
{
    struct question question = question_of(name, type);
    uint8_t records[128];
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    localhost_say_reverse(&question, TTL, &answer);
    return answer_text(&question, &answer);
}

TEST(localhost_has_the_addresses_that_are_asked_for)
{
    assert_string_equal(said("localhost.", "A", false),
                        "NOERROR\nlocalhost. 10 A 127.0.0.1\n");
    assert_string_equal(said("X.LocalHost.", "AAAA", false),
                        "NOERROR\nX.LocalHost. 10 AAAA ::1\n");
    assert_string_equal(said("localhost.", "ANY", false), "NOERROR\n"
                                                          "localhost. 10 A 127.0.0.1\n"
                                                          "localhost. 10 AAAA ::1\n");
    assert_string_equal(said("localhost.", "TXT", false), "NOERROR\n");
}

TEST(without_aaaa_there_is_the_other_family_alone)
{
    assert_string_equal(said("localhost.", "AAAA", true), "NOERROR\n");
    assert_string_equal(said("localhost.", "ANY", true),
                        "NOERROR\nlocalhost. 10 A 127.0.0.1\n");
}

TEST(the_name_itself_is_told_from_those_below)
{
    struct question itself = question_of("LOCALhost.", "A");
    struct question below = question_of("x.localhost.", "A");
    struct question other = question_of("localhosts.", "A");

    assert_true(localhost_is_asked(&itself));
    assert_false(localhost_is_asked(&below));
    assert_false(localhost_is_asked(&other));
}

TEST(an_address_leads_to_the_name)
{
    const uint8_t ip4[] = {127, 0, 0, 1}, other4[] = {127, 0, 0, 2};
    const uint8_t ip6[16] = {[15] = 1}, none[16] = {0};

    assert_true(localhost_has_address(ip4, sizeof ip4));
    assert_true(localhost_has_address(ip6, sizeof ip6));
    assert_false(localhost_has_address(other4, sizeof other4));
    assert_false(localhost_has_address(none, sizeof none));
    assert_string_equal(said_of_address("1.0.0.127.in-addr.arpa.", "PTR"),
                        "NOERROR\n1.0.0.127.in-addr.arpa. 10 PTR localhost.\n");
    assert_string_equal(said_of_address("1.0.0.127.in-addr.arpa.", "TXT"), "NOERROR\n");
}
