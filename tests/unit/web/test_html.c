#include "../written.h"

#include "web/html.h"

static const char *escaped(const char *text)
{
    FILE *out = written_begin();

    html_put(out, text);
    return written_end(out);
}

TEST(plain_text_stays_as_it_is)
{
    assert_string_equal(escaped("www.Example-1.test. (A) \\032;"),
                        "www.Example-1.test. (A) \\032;");
    assert_string_equal(escaped(""), "");
}

TEST(markup_is_no_markup)
{
    assert_string_equal(escaped("<script>alert(1)</script>"),
                        "&lt;script&gt;alert(1)&lt;/script&gt;");
    assert_string_equal(escaped("a&amp;b"), "a&amp;amp;b");
}

TEST(an_attribute_does_not_end)
{
    assert_string_equal(escaped("\" onload='x"), "&quot; onload=&#39;x");
}

TEST(what_is_not_printable_ascii_is_not_passed_on)
{
    assert_string_equal(escaped("a\x01\n\x7f\xc3\xa4z"), "a?????z");
}
