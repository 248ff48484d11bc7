#include "daemon/dry_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum {
    DRY_RUN_MS = 10000,
    SAID_MAX = 8192, /* octets; the rest is left out */
    CANNOT_EXECUTE = 127,
};

struct dry_run {
    struct loop *loop;
    pid_t pid;
    int said_fd; /* the end of a pipe from its stdout and stderr */
    struct watch *watch;
    struct timer patience;
    dry_run_done *done;
    void *context;
    size_t len;
    char said[SAID_MAX + 1];
};

/* NULL when memory is short. */
static char **add_check(char *const *argv)
{
    static char check[] = "-n";
    size_t count = 0;
    char **added;

    while (argv[count])
        count++;
    added = calloc(count + 2, sizeof *added);
    if (!added)
        return NULL;
    added[0] = argv[0];
    added[1] = check;
    memcpy(added + 2, argv + 1, (count - 1) * sizeof *argv);
    return added;
}

__attribute__((noreturn)) static void be_dry_run(const char *program, char *const *argv,
                                                 const struct handover *handover,
                                                 pid_t supervisor, int out)
{
    char **with_check = add_check(argv);
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* It holds the ends of all channels, so the others would not notice that the supervisor
     * is killed. */
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != supervisor)
        _exit(EXIT_FAILURE);
    if (with_check && dup2(out, STDOUT_FILENO) != -1 && dup2(out, STDERR_FILENO) != -1 &&
        handover_give(handover) == 0)
        execv(program, with_check);
    dprintf(STDERR_FILENO, "cannot run %s: %s\n", program, strerror(errno));
    _exit(CANNOT_EXECUTE);
}

void dry_run_free(struct dry_run *run)
{
    if (!run)
        return;
    if (run->pid > 0) {
        kill(run->pid, SIGKILL);
        waitpid(run->pid, NULL, 0);
    }
    timer_cancel(&run->patience);
    loop_unwatch(run->loop, run->watch);
    if (run->said_fd != -1)
        close(run->said_fd);
    free(run);
}

/* A limit of the system may end it before it can say anything. */
static void say_how_it_ended(struct dry_run *run, int status)
{
    const char *how =
        WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "it has not said why";

    snprintf(run->said, sizeof run->said, "the dry run of the program failed: %s", how);
}

/* The program has ended, since its end of the pipe is closed. */
static void finish(struct dry_run *run)
{
    int status = 0;
    bool good = waitpid(run->pid, &status, 0) == run->pid && status == 0;

    run->pid = 0;
    while (run->len > 0 && run->said[run->len - 1] == '\n')
        run->len--;
    run->said[run->len] = '\0';
    if (!good && run->len == 0)
        say_how_it_ended(run, status);
    run->done(run->context, good, run->said);
    dry_run_free(run);
}

static void lose_patience(void *context)
{
    struct dry_run *run = context;
    static const char late[] = "the program has not checked its configuration within 10 s";

    kill(run->pid, SIGKILL);
    memcpy(run->said, late, sizeof late);
    run->len = sizeof late - 1;
    finish(run);
}

static void said_ready(void *context, short revents)
{
    struct dry_run *run = context;
    char rest[512];
    bool full = run->len == SAID_MAX;
    ssize_t got = full ? read(run->said_fd, rest, sizeof rest)
                       : read(run->said_fd, run->said + run->len, SAID_MAX - run->len);

    (void)revents;
    if (got > 0 && !full)
        run->len += (size_t)got;
    else if (got == 0 || (got == -1 && errno != EAGAIN && errno != EINTR))
        finish(run);
}

static int start_process(struct dry_run *run, const char *program, char *const *argv,
                         const struct handover *handover)
{
    pid_t supervisor = getpid();
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) == -1)
        return -1;
    run->said_fd = ends[0];
    run->pid = fork();
    if (run->pid == 0)
        be_dry_run(program, argv, handover, supervisor, ends[1]);
    close(ends[1]);
    if (run->pid == -1 || fcntl(ends[0], F_SETFL, O_NONBLOCK) == -1)
        return -1;
    run->watch = loop_watch(run->loop, ends[0], POLLIN, said_ready, run);
    return run->watch ? 0 : -1;
}

struct dry_run *dry_run_start(struct loop *loop, const char *program, char *const *argv,
                              const struct handover *handover, dry_run_done *done,
                              void *context)
{
    struct dry_run *run = calloc(1, sizeof *run);

    if (!run)
        return NULL;
    run->loop = loop;
    run->said_fd = -1;
    run->done = done;
    run->context = context;
    timer_init(&run->patience, lose_patience, run);
    if (start_process(run, program, argv, handover) == -1) {
        dry_run_free(run);
        return NULL;
    }
    timer_set(loop, &run->patience, clock_ms() + DRY_RUN_MS);
    return run;
}
