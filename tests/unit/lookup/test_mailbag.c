#include "../check.h"

#include "lookup/mailbag.h"

#include <string.h>

#include "base/clock.h"

static struct loop *loop;
static struct channel channel;
static struct mailbag *mailbag;
static struct bundle bundle;

static void set_up(void)
{
    loop = loop_new();
    assert_non_null(loop);
    assert_int_equal(channel_open(&channel), 0);
    mailbag = mailbag_new(loop, channel.left);
    assert_non_null(mailbag);
}

static void tear_down(void)
{
    mailbag_free(mailbag);
    channel_close(&channel);
    loop_free(loop);
}

FIXTURE(mailbag, set_up, tear_down);

static void stop(void *unused)
{
    (void)unused;
    loop_stop(loop);
}

static void end_the_round(void)
{
    struct timer timer;

    timer_init(&timer, stop, NULL);
    timer_set(loop, &timer, clock_ms());
    assert_int_equal(loop_run(loop), 0);
}

static bool nothing_came(void)
{
    return bundle_receive(&bundle, channel.right, CHANNEL_TRY) == CHANNEL_BUSY;
}

static void assert_came(const char *const *expected, size_t count)
{
    const uint8_t *message;
    size_t len;

    assert_int_equal(bundle_receive(&bundle, channel.right, CHANNEL_TRY), CHANNEL_DONE);
    for (size_t i = 0; i < count; i++) {
        assert_true(bundle_next(&bundle, &message, &len));
        assert_int_equal(len, strlen(expected[i]));
        assert_memory_equal(message, expected[i], len);
    }
    assert_false(bundle_next(&bundle, &message, &len));
}

TEST_WITH(mailbag, messages_leave_together_at_the_end_of_the_round)
{
    static const char *const expected[] = {"one", "three"};

    mailbag_put(mailbag, "one", 3);
    mailbag_put(mailbag, "three", 5);
    assert_true(nothing_came());
    end_the_round();
    assert_came(expected, 2);
}

static void assert_taken(uint64_t id)
{
    const uint8_t *message;
    uint64_t taken;
    size_t len;

    assert_true(bundle_next(&bundle, &message, &len));
    assert_true(message_get_id(message, len, &taken));
    assert_true(taken == id);
}

TEST_WITH(mailbag, a_receipt_leaves_with_what_else_there_is_to_say)
{
    struct receipt receipt;
    const uint8_t *message;
    size_t len;

    mailbag_give_receipt(mailbag, &receipt, 7);
    end_the_round();
    assert_true(nothing_came());
    mailbag_put(mailbag, "one", 3);
    end_the_round();
    assert_int_equal(bundle_receive(&bundle, channel.right, CHANNEL_TRY), CHANNEL_DONE);
    assert_true(bundle_next(&bundle, &message, &len));
    assert_taken(7);
    mailbag_take_back(&receipt); /* harmless */
}

TEST_WITH(mailbag, a_receipt_that_others_wait_for_leaves_at_once)
{
    struct receipt receipt;

    mailbag_give_receipt(mailbag, &receipt, MESSAGE_PROMPT | 7);
    end_the_round();
    assert_int_equal(bundle_receive(&bundle, channel.right, CHANNEL_TRY), CHANNEL_DONE);
    assert_taken(MESSAGE_PROMPT | 7);
}

TEST_WITH(mailbag, many_receipts_leave_by_themselves)
{
    struct receipt receipts[32];

    for (uint64_t i = 0; i < 32; i++)
        mailbag_give_receipt(mailbag, &receipts[i], i);
    end_the_round();
    assert_int_equal(bundle_receive(&bundle, channel.right, CHANNEL_TRY), CHANNEL_DONE);
    for (uint64_t i = 0; i < 32; i++)
        assert_taken(i);
}

TEST_WITH(mailbag, a_receipt_that_was_taken_back_does_not_leave)
{
    static const char *const expected[] = {"one"};
    struct receipt receipt;

    mailbag_give_receipt(mailbag, &receipt, 7);
    mailbag_take_back(&receipt);
    mailbag_put(mailbag, "one", 3);
    end_the_round();
    assert_came(expected, 1);
}

