#include "../check.h"

#include "dns/print.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A message with one record after the header, its owner the root, class IN, TTL 60. */
struct message {
    uint8_t wire[512];
    struct reader reader;
};

static void make(struct message *message, uint16_t type, const void *rdata, uint16_t size)
{
    struct writer out = writer_of(message->wire, sizeof message->wire);
    const uint8_t header[12] = {0};

    put_bytes(&out, header, sizeof header);
    put_u8(&out, 0);
    put_u16(&out, type);
    put_u16(&out, 1);
    put_u32(&out, 60);
    put_u16(&out, size);
    put_bytes(&out, rdata, size);
    message->reader = reader_of(message->wire, out.pos);
    message->reader.pos = sizeof header;
}

static void assert_data(uint16_t type, const void *rdata, uint16_t size, bool is_readable,
                        const char *expected)
{
    struct message message;
    struct print_record record;

    make(&message, type, rdata, size);
    assert_int_equal(print_record(&record, &message.reader), 0);
    assert_string_equal(record.data, expected);
    assert_int_equal(record.is_readable, is_readable);
    assert_int_equal(reader_left(&message.reader), 0);
    print_record_free(&record);
}

#define READABLE(type, rdata, text) assert_data(type, rdata, sizeof(rdata) - 1, true, text)
#define OCTETS(type, rdata, text)   assert_data(type, rdata, sizeof(rdata) - 1, false, text)

