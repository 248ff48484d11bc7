#include "../check.h"

#include "base/near.h"

TEST(one_letter_more_less_or_another_is_near)
{
    assert_true(near_is("MXX", "MX"));
    assert_true(near_is("TX", "TXT"));
    assert_true(near_is("txd", "TXT"));
    assert_true(near_is("+shrot", "+short"));
}

TEST(two_letters_are_another_word)
{
    assert_false(near_is("TTX", "MX"));
    assert_false(near_is("short", "+sort-"));
    assert_false(near_is("M", "X"));
    assert_false(near_is("abcd", "badc"));
    assert_false(near_is("", "MX"));
}
