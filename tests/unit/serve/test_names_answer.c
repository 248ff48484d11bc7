#include "../reply_text.h"

#include "names_of.h"
#include "serve/names_answer.h"

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
    struct names *names = names_of(text, reason);
    struct question question = typed(name, type);
    struct answer answer;
    enum names_answer_kind say;

    assert_non_null(names);
    local.filter_aaaa = no_aaaa;
    answer_init(&answer, &question, records, sizeof records);
    say = names_answer(names, &question, &answer, &target);
    snprintf(whole, sizeof whole, "%s%s%s",
             say == NAMES_ANSWER_NONE ? "nothing" : answer_text(&question, &answer),
             say == NAMES_ANSWER_ALIAS ? "look up " : "",
             say == NAMES_ANSWER_ALIAS ? question_text(&target, asked) : "");
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

TEST(a_question_for_the_alias_gets_it_alone)
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

TEST(nothing_is_known_of_other_names)
{
    assert_string_equal(said(lines, "internal", TYPE_A, false), "nothing");
    assert_string_equal(said(lines, "x.host.internal", TYPE_A, false), "nothing");
    assert_string_equal(said("", "host.internal", TYPE_A, false), "nothing");
}
