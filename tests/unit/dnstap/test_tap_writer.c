/* The writer runs in a process of its own, as the supervisor starts it. */
#include "../limit.h"
#include "reader.h"
#include "tapped.h"

#include "channel/channel.h"
#include "dnstap/tap_memory.h"
#include "dnstap/tap_writer.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

static struct tap_writer_config config;
static struct tap_ring *ring;
static struct loop *loop;
static struct channel channel;
static pid_t pid;
static struct watch *control; /* of channel.left */
static int requests, pongs;

/* Of the writer: its pauses between attempts to open the file, shared with it; and how many
 * of them pass until it has descriptors, or -1: it has them from the start. */
static int *pauses;
static int pauses_without_descriptors;

/* In libc's place. It takes no time. */
int nanosleep(const struct timespec *time, struct timespec *left)
{
    (void)time;
    (void)left;
    if (++*pauses == pauses_without_descriptors)
        limit_end(RLIMIT_NOFILE);
    return 0;
}

static void confine(enum tap_output output)
{
    (void)output;
}

/* As the supervisor, which connects to the reader. */
static void writer_said(void *context, short revents)
{
    const uint8_t done[4] = {0}, error[4] = {0, 0, 0, ECONNREFUSED};
    int end = (int)(intptr_t)context, fd = -1;
    enum control_message message;

    (void)revents;
    if (channel_receive_control(end, &message, NULL, NULL, NULL, CHANNEL_TRY) !=
        CHANNEL_DONE)
        return;
    pongs += message == CONTROL_PONG;
    if (message != CONTROL_CONNECT)
        return;
    requests++;
    if (reader_listener != -1)
        fd = reader_connect();
    if (fd == -1)
        channel_send_control(end, CONTROL_CONNECTED, error, sizeof error);
    else
        channel_send_descriptor(end, CONTROL_CONNECTED, done, sizeof done, fd);
    close(fd);
}

static void fork_writer(enum tap_output output)
{
    config.tap.output = output;
    strcpy(config.tap.path, reader_path);
    assert_int_equal(channel_open(&channel), 0);
    pid = fork();
    if (pid == 0) {
        channel_close_end(&channel.left);
        if (pauses_without_descriptors != -1)
            limit_descriptors(0);
        _exit(tap_writer_run(&config, channel.right) == 0 ? 0 : 1);
    }
    channel_close_end(&channel.right);
}

static void start(enum tap_output output)
{
    enum control_message message;

    fork_writer(output);
    assert_int_equal(
        channel_receive_control(channel.left, &message, NULL, NULL, NULL, CHANNEL_BLOCK),
        CHANNEL_DONE);
    assert_int_equal(message, CONTROL_READY);
    control =
        loop_watch(loop, channel.left, POLLIN, writer_said, (void *)(intptr_t)channel.left);
}

/* As the supervisor when the server ends. */
static void hang_up(void)
{
    loop_unwatch(loop, control);
    control = NULL;
    channel_close_end(&channel.left);
}

static void set_up(void)
{
    folder_make();
    folder_path(reader_path, "tap");
    loop = loop_new();
    config = (struct tap_writer_config){.memory = tap_memory_open(-1), .confine = confine};
    ring = tap_memory_ring(config.memory, 1);
    assert_non_null(ring);
    tap_ring_open(ring);
    pid = 0;
    requests = pongs = 0;
    pauses = mmap(NULL, sizeof *pauses, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                  -1, 0);
    assert_ptr_not_equal(pauses, MAP_FAILED);
    pauses_without_descriptors = -1;
}

/* Waits until it has ended. */
static void has_ended_with(int expected)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), expected);
    pid = 0;
}

static void has_ended(void)
{
    has_ended_with(0);
    hang_up();
}

static void tear_down(void)
{
    if (pid != 0) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        hang_up();
    }
    reader_close();
    close(config.memory);
    ring_free(ring);
    loop_free(loop);
    munmap(pauses, sizeof *pauses);
    folder_remove();
}

FIXTURE(writer, set_up, tear_down);

/* The number of octets in the data frame that comes next. */
static unsigned read_frame(void)
{
    uint8_t octets[512];

    reader_read(loop, octets, 4);
    reader_read(loop, octets + 4, octets[3]);
    return octets[3];
}

TEST_WITH(writer, a_message_goes_from_the_ring_to_the_reader)
{
    reader_listen();
    start(TAP_OUTPUT_UNIX);
    reader_begin(loop);
    assert_true(ring_puts(ring, "abcd", 4));
    assert_int_equal(read_frame(), 24);
}

TEST_WITH(writer, when_it_retires_it_gives_what_is_there_and_ends_the_stream)
{
    reader_listen();
    start(TAP_OUTPUT_UNIX);
    reader_begin(loop);
    ring_puts(ring, "abcd", 4);
    channel_send_control(channel.left, CONTROL_RETIRE, NULL, 0);
    assert_int_equal(read_frame(), 24);
    assert_int_equal(reader_heard(loop), TAP_FRAME_STOP);
    reader_say(TAP_FRAME_FINISH);
    has_ended();
}

