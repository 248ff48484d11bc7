#include "client/forked.h"

#include "base/clock.h"
#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHUNK = 4096 };

/* The child */

void forked_tell(int report, const void *octets, size_t size)
{
    const uint8_t *at = octets;

    while (size > 0) {
        ssize_t written = write(report, at, size);

        if (written == -1 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        at += written;
        size -= (size_t)written;
    }
}

/* Gives the child the surroundings of any program: no signal is blocked, and its input
 * is empty. */
static void be_plain(int printed)
{
    const struct rlimit no_core = {0, 0};
    sigset_t none;
    int null = open("/dev/null", O_RDONLY);

    signal(SIGINT, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setrlimit(RLIMIT_CORE, &no_core);
    dup2(null, STDIN_FILENO);
    dup2(printed, STDOUT_FILENO);
    dup2(printed, STDERR_FILENO);
    close(null);
    close(printed);
}

/* The ends of the pipes of those in front, and of its own, would take descriptors that libc
 * needs: without one for the hosts file or a socket, it says that there is no such name. */
static void close_ends(const struct forked *all, size_t at)
{
    for (size_t i = 0; i <= at; i++) {
        const int ends[] = {all[i].process, all[i].report_from, all[i].printed_from};

        for (size_t j = 0; j < sizeof ends / sizeof *ends; j++)
            if (ends[j] != -1)
                close(ends[j]);
    }
}

/* The child ends with its parent, however that ends, and its process group ends with the
 * child. */
_Noreturn static void be_child(const struct forked *all, size_t at, pid_t parent,
                               int report, int printed)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
    setpgid(0, 0);
    close_ends(all, at);
    be_plain(printed);
    all[at].work(all[at].context, report);
    fflush(NULL);
    _exit(EXIT_SUCCESS);
}

/* The parent */

static void close_end(int *fd)
{
    if (*fd != -1)
        close(*fd);
    *fd = -1;
}

static void close_all(struct forked *forked)
{
    close_end(&forked->process);
    close_end(&forked->report_from);
    close_end(&forked->printed_from);
}

static void kill_group(const struct forked *forked)
{
    kill(forked->pid, SIGKILL); /* it may not have made its group yet */
    kill(-forked->pid, SIGKILL);
}

static void reap(const struct forked *forked, int *status)
{
    *status = 0;
    while (waitpid(forked->pid, status, 0) == -1 && errno == EINTR)
        ;
}

static void be_unable(struct forked *forked)
{
    forked->end = FORKED_UNABLE;
    forked->detail = errno;
}

/* Our ends are read without waiting, since another process may have inherited the
 * others. */
static int make_pipe(int *from, int *to)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) == -1)
        return -1;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    *from = ends[0];
    *to = ends[1];
    return 0;
}

static int fork_child(struct forked *all, size_t at, int report, int printed)
{
    struct forked *forked = &all[at];
    pid_t parent = getpid();
    int status, error;

    signal(SIGCHLD, SIG_DFL); /* if it was ignored, waitpid() could not tell how it ended */
    forked->pid = fork();
    if (forked->pid == 0)
        be_child(all, at, parent, report, printed);
    if (forked->pid == -1)
        return -1;
    setpgid(forked->pid,
            forked->pid); /* the child does the same; one of the two is first */
    forked->process = pidfd_open(forked->pid, 0);
    if (forked->process != -1)
        return 0;
    error = errno;
    kill_group(forked);
    reap(forked, &status);
    errno = error;
    return -1;
}

void forked_start(struct forked *all, size_t at)
{
    struct forked *forked = &all[at];
    int report = -1, printed = -1;

    forked->process = forked->report_from = forked->printed_from = -1;
    forked->report = NULL;
    forked->size = forked->printed_size = 0;
    forked->end = FORKED_RUNS;
    forked->deadline = clock_ms() + forked->patience_ms;
    fflush(stdout); /* otherwise exit() in the child would write it a second time */
    if (make_pipe(&forked->report_from, &report) == -1 ||
        make_pipe(&forked->printed_from, &printed) == -1 ||
        fork_child(all, at, report, printed) == -1) {
        be_unable(forked);
        close_all(forked);
    }
    close_end(&report);
    close_end(&printed);
}

static void keep_report(struct forked *forked, const uint8_t *octets, size_t size)
{
    if (forked->size + size > FORKED_REPORT_MAX)
        return;
    forked->report = xreallocarray(forked->report, forked->size + size, 1);
    memcpy(forked->report + forked->size, octets, size);
    forked->size += size;
}

static void keep_printed(struct forked *forked, const uint8_t *octets, size_t size)
{
    size_t room = sizeof forked->printed - forked->printed_size;

    if (size > room)
        size = room;
    memcpy(forked->printed + forked->printed_size, octets, size);
    forked->printed_size += size;
}

/* Reads what is there, up to `most` chunks, so that endless output cannot hold us. */
static void drain(struct forked *forked, int *fd, size_t most,
                  void (*keep)(struct forked *, const uint8_t *, size_t))
{
    uint8_t octets[CHUNK];

    while (*fd != -1 && most-- > 0) {
        ssize_t got = read(*fd, octets, sizeof octets);

        if (got == -1 && errno == EINTR)
            continue;
        if (got == -1 && errno == EAGAIN)
            return;
        if (got <= 0)
            close_end(fd);
        else
            keep(forked, octets, (size_t)got);
    }
}

/* 1024 chunks are more than a pipe holds. */
void forked_listen(struct forked *forked)
{
    drain(forked, &forked->report_from, 1024, keep_report);
    drain(forked, &forked->printed_from, 1024, keep_printed);
}

static void note_status(struct forked *forked, int status)
{
    forked->end = FORKED_LEFT;
    forked->detail = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    if (WIFSIGNALED(status)) {
        forked->end = FORKED_KILLED;
        forked->detail = WTERMSIG(status);
    } else if (forked->detail == EXIT_SUCCESS && forked->size > 0) {
        forked->end = FORKED_DONE;
    }
}

void forked_finish(struct forked *forked, enum forked_end end)
{
    int status;

    kill_group(forked);
    reap(forked, &status);
    forked_listen(forked);
    note_status(forked, status);
    if (end != FORKED_RUNS)
        forked->end = end;
    close_all(forked);
}

void forked_free(struct forked *forked)
{
    free(forked->report);
    forked->report = NULL;
    forked->size = 0;
}
