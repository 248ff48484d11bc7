/* The control socket in a folder of its own; the test is the client. */
#include "../check.h"

#include "daemon/control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

static char folder[] = "/tmp/hostdns-control-XXXXXX";
static char path[64];
static struct loop *loop;
static struct control *control;
static int listener;
static int detached = -1;

static void run_echo(void *context, struct control_request *request, const char *argument)
{
    assert_ptr_equal(context, &listener);
    control_answer(request, argument ? argument : "nothing");
}

static void run_refuse(void *context, struct control_request *request, const char *argument)
{
    (void)context;
    control_refuse(request, argument);
}

static void run_later(void *context, struct control_request *request, const char *argument)
{
    (void)context;
    (void)argument;
    detached = control_detach(request);
}

static const struct command rows[] = {
    {"echo", "[WORD]", "Say it."},
    {"refuse", "WORD", "Refuse for this reason."},
    {"later", NULL, "Answer later."},
    {"help", NULL, "List them."},
    {0},
};
static control_run *const runs[] = {run_echo, run_refuse, run_later, control_help};
static const struct control_commands table = {rows, runs};

static void set_up(void)
{
    loop = loop_new();
    assert_non_null(loop);
    listener = control_listen(path, false);
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

static void stop(void *context)
{
    loop_stop(context);
}

/* Lets the server do what there is to do. */
static void work(void)
{
    struct timer end;

    for (int i = 0; i < 3; i++) { /* accept, read, answer */
        timer_init(&end, stop, loop);
        timer_set(loop, &end, clock_ms());
        assert_int_equal(loop_run(loop), 0);
        timer_cancel(&end);
    }
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

TEST_WITH(control, help_is_the_table)
{
    assert_string_equal(converse("help\n"), "ok\n"
                                            "  echo [WORD]  Say it.\n"
                                            "  refuse WORD  Refuse for this reason.\n"
                                            "  later        Answer later.\n"
                                            "  help         List them.\n");
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
    assert_int_not_equal(detached, -1);
    assert_string_equal(converse("echo meanwhile\n"), "ok\nmeanwhile");
    control_answer_on(detached, "at last");
    assert_string_equal(rest_of(fd), "ok\nat last");
}

TEST_WITH(control, a_line_that_is_too_long_is_refused)
{
    char line[1101];

    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    assert_string_equal(converse(line), "error the line is too long\n");
}

TEST_WITH(control, who_leaves_is_forgotten)
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
    assert_string_equal(rest_of(fds[16]), "error too many are asking\n");
    for (int i = 0; i < 16; i++)
        close(fds[i]);
}

static int64_t cpu_ms(void)
{
    struct timespec spent;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return spent.tv_sec * 1000 + spent.tv_nsec / 1000000;
}

static void work_for(int ms)
{
    struct timer end;

    timer_init(&end, stop, loop);
    timer_set(loop, &end, clock_ms() + ms);
    assert_int_equal(loop_run(loop), 0);
}

static void something_came(void *context, short revents)
{
    (void)revents;
    loop_stop(context);
}

/* However long that takes. */
static void work_until_answered(int fd)
{
    struct watch *watch = loop_watch(loop, fd, POLLIN, something_came, loop);

    assert_int_equal(loop_run(loop), 0);
    loop_unwatch(loop, watch);
}

/* This process may have no more than it has; returns what it might have. */
static struct rlimit use_up_descriptors(void)
{
    struct rlimit saved, limit;
    int next = dup(listener);

    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &saved), 0);
    limit = (struct rlimit){(rlim_t)next, saved.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return saved;
}

/* The connection keeps the socket ready meanwhile. */
TEST_WITH(control, without_descriptors_the_loop_sleeps_and_who_waits_is_answered_later)
{
    int fd = client();
    struct rlimit saved = use_up_descriptors();
    int64_t before = cpu_ms();

    work_for(400);
    assert_in_range(cpu_ms() - before, 0, 40);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &saved), 0);
    assert_int_equal(write(fd, "echo late\n", 10), 10);
    work_until_answered(fd);
    assert_string_equal(rest_of(fd), "ok\nlate");
}

TEST_WITH(control, the_file_is_its_owners)
{
    struct stat file;

    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
}

TEST_WITH(control, a_socket_in_use_is_not_taken)
{
    assert_int_equal(control_listen(path, false), -1);
    assert_int_equal(errno, EADDRINUSE);
    work();
    assert_string_equal(converse("echo mine\n"), "ok\nmine");
}

TEST_WITH(control, a_socket_that_was_left_is_replaced)
{
    control_free(control);
    close(listener);
    listener = control_listen(path, false);
    assert_int_not_equal(listener, -1);
    control = control_new(loop, listener, &table, &listener);
    assert_string_equal(converse("echo again\n"), "ok\nagain");
}

TEST_WITH(control, what_is_closed_leaves_no_file)
{
    control_free(control);
    control = NULL;
    control_close(listener);
    assert_int_equal(access(path, F_OK), -1);
    listener = -1;
}

TEST_WITH(control, the_socket_of_another_server_stays)
{
    int mine = listener;

    control_free(control);
    unlink(path);
    listener = control_listen(path, false); /* the other server */
    control = control_new(loop, listener, &table, &listener);
    control_close(mine);
    assert_string_equal(converse("echo still here\n"), "ok\nstill here");
}

TEST_WITH(control, another_file_stays)
{
    char other[80];
    int fd;

    snprintf(other, sizeof other, "%s/file", folder);
    fd = open(other, O_CREAT | O_WRONLY, 0600);
    assert_int_not_equal(fd, -1);
    close(fd);
    assert_int_equal(control_listen(other, false), -1);
    assert_int_equal(unlink(other), 0);
}

TEST_WITH(control, a_folder_is_made_where_it_may_be)
{
    char other[96], parent[80];
    int fd;

    snprintf(parent, sizeof parent, "%s/new", folder);
    snprintf(other, sizeof other, "%s/control", parent);
    assert_int_equal(control_listen(other, false), -1);
    assert_int_equal(errno, ENOENT);
    fd = control_listen(other, true);
    assert_int_not_equal(fd, -1);
    close(fd);
    unlink(other);
    rmdir(parent);
}

TEST_WITH(control, a_socket_tells_its_path)
{
    char text[CONTROL_PATH_MAX + 1];

    control_path_of(listener, text);
    assert_string_equal(text, path);
    control_path_of(-1, text);
    assert_string_equal(text, "");
}

TEST_WITH(control, by_default_a_user_has_a_folder_of_his_own)
{
    char text[CONTROL_PATH_MAX + 1];

    setenv("XDG_RUNTIME_DIR", "/somewhere", 1);
    control_default_path(text);
    assert_string_equal(text, geteuid() == 0 ? "/run/hostdns/control"
                                             : "/somewhere/hostdns/control");
    unsetenv("XDG_RUNTIME_DIR");
    control_default_path(text);
    assert_string_equal(text, "/run/hostdns/control");
}

static void make_folder(void)
{
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/control", folder);
}

static void remove_folder(void)
{
    rmdir(folder);
}

GROUP(make_folder, remove_folder);