TEST_WITH(writer, it_leaves_when_its_channel_closes)
{
    reader_listen();
    start(TAP_OUTPUT_UNIX);
    reader_begin(loop);
    hang_up();
    assert_int_equal(reader_heard(loop), TAP_FRAME_STOP);
    reader_say(TAP_FRAME_FINISH);
    has_ended();
}

TEST_WITH(writer, a_reader_that_does_not_confirm_the_end_does_not_keep_it)
{
    reader_listen();
    start(TAP_OUTPUT_UNIX);
    reader_begin(loop);
    hang_up();
    has_ended();
}

TEST_WITH(writer, without_a_reader_it_leaves_too)
{
    start(TAP_OUTPUT_UNIX);
    hang_up();
    has_ended();
}

TEST_WITH(writer, a_ping_is_answered)
{
    start(TAP_OUTPUT_UNIX);
    channel_send_control(channel.left, CONTROL_PING, NULL, 0);
    turn_until(loop, &pongs, 1);
}

TEST_WITH(writer, it_asks_for_its_reader_until_that_is_there)
{
    start(TAP_OUTPUT_UNIX);
    turn_until(loop, &requests, 2);
    reader_listen();
    reader_begin(loop);
    assert_true(ring_puts(ring, "abcd", 4));
    assert_int_equal(read_frame(), 24);
}

TEST_WITH(writer, for_a_file_it_takes_no_socket)
{
    static const uint8_t done[4];
    int ends[2];
    char octet;

    start(TAP_OUTPUT_FILE);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    channel_send_descriptor(channel.left, CONTROL_CONNECTED, done, sizeof done, ends[0]);
    channel_send_control(channel.left, CONTROL_PING, NULL, 0);
    close(ends[0]);
    turn_until(loop, &pongs, 1);
    assert_int_equal(recv(ends[1], &octet, 1, MSG_DONTWAIT), 0);
    close(ends[1]);
}

TEST_WITH(writer, a_file_is_whole_when_it_has_left)
{
    struct stat file;

    start(TAP_OUTPUT_FILE);
    ring_puts(ring, "abcd", 4);
    /* It takes the message at its next look, or when it leaves. */
    hang_up();
    has_ended();
    assert_int_equal(stat(reader_path, &file), 0);
    assert_int_equal(file.st_size, 42 + 28 + 12);
}

TEST_WITH(writer, a_wrong_path_is_not_tried_again)
{
    folder_path(reader_path, "missing/tap");
    start(TAP_OUTPUT_FILE);
    assert_int_equal(*pauses, 0);
    hang_up();
    has_ended();
}

TEST_WITH(writer, a_folder_is_not_tried_again)
{
    assert_int_equal(mkdir(reader_path, 0700), 0);
    start(TAP_OUTPUT_FILE);
    assert_int_equal(*pauses, 0);
    hang_up();
    has_ended();
}

TEST_WITH(writer, a_file_is_opened_as_soon_as_there_are_descriptors)
{
    pauses_without_descriptors = 3;
    start(TAP_OUTPUT_FILE);
    assert_int_equal(*pauses, 3);
    assert_int_equal(access(reader_path, F_OK), 0);
}

TEST_WITH(writer, without_descriptors_for_a_file_it_ends_after_the_tenth_attempt)
{
    pauses_without_descriptors = 1000;
    fork_writer(TAP_OUTPUT_FILE);
    has_ended_with(1);
    assert_int_equal(*pauses, 9);
    channel_close_end(&channel.left);
}

/* Far more than it takes in one turn of its loop. */
TEST_WITH(writer, what_waits_in_full_rings_is_in_the_file_when_it_has_left)
{
    static const char message[60000];
    struct tap_ring *full;
    struct stat file;
    int count = 0;

    for (unsigned slot = 1; slot <= 8; slot++) {
        full = tap_memory_ring(config.memory, slot);
        tap_ring_open(full);
        while (ring_puts(full, message, sizeof message))
            count++;
        ring_free(full);
    }
    assert_int_equal(count, 8 * 34);
    start(TAP_OUTPUT_FILE);
    hang_up();
    has_ended();
    assert_int_equal(stat(reader_path, &file), 0);
    assert_int_equal(file.st_size, 42 + count * 60028 + 12);
}

/* Nobody else may take from the rings meanwhile. */
TEST_WITH(writer, the_next_one_waits_until_the_one_before_has_left)
{
    struct watch *first_control;
    struct channel first_channel;
    int first_reader;
    pid_t first;

    reader_listen();
    start(TAP_OUTPUT_UNIX);
    reader_begin(loop);
    first = pid;
    first_control = control;
    first_channel = channel;
    ring_puts(ring, "abcd", 4);
    assert_int_equal(read_frame(), 24); /* so it has the rings */
    first_reader = reader_fd;
    start(TAP_OUTPUT_UNIX);
    kill(first, SIGKILL);
    waitpid(first, NULL, 0);
    loop_unwatch(loop, first_control);
    channel_close_end(&first_channel.left);
    ring_puts(ring, "abcdefgh", 8);
    reader_begin(loop);
    assert_int_equal(read_frame(), 28);
    close(first_reader);
}
