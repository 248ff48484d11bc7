#include "../check.h"

#include "client/option_find.h"

static void assert_found(const char *word, const char *option, const char *value)
{
    struct option_found found = option_find(word);

    assert_non_null(found.row);
    assert_null(found.other);
    assert_string_equal(found.row->word, option);
    if (value)
        assert_string_equal(found.value, value);
    else
        assert_null(found.value);
}

TEST(a_beginning_is_enough)
{
    assert_found("+short", "+short", NULL);
    assert_found("+sh", "+short", NULL);
    assert_found("+time=3", "+timeout", "3");
    assert_found("+rd", "+recurse", NULL);
    assert_found("+ad", "+adflag", NULL);
    assert_found("-p53", "-p", "53");
    assert_found("--color=auto", "--color", "auto");
    assert_found("@::1", "@", "::1");
}

TEST(no_takes_an_option_back)
{
    assert_true(option_find("+nord").is_denied);
    assert_found("+nord", "+recurse", NULL);
    assert_found("+noall", "+all", NULL);
    assert_false(option_find("+short").is_denied);
}

TEST(what_is_none_or_two_is_told)
{
    assert_null(option_find("+xyzzy").row);
    assert_null(option_find("-z").row);
    assert_null(option_find("-4x").row);
    assert_non_null(option_find("+t").other);
    assert_string_equal(option_nearest("+shrot"), "+short");
    assert_null(option_nearest("+xyzzy"));
}
