#include "../check.h"

#include "base/counters.h"
#include "base/log.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* Captures what the process writes to descriptor 2 while a case runs. A socket of this
 * type keeps the writes apart. */
static struct {
    int saved, ends[2];
} capture;

static void capture_start(void)
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, capture.ends), 0);
    capture.saved = dup(STDERR_FILENO);
    assert_int_not_equal(dup2(capture.ends[1], STDERR_FILENO), -1);
}

static void capture_end(void)
{
    dup2(capture.saved, STDERR_FILENO);
    close(capture.saved);
    close(capture.ends[0]);
    close(capture.ends[1]);
}

FIXTURE(capture, capture_start, capture_end);

/* What one write wrote, or NULL if there was none. */
static const char *written(void)
{
    static char text[4096];
    ssize_t got = recv(capture.ends[0], text, sizeof text - 1, MSG_DONTWAIT);

    if (got < 0)
        return NULL;
    text[got] = '\0';
    return text;
}

TEST_WITH(capture, a_line_is_name_text_and_newline_in_one_write)
{
    log_open("hostdnsd[test]", LOG_LEVEL_INFO);
    log_info("%d of %s", 3, "four");
    assert_string_equal(written(), "hostdnsd[test]: 3 of four\n");
    assert_null(written());
}

TEST_WITH(capture, lines_above_the_level_are_dropped)
{
    log_open("t", LOG_LEVEL_WARNING);
    log_info("too much");
    log_debug("far too much");
    assert_null(written());
    log_warning("w");
    assert_string_equal(written(), "t: w\n");
    log_error("e");
    assert_string_equal(written(), "t: e\n");
}

TEST_WITH(capture, the_lowest_level_shows_errors_alone)
{
    log_open("t", LOG_LEVEL_ERROR);
    log_warning("w");
    assert_null(written());
    log_error("e");
    assert_string_equal(written(), "t: e\n");
}

TEST_WITH(capture, what_would_be_dropped_is_told_before)
{
    log_open("t", LOG_LEVEL_INFO);
    assert_true(log_shows(LOG_LEVEL_ERROR));
    assert_true(log_shows(LOG_LEVEL_INFO));
    assert_false(log_shows(LOG_LEVEL_DEBUG));
}

TEST_WITH(capture, another_name_keeps_the_level)
{
    log_open("parent", LOG_LEVEL_DEBUG);
    log_rename("child");
    log_debug("d");
    assert_string_equal(written(), "child: d\n");
}

TEST_WITH(capture, the_longest_line_is_whole)
{
    char text[3069];
    const char *line;

    memset(text, 'x', 3068);
    text[3068] = '\0';
    log_open("t", LOG_LEVEL_INFO);
    log_info("%s", text);
    line = written();
    assert_int_equal(strlen(line), 3 + 3068 + 1);
    assert_string_equal(line + 3 + 3068, "\n");
}

TEST_WITH(capture, a_longer_line_is_cut_but_ends_with_a_newline)
{
    char text[4001];
    const char *line;

    memset(text, 'x', 4000);
    text[4000] = '\0';
    log_open("t", LOG_LEVEL_INFO);
    log_info("%s", text);
    line = written();
    assert_int_equal(strlen(line), 3072);
    assert_string_equal(line + 3070, "x\n");
    assert_null(written());
}

TEST_WITH(capture, errno_can_be_named_and_survives)
{
    log_open("t", LOG_LEVEL_INFO);
    errno = ENOENT;
    log_info("%m");
    assert_int_equal(errno, ENOENT);
    assert_string_equal(written(), "t: No such file or directory\n");
}

TEST_WITH(capture, what_was_asked_for_is_shown_at_every_level)
{
    log_open("t", LOG_LEVEL_ERROR);
    log_always("%d", 1);
    assert_string_equal(written(), "t: 1\n");
    log_bare("%s", "{%}");
    assert_string_equal(written(), "{%}\n");
}

TEST_WITH(capture, a_bare_line_is_cut_too)
{
    char text[4001];
    const char *line;

    memset(text, 'x', 4000);
    text[4000] = '\0';
    log_bare("%s", text);
    line = written();
    assert_int_equal(strlen(line), 3072);
    assert_string_equal(line + 3070, "x\n");
}

TEST_WITH(capture, errno_survives_a_log_that_nobody_reads)
{
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

    assert_int_not_equal(dup2(full, STDERR_FILENO), -1);
    close(full);
    log_open("t", LOG_LEVEL_INFO);
    errno = ENOENT;
    log_info("lost");
    assert_int_equal(errno, ENOENT);
    assert_int_not_equal(dup2(capture.ends[1], STDERR_FILENO), -1);
    log_info("kept");
    assert_string_equal(written(), "t: 1 line lost, since nobody read the log in time\n");
    assert_string_equal(written(), "t: kept\n");
}

TEST_WITH(capture, lines_that_were_lost_are_counted_and_told_when_there_is_room)
{
    uint64_t before = counters_own[COUNT_LOG_LOST], lost;

    log_open("t", LOG_LEVEL_INFO);
    while (counters_own[COUNT_LOG_LOST] < before + 3)
        log_info("x");
    lost = counters_own[COUNT_LOG_LOST] - before;
    assert_int_equal(lost, 3);
    while (written()) {
        /* makes room */
    }
    log_info("y");
    assert_string_equal(written(), "t: 3 lines lost, since nobody read the log in time\n");
    assert_string_equal(written(), "t: y\n");
    log_info("z");
    assert_string_equal(written(), "t: z\n");
}

static bool has_times(const char *stream)
{
    if (stream)
        setenv("JOURNAL_STREAM", stream, 1);
    log_open("t", LOG_LEVEL_INFO);
    unsetenv("JOURNAL_STREAM");
    return log_has_times();
}

TEST_WITH(capture, the_journal_is_known_by_its_stream)
{
    char stream[64];
    struct stat file;

    assert_int_equal(fstat(STDERR_FILENO, &file), 0);
    snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)file.st_dev,
             (uintmax_t)file.st_ino);
    assert_true(has_times(stream));
    assert_false(has_times(NULL));
    assert_false(has_times("1:1"));
    assert_false(has_times(""));
}

TEST(a_repeated_warning_is_limited_and_what_is_left_out_is_counted)
{
    struct log_limit limit = {0};

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
