#include "../check.h"
#include "../written.h"

#include "web/page_text.h"

static const char *count(uint64_t number)
{
    FILE *out = written_begin();

    page_text_count(out, number);
    return written_end(out);
}

static const char *duration(double ms)
{
    FILE *out = written_begin();

    page_text_duration(out, ms);
    return written_end(out);
}

static const char *span(int64_t seconds)
{
    FILE *out = written_begin();

    page_text_span(out, seconds);
    return written_end(out);
}

static const char *percent(uint64_t part, uint64_t whole)
{
    FILE *out = written_begin();

    page_text_percent(out, part, whole);
    return written_end(out);
}

TEST(a_count_has_its_digits_in_groups_of_three)
{
    assert_string_equal(count(0), "0");
    assert_string_equal(count(999), "999");
    assert_string_equal(count(1000), "1,000");
    assert_string_equal(count(1002003), "1,002,003");
    assert_string_equal(count(UINT64_MAX), "18,446,744,073,709,551,615");
}

TEST(a_duration_has_two_or_three_digits)
{
    assert_string_equal(duration(0), "0.00 ms");
    assert_string_equal(duration(0.454), "0.45 ms");
    assert_string_equal(duration(0.996), "1.0 ms");
    assert_string_equal(duration(4.54), "4.5 ms");
    assert_string_equal(duration(9.96), "10 ms");
    assert_string_equal(duration(454.4), "454 ms");
    assert_string_equal(duration(999.6), "1.0 s");
    assert_string_equal(duration(4400), "4.4 s");
}

TEST(what_is_not_known_is_a_dash)
{
    assert_string_equal(duration(-1), "\xe2\x80\x93");
    assert_string_equal(percent(0, 0), "\xe2\x80\x93");
}

TEST(a_span_has_the_largest_unit_that_there_are_two_of)
{
    assert_string_equal(span(0), "0 s");
    assert_string_equal(span(119), "119 s");
    assert_string_equal(span(120), "2 min");
    assert_string_equal(span(7199), "119 min");
    assert_string_equal(span(7200), "2 h");
    assert_string_equal(span(2 * 86400), "2 d");
}

TEST(a_share_is_told_in_percent)
{
    assert_string_equal(percent(3, 4), "75 %");
    assert_string_equal(percent(1, 1), "100 %");
    assert_string_equal(percent(0, 5), "0 %");
}
