#include "../check.h"

#include "dnstap/tap_frame.h"

#define CONTENT "protobuf:dnstap.Dnstap"

static uint8_t octets[TAP_FRAME_CONTROL_MAX];

TEST(start_names_the_content)
{
    const uint8_t head[] = {0, 0, 0, 0, 0, 0, 0, 34, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 22};

    assert_int_equal(tap_frame_write(TAP_FRAME_START, octets), 42);
    assert_memory_equal(octets, head, sizeof head);
    assert_memory_equal(octets + sizeof head, CONTENT, 22);
}

TEST(stop_is_a_type_alone)
{
    const uint8_t stop[] = {0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 3};

    assert_int_equal(tap_frame_write(TAP_FRAME_STOP, octets), sizeof stop);
    assert_memory_equal(octets, stop, sizeof stop);
}

TEST(what_is_written_is_read)
{
    for (enum tap_frame frame = TAP_FRAME_ACCEPT; frame <= TAP_FRAME_FINISH; frame++) {
        size_t len = tap_frame_write(frame, octets), frame_len;
        enum tap_frame read;

        assert_int_equal(tap_frame_read(octets, sizeof octets, &read, &frame_len),
                         TAP_FRAME_WHOLE);
        assert_int_equal(read, frame);
        assert_int_equal(frame_len, len);
    }
}

TEST(a_part_asks_for_more)
{
    size_t len = tap_frame_write(TAP_FRAME_ACCEPT, octets), frame_len;
    enum tap_frame read;

    for (size_t part = 0; part < len; part++)
        assert_int_equal(tap_frame_read(octets, part, &read, &frame_len), TAP_FRAME_PART);
}

static enum tap_frame_result reads(size_t at, uint8_t octet)
{
    size_t frame_len;
    enum tap_frame read;

    tap_frame_write(TAP_FRAME_ACCEPT, octets);
    octets[at] = octet;
    return tap_frame_read(octets, sizeof octets, &read, &frame_len);
}

TEST(other_octets_are_wrong)
{
    assert_int_equal(reads(3, 1), TAP_FRAME_WRONG); /* a data frame */
    assert_int_equal(reads(6, 3), TAP_FRAME_WRONG); /* longer than a control frame may be */
    assert_int_equal(reads(11, 99), TAP_FRAME_WRONG);  /* no type */
    assert_int_equal(reads(15, 2), TAP_FRAME_WRONG);   /* no field */
    assert_int_equal(reads(19, 23), TAP_FRAME_WRONG);  /* a field longer than the frame */
    assert_int_equal(reads(20, 'P'), TAP_FRAME_WRONG); /* content of another type */
}
