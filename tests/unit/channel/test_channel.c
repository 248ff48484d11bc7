#include "../in_child.h"

#include "channel/channel.h"

#include <fcntl.h>
#include <seccomp.h>
#include <sys/socket.h>

static struct channel channel;

static void open_channel(void)
{
    assert_int_equal(channel_open(&channel), 0);
}

static void close_channel(void)
{
    channel_close(&channel);
}

FIXTURE(channel, open_channel, close_channel);

/* The last message that was heard, and its length. */
static uint8_t heard[1024];
static size_t heard_len;

static enum channel_result say(int end, const char *text)
{
    return channel_send(end, text, strlen(text), CHANNEL_TRY);
}

static enum channel_result hear(int end)
{
    return channel_receive(end, heard, sizeof heard, &heard_len, CHANNEL_TRY);
}

/* A control message, of which nothing but its number is looked at. */
static enum control_message message;

static enum channel_result hear_control(int end)
{
    return channel_receive_control(end, &message, NULL, NULL, NULL, CHANNEL_TRY);
}

TEST_WITH(channel, a_message_arrives_whole)
{
    assert_int_equal(say(channel.left, "hello"), CHANNEL_DONE);
    assert_int_equal(hear(channel.right), CHANNEL_DONE);
    assert_int_equal(heard_len, 5);
    assert_memory_equal(heard, "hello", 5);
}

TEST_WITH(channel, messages_keep_their_order_and_borders)
{
    assert_int_equal(say(channel.left, "one"), CHANNEL_DONE);
    assert_int_equal(say(channel.left, "three"), CHANNEL_DONE);
    assert_int_equal(hear(channel.right), CHANNEL_DONE);
    assert_int_equal(heard_len, 3);
    assert_int_equal(hear(channel.right), CHANNEL_DONE);
    assert_int_equal(heard_len, 5);
}

TEST_WITH(channel, both_ends_speak)
{
    assert_int_equal(say(channel.right, "back"), CHANNEL_DONE);
    assert_int_equal(hear(channel.left), CHANNEL_DONE);
    assert_int_equal(heard_len, 4);
}

TEST_WITH(channel, the_longest_message_passes)
{
    static uint8_t sent[MESSAGE_MAX], got[MESSAGE_MAX];
    size_t len;

    sent[MESSAGE_MAX - 1] = 7;
    assert_int_equal(channel_send(channel.left, sent, sizeof sent, CHANNEL_TRY),
                     CHANNEL_DONE);
    assert_int_equal(channel_receive(channel.right, got, sizeof got, &len, CHANNEL_TRY),
                     CHANNEL_DONE);
    assert_int_equal(len, MESSAGE_MAX);
    assert_int_equal(got[MESSAGE_MAX - 1], 7);
}

TEST_WITH(channel, a_try_to_receive_nothing_is_busy)
{
    assert_int_equal(hear(channel.right), CHANNEL_BUSY);
}

/* Sends until the channel is full and returns how many messages it took. */
static int fill(int end)
{
    static const uint8_t octets[1024];
    int count = 0;

    while (channel_send(end, octets, sizeof octets, CHANNEL_TRY) == CHANNEL_DONE)
        count++;
    return count;
}

TEST_WITH(channel, a_full_channel_is_busy_and_free_again_after_a_receive)
{
    static const uint8_t data[1024];

    assert_true(fill(channel.left) > 0);
    assert_int_equal(channel_send(channel.left, data, sizeof data, CHANNEL_TRY),
                     CHANNEL_BUSY);
    for (int i = 0; i < 2; i++)
        assert_int_equal(hear(channel.right), CHANNEL_DONE);
    assert_int_equal(channel_send(channel.left, data, sizeof data, CHANNEL_TRY),
                     CHANNEL_DONE);
}

TEST_WITH(channel, a_full_channel_does_not_hold_up_the_other_direction)
{
    fill(channel.left);
    assert_int_equal(say(channel.right, "x"), CHANNEL_DONE);
}

TEST_WITH(channel, receiving_from_an_end_that_is_gone_tells_closed)
{
    uint8_t data[16];
    size_t len;

    channel_close_end(&channel.left);
    assert_int_equal(hear(channel.right), CHANNEL_CLOSED);
    assert_int_equal(channel_receive(channel.right, data, sizeof data, &len, CHANNEL_BLOCK),
                     CHANNEL_CLOSED);
}

TEST_WITH(channel, sending_to_an_end_that_is_gone_tells_closed)
{
    channel_close_end(&channel.left);
    assert_int_equal(say(channel.right, "x"), CHANNEL_CLOSED);
    assert_int_equal(channel_send(channel.right, "x", 1, CHANNEL_BLOCK), CHANNEL_CLOSED);
}

