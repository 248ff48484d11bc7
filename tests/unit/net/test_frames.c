#include "../check.h"

#include "net/frames.h"

#include <fcntl.h>
#include <sys/socket.h>

/* Our end of a connection, and the other side's. */
static int ours, theirs;

static void open_connection(void)
{
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    ours = ends[0];
    theirs = ends[1];
    assert_int_equal(fcntl(ours, F_SETFL, O_NONBLOCK), 0);
}

static void close_connection(void)
{
    close(ours);
    if (theirs != -1)
        close(theirs);
}

FIXTURE(connection, open_connection, close_connection);

static void they_send(const void *bytes, size_t count)
{
    assert_int_equal(send(theirs, bytes, count, 0), count);
}

/* The next message must be this text. */
static void assert_message(struct reader *unread, const char *text)
{
    const uint8_t *message;
    size_t len;

    assert_true(frames_take(unread, &message, &len));
    assert_int_equal(len, strlen(text));
    assert_memory_equal(message, text, len);
}

static void assert_no_message(struct reader *unread)
{
    const uint8_t *message;
    size_t len, before = unread->pos;

    assert_false(frames_take(unread, &message, &len));
    assert_int_equal(unread->pos, before);
}

TEST_WITH(connection, messages_of_one_segment_come_one_by_one)
{
    struct inbox inbox = {0};
    struct reader unread;

    they_send("\0\3one\0\0\0\5three", 14);
    assert_int_equal(inbox_read(&inbox, ours, &unread), INBOX_FILLED);
    assert_message(&unread, "one");
    assert_message(&unread, "");
    assert_message(&unread, "three");
    assert_no_message(&unread);
    assert_true(inbox_keep(&inbox, &unread));
    assert_null(inbox.data);
}

TEST_WITH(connection, a_message_that_comes_octet_by_octet_is_put_together)
{
    static const char octets[] = "\0\7message";
    struct inbox inbox = {0};
    struct reader unread;

    for (size_t i = 0; i < sizeof octets - 1; i++) {
        they_send(octets + i, 1);
        assert_int_equal(inbox_read(&inbox, ours, &unread), INBOX_FILLED);
        if (i < sizeof octets - 2)
            assert_no_message(&unread);
        else
            assert_message(&unread, "message");
        assert_true(inbox_keep(&inbox, &unread));
    }
    assert_int_equal(inbox.len, 0);
    assert_null(inbox.data);
}

TEST_WITH(connection, the_length_is_known_before_the_message)
{
    struct reader none = reader_of("\1", 1), some = reader_of("\1\2", 2);
    size_t len = 0;

    assert_false(frames_length(&none, &len));
    assert_true(frames_length(&some, &len));
    assert_int_equal(len, 0x102);
    assert_int_equal(some.pos, 0);
}

TEST_WITH(connection, what_was_not_taken_is_there_without_reading)
{
    struct inbox inbox = {0};
    struct reader unread;

    they_send("\0\1a\0\1b\0\1c\0", 10);
    assert_int_equal(inbox_read(&inbox, ours, &unread), INBOX_FILLED);
    assert_message(&unread, "a");
    assert_true(inbox_keep(&inbox, &unread));
    assert_true(inbox_has_message(&inbox));
    they_send("\1d", 2);
    assert_int_equal(inbox_read(&inbox, ours, &unread), INBOX_FILLED);
    assert_message(&unread, "b");
    assert_message(&unread, "c");
    assert_no_message(&unread);
    assert_true(inbox_keep(&inbox, &unread));
    assert_false(inbox_has_message(&inbox));
    assert_int_equal(inbox_read(&inbox, ours, &unread), INBOX_FILLED);
    assert_message(&unread, "d");
    assert_true(inbox_keep(&inbox, &unread));
}

TEST_WITH(connection, two_connections_do_not_mix)
{
    struct inbox one = {0}, other = {0};
    struct reader unread;

    they_send("\0\3o", 3);
    assert_int_equal(inbox_read(&one, ours, &unread), INBOX_FILLED);
    assert_true(inbox_keep(&one, &unread));
    they_send("\0\5other", 7);
    assert_int_equal(inbox_read(&other, ours, &unread), INBOX_FILLED);
    assert_message(&unread, "other");
    assert_true(inbox_keep(&other, &unread));
    they_send("ne", 2);
    assert_int_equal(inbox_read(&one, ours, &unread), INBOX_FILLED);
    assert_message(&unread, "one");
    assert_true(inbox_keep(&one, &unread));
}

TEST_WITH(connection, a_length_alone_takes_no_memory_for_the_message)
{
    struct inbox inbox = {0};
    struct reader unread;

    they_send("\377\377ab", 4);
    assert_int_equal(inbox_read(&inbox, ours, &unread), INBOX_FILLED);
    assert_true(inbox_keep(&inbox, &unread));
    they_send("c", 1);
    assert_int_equal(inbox_read(&inbox, ours, &unread), INBOX_FILLED);
    assert_true(inbox_keep(&inbox, &unread));
    assert_in_range(inbox.room, 5, 64);
    inbox_free(&inbox);
}

