#include "../check.h"
#include "../written.h"

#include "web/template.h"

static void put(FILE *out, const char *name, const void *context)
{
    fprintf(out, "<%s %s>", (const char *)context, name);
}

static const char *filled(const char *text)
{
    FILE *out = written_begin();

    template_write(out, text, text + strlen(text), put, "the");
    return written_end(out);
}

TEST(each_marker_gives_way_to_what_is_written_for_it)
{
    assert_string_equal(filled("a {{one}} b{{two-2}}{{one}}"),
                        "a <the one> b<the two-2><the one>");
}

TEST(text_without_markers_stays_as_it_is)
{
    assert_string_equal(filled(""), "");
    assert_string_equal(filled("{a} } }} {"), "{a} } }} {");
}

TEST(what_is_no_marker_stays_as_it_is)
{
    assert_string_equal(filled("a {{one"), "a {{one");
    assert_string_equal(filled("a {{"), "a {{");
    assert_string_equal(filled("{{12345678901234567890123456789012}}"),
                        "{{12345678901234567890123456789012}}");
}

TEST(the_longest_name_is_read)
{
    assert_string_equal(filled("{{1234567890123456789012345678901}}"),
                        "<the 1234567890123456789012345678901>");
}

TEST(octets_behind_the_end_are_not_read)
{
    static const char text[] = "a{{b}}{{c}}";
    FILE *out = written_begin();

    template_write(out, text, text + 5, put, "the");
    assert_string_equal(written_end(out), "a{{b}");
}
