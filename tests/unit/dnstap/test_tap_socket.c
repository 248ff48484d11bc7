#include "reader.h"

#include "base/counters.h"
#include "base/log.h"
#include "dnstap/tap_socket.h"

static struct loop *loop;
static struct tap_socket *sock;
static struct tap_batch batch;
static const struct tap_config config;
static int changes, requests;
static bool is_answered; /* each request for a connection */
static uint64_t frames, lost;

static void note_change(void *context)
{
    (void)context;
    changes++;
}

/* As the supervisor. */
static void answer_request(void)
{
    int fd = reader_connect();

    tap_socket_connected(sock, fd, errno);
}

static void note_request(void *context)
{
    (void)context;
    requests++;
    if (is_answered)
        answer_request();
}

static void set_up(void)
{
    const struct tap_socket_owner owner = {note_request, note_change, NULL};

    folder_make();
    folder_path(reader_path, "reader");
    loop = loop_new();
    assert_non_null(loop);
    log_set_level(LOG_LEVEL_ERROR);
    changes = requests = 0;
    is_answered = true;
    batch.len = batch.sent = 0;
    frames = counters_own[COUNT_DNSTAP_FRAMES];
    lost = counters_own[COUNT_DNSTAP_LOST];
    sock = tap_socket_new(loop, reader_path, &owner);
    assert_non_null(sock);
}

static void tear_down(void)
{
    tap_socket_free(sock);
    reader_close();
    loop_free(loop);
    folder_remove();
}

FIXTURE(sock, set_up, tear_down);

static void begin(void)
{
    reader_listen();
    reader_begin(loop);
    assert_true(tap_socket_is_open(sock));
}

/* Adds messages of zeros. */
static void add(int count, uint32_t len)
{
    static const uint8_t octets[TAP_MESSAGE_MAX];

    while (count-- > 0)
        tap_batch_add(&batch, &config,
                      &(struct tap_record){.type = TAP_CLIENT_QUERY, .len = len}, octets);
}

static unsigned counted(enum counter counter, uint64_t before)
{
    return (unsigned)(counters_own[counter] - before);
}

TEST_WITH(sock, both_sides_agree_before_frames_are_sent)
{
    reader_listen();
    reader_accept(loop);
    assert_int_equal(reader_heard(loop), TAP_FRAME_READY);
    assert_false(tap_socket_is_open(sock));
    reader_say(TAP_FRAME_ACCEPT);
    assert_int_equal(reader_heard(loop), TAP_FRAME_START);
    assert_true(tap_socket_is_open(sock));
    assert_int_equal(changes, 1);
}

TEST_WITH(sock, frames_are_sent_as_they_are)
{
    uint8_t octets[256];
    size_t len;

    begin();
    add(2, 10);
    len = batch.len;
    memcpy(octets, batch.octets, len);
    tap_socket_send(sock, &batch);
    assert_int_equal(batch.len, 0);
    assert_int_equal(counted(COUNT_DNSTAP_FRAMES, frames), 2);
    reader_read(loop, octets + 128, len);
    assert_memory_equal(octets, octets + 128, len);
}

TEST_WITH(sock, a_reader_that_comes_later_is_found)
{
    turn_until(loop, &changes, 1);
    begin();
}

TEST_WITH(sock, a_reader_that_comes_back_is_found)
{
    begin();
    reader_close();
    turn_until(loop, &changes, 2);
    assert_false(tap_socket_is_open(sock));
    begin();
}

TEST_WITH(sock, a_request_that_is_lost_is_repeated)
{
    is_answered = false;
    turn_until(loop, &requests, 2);
    is_answered = true;
    begin();
}

TEST_WITH(sock, a_connection_that_could_not_be_received_is_asked_for_again)
{
    is_answered = false;
    turn_until(loop, &requests, 1);
    tap_socket_connected(sock, -1, 0);
    assert_false(tap_socket_is_open(sock));
    is_answered = true;
    begin();
}

TEST_WITH(sock, a_connection_that_comes_a_second_time_is_closed)
{
    int first;

    begin();
    answer_request();
    first = reader_fd;
    reader_accept(loop);
    assert_true(reader_is_left(loop));
    close(reader_fd);
    reader_fd = first;
    assert_true(tap_socket_is_open(sock));
}

TEST_WITH(sock, at_the_end_no_connection_is_needed_any_more)
{
    is_answered = false;
    turn_until(loop, &requests, 1);
    tap_socket_end(sock);
    reader_listen();
    answer_request();
    reader_accept(loop);
    assert_true(reader_is_left(loop));
    assert_int_equal(changes, 1);
}

/* Sends messages until the kernel takes no more from us; how many. */
static unsigned fill(void)
{
    unsigned count = 0;

    for (; batch.len == 0; count += 3) {
        add(3, TAP_MESSAGE_MAX);
        tap_socket_send(sock, &batch);
    }
    return count;
}

TEST_WITH(sock, what_a_lost_reader_has_not_taken_is_counted)
{
    unsigned sent;

    begin();
    sent = fill();
    reader_close();
    turn_until(loop, &changes, changes + 1);
    assert_int_equal(batch.len, 0);
    assert_int_equal(
        counted(COUNT_DNSTAP_FRAMES, frames) + counted(COUNT_DNSTAP_LOST, lost), sent);
    assert_in_range(counted(COUNT_DNSTAP_LOST, lost), 1, 3);
}

TEST_WITH(sock, the_rest_is_sent_when_the_reader_reads_on)
{
    static uint8_t octets[TAP_BATCH_OCTETS];
    unsigned sent;
    size_t len;

    begin();
    sent = fill();
    len = batch.len;
    for (unsigned i = 0; i < sent; i += 3)
        reader_read(loop, octets, len);
    assert_memory_equal(octets, batch.octets, len);
    assert_int_equal(batch.len, 0);
    assert_int_equal(counted(COUNT_DNSTAP_FRAMES, frames), sent);
}

static void is_refused(const void *said, size_t len)
{
    reader_listen();
    reader_accept(loop);
    assert_int_equal(reader_heard(loop), TAP_FRAME_READY);
    assert_int_equal(send(reader_fd, said, len, 0), len);
    assert_true(reader_is_left(loop));
    assert_false(tap_socket_is_open(sock));
}

TEST_WITH(sock, somebody_else_at_the_socket_is_left)
{
    is_refused("HTTP/1.1 400 Bad Request\r\n", 26);
}

TEST_WITH(sock, a_frame_of_the_wrong_side_ends_the_connection)
{
    uint8_t octets[TAP_FRAME_CONTROL_MAX];

    is_refused(octets, tap_frame_write(TAP_FRAME_START, octets));
}

TEST_WITH(sock, the_end_is_said_and_confirmed)
{
    begin();
    tap_socket_end(sock);
    assert_int_equal(reader_heard(loop), TAP_FRAME_STOP);
    assert_false(tap_socket_has_ended(sock));
    reader_say(TAP_FRAME_FINISH);
    turn_until(loop, &changes, 2);
    assert_true(tap_socket_has_ended(sock));
}

TEST_WITH(sock, without_a_reader_the_end_comes_at_once)
{
    tap_socket_end(sock);
    assert_true(tap_socket_has_ended(sock));
}

TEST_WITH(sock, a_cut_frame_is_not_followed_by_the_end)
{
    begin();
    fill();
    tap_socket_end(sock);
    assert_true(tap_socket_has_ended(sock));
    assert_int_equal(batch.len, 0);
}
