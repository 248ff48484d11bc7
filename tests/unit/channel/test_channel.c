#include "../check.h"

#include "channel/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int open_channel(void **state)
{
    static struct channel channel;

    *state = &channel;
    return channel_open(&channel);
}

static int close_channel(void **state)
{
    channel_close(*state);
    return 0;
}

static void a_message_arrives_whole(void **state)
{
    const struct channel *channel = *state;
    uint8_t data[16];
    size_t len;

    assert_int_equal(channel_send(channel->left, "hello", 5, CHANNEL_TRY), CHANNEL_DONE);
    assert_int_equal(channel_receive(channel->right, data, sizeof data, &len, CHANNEL_TRY),
                     CHANNEL_DONE);
    assert_int_equal(len, 5);
    assert_memory_equal(data, "hello", 5);
}

static void messages_keep_their_order_and_borders(void **state)
{
    const struct channel *channel = *state;
    uint8_t data[16];
    size_t len;

    assert_int_equal(channel_send(channel->left, "one", 3, CHANNEL_TRY), CHANNEL_DONE);
    assert_int_equal(channel_send(channel->left, "three", 5, CHANNEL_TRY), CHANNEL_DONE);
    assert_int_equal(channel_receive(channel->right, data, sizeof data, &len, CHANNEL_TRY),
                     CHANNEL_DONE);
    assert_int_equal(len, 3);
    assert_int_equal(channel_receive(channel->right, data, sizeof data, &len, CHANNEL_TRY),
                     CHANNEL_DONE);
    assert_int_equal(len, 5);
}

static void both_ends_speak(void **state)
{
    const struct channel *channel = *state;
    uint8_t data[16];
    size_t len;

    assert_int_equal(channel_send(channel->right, "back", 4, CHANNEL_TRY), CHANNEL_DONE);
    assert_int_equal(channel_receive(channel->left, data, sizeof data, &len, CHANNEL_TRY),
                     CHANNEL_DONE);
    assert_int_equal(len, 4);
}

static void the_longest_message_passes(void **state)
{
    static uint8_t sent[MESSAGE_MAX], got[MESSAGE_MAX];
    const struct channel *channel = *state;
    size_t len;

    sent[MESSAGE_MAX - 1] = 7;
    assert_int_equal(channel_send(channel->left, sent, sizeof sent, CHANNEL_TRY),
                     CHANNEL_DONE);
    assert_int_equal(channel_receive(channel->right, got, sizeof got, &len, CHANNEL_TRY),
                     CHANNEL_DONE);
    assert_int_equal(len, MESSAGE_MAX);
    assert_int_equal(got[MESSAGE_MAX - 1], 7);
}

