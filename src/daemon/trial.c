#include "daemon/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum {
    TRIAL_MS = 10000,
    SAID_MAX = 8192, /* octets; the rest is left out */
    CANNOT_EXECUTE = 127,
};

struct trial {
    struct loop *loop;
    pid_t pid;
    int said_fd; /* its stdout and stderr come out here */
    struct watch *watch;
    struct timer patience;
    trial_done *done;
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

__attribute__((noreturn)) static void be_trial(const char *program, char *const *argv,
                                               const struct handover *handover, int out)
{
    char **with_check = add_check(argv);
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (with_check && dup2(out, STDOUT_FILENO) != -1 && dup2(out, STDERR_FILENO) != -1 &&
        handover_give(handover) == 0)
        execv(program, with_check);
    dprintf(STDERR_FILENO, "cannot run %s: %s\n", program, strerror(errno));
    _exit(CANNOT_EXECUTE);
}

void trial_free(struct trial *trial)
{
    if (!trial)
        return;
    if (trial->pid > 0) {
        kill(trial->pid, SIGKILL);
        waitpid(trial->pid, NULL, 0);
    }
    timer_cancel(&trial->patience);
    loop_unwatch(trial->loop, trial->watch);
    if (trial->said_fd != -1)
        close(trial->said_fd);
    free(trial);
}

/* It has closed its end, which it does by ending. */
static void finish(struct trial *trial)
{
    trial_done *done = trial->done;
    void *context = trial->context;
    char said[SAID_MAX + 1];
    int status = -1;
    bool good;

    good = waitpid(trial->pid, &status, 0) == trial->pid && status == 0;
    trial->pid = 0;
    while (trial->len > 0 && trial->said[trial->len - 1] == '\n')
        trial->len--;
    trial->said[trial->len] = '\0';
    memcpy(said, trial->said, trial->len + 1);
    trial_free(trial);
    done(context, good, said);
}

static void lose_patience(void *context)
{
    struct trial *trial = context;
    static const char late[] = "it takes too long";

    kill(trial->pid, SIGKILL);
    memcpy(trial->said, late, sizeof late);
    trial->len = sizeof late - 1;
    finish(trial);
}

static void said_ready(void *context, short revents)
{
    struct trial *trial = context;
    char rest[512];
    bool full = trial->len == SAID_MAX;
    ssize_t got =
        full ? read(trial->said_fd, rest, sizeof rest)
             : read(trial->said_fd, trial->said + trial->len, SAID_MAX - trial->len);

    (void)revents;
    if (got > 0 && !full)
        trial->len += (size_t)got;
    else if (got == 0 || (got == -1 && errno != EAGAIN && errno != EINTR))
        finish(trial);
}

static int start_process(struct trial *trial, const char *program, char *const *argv,
                         const struct handover *handover)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) == -1)
        return -1;
    trial->said_fd = ends[0];
    trial->pid = fork();
    if (trial->pid == 0)
        be_trial(program, argv, handover, ends[1]);
    close(ends[1]);
    if (trial->pid == -1 || fcntl(ends[0], F_SETFL, O_NONBLOCK) == -1)
        return -1;
    trial->watch = loop_watch(trial->loop, ends[0], POLLIN, said_ready, trial);
    return trial->watch ? 0 : -1;
}

struct trial *trial_start(struct loop *loop, const char *program, char *const *argv,
                          const struct handover *handover, trial_done *done, void *context)
{
    struct trial *trial = calloc(1, sizeof *trial);

    if (!trial)
        return NULL;
    trial->loop = loop;
    trial->said_fd = -1;
    trial->done = done;
    trial->context = context;
    timer_init(&trial->patience, lose_patience, trial);
    if (start_process(trial, program, argv, handover) == -1) {
        trial_free(trial);
        return NULL;
    }
    timer_set(loop, &trial->patience, clock_ms() + TRIAL_MS);
    return trial;
}
