#include "../check.h"

#include "captured.h"
#include "client/frame.h"

static struct frame_content content;

static enum frame_result read_frame(uint32_t link, const char *octets, size_t size)
{
    return frame_read(&(struct frame){.link = link,
                                      .octets = (const uint8_t *)octets,
                                      .size = size,
                                      .original = size},
                      &content);
}

static void assert_query(uint32_t link, const char *octets, size_t size)
{
    assert_int_equal(read_frame(link, octets, size), FRAME_READ);
    assert_int_equal(content.protocol, FRAME_UDP);
    assert_int_equal(content.size, QUERY_SIZE);
    assert_memory_equal(content.octets, QUERY, QUERY_SIZE);
    assert_int_equal(content.ends.from.port, 53);
    assert_int_equal(content.missing, 0);
}

#define ASSERT_QUERY(link, octets) assert_query(link, octets, sizeof(octets) - 1)
#define READ(link, octets)         read_frame(link, octets, sizeof(octets) - 1)
#define MACS                       "\0\0\0\0\0\0\0\0\0\0\0\0"

TEST(datagrams_are_found_behind_every_kind_of_link)
{
    ASSERT_QUERY(0, "\2\0\0\0" PACKET);
    ASSERT_QUERY(108, "\0\0\0\2" PACKET);
    ASSERT_QUERY(1, MACS "\x08\0" PACKET "pad");
    ASSERT_QUERY(1, MACS "\x81\0\0\5\x08\0" PACKET);
    ASSERT_QUERY(1, MACS "\x88\xa8\0\5\x81\0\0\6\x08\0" PACKET);
    ASSERT_QUERY(1, MACS "\x88\x64\x11\0\0\1\0\x31\0\x21" PACKET);
    ASSERT_QUERY(9, "\xff\3\0\x21" PACKET);
    ASSERT_QUERY(12, PACKET);
    ASSERT_QUERY(14, PACKET);
    ASSERT_QUERY(101, PACKET);
    ASSERT_QUERY(228, PACKET);
    ASSERT_QUERY(113, "0123456789abcd\x08\0" PACKET);
    ASSERT_QUERY(276, "\x08\0"
                      "0123456789abcdefgh" PACKET);
}

TEST(others_are_told_apart)
{
    assert_int_equal(READ(9999, PACKET), FRAME_UNKNOWN_LINK);
    assert_int_equal(READ(1, MACS "\x08\6" PACKET), FRAME_OTHER);
    assert_int_equal(READ(276, "\x08\6"
                               "0123456789abcdefgh" PACKET),
                     FRAME_OTHER);
    assert_int_equal(READ(101, IPV4("\1", "\x1c") "\x08\0\0\0\0\0\0\0"), FRAME_OTHER);
    assert_int_equal(READ(101, ""), FRAME_OTHER);
}

TEST(extension_headers_are_passed)
{
    ASSERT_QUERY(229, IPV6("\x11", "\x1b") UDP("\0\x35"));
    ASSERT_QUERY(101,
                 IPV6("\0", "\x3b") "\x3c\0\0\0\0\0\0\0"                 /* hop by hop */
                                    "\x2b\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0" /* destination */
                                    "\x11\0\0\0\0\0\0\0" UDP("\0\x35")); /* routing */
    ASSERT_QUERY(101, IPV6("\x33", "\x27") "\x11\1\0\0\0\0\0\0\0\0\0\0" UDP("\0\x35"));
    assert_int_equal(READ(101, IPV6("\0", "\x08") "\0\xff\0\0\0\0\0\0"), FRAME_OTHER);
}

TEST(the_first_fragment_has_the_ports)
{
    assert_int_equal(READ(101, IPV6("\x2c", "\x23") "\x11\0\0\1\0\0\0\0" UDP("\0\x35")),
                     FRAME_READ);
    assert_true(content.is_fragment);
    assert_int_equal(READ(101, IPV6("\x2c", "\x23") "\x11\0\0\x09\0\0\0\0" UDP("\0\x35")),
                     FRAME_OTHER);
    assert_int_equal(READ(101, "\x45\0\0\x2f\0\0\x20\0\x40\x11\0\0\x7f\0\0\1\x7f\0\0\2"
                               "" UDP("\0\x35")),
                     FRAME_READ);
    assert_true(content.is_fragment);
    assert_int_equal(READ(101, "\x45\0\0\x2f\0\0\0\1\x40\x11\0\0\x7f\0\0\1\x7f\0\0\2"
                               "" UDP("\0\x35")),
                     FRAME_OTHER);
}

TEST(a_segment_has_its_number)
{
    assert_int_equal(READ(101, IPV4("\6", "\x2b") TCP("\0\x35", "\1\2\3\4", "\x02") "abc"),
                     FRAME_READ);
    assert_int_equal(content.protocol, FRAME_TCP);
    assert_int_equal(content.sequence, 0x01020304);
    assert_true(content.is_first);
    assert_int_equal(content.size, 3);
    assert_memory_equal(content.octets, "abc", 3);
    assert_int_equal(content.ends.to.port, 0x1234);
    assert_memory_equal(content.ends.to.address, "\x7f\0\0\2", 4);
}

TEST(what_was_not_captured_is_counted)
{
    struct frame frame = {
        .link = 101, .octets = (const uint8_t *)PACKET, .size = 40, .original = 47};

    assert_int_equal(frame_read(&frame, &content), FRAME_READ);
    assert_int_equal(content.missing, 7);
    assert_int_equal(content.size, 12);
    frame.size = 24;
    assert_int_equal(frame_read(&frame, &content), FRAME_CUT);
    frame.size = 4;
    assert_int_equal(frame_read(&frame, &content), FRAME_CUT);
}

static bool guess(const char *octets, size_t size, uint32_t expected)
{
    uint32_t link;

    return frame_guess_link((const uint8_t *)octets, size, &link) && link == expected;
}

#define GUESS(octets, link) guess(octets, sizeof(octets) - 1, link)

TEST(a_packet_is_known_by_its_length_or_checksum)
{
    assert_true(GUESS(PACKET, 101));
    assert_false(GUESS(PACKET "x", 101));
    assert_true(GUESS(MACS "\x08\0" PACKET "x", 1));
    assert_true(GUESS(
        "\x45\0\0\x3f\0\0\0\0\x40\x11\x7c\xab\x7f\0\0\1\x7f\0\0\2" UDP("\0\x35"), 101));
    assert_false(GUESS(
        "\x45\0\0\x3f\0\0\0\0\x40\x11\x7c\xac\x7f\0\0\1\x7f\0\0\2" UDP("\0\x35"), 101));
    assert_true(GUESS(IPV6("\x11", "\x1b") UDP("\0\x35"), 101));
    assert_false(GUESS(QUERY, 101));
}

TEST(any_octets_are_read)
{
    const uint8_t samples[][80] = {PACKET, IPV6("\x2c", "\x23") "\x11\0\0\1\0\0\0\0"};
    uint8_t octets[80];
    uint32_t link;

    srandom(4);
    for (int i = 0; i < 40000; i++) {
        memcpy(octets, samples[i % 2], sizeof octets);
        for (int j = 0; j < 3; j++)
            octets[(size_t)random() % 48] = (uint8_t)random();
        read_frame(i % 3 ? 101 : 1, (const char *)octets, (size_t)random() % sizeof octets);
        frame_guess_link(octets, (size_t)random() % sizeof octets, &link);
    }
}