static void a_try_to_receive_nothing_is_busy(void **state)
{
    const struct channel *channel = *state;
    uint8_t data[16];
    size_t len;

    assert_int_equal(channel_receive(channel->right, data, sizeof data, &len, CHANNEL_TRY),
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

static void a_full_channel_is_busy_and_free_again_after_a_receive(void **state)
{
    const struct channel *channel = *state;
    uint8_t data[1024];
    size_t len;

    assert_true(fill(channel->left) > 0);
    assert_int_equal(channel_send(channel->left, data, sizeof data, CHANNEL_TRY),
                     CHANNEL_BUSY);
    for (int i = 0; i < 2; i++)
        assert_int_equal(
            channel_receive(channel->right, data, sizeof data, &len, CHANNEL_TRY),
            CHANNEL_DONE);
    assert_int_equal(channel_send(channel->left, data, sizeof data, CHANNEL_TRY),
                     CHANNEL_DONE);
}

static void a_full_channel_does_not_hold_up_the_other_direction(void **state)
{
    const struct channel *channel = *state;

    fill(channel->left);
    assert_int_equal(channel_send(channel->right, "x", 1, CHANNEL_TRY), CHANNEL_DONE);
}

static void receiving_from_an_end_that_is_gone_tells_closed(void **state)
{
    struct channel *channel = *state;
    uint8_t data[16];
    size_t len;

    channel_close_end(&channel->left);
    assert_int_equal(channel_receive(channel->right, data, sizeof data, &len, CHANNEL_TRY),
                     CHANNEL_CLOSED);
    assert_int_equal(
        channel_receive(channel->right, data, sizeof data, &len, CHANNEL_BLOCK),
        CHANNEL_CLOSED);
}

static void sending_to_an_end_that_is_gone_tells_closed(void **state)
{
    struct channel *channel = *state;

    channel_close_end(&channel->left);
    assert_int_equal(channel_send(channel->right, "x", 1, CHANNEL_TRY), CHANNEL_CLOSED);
    assert_int_equal(channel_send(channel->right, "x", 1, CHANNEL_BLOCK), CHANNEL_CLOSED);
}

static void what_was_sent_before_the_end_is_still_received(void **state)
{
    struct channel *channel = *state;
    uint8_t data[16];
    size_t len;

    assert_int_equal(channel_send(channel->left, "last", 4, CHANNEL_TRY), CHANNEL_DONE);
    channel_close_end(&channel->left);
    assert_int_equal(channel_receive(channel->right, data, sizeof data, &len, CHANNEL_TRY),
                     CHANNEL_DONE);
    assert_int_equal(len, 4);
    assert_int_equal(channel_receive(channel->right, data, sizeof data, &len, CHANNEL_TRY),
                     CHANNEL_CLOSED);
}

static void a_closed_end_is_closed_once(void **state)
{
    struct channel *channel = *state;
    int other;

    channel_close_end(&channel->left);
    assert_int_equal(channel->left, -1);
    other = dup(STDERR_FILENO); /* takes the number that was closed */
    channel_close_end(&channel->left);
    channel_close(channel);
    assert_int_not_equal(fcntl(other, F_GETFD), -1);
    assert_int_equal(channel->right, -1);
    close(other);
}

static void the_ends_are_not_inherited_by_other_programs(void **state)
{
    const struct channel *channel = *state;

    assert_true(fcntl(channel->left, F_GETFD) & FD_CLOEXEC);
    assert_true(fcntl(channel->right, F_GETFD) & FD_CLOEXEC);
}

static void a_word_arrives(void **state)
{
    const struct channel *channel = *state;
    enum word word;

    assert_int_equal(channel_send_word(channel->left, WORD_READY), CHANNEL_DONE);
    assert_int_equal(channel_send_word(channel->left, WORD_LOOKUP_DIED), CHANNEL_DONE);
    assert_int_equal(channel_receive_word(channel->right, &word, CHANNEL_TRY),
                     CHANNEL_DONE);
    assert_int_equal(word, WORD_READY);
    assert_int_equal(channel_receive_word(channel->right, &word, CHANNEL_TRY),
                     CHANNEL_DONE);
    assert_int_equal(word, WORD_LOOKUP_DIED);
}

static void a_longer_message_is_no_word(void **state)
{
    const struct channel *channel = *state;
    const uint8_t two[] = {WORD_READY, 0}, many[] = {WORD_READY, 0, 0, 0, 0, 0, 0, 0};
    enum word word;

    assert_int_equal(channel_send(channel->left, BYTES(two), CHANNEL_TRY), CHANNEL_DONE);
    assert_int_equal(channel_receive_word(channel->right, &word, CHANNEL_TRY),
                     CHANNEL_DONE);
    assert_int_equal(word, 0);
    assert_int_equal(channel_send(channel->left, BYTES(many), CHANNEL_TRY), CHANNEL_DONE);
    assert_int_equal(channel_receive_word(channel->right, &word, CHANNEL_TRY),
                     CHANNEL_DONE);
    assert_int_equal(word, 0);
}

static void waiting_for_a_word_tells_busy_and_closed(void **state)
{
    struct channel *channel = *state;
    enum word word;

    assert_int_equal(channel_receive_word(channel->right, &word, CHANNEL_TRY),
                     CHANNEL_BUSY);
    channel_close_end(&channel->left);
    assert_int_equal(channel_receive_word(channel->right, &word, CHANNEL_TRY),
                     CHANNEL_CLOSED);
    assert_int_equal(channel_send_word(channel->right, WORD_READY), CHANNEL_CLOSED);
}

#define OPEN(test) cmocka_unit_test_setup_teardown(test, open_channel, close_channel)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OPEN(a_message_arrives_whole),
        OPEN(messages_keep_their_order_and_borders),
        OPEN(both_ends_speak),
        OPEN(the_longest_message_passes),
        OPEN(a_try_to_receive_nothing_is_busy),
        OPEN(a_full_channel_is_busy_and_free_again_after_a_receive),
        OPEN(a_full_channel_does_not_hold_up_the_other_direction),
        OPEN(receiving_from_an_end_that_is_gone_tells_closed),
        OPEN(sending_to_an_end_that_is_gone_tells_closed),
        OPEN(what_was_sent_before_the_end_is_still_received),
        OPEN(a_closed_end_is_closed_once),
        OPEN(the_ends_are_not_inherited_by_other_programs),
        OPEN(a_word_arrives),
        OPEN(a_longer_message_is_no_word),
        OPEN(waiting_for_a_word_tells_busy_and_closed),
    };
    return cmocka_run_group_tests_name("channel", tests, NULL, NULL);
}
