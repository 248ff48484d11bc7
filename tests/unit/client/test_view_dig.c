#include "shown.h"

#include "client/view_dig.h"

#define SHOWN(style, type, wire) shown_by(view_dig, style, type, wire, sizeof(wire) - 1)

TEST(a_reply_is_laid_out_as_dig_does)
{
    const char wire[] = HEADER("\x85\x80", COUNTS("\1", "\1", "\0", "\0")) QUESTION("\1")
        RECORD("\1", "\4") "\xc0\0\2\1";

    assert_string_equal(SHOWN(&shown_all, 1, wire),
                        ";; Got answer:\n"
                        ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 4660\n"
                        ";; flags: qr aa rd ra; QUERY: 1, ANSWER: 1, AUTHORITY: 0, "
                        "ADDITIONAL: 0\n"
                        "\n"
                        ";; QUESTION SECTION:\n"
                        ";a.test.\t\t\t\tIN\tA\n"
                        "\n"
                        ";; ANSWER SECTION:\n"
                        "a.test.\t\t\t3600\tIN\tA\t192.0.2.1\n"
                        "\n");
}

TEST(recursion_that_is_not_to_be_had_is_a_warning)
{
    const char wire[] = HEADER("\x81\x42", COUNTS("\1", "\0", "\0", "\0")) QUESTION("\1");

    assert_string_equal(SHOWN(&shown_all, 1, wire),
                        ";; Got answer:\n"
                        ";; ->>HEADER<<- opcode: QUERY, status: SERVFAIL, id: 4660\n"
                        ";; flags: qr rd; MBZ: 0x4; QUERY: 1, ANSWER: 0, AUTHORITY: 0, "
                        "ADDITIONAL: 0\n"
                        ";; WARNING: recursion requested but not available\n"
                        "\n"
                        ";; QUESTION SECTION:\n"
                        ";a.test.\t\t\t\tIN\tA\n"
                        "\n");
}

TEST(columns_move_where_ttl_or_class_are_left_out)
{
    const char wire[] = HEADER("\x85\x80", COUNTS("\1", "\1", "\0", "\0")) QUESTION("\1")
        RECORD("\1", "\4") "\xc0\0\2\1";
    struct style style = {.view = VIEW_DIG, .show_answer = true, .show_ttl = true};

    assert_string_equal(SHOWN(&style, 1, wire), "a.test.\t\t\t3600\tA\t192.0.2.1\n");
    style.show_ttl_units = true;
    assert_string_equal(SHOWN(&style, 1, wire), "a.test.\t\t\t1h\tA\t192.0.2.1\n");
    style.show_ttl = false;
    assert_string_equal(SHOWN(&style, 1, wire), "a.test.\t\t\tA\t192.0.2.1\n");
    style.show_class = true;
    assert_string_equal(SHOWN(&style, 1, wire), "a.test.\t\t\tIN\tA\t192.0.2.1\n");
    style = (struct style){
        .show_answer = true, .show_ttl = true, .show_class = true, .is_multiline = true};
    assert_string_equal(SHOWN(&style, 1, wire), "a.test.\t\t\t3600 IN\tA 192.0.2.1\n");
}

TEST(what_cannot_be_read_to_its_end_is_shown_as_far_as_it_goes)
{
    const char wire[] = HEADER("\x85\x80", COUNTS("\1", "\2", "\0", "\0")) QUESTION("\1")
        RECORD("\1", "\4") "\xc0\0\2\1\xc0";

    assert_non_null(strstr(SHOWN(&shown_all, 1, wire),
                           ";; WARNING: the message cannot be read to its end\n"));
    assert_non_null(strstr(written, "\tA\t192.0.2.1\n"));
}

TEST(no_reply_is_told_in_digs_words)
{
    assert_string_equal(shown_by(view_dig, &shown_all, 1, NULL, 0),
                        ";; communications error to 192.0.2.53#53: timed out\n"
                        ";; no servers could be reached\n");
}

TEST(opcodes_have_names_or_numbers)
{
    char text[16];

    assert_string_equal(view_dig_opcode(0x8180, text), "QUERY");
    assert_string_equal(view_dig_opcode(0x2800, text), "UPDATE");
    assert_string_equal(view_dig_opcode(0x7800, text), "RESERVED15");
}
