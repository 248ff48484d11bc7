#include "../check.h"

#include "base/printable.h"

TEST(printable_text_stays_as_it_is)
{
    char text[] = " aZ09~!";

    printable_make(text, sizeof text);
    assert_string_equal(text, " aZ09~!");
}

TEST(controls_and_octets_above_ascii_become_question_marks)
{
    char text[] = "a\033[2J\n\t\x7f\x80\xff.";

    printable_make(text, sizeof text);
    assert_string_equal(text, "a?[2J?????.");
}

TEST(a_text_without_an_end_gets_one)
{
    char text[4] = {'a', 'b', 'c', 'd'};

    printable_make(text, sizeof text);
    assert_string_equal(text, "abc");
}
