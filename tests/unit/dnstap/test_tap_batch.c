#include "../check.h"

#include "base/counters.h"
#include "dnstap/tap_batch.h"

static struct tap_batch batch;
static const struct tap_config config;
static uint64_t frames, lost;

static void add(uint32_t len)
{
    static const uint8_t octets[TAP_MESSAGE_MAX];

    tap_batch_add(&batch, &config,
                  &(struct tap_record){.type = TAP_CLIENT_QUERY, .len = len}, octets);
}

static void set_up(void)
{
    batch.len = batch.sent = 0;
    frames = counters_own[COUNT_DNSTAP_FRAMES];
    lost = counters_own[COUNT_DNSTAP_LOST];
}

FIXTURE(batch, set_up, NULL);

static void are_counted(unsigned whole, unsigned others)
{
    tap_batch_settle(&batch);
    assert_int_equal(counters_own[COUNT_DNSTAP_FRAMES] - frames, whole);
    assert_int_equal(counters_own[COUNT_DNSTAP_LOST] - lost, others);
    assert_int_equal(batch.len, 0);
    assert_int_equal(batch.sent, 0);
}

TEST_WITH(batch, a_frame_has_its_length_in_front)
{
    add(10);
    assert_int_equal(batch.octets[3], batch.len - 4);
    assert_int_equal(batch.octets[batch.len - 1], 1);
}

TEST_WITH(batch, frames_that_went_out_are_counted)
{
    add(10);
    add(20);
    batch.sent = batch.len;
    assert_int_equal(tap_batch_whole(&batch), batch.len);
    are_counted(2, 0);
}

TEST_WITH(batch, a_frame_that_was_cut_is_lost)
{
    size_t first;

    add(10);
    first = batch.len;
    add(20);
    add(30);
    batch.sent = first + 1;
    assert_int_equal(tap_batch_whole(&batch), first);
    are_counted(1, 2);
}

TEST_WITH(batch, nothing_sent_is_all_lost)
{
    add(10);
    add(20);
    assert_int_equal(tap_batch_whole(&batch), 0);
    are_counted(0, 2);
}

TEST_WITH(batch, there_is_room_until_the_longest_message_has_none)
{
    int count = 0;

    for (; tap_batch_has_room(&batch); count++)
        add(TAP_MESSAGE_MAX);
    assert_int_equal(count, 3);
    are_counted(0, 3);
}
