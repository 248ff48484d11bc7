#include "shown.h"

#include "client/view_yaml.h"

#define SHOWN(type, wire) shown_by(view_yaml, &shown_all, type, wire, sizeof(wire) - 1)

TEST(a_reply_is_a_message_of_lists)
{
    const char wire[] = HEADER("\x85\x80", COUNTS("\1", "\1", "\0", "\0")) QUESTION("\x10")
        RECORD("\x10", "\5") "\4it's";
    const char *text = SHOWN(16, wire);

    assert_non_null(
        strstr(text, "- type: MESSAGE\n  message:\n    type: RECURSIVE_RESPONSE\n"));
    assert_non_null(strstr(text, "\n    message_size: 41b\n    socket_family: INET\n"));
    assert_non_null(strstr(text, "\n    response_address: \"192.0.2.53\"\n"
                                 "    response_port: 53\n"));
    assert_non_null(strstr(text, "\n      opcode: QUERY\n      status: NOERROR\n"
                                 "      id: 4660\n      flags: qr aa rd ra\n"));
    assert_non_null(
        strstr(text, "\n      QUESTION_SECTION:\n        - 'a.test. IN TXT'\n"));
    assert_non_null(strstr(text, "\n      ANSWER_SECTION:\n"
                                 "        - 'a.test. 3600 IN TXT \"it''s\"'\n"));
}

TEST(a_reason_is_part_of_the_opt_section)
{
    const char wire[] = HEADER("\x81\x82", COUNTS("\1", "\0", "\0", "\1"))
        QUESTION("\1") "\0\0\x29\4\xd0\0\0\0\0\0\x0a\0\x0f\0\6\0\x16slow";

    assert_non_null(strstr(SHOWN(1, wire),
                           "        EDNS:\n          version: 0\n          flags:\n"
                           "          udp: 1232\n          EDE:\n"
                           "            INFO-CODE: 22 (No Reachable Authority)\n"
                           "            EXTRA-TEXT: \"slow\"\n"));
}

TEST(octets_of_a_reason_have_the_escapes_of_yaml)
{
    const char wire[] = HEADER("\x81\x82", COUNTS("\1", "\0", "\0", "\1"))
        QUESTION("\1") "\0\0\x29\4\xd0\0\0\0\0\0\x0b\0\x0f\0\7\0\x16"
                       "a\"\\\x1b\xff";

    assert_non_null(strstr(SHOWN(1, wire), "EXTRA-TEXT: \"a\\\"\\\\\\x1b\\xff\"\n"));
}

TEST(bits_that_must_be_zero_are_told)
{
    const char wire[] = HEADER("\x81\xc0", COUNTS("\1", "\0", "\0", "\1"))
        QUESTION("\1") "\0\0\x29\4\xd0\0\0\x80\1\0\4\0\3\0\0";
    const char *text = SHOWN(1, wire);

    assert_non_null(strstr(text, "      flags: qr rd ra\n      MBZ: 0x4\n"));
    assert_non_null(strstr(text, "          flags: do\n          MBZ: 0x0001\n"
                                 "          udp: 1232\n          NSID:\n"));
}

TEST(without_a_reply_there_is_an_error)
{
    assert_string_equal(shown_by(view_yaml, &shown_all, 1, NULL, 0),
                        "- type: DIG_ERROR\n  message: |\n"
                        "    no reply from server: timed out\n");
}
