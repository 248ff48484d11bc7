/* The control socket in a folder of its own; the test is the client. */
#include "../folder.h"
#include "../limit.h"
#include "../turn.h"

#include "daemon/control.h"
#include "daemon/control_socket.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

static char path[64];
static struct loop *loop;
static struct control *control;
static int listener;
static int later = -1;

static void run_echo(void *context, int fd, const char *argument)
{
    assert_ptr_equal(context, &listener);
    control_answer(fd, argument ? argument : "nothing");
}

static void run_refuse(void *context, int fd, const char *argument)
{
    (void)context;
    control_refuse(fd, argument);
}

static void run_later(void *context, int fd, const char *argument)
{
    (void)context;
    (void)argument;
    later = fd;
}

static const struct command rows[] = {
    {"echo", "[WORD]", "Say it."},
    {"refuse", "WORD", "Refuse for this reason."},
    {"later", NULL, "Answer later."},
    {0},
};
static control_run *const runs[] = {run_echo, run_refuse, run_later};
static const struct control_commands table = {rows, runs};

static void set_up(void)
{
    loop = loop_new();
    assert_non_null(loop);
    listener = control_socket_listen(path, false);
    assert_int_not_equal(listener, -1);
    control = control_new(loop, listener, &table, &listener);
    assert_non_null(control);
}

static void tear_down(void)
{
    control_free(control);
    loop_free(loop);
    close(listener);
    unlink(path);
}

FIXTURE(control, set_up, tear_down);

static int client(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strcpy(address.sun_path, path);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* Runs the loop for as many turns as an answer takes. */
static void work(void)
{
    for (int i = 0; i < 3; i++) /* accept, read, answer */
        turn(loop);
}

/* All that is said until the connection ends. */
static const char *rest_of(int fd)
{
    static char text[4096];
    size_t len = 0;
    ssize_t got;

    while ((got = read(fd, text + len, sizeof text - 1 - len)) > 0)
        len += (size_t)got;
    text[len] = '\0';
    close(fd);
    return text;
}

static const char *converse(const char *line)
{
    int fd = client();

    assert_int_equal(write(fd, line, strlen(line)), strlen(line));
    work();
    return rest_of(fd);
}

TEST_WITH(control, a_command_is_answered)
{
    assert_string_equal(converse("echo this and that\n"), "ok\nthis and that");
    assert_string_equal(converse("echo\n"), "ok\nnothing");
}

TEST_WITH(control, a_command_may_be_refused)
{
    assert_string_equal(converse("refuse me\n"), "error me\n");
}

TEST_WITH(control, a_wrong_line_is_refused)
{
    assert_string_equal(converse("nonsense\n"),
                        "error no such command (help lists them)\n");
    assert_string_equal(converse("refuse\n"), "error usage: refuse WORD\n");
    assert_string_equal(converse("later now\n"), "error usage: later\n");
}

TEST_WITH(control, a_line_may_come_in_pieces)
{
    int fd = client();

    for (const char *at = "echo slowly"; *at; at++) {
        assert_int_equal(write(fd, at, 1), 1);
        work();
    }
    assert_int_equal(write(fd, "\n", 1), 1);
    work();
    assert_string_equal(rest_of(fd), "ok\nslowly");
}

TEST_WITH(control, an_answer_may_come_later)
{
    int fd = client();

    assert_int_equal(write(fd, "later\n", 6), 6);
    work();
    assert_int_not_equal(later, -1);
    assert_string_equal(converse("echo meanwhile\n"), "ok\nmeanwhile");
    control_answer(later, "at last");
    assert_string_equal(rest_of(fd), "ok\nat last");
}

TEST_WITH(control, a_line_that_is_too_long_is_refused)
{
    char line[1101];

    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    assert_string_equal(converse(line), "error the line is too long\n");
}

TEST_WITH(control, a_client_that_leaves_is_forgotten)
{
    for (int i = 0; i < 100; i++) {
        close(client());
        work();
    }
    assert_string_equal(converse("echo still here\n"), "ok\nstill here");
}

TEST_WITH(control, one_too_many_is_refused)
{
    int fds[17];

    for (int i = 0; i < 17; i++) {
        fds[i] = client();
        work();
    }
    assert_string_equal(rest_of(fds[16]),
                        "error too many clients are connected; try again\n");
    for (int i = 0; i < 16; i++)
        close(fds[i]);
}

static int64_t cpu_ms(void)
{
    struct timespec spent;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return spent.tv_sec * 1000 + spent.tv_nsec / 1000000;
}

/* The connection keeps the socket ready meanwhile. */
TEST_WITH(control,
          without_descriptors_the_loop_sleeps_and_a_waiting_client_is_answered_later)
{
    int fd = client();
    int64_t before;

    limit_descriptors(0);
    before = cpu_ms();
    turn_for(loop, 400);
    assert_in_range(cpu_ms() - before, 0, 40);
    limit_end(RLIMIT_NOFILE);
    assert_int_equal(write(fd, "echo late\n", 10), 10);
    turn_until_readable(loop, fd);
    assert_string_equal(rest_of(fd), "ok\nlate");
}

static void make_path(void)
{
    folder_make();
    folder_path(path, "control");
}

GROUP(make_path, folder_remove);
