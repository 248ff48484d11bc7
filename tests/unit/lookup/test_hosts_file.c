/* Names above those of the hosts file, and how it spells its own. */
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
    etc_write("hosts", "10.0.0.1 a..two .one dots.final.. . .. 10.1.2.3 10.1.2.4.\n");
    assert_string_equal(child_of("two"), "none");
    assert_string_equal(child_of("one"), "none");
    assert_string_equal(child_of("final"), "none");
    assert_string_equal(child_of("2.3"), "none");
    assert_string_equal(child_of("2.4"), "none");
    etc_write("hosts", long_line);
    assert_string_equal(child_of("long"), "none");
}

TEST_WITH(lab, a_name_with_a_final_dot_is_below_others_too)
{
    etc_write("hosts", "10.0.0.1 Box.Tail.net.\n");
    assert_string_equal(child_of("net"), "Box.Tail.net.");
    assert_string_equal(child_of("tail.net"), "Box.Tail.net.");
    assert_string_equal(child_of("box.tail.net"), "none");
}

TEST_WITH(lab, a_name_that_is_written_with_a_final_dot_only_needs_it)
{
    etc_write("hosts", "10.0.0.1 only.dot. both.ways. plain.name MIXED.Case.\n"
                       "10.0.0.2 both.ways\n# 10.0.0.3 a.comment.\n10.0.0.4 last.in.line.");
    assert_true(hosts_file_needs_dot("only.dot"));
    assert_true(hosts_file_needs_dot("Mixed.cASE"));
    assert_true(hosts_file_needs_dot("last.in.line"));
    assert_false(hosts_file_needs_dot("both.ways"));
    assert_false(hosts_file_needs_dot("plain.name"));
    assert_false(hosts_file_needs_dot("a.comment"));
    assert_false(hosts_file_needs_dot("dot"));
    assert_false(hosts_file_needs_dot(""));
}

TEST_WITH(lab, what_libc_takes_for_no_line_does_not_spell_a_name)
{
    etc_write("hosts", "10.0.0.1 only.dot.\nno.address only.dot\n10.0.0.2 # only.dot\n");
    assert_true(hosts_file_needs_dot("only.dot"));
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

TEST_WITH(lab, a_name_is_a_word_of_a_line)
{
    etc_write("hosts", "# comment\n10.0.0.7 Printer.office\tprinter # spare\n");
    assert_true(hosts_file_has_name("printer.OFFICE", 1000));
    assert_true(hosts_file_has_name("printer", 1000));
    assert_false(hosts_file_has_name("office", 1000));
    etc_write("hosts", "10.0.0.7 printer.office.\n");
    assert_true(hosts_file_has_name("printer.office", 1000));
    assert_false(hosts_file_has_name("spare", 1000));
    assert_false(hosts_file_has_name("comment", 1000));
}

TEST_WITH(lab, an_address_is_the_first_word_in_any_spelling)
{
    static const uint8_t ip6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 7};

    etc_write("hosts", " 10.0.0.7 printer\n2001:db8:0::7 printer\n");
    assert_true(hosts_file_has_address((const uint8_t[]){10, 0, 0, 7}, 4, 1000));
    assert_false(hosts_file_has_address((const uint8_t[]){10, 0, 0, 8}, 4, 1000));
    assert_true(hosts_file_has_address(ip6, 16, 1000));
}

/* To libc such a line has an address, without a name. */
TEST_WITH(lab, a_comment_ends_an_address)
{
    etc_write("hosts", "10.0.0.7#printer\n#10.0.0.8 printer\n");
    assert_true(hosts_file_has_address((const uint8_t[]){10, 0, 0, 7}, 4, 1000));
    assert_false(hosts_file_has_address((const uint8_t[]){10, 0, 0, 8}, 4, 1000));
}

/* The last octet of the line's address that begins so, or -1. */
static int below(const uint8_t *octets, size_t len, unsigned bits)
{
    uint8_t found[16];

    return hosts_file_address_below(octets, len, bits, found) ? found[len - 1] : -1;
}

TEST_WITH(lab, an_address_is_below_its_first_bits)
{
    static const uint8_t ip6[16] = {0x20, 0x01, 0x0d, 0xb8, 0xff};

    etc_write("hosts", "10.2.3.7 printer\n2001:db8:f0::8 printer\n");
    assert_int_equal(below((const uint8_t[]){0}, 4, 0), 7);
    assert_int_equal(below((const uint8_t[]){10, 2}, 4, 16), 7);
    assert_int_equal(below((const uint8_t[]){10, 3}, 4, 16), -1);
    assert_int_equal(below((const uint8_t[]){10, 3}, 4, 8), 7);
    assert_int_equal(below(ip6, 16, 32), 8);
    assert_int_equal(below(ip6, 16, 36), -1);
    assert_int_equal(below((const uint8_t[]){0x2f}, 16, 4), 8);
    assert_int_equal(below((const uint8_t[]){0x30}, 16, 4), -1);
}

TEST_WITH(lab, a_file_longer_than_allowed_is_not_read)
{
    etc_write("hosts", "10.0.0.7 printer\n");
    assert_true(hosts_file_has_name("printer", 17));
    assert_false(hosts_file_has_name("printer", 16));
}
