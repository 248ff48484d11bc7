#include "annotated.h"

#define SAMPLE REPLY_OF("\0\x0f", "\6", "\0\x0a\1m\xc0\x0c")

TEST(every_field_is_told)
{
    ANNOTATED(SAMPLE);
    TOLD("0000+2 id: 4660 | a reply has that of its query | RFC 1035 4.1.1\n");
    TOLD("0002+2 flags: 0x8180 |");
    TOLD("0004+0 QR: 1... .... .... .... a response |");
    TOLD("0004+0 opcode: .000 0... .... .... QUERY |");
    TOLD("0004+0 RD: .... ...1 .... .... recursion is desired |");
    TOLD("0004+0 RCODE: .... .... .... 0000 NOERROR |");
    TOLD("0004+2 questions: 1 |");
    TOLD("000c+2 label: 1 \"a\" |  | RFC 1035 3.1\n");
    TOLD("0013+1 end: 0 | the root |");
    TOLD("0014+2 type: 1 A |");
    TOLD("0018+2 pointer: -> 0x000c a.test. | the name goes on there | RFC 1035 4.1.4\n");
    TOLD("001a+2 type: 15 MX |  | RFC 1035 3.3.9\n");
    TOLD("001e+4 TTL: 60 |");
    TOLD("0022+2 data length: 6 |");
    TOLD("0024+2 preference: 10 |");
    TOLD("0026+0 exchange: m.a.test. |");
    TOLD("0028+2 pointer: -> 0x000c a.test. |");
}

TEST(an_opt_record_has_fields_of_its_own)
{
    ANNOTATED("\0\0\1\0\0\0\0\0\0\0\0\1\0\0\x29\4\xd0\1\0\x80\0\0\6\0\x0f\0\2\0\x16");
    TOLD("+2 UDP size: 1232 |");
    TOLD("+1 extended RCODE: 1 |");
    TOLD("+0 DO: 1... .... .... .... signatures are wanted |");
    TOLD("+2 code: 15 | extended error: why | RFC 8914 2\n");
    TOLD("+2 code: 22 | No Reachable Authority |");
}

TEST(what_cannot_be_read_is_told_as_such)
{
    ANNOTATED("\1\2\3");
    TOLD("0000+3 octets: 3 octets | too few for a header |");
    ANNOTATED("\0\0\0\0\0\1\0\0\0\0\0\0");
    TOLD("000c+0 question: 1 of 1: the message has ended |");
    ANNOTATED("\0\0\0\0\0\1\0\0\0\0\0\0\xc0\x0c\0\1\0\1");
    TOLD("000c+2 pointer: -> 0x000c  | leads forward, which is not allowed |");
    ANNOTATED("\0\0\0\0\0\1\0\0\0\0\0\0\5ab");
    TOLD("000c+3 octets: 3 | the name is cut |");
    ANNOTATED("\0\0\0\0\0\1\0\0\0\0\0\0\x41\0\1\0\1");
    TOLD("| a label of a kind that nobody uses |");
    ANNOTATED("\0\0\0\0\0\0\0\0\0\0\0\0\7");
    TOLD("000c+1 octets: 1 octet | behind the end of the message |");
    ANNOTATED(REPLY_OF("\0\1", "\x09", "\1\2\3\4"));
    TOLD("+2 data length: 9 | more than there is |");
    TOLD("+4 octets: 4 octets | cannot be read |");
}

TEST(every_beginning_of_a_message_is_covered)
{
    const uint8_t wire[] = SAMPLE;

    for (size_t size = 0; size < sizeof wire; size++)
        annotated_hold(wire, size);
}

TEST(any_octets_are_covered)
{
    uint8_t wire[sizeof(SAMPLE) + 40], sample[] = SAMPLE;

    srandom(1);
    for (int i = 0; i < 20000; i++) {
        size_t size = (size_t)random() % sizeof wire;

        for (size_t at = 0; at < sizeof wire; at++)
            wire[at] = at < sizeof sample && random() % 8 ? sample[at] : (uint8_t)random();
        annotated_hold(wire, size);
    }
}

/* A message with as many pointers as there is room for. */
TEST(the_longest_message_of_pointers_ends)
{
    static uint8_t wire[65535] = {[5] = 0xff, [4] = 0xff};

    for (size_t at = 12; at + 5 < sizeof wire; at += 6) {
        wire[at] = 0xc0;
        wire[at + 1] = 12;
        wire[at + 3] = 1;
        wire[at + 5] = 1;
    }
    wire[12] = 0;
    annotated_hold(wire, sizeof wire);
}

GROUP(NULL, annotated_end);
