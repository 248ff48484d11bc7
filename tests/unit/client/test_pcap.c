#include "../check.h"

#include "client/pcap.h"
#include "frames_taken.h"

#define HEADER "\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\x65\0\0\0"
#define FRAME  "\0\0\x92\x65\x40\xe2\1\0\3\0\0\0\4\0\0\0abc"

#define READS(octets) READ_FRAMES(pcap_read, octets, sizeof(octets) - 1)

TEST(frames_have_link_size_and_time)
{
    READS("\xd4\xc3\xb2\xa1" HEADER FRAME FRAME);
    assert_int_equal(count, 2);
    assert_int_equal(last.link, 101);
    assert_int_equal(last.number, 2);
    assert_int_equal(last.size, 3);
    assert_int_equal(last.original, 4);
    assert_memory_equal(last.octets, "abc", 3);
    assert_int_equal(last.time.seconds, 1704067072);
    assert_int_equal(last.time.nanoseconds, 123456000);
    assert_false(last.time.has_nanoseconds);
    assert_string_equal(complaint, "");
}

TEST(numbers_may_stand_the_other_way_round)
{
    READS("\xa1\xb2\x3c\x4d\0\2\0\4\0\0\0\0\0\0\0\0\0\4\0\0\x10\0\0\x65"
          "\x65\x92\0\0\0\0\x27\x10\0\0\0\3\0\0\0\3"
          "abc");
    assert_int_equal(count, 1);
    assert_int_equal(last.link, 101);
    assert_int_equal(last.time.seconds, 1704067072);
    assert_int_equal(last.time.nanoseconds, 10000);
    assert_true(last.time.has_nanoseconds);
}

TEST(a_file_that_ends_early_is_told)
{
    READS("\xd4\xc3\xb2\xa1" HEADER);
    assert_string_equal(complaint, "");
    READS("\xd4\xc3\xb2\xa1\2\0\4\0");
    assert_string_equal(complaint, "the file ends within its header");
    READS("\xd4\xc3\xb2\xa1" HEADER FRAME "\0\0\x92\x65\0\0\0\0\3\0\0\0\3\0\0");
    assert_int_equal(count, 1);
    assert_string_equal(complaint, "the file ends within the header of packet 2");
    READS("\xd4\xc3\xb2\xa1" HEADER "\0\0\x92\x65\0\0\0\0\xff\xff\xff\xff\3\0\0\0a");
    assert_int_equal(count, 0);
    assert_string_equal(complaint,
                        "the file ends within packet 1, with 1 of its 4294967295 octets");
}

TEST(it_is_known_by_its_first_octets)
{
    assert_true(pcap_is((const uint8_t *)"\xd4\xc3\xb2\xa1", 4));
    assert_false(pcap_is((const uint8_t *)"\x0a\x0d\x0d\x0a", 4));
    assert_false(pcap_is((const uint8_t *)"\xd4\xc3\xb2", 3));
    assert_false(pcap_is((const uint8_t *)QUERY, QUERY_SIZE));
}