TEST_WITH(channel, what_was_sent_before_the_end_is_still_received)
{
    assert_int_equal(say(channel.left, "last"), CHANNEL_DONE);
    channel_close_end(&channel.left);
    assert_int_equal(hear(channel.right), CHANNEL_DONE);
    assert_int_equal(heard_len, 4);
    assert_int_equal(hear(channel.right), CHANNEL_CLOSED);
}

TEST_WITH(channel, a_closed_end_is_closed_once)
{
    int other;

    channel_close_end(&channel.left);
    assert_int_equal(channel.left, -1);
    other = dup(STDERR_FILENO); /* takes the number that was closed */
    channel_close_end(&channel.left);
    channel_close(&channel);
    assert_int_not_equal(fcntl(other, F_GETFD), -1);
    assert_int_equal(channel.right, -1);
    close(other);
}

TEST_WITH(channel, the_ends_are_not_inherited_by_other_programs)
{
    assert_true(fcntl(channel.left, F_GETFD) & FD_CLOEXEC);
    assert_true(fcntl(channel.right, F_GETFD) & FD_CLOEXEC);
}

TEST_WITH(channel, a_word_arrives)
{
    assert_int_equal(channel_send_control(channel.left, CONTROL_READY, NULL, 0),
                     CHANNEL_DONE);
    assert_int_equal(channel_send_control(channel.left, CONTROL_LOOKUP_DIED, NULL, 0),
                     CHANNEL_DONE);
    assert_int_equal(hear_control(channel.right), CHANNEL_DONE);
    assert_int_equal(message, CONTROL_READY);
    assert_int_equal(hear_control(channel.right), CHANNEL_DONE);
    assert_int_equal(message, CONTROL_LOOKUP_DIED);
}

TEST_WITH(channel, a_longer_message_is_no_word)
{
    const uint8_t two[] = {CONTROL_READY, 0}, many[] = {CONTROL_READY, 0, 0, 0, 0, 0, 0, 0};

    assert_int_equal(channel_send(channel.left, BYTES(two), CHANNEL_TRY), CHANNEL_DONE);
    assert_int_equal(hear_control(channel.right), CHANNEL_DONE);
    assert_int_equal(message, 0);
    assert_int_equal(channel_send(channel.left, BYTES(many), CHANNEL_TRY), CHANNEL_DONE);
    assert_int_equal(hear_control(channel.right), CHANNEL_DONE);
    assert_int_equal(message, 0);
}

TEST_WITH(channel, waiting_for_a_word_tells_busy_and_closed)
{
    assert_int_equal(hear_control(channel.right), CHANNEL_BUSY);
    channel_close_end(&channel.left);
    assert_int_equal(hear_control(channel.right), CHANNEL_CLOSED);
    assert_int_equal(channel_send_control(channel.right, CONTROL_READY, NULL, 0),
                     CHANNEL_CLOSED);
}

TEST_WITH(channel, a_descriptor_goes_with_a_word)
{
    uint8_t data[CONTROL_DATA_MAX];
    int ends[2], copy;
    size_t len;
    char octet;

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(
        channel_send_descriptor(channel.left, CONTROL_LISTEN, "ab", 2, ends[1]),
        CHANNEL_DONE);
    assert_int_equal(channel_send_control(channel.left, CONTROL_READY, NULL, 0),
                     CHANNEL_DONE);
    assert_int_equal(
        channel_receive_control(channel.right, &message, data, &len, &copy, CHANNEL_TRY),
        CHANNEL_DONE);
    assert_int_equal(message, CONTROL_LISTEN);
    assert_int_equal(len, 2);
    assert_memory_equal(data, "ab", 2);
    assert_int_equal(write(copy, "x", 1), 1);
    assert_int_equal(read(ends[0], &octet, 1), 1);
    close(copy);
    assert_int_equal(
        channel_receive_control(channel.right, &message, data, &len, &copy, CHANNEL_TRY),
        CHANNEL_DONE);
    assert_int_equal(message, CONTROL_READY);
    assert_int_equal(copy, -1);
    close(ends[0]);
    close(ends[1]);
}

/* In a child: the kernel has no memory for what is sent or received. */
static int is_busy_without_memory(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    size_t len;
    char data;

    if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOBUFS), SCMP_SYS(sendto), 0) != 0 ||
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOMEM), SCMP_SYS(recvmsg), 0) != 0 ||
        seccomp_load(filter) != 0)
        return 2;
    return channel_send(channel.left, "a", 1, CHANNEL_TRY) == CHANNEL_BUSY &&
                   channel_receive(channel.left, &data, 1, &len, CHANNEL_TRY) ==
                       CHANNEL_BUSY
               ? 0
               : 1;
}

TEST_WITH(channel, a_shortage_of_memory_passes)
{
    assert_int_equal(in_child(is_busy_without_memory), 0);
}
