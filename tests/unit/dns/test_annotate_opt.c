#include "annotated.h"

#define OPT(len, options) "\0\0\1\0\0\0\0\0\0\0\0\1\0\0\x29\4\xd0\0\0\0\0\0" len options

TEST(options_are_told_by_their_rules)
{
    ANNOTATED(OPT("\x0b", "\0\x03\0\2vm"
                          "\xff\x01\0\1x"));
    TOLD("+2 code: 3 | NSID: which server answers | RFC 5001 2.3\n");
    TOLD("+2 identifier: \"vm\" |");
    TOLD("+2 code: 65281 | without a name here |");
    TOLD("+1 octets: 1 octet |");
    ANNOTATED(OPT("\x0b", "\0\x08\0\7\0\1\x18\0\xc0\0\2"));
    TOLD("+2 family: 1 | IPv4 |");
    TOLD("+1 source bits: 24 |");
    TOLD("+3 address: 192.0.2.0 |");
    ANNOTATED(OPT("\x16", "\0\x0a\0\x0a"
                          "12345678"
                          "ab"
                          "\0\x0b\0\2\0\x65\0\x0c"));
    TOLD("+8 client cookie: 8 octets |");
    TOLD("+2 server cookie: 2 octets |");
    TOLD("+2 time: 10.1 s |");
    TOLD("+2 octets: 2 octets | too few for an option |");
    ANNOTATED(OPT("\x0a", "\0\x0f\0\6\0\x16n\x1b\"\xff"));
    TOLD("+4 text: \"n\\027\"\\255\" |");
}

TEST(options_with_numbers_are_told_by_name)
{
    ANNOTATED(OPT("\x18", "\0\5\0\2\x08\x0f\0\6\0\1\2\0\7\0\1\1"
                          "\0\x0e\0\4\x12\x34\x56\x78"));
    TOLD("+1 algorithm: 8 | RSASHA256 |");
    TOLD("+1 algorithm: 15 | ED25519 |");
    TOLD("+1 digest type: 2 | SHA-256 |");
    TOLD("+1 hash algorithm: 1 | SHA-1 |");
    TOLD("+2 key tag: 4660 |");
    ANNOTATED(OPT("\x0f", "\0\x09\0\4\0\0\0\x3c\0\x12\0\3\1a\0"));
    TOLD("+4 seconds: 60 |");
    TOLD("agent: a. |");
}

TEST(options_that_break_their_rules_are_octets)
{
    ANNOTATED(OPT("\5", "\0\x0f\0\1\0"));
    TOLD("+1 octets: 1 octet |");
    ANNOTATED(OPT("\6", "\0\x0a\0\2ab"));
    TOLD("+2 octets: 2 octets |");
    ANNOTATED(OPT("\5", "\0\x03\0\xffx"));
    TOLD("+2 length: 255 | more than there is |");
}

TEST(any_options_are_covered)
{
    uint8_t wire[23 + 40] = OPT("\x28", "");

    srandom(3);
    for (int i = 0; i < 40000; i++) {
        for (size_t at = 23; at < sizeof wire; at++)
            wire[at] = (uint8_t)(random() % 4 ? random() % 16 : random());
        annotated_hold(wire, sizeof wire);
    }
}

GROUP(NULL, annotated_end);
