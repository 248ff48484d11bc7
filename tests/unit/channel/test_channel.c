#include "../check.h"

#include "channel/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

TEST_WITH(channel, a_message_arrives_whole)
{
    uint8_t data[16];
    size_t len;

    assert_int_equal(channel_send(channel.left, "hello", 5, CHANNEL_TRY), CHANNEL_DONE);
    assert_int_equal(channel_receive(channel.right, data, sizeof data, &len, CHANNEL_TRY),
                     CHANNEL_DONE);
    assert_int_equal(len, 5);
    assert_memory_equal(data, "hello", 5);
}

TEST_WITH(channel, messages_keep_their_order_and_borders)
{
    uint8_t data[16];
    size_t len;

    assert_int_equal(channel_send(channel.left, "one", 3, CHANNEL_TRY), CHANNEL_DONE);
    assert_int_equal(channel_send(channel.left, "three", 5, CHANNEL_TRY), CHANNEL_DONE);
    assert_int_equal(channel_receive(channel.right, data, sizeof data, &len, CHANNEL_TRY),
                     CHANNEL_DONE);
    assert_int_equal(len, 3);
    assert_int_equal(channel_receive(channel.right, data, sizeof data, &len, CHANNEL_TRY),
                     CHANNEL_DONE);
    assert_int_equal(len, 5);
}

TEST_WITH(channel, both_ends_speak)
{
    uint8_t data[16];
    size_t len;

    assert_int_equal(channel_send(channel.right, "back", 4, CHANNEL_TRY), CHANNEL_DONE);
    assert_int_equal(channel_receive(channel.left, data, sizeof data, &len, CHANNEL_TRY),
                     CHANNEL_DONE);
    assert_int_equal(len, 4);
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
    uint8_t data[16];
    size_t len;

    assert_int_equal(channel_receive(channel.right, data, sizeof data, &len, CHANNEL_TRY),
                     CHANNEL_BUSY);
}

/* Sends until the channel is full and returns how many messages it took. */
static int fill(int end)
{
    static const uint8_t message[1024];
    int count = 0;

    while (channel_send(end, message, sizeof message, CHANNEL_TRY) == CHANNEL_DONE)
        count++;
    return count;
}

TEST_WITH(channel, a_full_channel_is_busy_and_free_again_after_a_receive)
{
    uint8_t data[1024];
    size_t len;

    assert_true(fill(channel.left) > 0);
    assert_int_equal(channel_send(channel.left, data, sizeof data, CHANNEL_TRY),
                     CHANNEL_BUSY);
    for (int i = 0; i < 2; i++)
        assert_int_equal(
            channel_receive(channel.right, data, sizeof data, &len, CHANNEL_TRY),
            CHANNEL_DONE);
    assert_int_equal(channel_send(channel.left, data, sizeof data, CHANNEL_TRY),
                     CHANNEL_DONE);
}

TEST_WITH(channel, a_full_channel_does_not_hold_up_the_other_direction)
{
    fill(channel.left);
    assert_int_equal(channel_send(channel.right, "x", 1, CHANNEL_TRY), CHANNEL_DONE);
}

TEST_WITH(channel, receiving_from_an_end_that_is_gone_tells_closed)
{
    uint8_t data[16];
    size_t len;

    channel_close_end(&channel.left);
    assert_int_equal(channel_receive(channel.right, data, sizeof data, &len, CHANNEL_TRY),
                     CHANNEL_CLOSED);
    assert_int_equal(channel_receive(channel.right, data, sizeof data, &len, CHANNEL_BLOCK),
                     CHANNEL_CLOSED);
}

TEST_WITH(channel, sending_to_an_end_that_is_gone_tells_closed)
{
    channel_close_end(&channel.left);
    assert_int_equal(channel_send(channel.right, "x", 1, CHANNEL_TRY), CHANNEL_CLOSED);
    assert_int_equal(channel_send(channel.right, "x", 1, CHANNEL_BLOCK), CHANNEL_CLOSED);
}

TEST_WITH(channel, what_was_sent_before_the_end_is_still_received)
{
    uint8_t data[16];
    size_t len;

    assert_int_equal(channel_send(channel.left, "last", 4, CHANNEL_TRY), CHANNEL_DONE);
    channel_close_end(&channel.left);
    assert_int_equal(channel_receive(channel.right, data, sizeof data, &len, CHANNEL_TRY),
                     CHANNEL_DONE);
    assert_int_equal(len, 4);
    assert_int_equal(channel_receive(channel.right, data, sizeof data, &len, CHANNEL_TRY),
                     CHANNEL_CLOSED);
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
    enum word word;

    assert_int_equal(channel_send_word(channel.left, WORD_READY), CHANNEL_DONE);
    assert_int_equal(channel_send_word(channel.left, WORD_LOOKUP_DIED), CHANNEL_DONE);
    assert_int_equal(channel_receive_word(channel.right, &word, CHANNEL_TRY), CHANNEL_DONE);
    assert_int_equal(word, WORD_READY);
    assert_int_equal(channel_receive_word(channel.right, &word, CHANNEL_TRY), CHANNEL_DONE);
    assert_int_equal(word, WORD_LOOKUP_DIED);
}

TEST_WITH(channel, a_longer_message_is_no_word)
{
    const uint8_t two[] = {WORD_READY, 0}, many[] = {WORD_READY, 0, 0, 0, 0, 0, 0, 0};
    enum word word;

    assert_int_equal(channel_send(channel.left, BYTES(two), CHANNEL_TRY), CHANNEL_DONE);
    assert_int_equal(channel_receive_word(channel.right, &word, CHANNEL_TRY), CHANNEL_DONE);
    assert_int_equal(word, 0);
    assert_int_equal(channel_send(channel.left, BYTES(many), CHANNEL_TRY), CHANNEL_DONE);
    assert_int_equal(channel_receive_word(channel.right, &word, CHANNEL_TRY), CHANNEL_DONE);
    assert_int_equal(word, 0);
}

TEST_WITH(channel, waiting_for_a_word_tells_busy_and_closed)
{
    enum word word;

    assert_int_equal(channel_receive_word(channel.right, &word, CHANNEL_TRY), CHANNEL_BUSY);
    channel_close_end(&channel.left);
    assert_int_equal(channel_receive_word(channel.right, &word, CHANNEL_TRY),
                     CHANNEL_CLOSED);
    assert_int_equal(channel_send_word(channel.right, WORD_READY), CHANNEL_CLOSED);
}

TEST_WITH(channel, a_descriptor_goes_with_a_word)
{
    uint8_t data[WORD_DATA_MAX];
    enum word word;
    int ends[2], copy;
    size_t len;
    char octet;

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(channel_send_descriptor(channel.left, WORD_LISTEN, "ab", 2, ends[1]),
                     CHANNEL_DONE);
    assert_int_equal(channel_send_word(channel.left, WORD_READY), CHANNEL_DONE);
    assert_int_equal(
        channel_receive_descriptor(channel.right, &word, data, &len, &copy, CHANNEL_TRY),
        CHANNEL_DONE);
    assert_int_equal(word, WORD_LISTEN);
    assert_int_equal(len, 2);
    assert_memory_equal(data, "ab", 2);
    assert_int_equal(write(copy, "x", 1), 1);
    assert_int_equal(read(ends[0], &octet, 1), 1);
    close(copy);
    assert_int_equal(
        channel_receive_descriptor(channel.right, &word, data, &len, &copy, CHANNEL_TRY),
        CHANNEL_DONE);
    assert_int_equal(word, WORD_READY);
    assert_int_equal(copy, -1);
    close(ends[0]);
    close(ends[1]);
}
