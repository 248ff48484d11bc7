/* The server is a child process that does what each test says with one connection. */
#include "listening.h"

#include "ctl/server.h"

static const char *const words[] = {"flush", "a.test"};
static const struct server_patience patience = {.slice_ms = 60000},
                                    hasty = {.slice_ms = 10};

static void set_up(void)
{
    listen_with(0);
}

FIXTURE(server, set_up, tear_down);

/* Asks a server that reads the expected line and says this. */
static enum server_said ask_one_that_says(const char *expected, const char *answer)
{
    pid_t child = fork();
    enum server_said said;
    int status;

    if (child == 0) {
        char line[64] = {0};
        int fd = accept(listener, NULL, NULL);
        ssize_t got = read(fd, line, sizeof line - 1);

        if (got < 0 || strcmp(line, expected) != 0 ||
            write(fd, answer, strlen(answer)) != (ssize_t)strlen(answer))
            _exit(1);
        _exit(0);
    }
    said = server_ask(path, words, 2, &patience, &text);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    return said;
}

TEST_WITH(server, the_words_are_a_line_and_the_answer_comes_without_its_first_word)
{
    assert_int_equal(ask_one_that_says("flush a.test\n", "ok\none\ntwo\n"),
                     SERVER_ANSWERED);
    assert_string_equal(text, "one\ntwo\n");
}

TEST_WITH(server, an_answer_may_be_empty)
{
    assert_int_equal(ask_one_that_says("flush a.test\n", "ok\n"), SERVER_ANSWERED);
    assert_string_equal(text, "");
}

TEST_WITH(server, a_refusal_has_a_reason)
{
    assert_int_equal(ask_one_that_says("flush a.test\n", "error not now\nsorry\n"),
                     SERVER_REFUSED);
    assert_string_equal(text, "not now\nsorry\n");
}

TEST_WITH(server, an_end_without_an_answer_is_none)
{
    assert_int_equal(ask_one_that_says("flush a.test\n", ""), SERVER_ENDED);
    assert_null(text);
    assert_int_equal(ask_one_that_says("flush a.test\n", "HTTP/1.1 400\n"), SERVER_ENDED);
    assert_null(text);
}

TEST_WITH(server, one_that_hangs_is_not_waited_for_longer_than_was_said)
{
    assert_int_equal(server_ask(path, words, 2, &hasty, &text), SERVER_SILENT);
    assert_null(text);
}

TEST_WITH(server, one_that_hangs_while_many_wait_is_not_waited_for_either)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int full = 0;

    strcpy(address.sun_path, path);
    while (full == 0)
        full = connect(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0),
                       (struct sockaddr *)&address, sizeof address);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(server_ask(path, words, 2, &hasty, &text), SERVER_SILENT);
}

static bool twice_more(void *context)
{
    int *asked = context;

    return ++*asked <= 2;
}

TEST_WITH(server, the_caller_says_how_long_to_wait)
{
    int asked = 0;
    const struct server_patience some = {
        .slice_ms = 5, .goes_on = twice_more, .context = &asked};

    assert_int_equal(server_ask(path, words, 2, &some, &text), SERVER_SILENT);
    assert_int_equal(asked, 3);
}

TEST_WITH(server, errno_says_why_if_nobody_listens)
{
    char long_path[200];

    assert_int_equal(server_ask("/nonexistent", words, 2, &patience, &text),
                     SERVER_MISSING);
    assert_int_equal(errno, ENOENT);
    close(listener);
    assert_int_equal(server_ask(path, words, 2, &patience, &text), SERVER_MISSING);
    assert_int_equal(errno, ECONNREFUSED);
    memset(long_path, 'x', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    assert_int_equal(server_ask(long_path, words, 2, &patience, &text), SERVER_MISSING);
    assert_int_equal(errno, ENAMETOOLONG);
}
