#include "shown.h"

#include "client/view_wire.h"

static const char wire[] = HEADER("\x85\x80", COUNTS("\1", "\1", "\0", "\0"))
    QUESTION("\x10") RECORD("\x10", "\x0d") "\x0chello\x1b world";

TEST(query_and_reply_are_shown_with_their_octets)
{
    shown_by(view_wire, &shown_all, 16, wire, sizeof wire - 1);
    assert_non_null(strstr(written, "\nQuery to 192.0.2.53 port 53 over UDP, 35 octets\n"));
    assert_non_null(strstr(written, "\nReply from 192.0.2.53 port 53 over UDP, 49 octets, "
                                    "after 1.23 ms\n"));
    assert_non_null(strstr(written, "\n0000  12 34                      id"));
    assert_non_null(strstr(written, "-> 0x000c a.test.          the name goes on there "
                                    "[RFC 1035 4.1.4]\n"));
}

TEST(a_long_field_goes_on_in_the_next_line)
{
    shown_by(view_wire, &shown_all, 16, wire, sizeof wire - 1);
    assert_non_null(strstr(written, "\n0024  0c 68 65 6c 6c 6f 1b 20"));
    assert_non_null(strstr(written, "\"hello\\027 world\"\n002c  77 6f 72 6c"));
}

TEST(nothing_but_printable_octets_and_line_ends_come_out)
{
    shown_by(view_wire, &shown_all, 16, wire, sizeof wire - 1);
    for (const char *c = written; *c; c++)
        assert_true(*c == '\n' || (*c >= ' ' && *c < 0x7f));
}

TEST(no_reply_is_told)
{
    shown_by(view_wire, &shown_all, 16, NULL, 0);
    assert_non_null(strstr(written, "\nNo reply: timed out\n"));
}