TEST(data_is_printed_by_its_type)
{
    READABLE(1, "\xc0\x00\x02\x0a", "192.0.2.10");
    READABLE(28, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x10", "2001:db8::10");
    READABLE(15, "\0\x0a\2mx\4test\0", "10 mx.test.");
    READABLE(16, "\5hello\5world", "\"hello\" \"world\"");
    READABLE(47, "\0\0\1\1", ". MB"); /* a list without a blank at its end */
    READABLE(65280, "\1\2\3", "\\# 3 010203");
}

TEST(control_octets_never_come_out)
{
    READABLE(16, "\5\x1b[2J\x07", "\"\\027[2J\\007\"");
    READABLE(16, "\4\x7f\x80\xff\"", "\"\\127\\128\\255\\\"\"");
    READABLE(5, "\4\x1b]0;\1\n\0", "\\027]0\\;.\\010.");
    READABLE(257, "\0\5issue\x1b\x9b", "0 issue \"\\027\\155\"");
}

TEST(data_that_breaks_its_type_is_shown_as_octets)
{
    OCTETS(1, "", "\\# 0");
    OCTETS(1, "\1\2\3\4\5\6\7\x08", "\\# 8 0102030405060708");
    OCTETS(1, "\1\2", "\\# 2 0102");
    OCTETS(15, "", "\\# 0");
    OCTETS(5, "\xc0\xff", "\\# 2 c0ff"); /* points outside the message */
    OCTETS(5, "\3ab", "\\# 3 036162");
    OCTETS(16, "", "\\# 0");
}

/* Its printer would ask libc for the names of services. */
TEST(wks_is_shown_as_octets)
{
    OCTETS(11, "\x7f\0\0\1\6\1", "\\# 6 7f0000010601");
}

TEST(every_type_is_printed_whatever_its_data)
{
    uint8_t rdata[64];
    struct message message;
    struct print_record record;

    srandom(1);
    for (unsigned type = 0; type < 300; type++) {
        for (uint16_t size = 0; size < sizeof rdata; size++) {
            for (size_t i = 0; i < sizeof rdata; i++)
                rdata[i] = (uint8_t)(random() % 3 ? random() % 8 : random());
            make(&message, (uint16_t)type, rdata, size);
            assert_int_equal(print_record(&record, &message.reader), 0);
            assert_int_equal(reader_left(&message.reader), 0);
            for (const char *c = record.data; *c; c++)
                assert_true(*c >= ' ' && *c < 0x7f);
            print_record_free(&record);
        }
    }
}

TEST(a_record_has_all_its_fields)
{
    const uint8_t wire[] = {
        0,    0,    0,    0,    0,    0,
        0,    0,    0,    0,    0,    0, /* header */
        4,    'T',  'e',  's',  't',  0, /* offset 12 */
        2,    'a',  0x1b, 0xc0, 12,      /* a\027.Test. */
        0,    16,   0,    3,    0xff, 0xff,
        0xff, 0xff, 0,    2,    1,    'x', /* CH TXT, the highest TTL */
    };
    struct reader reader = reader_of(wire, sizeof wire);
    struct print_record record;

    reader.pos = 18;
    assert_int_equal(print_record(&record, &reader), 0);
    assert_string_equal(record.owner, "a\\027.Test.");
    assert_int_equal(record.ttl, UINT32_MAX);
    assert_int_equal(record.class, 3);
    assert_string_equal(record.class_text, "CH");
    assert_int_equal(record.type, 16);
    assert_string_equal(record.type_text, "TXT");
    assert_string_equal(record.data, "\"x\"");
    print_record_free(&record);
}

TEST(the_record_after_a_broken_one_is_found)
{
    const uint8_t next[] = {0, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7};
    struct message message;
    struct print_record record;
    size_t first;

    make(&message, 1, "\1\2\3\4\0\0\1\0", 8); /* ldns would go on after four octets */
    first = message.reader.size;
    memcpy(message.wire + first, next, sizeof next);
    message.reader.size += sizeof next;
    assert_int_equal(print_record(&record, &message.reader), 0);
    assert_int_equal(message.reader.pos, first);
    print_record_free(&record);
    assert_int_equal(print_record(&record, &message.reader), 0);
    assert_string_equal(record.data, "192.0.2.7");
    print_record_free(&record);
}

TEST(a_record_that_ends_early_is_refused)
{
    struct message message;
    struct print_record record;
    size_t size;

    make(&message, 1, "\xc0\x00\x02\x0a", 4);
    size = message.reader.size;
    for (message.reader.size = 12; message.reader.size < size; message.reader.size++) {
        assert_int_equal(print_record(&record, &message.reader), -1);
        assert_int_equal(errno, EBADMSG);
        assert_int_equal(message.reader.pos, 12);
        print_record_free(&record);
    }
}

TEST(an_owner_that_points_to_itself_is_refused)
{
    const uint8_t wire[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xc0, 12,
                            0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 1, 2, 3,    4};
    struct reader reader = reader_of(wire, sizeof wire);
    struct print_record record;

    reader.pos = 12;
    assert_int_equal(print_record(&record, &reader), -1);
    assert_int_equal(errno, EBADMSG);
}

TEST(text_is_made_safe)
{
    char *safe = print_safe("a b\\\x1b[31m\n\x7f\xc3\xbc\0z", 15);

    assert_string_equal(safe, "a b\\\\027[31m\\010\\127\\195\\188\\000z");
    free(safe);
    safe = print_safe("", 0);
    assert_string_equal(safe, "");
    free(safe);
}

TEST(types_without_a_name_have_a_number)
{
    char text[PRINT_TYPE];

    assert_string_equal(print_type(15, text), "MX");
    assert_string_equal(print_type(65535, text), "TYPE65535");
    for (unsigned type = 0; type <= UINT16_MAX; type++)
        assert_true(strlen(print_type((uint16_t)type, text)) < PRINT_TYPE - 1);
}

TEST(names_are_the_same_in_any_letter_case)
{
    assert_true(print_same_name("Host.TEST.", "hOST.test."));
    assert_false(print_same_name("host.test.", "host.tes."));
    assert_false(print_same_name("a\\.b.", "a.b."));
}

TEST(codes_have_meanings)
{
    assert_string_equal(print_rcode_meaning(2), "server failure");
    assert_null(print_rcode_meaning(7));
    assert_null(print_rcode_meaning(4095));
    assert_string_equal(print_ede(0), "Other Error");
    assert_string_equal(print_ede(22), "No Reachable Authority");
    assert_string_equal(print_ede(27), "Unsupported NSEC3 Iterations Value");
    assert_string_equal(print_ede(29), "Synthesized");
    assert_null(print_ede(31));
    assert_null(print_ede(65535));
}
