#include "../check.h"

#include "channel/bundle.h"

static struct bundle bundle;
static struct channel channel;

static void set_up(void)
{
    bundle.len = bundle.read = 0;
    assert_int_equal(channel_open(&channel), 0);
}

static void tear_down(void)
{
    channel_close(&channel);
}

FIXTURE(bundle, set_up, tear_down);

static void assert_next(const char *expected)
{
    const uint8_t *message;
    size_t len;

    assert_true(bundle_next(&bundle, &message, &len));
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(message, expected, len);
}

static void assert_end(void)
{
    const uint8_t *message;
    size_t len;

    assert_false(bundle_next(&bundle, &message, &len));
}

static void add(const char *text)
{
    assert_true(bundle_add(&bundle, text, strlen(text)));
}

static void send_all(void)
{
    assert_int_equal(bundle_send(&bundle, channel.left, CHANNEL_TRY), CHANNEL_DONE);
}

static void receive(void)
{
    assert_int_equal(bundle_receive(&bundle, channel.right, CHANNEL_TRY), CHANNEL_DONE);
}

TEST_WITH(bundle, messages_arrive_together_in_their_order)
{
    add("one");
    add("three");
    send_all();
    receive();
    assert_next("one");
    assert_next("three");
    assert_end();
    assert_int_equal(bundle_receive(&bundle, channel.right, CHANNEL_TRY), CHANNEL_BUSY);
}

TEST_WITH(bundle, a_message_has_its_length_before_it)
{
    const uint8_t expected[] = {0, 0, 0, 3, 'o', 'n', 'e'};
    uint8_t octets[16];
    size_t len;

    add("one");
    send_all();
    assert_int_equal(
        channel_receive(channel.right, octets, sizeof octets, &len, CHANNEL_TRY),
        CHANNEL_DONE);
    assert_int_equal(len, sizeof expected);
    assert_memory_equal(octets, expected, len);
}

TEST_WITH(bundle, what_was_sent_is_not_sent_again)
{
    add("one");
    send_all();
    add("two");
    send_all();
    receive();
    assert_next("one");
    assert_end();
    receive();
    assert_next("two");
    assert_end();
}

TEST_WITH(bundle, nothing_is_sent_of_an_empty_one)
{
    send_all();
    assert_int_equal(bundle_receive(&bundle, channel.right, CHANNEL_TRY), CHANNEL_BUSY);
    assert_end();
}

TEST_WITH(bundle, the_longest_message_fits_and_nothing_beside_it)
{
    static uint8_t longest[MESSAGE_MAX];
    const uint8_t *message;
    size_t len;

    longest[MESSAGE_MAX - 1] = 7;
    assert_true(bundle_add(&bundle, longest, sizeof longest));
    assert_false(bundle_add(&bundle, "", 0));
    send_all();
    receive();
    assert_true(bundle_next(&bundle, &message, &len));
    assert_int_equal(len, MESSAGE_MAX);
    assert_int_equal(message[MESSAGE_MAX - 1], 7);
}

TEST_WITH(bundle, what_does_not_fit_leaves_the_rest_as_it_was)
{
    static uint8_t longest[MESSAGE_MAX];

    add("one");
    assert_false(bundle_add(&bundle, longest, sizeof longest));
    send_all();
    receive();
    assert_next("one");
    assert_end();
}

TEST_WITH(bundle, one_that_cannot_be_sent_stays_as_it_is)
{
    while (channel_send(channel.left, "full", 4, CHANNEL_TRY) == CHANNEL_DONE)
        ;
    add("one");
    assert_int_equal(bundle_send(&bundle, channel.left, CHANNEL_TRY), CHANNEL_BUSY);
    channel_close_end(&channel.right);
    assert_int_equal(bundle_send(&bundle, channel.left, CHANNEL_TRY), CHANNEL_CLOSED);
    assert_next("one");
    assert_end();
}

TEST_WITH(bundle, a_cut_message_ends_it)
{
    static const uint8_t cut[] = {0, 0, 0, 1, 'a', 0, 0, 0, 4, 'b', 'c', 'd'};

    for (size_t len = 5; len <= sizeof cut; len++) {
        assert_int_equal(channel_send(channel.left, cut, len, CHANNEL_TRY), CHANNEL_DONE);
        receive();
        assert_next("a");
        assert_end();
        assert_end();
    }
}