TEST_WITH(connection, the_longest_message_in_small_pieces)
{
    static uint8_t sent[FRAMES_MAX];
    struct inbox inbox = {0};
    struct reader unread;
    const uint8_t *message;
    size_t len = 0;

    for (size_t i = 0; i < sizeof sent; i++)
        sent[i] = (uint8_t)(i * 7);
    sent[0] = sent[1] = 0xff;
    for (size_t at = 0, part; at < sizeof sent; at += part) {
        part = sizeof sent - at < 1000 ? sizeof sent - at : 1000;
        they_send(sent + at, part);
        for (;;) { /* a buffer that grows takes no more than it has room for */
            enum inbox_result result = inbox_read(&inbox, ours, &unread);

            if (result == INBOX_EMPTY)
                break;
            assert_int_equal(result, INBOX_FILLED);
            if (frames_take(&unread, &message, &len))
                assert_memory_equal(message, sent + 2, len);
            assert_true(inbox_keep(&inbox, &unread));
        }
    }
    assert_int_equal(len, FRAMES_MESSAGE_MAX);
    assert_null(inbox.data);
}

TEST_WITH(connection, nothing_there_is_no_end)
{
    struct inbox inbox = {0};
    struct reader unread;

    assert_int_equal(inbox_read(&inbox, ours, &unread), INBOX_EMPTY);
    they_send("\0", 1);
    assert_int_equal(inbox_read(&inbox, ours, &unread), INBOX_FILLED);
    assert_true(inbox_keep(&inbox, &unread));
    assert_int_equal(inbox_read(&inbox, ours, &unread), INBOX_EMPTY);
    close(theirs);
    theirs = -1;
    assert_int_equal(inbox_read(&inbox, ours, &unread), INBOX_ENDED);
    inbox_free(&inbox);
}

TEST_WITH(connection, a_socket_without_a_connection_is_broken)
{
    int lonely = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct inbox inbox = {0};
    struct outbox outbox = {0};
    struct reader unread;

    assert_int_equal(inbox_read(&inbox, lonely, &unread), INBOX_BROKEN);
    assert_false(outbox_send(&outbox, lonely, (const uint8_t *)"x", 1));
    close(lonely);
}

TEST_WITH(connection, a_message_is_sent_behind_its_length)
{
    struct outbox outbox = {0};
    char got[16];

    assert_true(outbox_send(&outbox, ours, (const uint8_t *)"reply", 5));
    assert_int_equal(outbox_waiting(&outbox), 0);
    assert_null(outbox.data);
    assert_int_equal(recv(theirs, got, sizeof got, 0), 7);
    assert_memory_equal(got, "\0\5reply", 7);
}

/* SIGPIPE would end the test. */
TEST_WITH(connection, sending_to_nobody_is_an_error)
{
    struct outbox outbox = {0};

    close(theirs);
    theirs = -1;
    assert_false(outbox_send(&outbox, ours, (const uint8_t *)"reply", 5));
    assert_int_equal(outbox_waiting(&outbox), 0);
}

/* Reads and checks what number_messages sent. */
static void assert_numbered(unsigned *next, size_t len, bool all, struct outbox *outbox)
{
    static uint8_t got[FRAMES_MAX];

    for (;;) {
        if (outbox_waiting(outbox) > 0)
            assert_true(outbox_flush(outbox, ours));
        if (recv(theirs, got, 2, MSG_WAITALL | (all ? MSG_DONTWAIT : 0)) != 2)
            return;
        assert_int_equal(got[0] << 8 | got[1], len);
        for (size_t at = 0; at < len;) {
            ssize_t count = recv(theirs, got + at, len - at, MSG_DONTWAIT);

            if (count <= 0)
                assert_true(outbox_flush(outbox, ours));
            else
                at += (size_t)count;
        }
        for (size_t i = 0; i < len; i++)
            assert_int_equal(got[i], (uint8_t)(*next + i));
        ++*next;
        if (!all)
            return;
    }
}

TEST_WITH(connection, what_the_socket_does_not_take_waits_in_order)
{
    enum { MESSAGES = 60, LENGTH = 20011 };
    static uint8_t message[LENGTH];
    struct outbox outbox = {0};
    unsigned next = 0;

    for (unsigned number = 0; number < MESSAGES; number++) {
        for (size_t i = 0; i < LENGTH; i++)
            message[i] = (uint8_t)(number + i);
        assert_true(outbox_send(&outbox, ours, message, LENGTH));
        if (number > 30 && number % 3)
            assert_numbered(&next, LENGTH, false, &outbox); /* and partly flushed */
    }
    assert_true(outbox_waiting(&outbox) > 0);
    assert_numbered(&next, LENGTH, true, &outbox);
    assert_int_equal(next, MESSAGES);
    assert_int_equal(outbox_waiting(&outbox), 0);
    assert_null(outbox.data);
}

TEST_WITH(connection, flushing_nothing_is_harmless)
{
    struct outbox outbox = {0};

    assert_true(outbox_flush(&outbox, ours));
    outbox_free(&outbox);
}
