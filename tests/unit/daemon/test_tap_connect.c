#include "../still_clock.h"

#include "../dnstap/reader.h"

#include "base/bytes.h"
#include "daemon/tap_connect.h"

/* No process has such a number, so none is killed. Each case has others. */
enum { PID = 0x7fff0000 };

static struct tap_config config;
static struct channel channel;
static struct child child;
static pid_t last = PID;

static void set_up(void)
{
    folder_make();
    folder_path(reader_path, "reader");
    config = (struct tap_config){.output = TAP_OUTPUT_UNIX};
    strcpy(config.path, reader_path);
    assert_int_equal(channel_open(&channel), 0);
    child = (struct child){.role = ROLE_DNSTAP, .control = channel.left, .pid = ++last};
    clock_stop();
}

static void tear_down(void)
{
    clock_go_on();
    reader_close();
    channel_close(&channel);
    folder_remove();
}

FIXTURE(asked, set_up, tear_down);

/* What the process that has asked is told: a socket, or -1 with errno. */
static int told(void)
{
    uint8_t data[CONTROL_DATA_MAX];
    enum control_message message;
    struct reader in;
    uint32_t error;
    size_t len;
    int fd;

    assert_int_equal(
        channel_receive_control(channel.right, &message, data, &len, &fd, CHANNEL_TRY),
        CHANNEL_DONE);
    assert_int_equal(message, CONTROL_CONNECTED);
    in = reader_of(data, len);
    assert_true(get_u32(&in, &error));
    assert_true((fd == -1) == (error != 0));
    errno = (int)error;
    return fd;
}

static bool is_told_nothing(void)
{
    uint8_t octets[8];
    size_t len;

    return channel_receive(channel.right, octets, sizeof octets, &len, CHANNEL_TRY) ==
           CHANNEL_BUSY;
}

TEST_WITH(asked, the_process_gets_a_socket_that_is_connected_and_does_not_block)
{
    char octet;
    int fd;

    reader_listen();
    tap_connect(&child, &config);
    fd = told();
    assert_int_not_equal(fd, -1);
    assert_int_equal(recv(fd, &octet, 1, 0), -1);
    assert_int_equal(errno, EAGAIN);
    reader_fd = accept(reader_listener, NULL, NULL);
    assert_int_equal(send(reader_fd, "x", 1, 0), 1);
    assert_int_equal(recv(fd, &octet, 1, 0), 1);
    close(fd);
    /* There is no copy elsewhere. */
    assert_int_equal(recv(reader_fd, &octet, 1, 0), 0);
}

TEST_WITH(asked, without_a_reader_it_is_told_why)
{
    tap_connect(&child, &config);
    assert_int_equal(told(), -1);
    assert_int_equal(errno, ENOENT);
}

TEST_WITH(asked, a_reader_that_accepts_nobody_is_not_waited_for)
{
    int waiting[16], count = 0;

    reader_listen();
    while (count < 16 && (waiting[count] = reader_connect()) != -1)
        count++;
    assert_in_range(count, 8, 15);
    tap_connect(&child, &config);
    assert_int_equal(told(), -1);
    assert_int_equal(errno, EAGAIN);
    while (count > 0)
        close(waiting[--count]);
}

TEST_WITH(asked, a_process_that_asks_all_the_time_is_answered_now_and_then)
{
    int answers = 0;

    for (int ms = 0; ms < 2000; ms++) {
        tap_connect(&child, &config);
        clock_stands_at += 1000;
    }
    while (!is_told_nothing())
        answers++;
    assert_int_equal(answers, 4);
}

TEST_WITH(asked, another_process_is_answered_at_once)
{
    tap_connect(&child, &config);
    assert_int_equal(told(), -1);
    tap_connect(&child, &config);
    assert_true(is_told_nothing());
    child.pid = ++last;
    tap_connect(&child, &config);
    assert_int_equal(told(), -1);
}

TEST_WITH(asked, for_a_file_nothing_is_connected)
{
    reader_listen();
    config.output = TAP_OUTPUT_FILE;
    tap_connect(&child, &config);
    assert_true(is_told_nothing());
}
