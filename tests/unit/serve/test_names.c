#include "../reply_text.h"

#include "serve/names.h"

#include <string.h>

static uint8_t records[4096];
static struct question target;

static const char lines[] = "host.internal 10.0.2.2 fd00::2\n"
                            "host.internal 10.0.2.3 10.0.2.2\n"
                            "six.internal fd00::6\n"
                            "alias.internal a.example\n"
                            "chain.internal Alias.internal\n"
                            "near.internal host.internal\n";

static struct question typed(const char *name, uint16_t type)
{
    struct question question = {.type = type};

    question.name_len = (uint8_t)name_from_host(name, question.name);
    return question;
}

/* What is said, and for an alias behind it what is to be looked up. */
static const char *said(const char *text, const char *name, uint16_t type, bool no_aaaa)
{
    static char whole[(1 << 20) + QUESTION_TEXT + 16];
    char reason[NAMES_REASON], asked[QUESTION_TEXT];
    struct names *names = names_new(text, reason);
    const struct names_config config = {
        .names = names, .ttl = 10, .negative_ttl = 5, .no_aaaa = no_aaaa};
    struct question question = typed(name, type);
    struct answer answer;
    enum names_say say;

    assert_non_null(names);
    answer_init(&answer, &question, records, sizeof records);
    say = names_ask(&config, &question, &answer, &target);
    snprintf(whole, sizeof whole, "%s%s%s",
             say == NAMES_NOTHING ? "nothing" : answer_text(&question, &answer),
             say == NAMES_ALIAS ? "look up " : "",
             say == NAMES_ALIAS ? question_text(&target, asked) : "");
    names_free(names);
    return whole;
}

TEST(a_name_has_its_addresses_each_once_in_their_order)
{
    assert_string_equal(said(lines, "HOST.internal", TYPE_A, false),
                        "NOERROR\n"
                        "HOST.internal. 10 A 10.0.2.2\n"
                        "HOST.internal. 10 A 10.0.2.3\n");
    assert_string_equal(said(lines, "host.internal", TYPE_AAAA, false),
                        "NOERROR\n"
                        "host.internal. 10 AAAA fd00::2\n");
}

TEST(what_it_lacks_is_no_data)
{
    const char *none = said(lines, "six.internal", TYPE_A, false);

    assert_int_equal(strncmp(none, "NOERROR\nauthority six.internal. 5 SOA ", 38), 0);
}

TEST(ipv6_can_be_left_out)
{
    assert_null(strstr(said(lines, "host.internal", TYPE_ANY, true), "AAAA"));
    assert_non_null(strstr(said(lines, "host.internal", TYPE_ANY, false), "AAAA"));
}

TEST(an_alias_says_what_to_look_up)
{
    assert_string_equal(said(lines, "alias.internal", TYPE_A, false),
                        "NOERROR\n"
                        "alias.internal. 10 CNAME a.example.\n"
                        "look up a.example. A");
    assert_string_equal(said(lines, "chain.internal", TYPE_AAAA, false),
                        "NOERROR\n"
                        "chain.internal. 10 CNAME Alias.internal.\n"
                        "Alias.internal. 10 CNAME a.example.\n"
                        "look up a.example. AAAA");
}

TEST(who_asks_for_the_alias_gets_it_alone)
{
    assert_string_equal(said(lines, "chain.internal", TYPE_CNAME, false),
                        "NOERROR\n"
                        "chain.internal. 10 CNAME Alias.internal.\n");
    assert_string_equal(said(lines, "near.internal", TYPE_ANY, false),
                        "NOERROR\n"
                        "near.internal. 10 CNAME host.internal.\n");
}

TEST(an_alias_of_a_name_of_ours_is_complete)
{
    assert_string_equal(said(lines, "near.internal", TYPE_AAAA, false),
                        "NOERROR\n"
                        "near.internal. 10 CNAME host.internal.\n"
                        "host.internal. 10 AAAA fd00::2\n");
}

