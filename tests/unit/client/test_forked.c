/* One process; test_fork_join.c has what becomes of many. */
#include "../check.h"

#include "client/forked.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

static struct forked work;

static void end(void)
{
    forked_free(&work);
}

FIXTURE(process, NULL, end);

static void start(void (*what)(const void *, int))
{
    work = (struct forked){.work = what, .context = "seen", .patience_ms = 120000};
    forked_start(&work, 0);
    assert_int_equal(work.end, FORKED_RUNS);
}

static void wait_for_end(void)
{
    struct pollfd ended = {.fd = work.process, .events = POLLIN};

    assert_int_equal(poll(&ended, 1, -1), 1);
}

static void say(const void *context, int report)
{
    printf("on stdout");
    forked_tell(report, context, strlen(context));
}

TEST_WITH(process, it_starts_is_listened_to_and_ends)
{
    start(say);
    wait_for_end();
    forked_listen(&work);
    assert_int_equal(work.size, 4);
    assert_memory_equal(work.report, "seen", 4);
    forked_finish(&work, FORKED_RUNS);
    assert_int_equal(work.end, FORKED_DONE);
    assert_memory_equal(work.printed, "on stdout", work.printed_size);
    assert_int_equal(work.process, -1);
    assert_int_equal(work.report_from, -1);
    assert_int_equal(work.printed_from, -1);
}

static void hang(const void *context, int report)
{
    forked_tell(report, context, strlen(context));
    for (;;)
        pause();
}

TEST_WITH(process, it_is_ended_for_a_reason)
{
    start(hang);
    forked_listen(&work); /* does not wait, whether there is anything or not */
    forked_finish(&work, FORKED_SILENT);
    assert_int_equal(work.end, FORKED_SILENT);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

TEST_WITH(process, it_has_a_group_of_its_own)
{
    start(hang);
    assert_int_equal(getpgid(work.pid), work.pid);
    forked_finish(&work, FORKED_INTERRUPTED);
    assert_int_equal(work.end, FORKED_INTERRUPTED);
}

static void crash(const void *context, int report)
{
    (void)context;
    (void)report;
    raise(SIGKILL);
}

/* As some programs leave it to those that they start. */
TEST_WITH(process, its_end_is_seen_though_the_ends_of_children_were_ignored)
{
    signal(SIGCHLD, SIG_IGN);
    start(crash);
    wait_for_end();
    forked_finish(&work, FORKED_RUNS);
    assert_int_equal(work.end, FORKED_KILLED);
    assert_int_equal(work.detail, SIGKILL);
}
