/* The server is a child process; on a terminal the view is tested with a real one, in
 * tests/system/test_top.py. */
#include "listening.h"

#include "ctl/top.h"

static void set_up(void)
{
    listen_with(5);
}

FIXTURE(server, set_up, tear_down);

/* A server that says this, each time it is asked for top; NULL ends the list. */
static pid_t serve(const char *const *answers)
{
    pid_t child = fork();

    for (; child == 0 && *answers; answers++) {
        char line[64] = {0};
        int fd = accept(listener, NULL, NULL);
        ssize_t got = read(fd, line, sizeof line - 1);

        if (got < 0 || strcmp(line, "top json\n") != 0 ||
            write(fd, *answers, strlen(*answers)) < 0)
            _exit(1);
        close(fd);
    }
    if (child == 0)
        _exit(0);
    return child;
}

static enum server_said run(bool once, const char *const *answers)
{
    const struct top_options options = {.path = path, .interval_ms = 10, .once = once};
    pid_t child = serve(answers);
    int status, saved = dup(STDOUT_FILENO), null = open("/dev/null", O_WRONLY);
    enum server_said said;

    fflush(stdout);
    dup2(null, STDOUT_FILENO); /* no terminal */
    said = top_run(&options, &text);
    fflush(stdout);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    close(null);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    return said;
}

#define FIGURES "ok\n{\"counters\": {}}\n"

TEST_WITH(server, once_asks_twice)
{
    assert_int_equal(run(true, (const char *const[]){FIGURES, FIGURES, NULL}),
                     SERVER_ANSWERED);
    assert_null(text);
}

TEST_WITH(server, without_a_terminal_nothing_is_shown)
{
    assert_int_equal(run(false, (const char *const[]){FIGURES, NULL}), SERVER_ANSWERED);
    assert_string_equal(text, "top needs a terminal; --once prints the view as text");
}

TEST_WITH(server, what_the_first_answer_lacks_is_told)
{
    assert_int_equal(run(true, (const char *const[]){"error no\n", NULL}), SERVER_REFUSED);
    assert_string_equal(text, "no\n");
    free(text);
    assert_int_equal(run(true, (const char *const[]){"", NULL}), SERVER_ENDED);
    assert_int_equal(run(true, (const char *const[]){"ok\n[]", NULL}), SERVER_ANSWERED);
    assert_string_equal(text,
                        "the server's figures cannot be read: it is of another version");
}

TEST_WITH(server, what_the_second_answer_lacks_is_told)
{
    assert_int_equal(run(true, (const char *const[]){FIGURES, "error no\n", NULL}),
                     SERVER_REFUSED);
    assert_string_equal(text, "no\n");
}
