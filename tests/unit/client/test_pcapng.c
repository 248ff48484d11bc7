#include "../check.h"

#include "client/pcapng.h"
#include "frames_taken.h"

#define SECTION                                                                            \
    "\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\1\0\0\0"                                   \
    "\xff\xff\xff\xff\xff\xff\xff\xff\x1c\0\0\0"
#define INTERFACE "\1\0\0\0\x14\0\0\0\x65\0\0\0\0\0\0\0\x14\0\0\0"
/* With a time of 10^9 + 10 ticks. */
#define FRAME(number)                                                                      \
    "\6\0\0\0\x24\0\0\0" number                                                            \
    "\0\0\0\0\0\0\0\x0a\xca\x9a\x3b\3\0\0\0\3\0\0\0abc\0\x24\0\0\0"

#define reads(octets, size) READ_FRAMES(pcapng_read, octets, size)
#define READS(octets)       reads(octets, sizeof(octets) - 1)

static void assert_frame(int64_t seconds, uint32_t nanoseconds)
{
    assert_string_equal(complaint, "");
    assert_int_equal(count, 1);
    assert_int_equal(last.link, 101);
    assert_int_equal(last.size, 3);
    assert_memory_equal(last.octets, "abc", 3);
    assert_true(last.time.is_known);
    assert_int_equal(last.time.seconds, seconds);
    assert_int_equal(last.time.nanoseconds, nanoseconds);
}

TEST(times_are_microseconds_unless_told)
{
    READS(SECTION INTERFACE FRAME("\0"));
    assert_frame(1000, 10000);
    assert_false(last.time.has_nanoseconds);
}

#define WITH(options, length)                                                              \
    SECTION "\1\0\0\0" length "\0\0\0\x65\0\0\0\0\0\0\0" options length "\0\0\0" FRAME("\0")

TEST(an_interface_tells_its_resolution)
{
    READS(WITH("\x09\0\1\0\x09\0\0\0", "\x1c"));
    assert_frame(1, 10);
    assert_true(last.time.has_nanoseconds);
    READS(WITH("\x09\0\1\0\x03\0\0\0", "\x1c"));
    assert_frame(1000000, 10000000);
    READS(WITH("\x09\0\1\0\x0c\0\0\0", "\x1c"));
    assert_frame(0, 1000000);
    READS(WITH("\x09\0\1\0\x94\0\0\0", "\x1c")); /* 2^-20 */
    assert_frame(953, 674325942);
    READS(WITH("\x09\0\1\0\x7f\0\0\0", "\x1c"));
    assert_frame(0, 0);
    READS(WITH("\x09\0\1\0\xff\0\0\0", "\x1c"));
    assert_frame(0, 0);
}

TEST(an_interface_tells_its_offset)
{
    READS(WITH("\x02\0\4\0eth0\x0e\0\x08\0\xf6\xff\xff\xff\xff\xff\xff\xff", "\x28"));
    assert_frame(990, 10000);
    READS(WITH("\0\0\0\0\x0e\0\x08\0\xf6\xff\xff\xff\xff\xff\xff\xff", "\x24"));
    assert_frame(1000, 10000);
    READS(WITH("\x0e\0\x08\0\xff\xff\xff\xff\xff\xff\xff\x7f", "\x20"));
    assert_false(last.time.is_known);
}

TEST(each_frame_has_an_interface)
{
    READS(SECTION INTERFACE "\1\0\0\0\x14\0\0\0\1\0\0\0\0\0\0\0\x14\0\0\0" FRAME("\1")
              FRAME("\0"));
    assert_int_equal(count, 2);
    assert_int_equal(last.link, 101);
    READS(SECTION INTERFACE FRAME("\1"));
    assert_string_equal(complaint,
                        "the block at octet 48 names an interface that is not described");
    READS(SECTION INTERFACE SECTION FRAME("\0")); /* another section forgets them */
    assert_int_equal(count, 0);
}

TEST(older_and_simpler_blocks_are_read)
{
    READS(SECTION INTERFACE "\2\0\0\0\x24\0\0\0\0\0\xff\xff\0\0\0\0\x0a\xca\x9a\x3b"
                            "\3\0\0\0\3\0\0\0abc\0\x24\0\0\0");
    assert_frame(1000, 10000);
    READS(SECTION INTERFACE "\3\0\0\0\x14\0\0\0\3\0\0\0abc\0\x14\0\0\0");
    assert_int_equal(count, 1);
    assert_int_equal(last.size, 3);
    assert_false(last.time.is_known);
    READS(SECTION "\1\0\0\0\x14\0\0\0\x65\0\0\0\2\0\0\0\x14\0\0\0"
                  "\3\0\0\0\x14\0\0\0\3\0\0\0ab\0\0\x14\0\0\0");
    assert_int_equal(last.size, 2);
    assert_int_equal(last.original, 3);
}

TEST(numbers_may_stand_the_other_way_round)
{
    READS("\x0a\x0d\x0d\x0a\0\0\0\x1c\x1a\x2b\x3c\x4d\0\1\0\0"
          "\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\x1c"
          "\0\0\0\1\0\0\0\x1c\0\x65\0\0\0\0\0\0\0\x09\0\1\x09\0\0\0\0\0\0\x1c"
          "\0\0\0\6\0\0\0\x24\0\0\0\0\0\0\0\0\x3b\x9a\xca\x0a\0\0\0\3\0\0\0\3"
          "abc\0\0\0\0\x24");
    assert_frame(1, 10);
}

TEST(a_file_that_ends_early_is_told)
{
    const char file[] = SECTION INTERFACE FRAME("\0") FRAME("\0");

    reads(file, sizeof file - 1 - 36);
    assert_string_equal(complaint, "");
    for (size_t left = 1; left < 36; left++) {
        reads(file, sizeof file - 1 - left);
        assert_int_equal(count, 1);
        assert_non_null(strstr(complaint, "the file ends in it"));
    }
}

TEST(a_block_that_contradicts_itself_is_told)
{
    READS(SECTION "\6\0\0\0\x0d\0\0\0abcdefgh");
    assert_string_equal(complaint, "the block at octet 28 has a wrong length");
    READS(SECTION "\x77\0\0\0\x10\0\0\0abcd\x14\0\0\0");
    assert_string_equal(complaint, "the block at octet 28 has two lengths");
    READS(SECTION INTERFACE
          "\6\0\0\0\x24\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\0\0\0\3\0\0\0abc\0"
          "\x24\0\0\0");
    assert_string_equal(complaint, "the block at octet 48 is too short for its packet");
    READS("\x0a\x0d\x0d\x0a\x1c\0\0\0wxyz");
    assert_string_equal(complaint, "the block at octet 0 is none, or the file ends in it");
}

TEST(any_octets_are_read)
{
    const char sample[] = WITH("\x09\0\1\0\x94\0\0\0", "\x1c");
    uint8_t octets[sizeof sample];

    srandom(9);
    for (int i = 0; i < 40000; i++) {
        memcpy(octets, sample, sizeof octets);
        for (int j = 0; j < 3; j++)
            octets[(size_t)random() % sizeof octets] = (uint8_t)random();
        reads((const char *)octets, (size_t)random() % sizeof octets);
    }
}
