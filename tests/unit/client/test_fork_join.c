#include "../check.h"

#include "client/fork_join.h"

#include "base/clock.h"
#include "client/wait.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { PATIENCE_MS = 120000, SHORT_MS = 50, MANY = 8, LONG = 150000 };

static struct forked work[MANY];

static void end(void)
{
    for (size_t i = 0; i < MANY; i++)
        forked_free(&work[i]);
}

FIXTURE(forked, NULL, end);

static struct forked *run(void (*what)(const void *, int), const void *context,
                          int64_t patience_ms)
{
    forked_free(&work[0]);
    work[0] = (struct forked){.work = what, .context = context, .patience_ms = patience_ms};
    assert_true(fork_join(work, 1, NULL));
    return &work[0];
}

/* Nobody is left to wait for: all have been. */
static void assert_no_child_is_left(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void say(const void *context, int report)
{
    forked_tell(report, context, strlen(context));
}

TEST_WITH(forked, a_report_comes_back)
{
    struct forked *done = run(say, "seen", PATIENCE_MS);

    assert_int_equal(done->end, FORKED_DONE);
    assert_int_equal(done->size, 4);
    assert_memory_equal(done->report, "seen", 4);
    assert_int_equal(done->printed_size, 0);
    assert_no_child_is_left();
}

static void say_much(const void *context, int report)
{
    static char octets[LONG];

    (void)context;
    memset(octets, 'x', sizeof octets);
    forked_tell(report, octets, sizeof octets);
}

TEST_WITH(forked, a_report_may_be_longer_than_a_pipe)
{
    struct forked *done = run(say_much, NULL, PATIENCE_MS);

    assert_int_equal(done->end, FORKED_DONE);
    assert_int_equal(done->size, LONG);
    assert_int_equal(done->report[LONG - 1], 'x');
}

static void hang(const void *context, int report)
{
    (void)context, (void)report;
    for (;;)
        pause();
}

TEST_WITH(forked, a_child_that_hangs_is_ended)
{
    struct forked *hung = run(hang, NULL, SHORT_MS);

    assert_int_equal(hung->end, FORKED_SILENT);
    assert_no_child_is_left();
}

static void say_and_hang(const void *context, int report)
{
    say(context, report);
    close(report);
    hang(NULL, report);
}

TEST_WITH(forked, a_child_that_has_reported_and_hangs_has_not_ended)
{
    assert_int_equal(run(say_and_hang, "seen", SHORT_MS)->end, FORKED_SILENT);
    assert_no_child_is_left();
}

static void crash(const void *context, int report)
{
    (void)report;
    signal(*(const int *)context, SIG_DFL); /* a sanitizer would report some of them */
    raise(*(const int *)context);
}

TEST_WITH(forked, a_killed_child_is_told_with_the_signal)
{
    static const int signals[] = {SIGSEGV, SIGABRT, SIGKILL, SIGINT};

    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        assert_int_equal(run(crash, &signals[i], PATIENCE_MS)->end, FORKED_KILLED);
        assert_int_equal(work[0].detail, signals[i]);
    }
}

static void leave(const void *context, int report)
{
    (void)report;
#ifdef __SANITIZE_ADDRESS__ /* it would look for leaks */
    quick_exit(*(const int *)context);
#else
    exit(*(const int *)context);
#endif
}

/* ThreadSanitizer would wait for ever in the child, AddressSanitizer look for leaks. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED
#endif

#ifndef IS_SANITIZED
static void leave_thread(const void *context, int report)
{
    (void)context, (void)report;
    pthread_exit(NULL);
}
#endif

static void say_and_fail(const void *context, int report)
{
    say(context, report);
    _exit(3);
}

TEST_WITH(forked, a_child_that_ends_its_process_has_left)
{
    assert_int_equal(run(leave, &(int){0}, PATIENCE_MS)->end, FORKED_LEFT);
    assert_int_equal(work[0].detail, 0);
    assert_int_equal(run(leave, &(int){7}, PATIENCE_MS)->end, FORKED_LEFT);
    assert_int_equal(work[0].detail, 7);
    assert_int_equal(run(say_and_fail, "seen", PATIENCE_MS)->end, FORKED_LEFT);
    assert_int_equal(work[0].detail, 3);
#ifndef IS_SANITIZED
    assert_int_equal(run(leave_thread, NULL, PATIENCE_MS)->end, FORKED_LEFT);
#endif
}

static void print(const void *context, int report)
{
    char octets[FORKED_PRINTED_MAX];

    memset(octets, 'y', sizeof octets);
    printf("to one");
    fflush(stdout);
    fprintf(stderr, ", to both");
    if (context)
        fwrite(octets, sizeof octets, 1, stderr);
    say("seen", report);
    printf(", late");
}

TEST_WITH(forked, what_is_printed_is_kept_and_goes_nowhere_else)
{
    struct forked *done = run(print, NULL, PATIENCE_MS);

    assert_int_equal(done->end, FORKED_DONE);
    assert_int_equal(done->printed_size, strlen("to one, to both, late"));
    assert_memory_equal(done->printed, "to one, to both, late", done->printed_size);
    done = run(print, "much", PATIENCE_MS);
    assert_int_equal(done->end, FORKED_DONE);
    assert_int_equal(done->printed_size, FORKED_PRINTED_MAX);
}

static void tell_signals(const void *context, int report)
{
    sigset_t held;
    char octet;

    (void)context;
    sigprocmask(SIG_SETMASK, NULL, &held);
    if (!sigismember(&held, SIGINT) && read(STDIN_FILENO, &octet, 1) == 0)
        say("plain", report);
}

/* The one at the end of the file: SIGINT stays caught. */
static void *interrupt_soon(void *context)
{
    const int *from = context;
    char octet;

    (void)!read(*from, &octet, 1);
    kill(getpid(), SIGINT);
    return NULL;
}

