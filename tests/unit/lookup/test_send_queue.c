#include "../turn.h"

#include "lookup/send_queue.h"

static struct loop *loop;
static struct channel channel;
static struct send_queue *send_queue;
static struct bundle bundle;

static void set_up(void)
{
    loop = loop_new();
    assert_non_null(loop);
    assert_int_equal(channel_open(&channel), 0);
    send_queue = send_queue_new(loop, channel.left);
    assert_non_null(send_queue);
}

static void tear_down(void)
{
    send_queue_free(send_queue);
    channel_close(&channel);
    loop_free(loop);
}

FIXTURE(send_queue, set_up, tear_down);

static bool nothing_came(void)
{
    return bundle_receive(&bundle, channel.right, CHANNEL_TRY) == CHANNEL_BUSY;
}

/* One bundle with these messages; the list ends with NULL. */
static void assert_came(const char *expected, ...)
{
    const uint8_t *message;
    va_list more;
    size_t len;

    assert_int_equal(bundle_receive(&bundle, channel.right, CHANNEL_TRY), CHANNEL_DONE);
    va_start(more, expected);
    for (; expected; expected = va_arg(more, const char *)) {
        assert_true(bundle_next(&bundle, &message, &len));
        assert_int_equal(len, strlen(expected));
        assert_memory_equal(message, expected, len);
    }
    va_end(more);
    assert_false(bundle_next(&bundle, &message, &len));
}

TEST_WITH(send_queue, messages_leave_together_at_the_end_of_the_round)
{
    send_queue_add(send_queue, "one", 3);
    send_queue_add(send_queue, "three", 5);
    assert_true(nothing_came());
    turn(loop);
    assert_came("one", "three", NULL);
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

TEST_WITH(send_queue, a_receipt_leaves_with_what_else_there_is_to_say)
{
    struct receipt receipt;
    const uint8_t *message;
    size_t len;

    send_queue_add_receipt(send_queue, &receipt, 7);
    turn(loop);
    assert_true(nothing_came());
    send_queue_add(send_queue, "one", 3);
    turn(loop);
    assert_int_equal(bundle_receive(&bundle, channel.right, CHANNEL_TRY), CHANNEL_DONE);
    assert_true(bundle_next(&bundle, &message, &len));
    assert_taken(7);
    send_queue_remove_receipt(&receipt); /* harmless */
}

TEST_WITH(send_queue, a_receipt_that_others_wait_for_leaves_at_once)
{
    struct receipt receipt;

    send_queue_add_receipt(send_queue, &receipt, MESSAGE_PROMPT | 7);
    turn(loop);
    assert_int_equal(bundle_receive(&bundle, channel.right, CHANNEL_TRY), CHANNEL_DONE);
    assert_taken(MESSAGE_PROMPT | 7);
}

TEST_WITH(send_queue, many_receipts_leave_by_themselves)
{
    struct receipt receipts[32];

    for (uint64_t i = 0; i < 32; i++)
        send_queue_add_receipt(send_queue, &receipts[i], i);
    turn(loop);
    assert_int_equal(bundle_receive(&bundle, channel.right, CHANNEL_TRY), CHANNEL_DONE);
    for (uint64_t i = 0; i < 32; i++)
        assert_taken(i);
}

TEST_WITH(send_queue, a_receipt_that_was_taken_back_does_not_leave)
{
    struct receipt receipt;

    send_queue_add_receipt(send_queue, &receipt, 7);
    send_queue_remove_receipt(&receipt);
    send_queue_add(send_queue, "one", 3);
    turn(loop);
    assert_came("one", NULL);
}

TEST_WITH(send_queue, those_of_the_next_round_leave_then)
{
    send_queue_add(send_queue, "one", 3);
    turn(loop);
    send_queue_add(send_queue, "two", 3);
    turn(loop);
    assert_came("one", NULL);
    assert_came("two", NULL);
    turn(loop);
    assert_true(nothing_came());
}

/* It is last in the round that the timer expires in which an earlier one had them written.
 */
static void write_late(void *unused)
{
    (void)unused;
    send_queue_add(send_queue, "late", 4);
}

TEST_WITH(send_queue, what_a_timer_writes_leaves_too)
{
    struct timer timer;

    timer_init(&timer, write_late, NULL);
    timer_set(loop, &timer, clock_ms());
    send_queue_add(send_queue, "one", 3);
    turn(loop);
    turn(loop);
    assert_came("one", NULL);
    assert_came("late", NULL);
}

TEST_WITH(send_queue, a_full_queue_leaves_at_once)
{
    static uint8_t longest[MESSAGE_MAX];
    const uint8_t *message;
    size_t len;

    send_queue_add(send_queue, "one", 3);
    send_queue_add(send_queue, longest, sizeof longest);
    assert_came("one", NULL);
    assert_true(nothing_came());
    turn(loop);
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

TEST_WITH(send_queue, a_reader_that_does_not_read_is_not_waited_for)
{
    unsigned count = fill();

    send_queue_add(send_queue, "one", 3);
    send_queue_add(send_queue, "two", 3);
    turn(loop);
    send_queue_add(send_queue, "three", 5);
    turn(loop);
    drain(count);
    assert_true(nothing_came());
    send_queue_add(send_queue, "four", 4); /* keeps behind the others */
    turn(loop);
    turn(loop);
    assert_came("one", "two", NULL);
    assert_came("three", NULL);
    assert_came("four", NULL);
    send_queue_add(send_queue, "one", 3);
    turn(loop);
    assert_came("one", NULL);
}

TEST_WITH(send_queue, what_waits_for_room_is_bounded)
{
    static uint8_t longest[MESSAGE_MAX];
    unsigned count = fill(), came = 0;

    for (int i = 0; i < 512; i++) /* 32 MB */
        send_queue_add(send_queue, longest, sizeof longest);
    turn(loop);
    drain(count);
    do {
        turn(loop);
        while (bundle_receive(&bundle, channel.right, CHANNEL_TRY) == CHANNEL_DONE)
            came++;
        turn(loop);
    } while (!nothing_came() && ++came);
    assert_in_range(came, 250, 260); /* 16 MB */
}

TEST_WITH(send_queue, what_waits_may_be_freed)
{
    fill();
    send_queue_add(send_queue, "one", 3);
    turn(loop);
    channel_close_end(&channel.right);
}

TEST_WITH(send_queue, a_reader_that_is_gone_is_not_waited_for)
{
    fill();
    send_queue_add(send_queue, "one", 3);
    turn(loop);
    channel_close_end(&channel.right);
    turn(loop);
    send_queue_add(send_queue, "two", 3);
    turn(loop);
}

TEST_WITH(send_queue, without_a_reader_nothing_happens)
{
    channel_close_end(&channel.right);
    send_queue_add(send_queue, "one", 3);
    turn(loop);
    send_queue_add(send_queue, "two", 3);
    turn(loop);
}

TEST_WITH(send_queue, nothing_may_be_freed)
{
    send_queue_free(NULL);
    send_queue_add(send_queue, "lost", 4);
    send_queue_free(send_queue);
    turn(loop);
    assert_true(nothing_came());
    send_queue = NULL;
}
