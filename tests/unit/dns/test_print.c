#include "../check.h"

#include "dns/print.h"

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
    READABLE(65280, "", "\\# 0");
    READABLE(40, "\1\2\3", "\\# 3 010203");
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

TEST(data_of_a_form_that_its_type_does_not_define_is_shown_as_octets)
{
    OCTETS(29, "\1\2\3\4", "\\# 4 01020304");
    OCTETS(29, "\1\x12\x16\x13\x80\0\0\0\x80\0\0\0\0\x98\x96\x80",
           "\\# 16 01121613800000008000000000989680");
    OCTETS(42, "\x3e\2\x20\4\x20\1\xd\xb8", "\\# 8 3e02200420010db8");
    OCTETS(42, "\0\1\x18\3\xc0\0\2\0\3\x18\1\1",
           "\\# 12 00011803c0000200031801"
           "01");
    OCTETS(42, "\0\1\x21\1\xa", "\\# 5 000121010a");
    OCTETS(42, "\0\2\x81\1\x20", "\\# 5 0002810120");
    READABLE(42, "\0\1\x20\1\xa", "1:10.0.0.0/32");
    OCTETS(29, "\0\xa1\x16\x13\x80\0\0\0\x80\0\0\0\0\x98\x96\x80",
           "\\# 16 00a11613800000008000000000989680");
    OCTETS(29, "\0\x12\x16\x13\0\0\0\0\x80\0\0\0\0\x98\x96\x80",
           "\\# 16 00121613000000008000000000989680");
    READABLE(29, "\0\x12\x16\x13\x93\x4f\xd9\0\xa6\x9f\xb2\0\0\x98\x96\x80",
             "90 00 0.000 N 180 00 0.000 E 0m 1m 10000m 10m");
    OCTETS(29, "\0\x12\x16\x13\x93\x4f\xd9\1\x80\0\0\0\0\x98\x96\x80",
           "\\# 16 0012161393"
           "4fd9018000000000989680");
    OCTETS(45, "\xa\4\2\0\1", "\\# 5 0a04020001");
    READABLE(45, "\xa\1\2\xc0\0\2\1\1\2\3", "10 1 2 192.0.2.1 AQID");
}

TEST(types_that_break_the_form_of_their_list_are_shown_as_octets)
{
    READABLE(47, "\0\0\1\x40", ". A");
    OCTETS(47, "\0\3\0\1\0", "\\# 5 0003000100");             /* a window of no octets */
    OCTETS(47, "\0\1\1\x40\0\1\x40", "\\# 7 00010140000140"); /* windows in disorder */
    OCTETS(47, "\0\0\2\x40", "\\# 4 00000240");               /* cut */
    READABLE(62, "\0\0\0\x42\0\3\0\1\x40", "66 3 A");
    OCTETS(62, "\0\0\0\x42\0\3\0\0", "\\# 8 0000004200030000");
    OCTETS(50, "\1\0\0\1\0\1\xff\0\0", "\\# 9 010000010001ff0000");
}

TEST(wks_is_shown_without_the_names_of_services)
{
    READABLE(11, "\x7f\0\0\1\6\1", "127.0.0.1 6 7");
    OCTETS(11, "\x7f\0\0", "\\# 3 7f0000");
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
