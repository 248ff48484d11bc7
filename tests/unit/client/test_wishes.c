#include "../check.h"

#include "client/wishes.h"

static struct wishes wishes;
static char error[WISHES_ERROR];

static void end(void)
{
    wishes_free(&wishes);
}

/* Takes words with a blank between them. */
static bool take(const char *text)
{
    char copy[256], *rest = NULL;

    strcpy(copy, text);
    wishes_free(&wishes);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        wishes_take(&wishes, word);
    return wishes_end(&wishes, error);
}

/* The wishes as "NAME TYPE, NAME TYPE". */
static void assert_wishes(const char *text, const char *expected)
{
    char found[256] = "";

    assert_true(take(text));
    for (size_t i = 0; i < wishes.count; i++)
        sprintf(found + strlen(found), "%s%s %u", i > 0 ? ", " : "", wishes.all[i].name,
                wishes.all[i].type);
    assert_string_equal(found, expected);
}

TEST(a_type_may_stand_before_its_name_or_behind)
{
    assert_wishes("a.test", "a.test 0");
    assert_wishes("MX a.test", "a.test 15");
    assert_wishes("a.test mx", "a.test 15");
    assert_wishes("MX a.test b.test", "a.test 15, b.test 15");
    assert_wishes("MX a.test b.test TXT c.test", "a.test 15, b.test 16, c.test 15");
    assert_wishes("a.test MX b.test TXT c.test", "a.test 15, b.test 16, c.test 0");
}

TEST(a_name_may_have_more_types)
{
    assert_wishes("a.test MX TXT", "a.test 15, a.test 16");
    assert_wishes("A a.test MX TYPE65280", "a.test 1, a.test 15, a.test 65280");
}

TEST(a_class_is_one_of_the_whole_name)
{
    assert_wishes("a.test CH TXT", "a.test 16");
    assert_int_equal(wishes.all[0].class, 3);
    assert_wishes("a.test TXT MX chaos", "a.test 16, a.test 15");
    assert_int_equal(wishes.all[0].class, 3);
    assert_int_equal(wishes.all[1].class, 3);
    assert_wishes("TXT CLASS4 a.test b.test IN", "a.test 16, b.test 16");
    assert_int_equal(wishes.all[0].class, 4);
    assert_int_equal(wishes.all[1].class, 1);
    assert_wishes("CLASS4 a.test b.test", "a.test 0, b.test 0");
    assert_int_equal(wishes.all[1].class, 4);
}

TEST(settings_are_of_the_whole_name)
{
    const struct settings *own = (const struct settings *)&wishes;

    wishes_free(&wishes);
    wishes_take(&wishes, "a.test");
    wishes_take(&wishes, "b.test");
    wishes_take(&wishes, "MX");
    wishes_take(&wishes, "TXT");
    wishes_settle(&wishes, own);
    wishes_take(&wishes, "A");
    wishes_take(&wishes, "c.test");
    assert_true(wishes_end(&wishes, error));
    assert_int_equal(wishes.count, 5);
    assert_null(wishes.all[0].settings);
    for (size_t i = 1; i < 4; i++)
        assert_ptr_equal(wishes.all[i].settings, own);
    assert_null(wishes.all[4].settings);
}

TEST(a_class_without_a_name_is_one)
{
    assert_wishes("ch", "ch 0");
    assert_wishes("ns ch", "ch 2");
    assert_wishes("ch ns", "ch 2");
    assert_wishes("mx in a", "mx 1");
}

TEST(a_type_without_a_name_is_one)
{
    assert_wishes("mx", "mx 0");
    assert_wishes("mx txt", "mx 16");
    assert_wishes("mx. txt", "mx. 16");
}

TEST(an_address_is_looked_up_in_reverse)
{
    assert_wishes("192.0.2.1", "1.2.0.192.in-addr.arpa. 12");
    assert_wishes(
        "::1 192.0.2.1 A",
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa. 12, "
        "192.0.2.1 1");
    assert_wishes("192.0.2", "192.0.2 0");
}

TEST(what_seems_to_be_a_type_is_asked_about)
{
    static const char *const mistakes[] = {"a.test MXX", "MXX a.test", "a.test AAA",
                                           "a.test TTX", "a.test CNMAE"};
    static const char *const names[] = {"MXX", "a.test mxx", "a.test MXX.",
                                        "a.test NAS4000", "a.test M"};

    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        if (take(mistakes[i]))
            fail_msg("%s", mistakes[i]);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!take(names[i]))
            fail_msg("%s", names[i]);
}

TEST(a_type_that_is_surely_one_needs_a_name)
{
    wishes_free(&wishes);
    wishes_take_type(&wishes, TYPE_TXT, "TXT");
    assert_false(wishes_end(&wishes, error));
    assert_string_equal(error, "no NAME for the type TXT");
}

GROUP(NULL, end);