TEST_WITH(mailbag, those_of_the_next_round_leave_then)
{
    static const char *const first[] = {"one"}, *const second[] = {"two"};

    mailbag_put(mailbag, "one", 3);
    end_the_round();
    mailbag_put(mailbag, "two", 3);
    end_the_round();
    assert_came(first, 1);
    assert_came(second, 1);
    end_the_round();
    assert_true(nothing_came());
}

/* It is last in the round that the timer rings in which an earlier one had them written. */
static void write_late(void *unused)
{
    (void)unused;
    mailbag_put(mailbag, "late", 4);
}

TEST_WITH(mailbag, what_a_timer_writes_leaves_too)
{
    static const char *const first[] = {"one"}, *const second[] = {"late"};
    struct timer timer;

    timer_init(&timer, write_late, NULL);
    timer_set(loop, &timer, clock_ms());
    mailbag_put(mailbag, "one", 3);
    end_the_round();
    end_the_round();
    assert_came(first, 1);
    assert_came(second, 1);
}

TEST_WITH(mailbag, a_full_bag_leaves_at_once)
{
    static uint8_t longest[MESSAGE_MAX];
    static const char *const first[] = {"one"};
    const uint8_t *message;
    size_t len;

    mailbag_put(mailbag, "one", 3);
    mailbag_put(mailbag, longest, sizeof longest);
    assert_came(first, 1);
    assert_true(nothing_came());
    end_the_round();
    assert_int_equal(bundle_receive(&bundle, channel.right, CHANNEL_TRY), CHANNEL_DONE);
    assert_true(bundle_next(&bundle, &message, &len));
    assert_int_equal(len, sizeof longest);
}

/* Fills the channel; how many messages that was. */
static unsigned fill(void)
{
    unsigned count = 0;

    while (channel_send(channel.left, "full", 4, CHANNEL_TRY) == CHANNEL_DONE)
        count++;
    return count;
}

static void drain(unsigned count)
{
    while (count-- > 0)
        assert_int_equal(bundle_receive(&bundle, channel.right, CHANNEL_TRY), CHANNEL_DONE);
}

TEST_WITH(mailbag, who_does_not_read_is_not_waited_for)
{
    static const char *const expected[3][2] = {{"one", "two"}, {"three"}, {"four"}};
    unsigned count = fill();

    mailbag_put(mailbag, "one", 3);
    mailbag_put(mailbag, "two", 3);
    end_the_round();
    mailbag_put(mailbag, "three", 5);
    end_the_round();
    drain(count);
    assert_true(nothing_came());
    mailbag_put(mailbag, "four", 4); /* keeps behind the others */
    end_the_round();
    end_the_round();
    assert_came(expected[0], 2);
    assert_came(expected[1], 1);
    assert_came(expected[2], 1);
    mailbag_put(mailbag, "one", 3);
    end_the_round();
    assert_came(expected[0], 1);
}

TEST_WITH(mailbag, what_waits_for_room_is_bounded)
{
    static uint8_t longest[MESSAGE_MAX];
    unsigned count = fill(), came = 0;

    for (int i = 0; i < 512; i++) /* 32 MB */
        mailbag_put(mailbag, longest, sizeof longest);
    end_the_round();
    drain(count);
    do {
        end_the_round();
        while (bundle_receive(&bundle, channel.right, CHANNEL_TRY) == CHANNEL_DONE)
            came++;
        end_the_round();
    } while (!nothing_came() && ++came);
    assert_in_range(came, 250, 260); /* 16 MB */
}

TEST_WITH(mailbag, what_waits_may_be_freed)
{
    fill();
    mailbag_put(mailbag, "one", 3);
    end_the_round();
    channel_close_end(&channel.right);
}

TEST_WITH(mailbag, who_is_gone_is_not_waited_for)
{
    fill();
    mailbag_put(mailbag, "one", 3);
    end_the_round();
    channel_close_end(&channel.right);
    end_the_round();
    mailbag_put(mailbag, "two", 3);
    end_the_round();
}

TEST_WITH(mailbag, without_a_reader_nothing_happens)
{
    channel_close_end(&channel.right);
    mailbag_put(mailbag, "one", 3);
    end_the_round();
    mailbag_put(mailbag, "two", 3);
    end_the_round();
}

TEST_WITH(mailbag, nothing_may_be_freed)
{
    mailbag_free(NULL);
    mailbag_put(mailbag, "lost", 4);
    mailbag_free(mailbag);
    end_the_round();
    assert_true(nothing_came());
    mailbag = NULL;
}
