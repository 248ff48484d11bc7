#include "../check.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * What the process writes to descriptor 2 while a case runs. A socket of this type keeps
 * what each write wrote apart.
 */
struct capture {
    int saved, ends[2];
};

static int capture_start(void **state)
{
    static struct capture capture;

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, capture.ends), 0);
    capture.saved = dup(STDERR_FILENO);
    assert_int_not_equal(dup2(capture.ends[1], STDERR_FILENO), -1);
    *state = &capture;
    return 0;
}

static int capture_end(void **state)
{
    struct capture *capture = *state;

    dup2(capture->saved, STDERR_FILENO);
    close(capture->saved);
    close(capture->ends[0]);
    close(capture->ends[1]);
    return 0;
}

/* What one write wrote, or NULL if there was none. */
static const char *written(void **state)
{
    static char text[4096];
    const struct capture *capture = *state;
    ssize_t got = recv(capture->ends[0], text, sizeof text - 1, MSG_DONTWAIT);

    if (got < 0)
        return NULL;
    text[got] = '\0';
    return text;
}

static void a_line_is_name_text_and_newline_in_one_write(void **state)
{
    log_open("hostdnsd[test]", LOG_LEVEL_INFO);
    log_info("%d of %s", 3, "four");
    assert_string_equal(written(state), "hostdnsd[test]: 3 of four\n");
    assert_null(written(state));
}

static void lines_above_the_level_are_dropped(void **state)
{
    log_open("t", LOG_LEVEL_WARNING);
    log_info("too much");
    log_debug("far too much");
    assert_null(written(state));
    log_warning("w");
    assert_string_equal(written(state), "t: w\n");
    log_error("e");
    assert_string_equal(written(state), "t: e\n");
}

static void the_lowest_level_shows_errors_alone(void **state)
{
    log_open("t", LOG_LEVEL_ERROR);
    log_warning("w");
    assert_null(written(state));
    log_error("e");
    assert_string_equal(written(state), "t: e\n");
}

static void what_would_be_dropped_is_told_before(void **state)
{
    (void)state;
    log_open("t", LOG_LEVEL_INFO);
    assert_true(log_shows(LOG_LEVEL_ERROR));
    assert_true(log_shows(LOG_LEVEL_INFO));
    assert_false(log_shows(LOG_LEVEL_DEBUG));
}

static void another_name_keeps_the_level(void **state)
{
    log_open("parent", LOG_LEVEL_DEBUG);
    log_rename("child");
    log_debug("d");
    assert_string_equal(written(state), "child: d\n");
}

static void the_longest_line_is_whole(void **state)
{
    char text[3069];
    const char *line;

    memset(text, 'x', 3068);
    text[3068] = '\0';
    log_open("t", LOG_LEVEL_INFO);
    log_info("%s", text);
    line = written(state);
    assert_int_equal(strlen(line), 3 + 3068 + 1);
    assert_string_equal(line + 3 + 3068, "\n");
}

static void a_longer_line_is_cut_but_ends_with_a_newline(void **state)
{
    char text[4001];
    const char *line;

    memset(text, 'x', 4000);
    text[4000] = '\0';
    log_open("t", LOG_LEVEL_INFO);
    log_info("%s", text);
    line = written(state);
    assert_int_equal(strlen(line), 3072);
    assert_string_equal(line + 3070, "x\n");
    assert_null(written(state));
}

static void errno_can_be_named_and_survives(void **state)
{
    log_open("t", LOG_LEVEL_INFO);
    errno = ENOENT;
    log_info("%m");
    assert_int_equal(errno, ENOENT);
    assert_string_equal(written(state), "t: No such file or directory\n");
}

static void what_was_asked_for_is_shown_at_every_level(void **state)
{
    log_open("t", LOG_LEVEL_ERROR);
    log_always("%d", 1);
    assert_string_equal(written(state), "t: 1\n");
    log_bare("{%}");
    assert_string_equal(written(state), "{%}\n");
}

static void a_bare_line_is_cut_too(void **state)
{
    char text[4001];
    const char *line;

    memset(text, 'x', 4000);
    text[4000] = '\0';
    log_bare(text);
    line = written(state);
    assert_int_equal(strlen(line), 3072);
    assert_string_equal(line + 3070, "x\n");
}

static void errno_survives_a_log_that_nobody_reads(void **state)
{
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

    (void)state;
    assert_int_not_equal(dup2(full, STDERR_FILENO), -1);
    close(full);
    log_open("t", LOG_LEVEL_INFO);
    errno = ENOENT;
    log_info("lost");
    assert_int_equal(errno, ENOENT);
}

#define CAPTURED(test) cmocka_unit_test_setup_teardown(test, capture_start, capture_end)

static void a_repeated_warning_is_limited_and_what_is_left_out_is_counted(void **state)
{
    struct log_limit limit = {0};

    (void)state;
    for (int i = 0; i < LOG_LIMIT; i++)
        assert_true(log_limit_allows(&limit, 1000 + i));
    for (int i = 0; i < 7; i++)
        assert_false(log_limit_allows(&limit, 60000 + i));
    assert_true(log_limit_allows(&limit, 61000));
    assert_int_equal(limit.count, 1);
    for (int i = 1; i < LOG_LIMIT; i++)
        assert_true(log_limit_allows(&limit, 61000));
    assert_false(log_limit_allows(&limit, 61000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CAPTURED(a_line_is_name_text_and_newline_in_one_write),
        CAPTURED(lines_above_the_level_are_dropped),
        CAPTURED(the_lowest_level_shows_errors_alone),
        CAPTURED(what_would_be_dropped_is_told_before),
        CAPTURED(another_name_keeps_the_level),
        CAPTURED(the_longest_line_is_whole),
        CAPTURED(a_longer_line_is_cut_but_ends_with_a_newline),
        CAPTURED(errno_can_be_named_and_survives),
        CAPTURED(what_was_asked_for_is_shown_at_every_level),
        CAPTURED(a_bare_line_is_cut_too),
        CAPTURED(errno_survives_a_log_that_nobody_reads),
        cmocka_unit_test(a_repeated_warning_is_limited_and_what_is_left_out_is_counted),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
