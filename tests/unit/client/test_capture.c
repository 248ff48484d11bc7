#include "../check.h"

#include "captured.h"
#include "client/capture.h"

static void reads(const void *octets, size_t size)
{
    forget_captured();
    capture_read(octets, size, &captured);
}

#define READS(octets) reads(octets, sizeof(octets) - 1)

static void assert_read(size_t count)
{
    assert_string_equal(complaint, "");
    assert_int_equal(taken, count);
}

TEST(a_message_may_be_as_it_is_or_from_a_stream)
{
    READS(QUERY);
    assert_read(1);
    READS("\0\x13" QUERY);
    assert_read(1);
    assert_string_equal(about, "behind 2 octets of length");
}

TEST(a_packet_may_stand_alone)
{
    READS(PACKET);
    assert_read(1);
    assert_string_equal(about, "127.0.0.1 port 53 -> 127.0.0.2 port 4660, UDP");
}

TEST(a_message_may_be_digits)
{
    READS("12340100000100000000000001610000010001");
    assert_read(1);
    READS("0013 12340100000100000000000001610000010001\n");
    assert_read(1);
    READS("00000000  12 34 01 00 00 01 00 00  00 00 00 00 01 61 00 00  |.4...a..|\n"
          "00000010  01 00 01                                          |...|\n"
          "00000013\n");
    assert_read(1);
}

TEST(a_segment_may_be_digits)
{
    READS("12:00 IP a > b\n"
          "\t0x0000:  4500 0036 0000 0000 4006 0000 7f00 0001\n"
          "\t0x0010:  7f00 0002 0035 1234 0000 0001 0000 0000\n"
          "\t0x0020:  5010 0000 0000 0000 0013 1234 0100 0001\n"
          "\t0x0030:  0000 0000 0000\n"
          "12:00 IP a > b\n"
          "\t0x0000:  4500 002f 0000 0000 4006 0000 7f00 0001\n"
          "\t0x0010:  7f00 0002 0035 1234 0000 000f 0000 0000\n"
          "\t0x0020:  5010 0000 0000 0000 0161 0000 0100 01\n"
          "12:00 ARP\n"
          "\t0x0000:  0001 0800 0604 0001\n");
    assert_read(1);
}

TEST(a_capture_has_packets)
{
    READS("\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\x65\0\0\0"
          "\0\0\x92\x65\x40\xe2\1\0\x2f\0\0\0\x2f\0\0\0" PACKET
          "\1\0\x92\x65\0\0\0\0\x2f\0\0\0\x2f\0\0\0" PACKET);
    assert_read(2);
    assert_string_equal(about, "2023-12-31 23:57:53.000000 UTC 127.0.0.1 port 53 -> "
                               "127.0.0.2 port 4660, UDP");
}

static void assert_refused(const void *octets, size_t size, const char *expected)
{
    reads(octets, size);
    assert_int_equal(taken, 0);
    assert_string_equal(complaint, expected);
}

TEST(what_holds_no_message_is_told)
{
    assert_refused("", 0, "no DNS message in it");
    assert_refused("; words", 7, "no DNS message in it");
    assert_refused("hello", 5, "line 1: text that is not hexadecimal digits");
    assert_refused("\xd4\xc3\xb2\xa1\2\0\4\0", 8, "the file ends within its header");
    assert_refused("\x1f\x8b\x08\0\0", 5, "compressed: unpack it first");
    assert_refused("\xfd\x37zXZ\0", 6, "compressed: unpack it first");
}

TEST(a_file_is_loaded)
{
    char path[] = "/tmp/capture-XXXXXX";
    int fd = mkstemp(path);
    uint8_t *octets;
    size_t size;

    assert_int_equal(write(fd, "abc", 3), 3);
    close(fd);
    octets = capture_load(path, &size);
    unlink(path);
    assert_int_equal(size, 3);
    assert_memory_equal(octets, "abc", 3);
    free(octets);
    assert_null(capture_load(path, &size));
}
