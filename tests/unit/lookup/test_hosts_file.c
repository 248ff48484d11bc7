/* Names above those of the hosts file. */
#include "lab_lookup.h"

#include "lookup/hosts_file.h"

/* A name of the file below this one, or "none". */
static const char *child_of(const char *parent)
{
    static char child[NAME_TEXT];

    return hosts_file_child(parent, child) ? child : "none";
}

TEST_WITH(lab, a_name_above_one_of_the_file_has_it_below)
{
    etc_write("hosts", "10.0.0.7 printer.office printer\n2001:db8::7 a.b.c\n");
    assert_string_equal(child_of("office"), "printer.office");
    assert_string_equal(child_of("OFFICE"), "printer.office");
    assert_string_equal(child_of("b.c"), "a.b.c");
    assert_string_equal(child_of("c"), "a.b.c");
}

TEST_WITH(lab, other_names_have_none)
{
    etc_write("hosts", "10.0.0.7 printer.office printer\n");
    assert_string_equal(child_of("printer.office"), "none");
    assert_string_equal(child_of("printer"), "none");
    assert_string_equal(child_of("ffice"), "none");
    assert_string_equal(child_of("r.office"), "none");
    assert_string_equal(child_of("com"), "none");
    assert_string_equal(child_of(""), "none");
}

TEST_WITH(lab, a_name_may_stand_anywhere_in_a_line)
{
    etc_write("hosts", "\t 10.0.0.1\tone  x.first\r\n"
                       "10.0.0.2 two three x.second# x.comment\n"
                       "10.0.0.3 x.Last");
    assert_string_equal(child_of("first"), "x.first");
    assert_string_equal(child_of("second"), "x.second");
    assert_string_equal(child_of("last"), "x.Last");
    assert_string_equal(child_of("comment"), "none");
}

TEST_WITH(lab, what_libc_takes_for_no_line_is_none)
{
    etc_write("hosts", "# 10.0.0.1 x.comment\n10.0.0.999 x.bad\nx.name x.bad\n"
                       "fe80::1%lo x.bad\n10.0.0.1\n\n 10.0.0.1 #\n");
    assert_string_equal(child_of("comment"), "none");
    assert_string_equal(child_of("bad"), "none");
}

TEST_WITH(lab, what_is_no_name_has_nothing_above_it)
{
    char long_line[400] = "10.0.0.1 x.y.long.";

    memset(long_line + strlen(long_line), 'a', 300);
    etc_write("hosts", "10.0.0.1 a..two .one dot.final. 10.1.2.3\n");
    assert_string_equal(child_of("two"), "none");
    assert_string_equal(child_of("one"), "none");
    assert_string_equal(child_of("final"), "none");
    assert_string_equal(child_of("2.3"), "none");
    etc_write("hosts", long_line);
    assert_string_equal(child_of("long"), "none");
}

TEST_WITH(lab, an_edit_is_seen_at_once)
{
    etc_write("hosts", "10.0.0.1 x.before\n");
    assert_string_equal(child_of("before"), "x.before");
    etc_write("hosts", "10.0.0.1 longer.after\n");
    assert_string_equal(child_of("before"), "none");
    assert_string_equal(child_of("after"), "longer.after");
    etc_write("hosts", "");
    assert_string_equal(child_of("after"), "none");
}

TEST_WITH(lab, a_long_file_is_known_to_its_end)
{
    char *text = malloc(50000 * 32), *at = text;

    assert_non_null(text);
    for (int i = 0; i < 50000; i++)
        at += sprintf(at, "10.0.0.1 x.n%d.many\n", i);
    etc_write("hosts", text);
    free(text);
    assert_string_equal(child_of("n0.many"), "x.n0.many");
    assert_string_equal(child_of("n24680.many"), "x.n24680.many");
    assert_string_equal(child_of("n49999.many"), "x.n49999.many");
    assert_string_equal(child_of("n50000.many"), "none");
    assert_string_equal(child_of("many"), "x.n0.many");
}
