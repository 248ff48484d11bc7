#include "../reply_text.h"
#include "names_of.h"

TEST(its_names_are_told_from_others)
{
    char why[NAMES_REASON];
    struct names *names = names_of("host.internal 10.0.2.2\n", why);
    struct question host = question_of("HOST.internal.", "MX");
    struct question other = question_of("internal.", "A");

    assert_non_null(names);
    assert_true(names_have(names, &host));
    assert_false(names_have(names, &other));
    assert_false(names_have(NULL, &host));
    names_free(names);
}

/* What is left of a lookup's answer with this code. */
static unsigned seen(const struct names *names, const char *name, enum rcode rcode)
{
    struct question asked = question_of(name, "A"), question;
    struct answer answer;

    question_fold(&question, &asked);
    answer_init(&answer, &question, NULL, 0);
    answer.rcode = rcode;
    names_correct(names, &question, &answer);
    return answer.rcode;
}

TEST(names_above_them_exist)
{
    char reason[NAMES_REASON];
    struct names *names = names_of("a.b.C.internal 10.0.0.1\nx.c.internal y.z\n", reason);

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

TEST(all_lines_have_a_limit_together)
{
    char reason[NAMES_REASON];
    struct names *names = names_of("", reason);

    for (int i = 0; i < 65535 / 16; i++)
        assert_true(names_add(names, "a.test 10.0.0.1", reason));
    assert_false(names_add(names, "a.test 10.0.0.1", reason));
    assert_string_equal(reason, "all names together have at most 65535 octets");
    names_free(names);
}

TEST(chains_have_an_end)
{
    char reason[NAMES_REASON];
    struct names *names;

    names = names_of("a x\nb a\nc b\nd c\ne d\nf e\ng f\nh g\n", reason);
    assert_non_null(names);
    names_free(names);
    names = names_of("x 10.0.0.1\na x\nb a\nc b\nd c\ne d\nf e\ng f\nh g\n", reason);
    assert_non_null(names);
    names_free(names);
    assert_null(names_of("a x\nb a\nc b\nd c\ne d\nf e\ng f\nh g\ni h\n", reason));
    assert_string_equal(reason, "a loop, or a chain of too many aliases");
    assert_null(names_of("a b\nb a\n", reason));
    assert_string_equal(reason, "a loop, or a chain of too many aliases");
}

/* A chain that becomes too long in its middle is as wrong as one that grows at its start.
 */
TEST(a_link_in_the_middle_may_make_a_chain_too_long)
{
    char reason[NAMES_REASON];

    assert_null(names_of("b a\nc b\nd c\ne d\nf e\na x\nx y\ny z\nz w\nw v\n", reason));
}