static void tell_and_hang(const void *context, int report)
{
    (void)report;
    (void)!write(*(const int *)context, "x", 1);
    hang(NULL, report);
}

/* Leaves a process of its group behind, which holds what is printed open. */
static void leave_behind(const void *context, int report)
{
    pid_t pid = fork();

    (void)context;
    if (pid == 0)
        hang(NULL, report);
    forked_tell(report, &pid, sizeof pid);
}

TEST_WITH(forked, what_is_left_behind_ends_as_well)
{
    struct forked *done = run(leave_behind, NULL, PATIENCE_MS);
    pid_t left;

    assert_int_equal(done->end, FORKED_DONE);
    memcpy(&left, done->report, sizeof left);
    /* It is its parent's no more, and gone when that one has seen to it. */
    while (kill(left, 0) == 0) {
        char path[64], state = 'Z';
        FILE *stat;

        snprintf(path, sizeof path, "/proc/%d/stat", left);
        stat = fopen(path, "r");
        if (stat && fscanf(stat, "%*d %*s %c", &state) != 1)
            state = 'Z';
        if (stat)
            fclose(stat);
        if (state == 'Z')
            break;
    }
}

/* A terminal, and children that end when something has been shown there. */
static int shown_pipe[2];
static char first_shown[80], last_shown;

static ssize_t show(void *cookie, const char *text, size_t size)
{
    (void)cookie;
    if (!*first_shown && size < sizeof first_shown) {
        memcpy(first_shown, text, size);
        (void)!write(shown_pipe[1], "xxx", 3);
    }
    last_shown = text[size - 1];
    return (ssize_t)size;
}

static void wait_until_shown(const void *context, int report)
{
    char octet;

    if (read(shown_pipe[0], &octet, 1) == 1)
        say(context, report);
}

TEST_WITH(forked, a_terminal_shows_who_is_waited_for)
{
    FILE *terminal = fopencookie(NULL, "w", (cookie_io_functions_t){.write = show});

    assert_int_equal(pipe(shown_pipe), 0);
    for (size_t i = 0; i < 4; i++)
        work[i] = (struct forked){.work = i == 0 ? say : wait_until_shown,
                                  .context = "seen",
                                  .patience_ms = PATIENCE_MS,
                                  .who = i == 0  ? "files"
                                         : i < 3 ? "mdns4"
                                                 : "ldap"};
    assert_true(fork_join(work, 4, terminal));
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(work[i].end, FORKED_DONE);
    assert_string_equal(first_shown, "\rhostdns: waiting for mdns4, ldap");
    assert_int_equal(last_shown, '\r');
    fclose(terminal);
    close(shown_pipe[0]);
    close(shown_pipe[1]);
}

TEST_WITH(forked, all_run_at_the_same_time)
{
    int64_t began = clock_ms();

    for (size_t i = 0; i < MANY; i++)
        work[i] = (struct forked){.work = i % 2 ? hang : say,
                                  .context = "seen",
                                  .patience_ms = i % 2 ? 500 : PATIENCE_MS};
    assert_true(fork_join(work, MANY, NULL));
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(work[i].end, i % 2 ? FORKED_SILENT : FORKED_DONE);
    assert_true(clock_ms() - began >= 500);
    assert_no_child_is_left();
}

/* Descriptors up to the limit are open; as many as there are more serve one of many. */
TEST_WITH(forked, some_are_unable_if_descriptors_are_short)
{
    struct rlimit before, few;
    int lowest = dup(STDOUT_FILENO);

    close(lowest);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = (rlim_t)lowest + 6; /* two ends of a pipe at a time are its own */
    for (size_t i = 0; i < MANY; i++)
        work[i] =
            (struct forked){.work = say, .context = "seen", .patience_ms = PATIENCE_MS};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    assert_true(fork_join(work, MANY, NULL));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(work[0].end, FORKED_DONE);
    for (size_t i = 1; i < MANY; i++) {
        assert_int_equal(work[i].end, FORKED_UNABLE);
        assert_int_equal(work[i].detail, EMFILE);
    }
    assert_no_child_is_left();
}

TEST_WITH(forked, they_begin_as_any_program_and_ctrl_c_ends_them)
{
    static int pipe_ends[2];
    pthread_t thread;

    wait_catch_interrupt();
    assert_int_equal(run(tell_signals, NULL, PATIENCE_MS)->end, FORKED_DONE);
    forked_free(&work[0]);
    assert_int_equal(pipe(pipe_ends), 0);
    work[0] = (struct forked){
        .work = tell_and_hang, .context = &pipe_ends[1], .patience_ms = PATIENCE_MS};
    assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, &pipe_ends[0]), 0);
    assert_false(fork_join(work, 1, NULL));
    assert_int_equal(work[0].end, FORKED_INTERRUPTED);
    pthread_join(thread, NULL);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    assert_no_child_is_left();
}