TEST(an_address_has_its_first_name)
{
    assert_string_equal(said("a.internal 10.0.0.1\nb.internal 10.0.0.1\n",
                             "1.0.0.10.in-addr.arpa", TYPE_PTR, false),
                        "NOERROR\n"
                        "1.0.0.10.in-addr.arpa. 10 PTR a.internal.\n");
    assert_string_equal(said(lines, "9.9.9.10.in-addr.arpa", TYPE_PTR, false), "nothing");
}

TEST(its_names_are_told_from_others)
{
    char why[NAMES_REASON];
    struct names *names = names_new(lines, why);
    struct question host = question_of("HOST.internal.", "MX");
    struct question other = question_of("internal.", "A");

    assert_non_null(names);
    assert_true(names_have(names, &host));
    assert_false(names_have(names, &other));
    assert_false(names_have(NULL, &host));
    names_free(names);
}

TEST(of_other_names_nothing_is_known)
{
    assert_string_equal(said(lines, "internal", TYPE_A, false), "nothing");
    assert_string_equal(said(lines, "x.host.internal", TYPE_A, false), "nothing");
    assert_string_equal(said("", "host.internal", TYPE_A, false), "nothing");
}

/* What is left of a lookup's answer with this code. */
static unsigned seen(const struct names *names, const char *name, enum rcode rcode)
{
    struct question question = typed(name, TYPE_A);
    struct answer answer;

    answer_init(&answer, &question, NULL, 0);
    answer.rcode = rcode;
    names_see(names, &question, &answer);
    return answer.rcode;
}

TEST(names_above_them_exist)
{
    char reason[NAMES_REASON];
    struct names *names = names_new("a.b.C.internal 10.0.0.1\nx.c.internal y.z\n", reason);

    assert_non_null(names);
    assert_int_equal(seen(names, "b.c.internal", RCODE_NXDOMAIN), RCODE_NOERROR);
    assert_int_equal(seen(names, "C.Internal", RCODE_NXDOMAIN), RCODE_NOERROR);
    assert_int_equal(seen(names, "internal", RCODE_NXDOMAIN), RCODE_NOERROR);
    assert_int_equal(seen(names, "internal", RCODE_SERVFAIL), RCODE_SERVFAIL);
    assert_int_equal(seen(names, "z", RCODE_NXDOMAIN), RCODE_NXDOMAIN);
    assert_int_equal(seen(names, "d.internal", RCODE_NXDOMAIN), RCODE_NXDOMAIN);
    assert_int_equal(seen(NULL, "internal", RCODE_NXDOMAIN), RCODE_NXDOMAIN);
    names_free(names);
}

TEST(lines_can_be_added_one_by_one)
{
    char reason[NAMES_REASON];
    struct names *names = names_new("", reason);

    assert_true(names_add(names, "a.internal b.internal", reason));
    assert_true(names_add(names, "c.internal 10.0.0.1", reason));
    assert_false(names_add(names, "b.internal a.internal", reason));
    assert_string_equal(reason, "a loop, or a chain of too many aliases");
    names_free(names);
}

TEST(chains_have_an_end)
{
    char reason[NAMES_REASON];
    struct names *names;

    names = names_new("a x\nb a\nc b\nd c\ne d\nf e\ng f\nh g\n", reason);
    assert_non_null(names);
    names_free(names);
    names = names_new("x 10.0.0.1\na x\nb a\nc b\nd c\ne d\nf e\ng f\nh g\n", reason);
    assert_non_null(names);
    names_free(names);
    assert_null(names_new("a x\nb a\nc b\nd c\ne d\nf e\ng f\nh g\ni h\n", reason));
    assert_string_equal(reason, "a loop, or a chain of too many aliases");
    assert_null(names_new("a b\nb a\n", reason));
    assert_string_equal(reason, "a loop, or a chain of too many aliases");
}

/* A chain that becomes too long in its middle is as wrong as one that grows at its start.
 */
TEST(a_link_in_the_middle_may_make_a_chain_too_long)
{
    char reason[NAMES_REASON];

    assert_null(names_new("b a\nc b\nd c\ne d\nf e\na x\nx y\ny z\nz w\nw v\n", reason));
}
