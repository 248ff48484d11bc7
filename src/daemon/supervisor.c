#include "daemon/supervisor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "channel/channel.h"
#include "daemon/hostwatch.h"
#include "net/loop.h"

enum {
    LEAVE_MS = 2000,   /* a child that has not left by then is killed */
    STEADY_MS = 10000, /* who lives this long has not failed to start */
    RESTART_MS = 100,  /* doubled with each failure in a row ... */
    RESTART_DOUBLINGS = 5,
};

enum role { ROLE_SERVE, ROLE_LOOKUP, ROLES };

static const char *const role_names[ROLES] = {"serve", "lookup"};
static const char *const log_names[ROLES] = {"hostdnsd[serve]", "hostdnsd[lookup]"};

struct child {
    struct supervisor *supervisor;
    enum role role;
    pid_t pid;            /* 0: not running */
    int control;          /* our end of its channel; -1: closed */
    struct watch *watch;  /* of `control` */
    bool ready;           /* it said so */
    int64_t started;      /* clock_ms() */
    unsigned failures;    /* deaths in a row soon after the start */
    struct timer restart; /* set while it is to be started later */
};

struct supervisor {
    const struct supervisor_config *config;
    struct loop *loop;
    struct channel questions; /* left: the serve process's end; right: lookup's */
    int signals;
    struct child children[ROLES];
    struct timer impatience;
    struct hostwatch *hosts;
    bool announced, leaving, failed;
};

/* A terminal's Ctrl+C reaches the children too, but when to leave the supervisor says. */
static void child_signals(void)
{
    sigset_t none;

    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_listeners(const struct serve_config *config)
{
    for (size_t i = 0; i < config->listener_count; i++) {
        close(config->listeners[i].udp);
        close(config->listeners[i].tcp);
    }
}

static int run_role(struct supervisor *supervisor, enum role role, int control)
{
    const struct supervisor_config *config = supervisor->config;

    if (role == ROLE_SERVE) {
        channel_close_end(&supervisor->questions.right);
        return serve_run(&config->serve, supervisor->questions.left, control);
    }
    channel_close_end(&supervisor->questions.left);
    close_listeners(&config->serve);
    return lookup_run(&config->lookup, supervisor->questions.right, control);
}

/* In the new process: gives up what is not its own and does its work. */
__attribute__((noreturn)) static void be_child(struct child *child, int control)
{
    struct supervisor *supervisor = child->supervisor;
    int result;

    child_signals();
    log_rename(log_names[child->role]);
    close(supervisor->signals);
    hostwatch_free(supervisor->hosts);
    for (int i = 0; i < ROLES; i++)
        channel_close_end(&supervisor->children[i].control);
    result = run_role(supervisor, child->role, control);
    if (result == -1)
        log_error("ends: %m");
    if (child->role == ROLE_LOOKUP)
        _exit(result == -1); /* its threads may be inside libc */
    exit(result == -1);
}

static void start(struct child *child);
static void control_ready(void *context, short revents);

static void start_again(void *context)
{
    start(context);
}

static void start_later(struct child *child)
{
    unsigned doublings =
        child->failures < RESTART_DOUBLINGS ? child->failures : RESTART_DOUBLINGS;

    timer_set(child->supervisor->loop, &child->restart,
              clock_ms() + ((int64_t)RESTART_MS << doublings));
    child->failures++;
}

static void start(struct child *child)
{
    struct supervisor *supervisor = child->supervisor;
    struct channel channel;

    child->started = clock_ms();
    child->ready = false;
    if (channel_open(&channel) == -1) {
        log_error("cannot start the %s process: %m", role_names[child->role]);
        start_later(child);
        return;
    }
    child->pid = fork();
    if (child->pid == 0) {
        channel_close_end(&channel.left);
        be_child(child, channel.right);
    }
    channel_close_end(&channel.right);
    if (child->pid == -1) {
        log_error("cannot start the %s process: %m", role_names[child->role]);
        child->pid = 0;
        channel_close_end(&channel.left);
        start_later(child);
        return;
    }
    child->control = channel.left;
    child->watch =
        loop_watch(supervisor->loop, child->control, POLLIN, control_ready, child);
}

/* The child sees its channel close, and leaves. */
static void dismiss(struct child *child)
{
    loop_unwatch(child->supervisor->loop, child->watch);
    child->watch = NULL;
    channel_close_end(&child->control);
}

static void announce(struct supervisor *supervisor)
{
    for (int i = 0; i < ROLES; i++)
        if (!supervisor->children[i].ready)
            return;
    if (!supervisor->announced)
        supervisor->config->ready();
    supervisor->announced = true;
}

static void control_ready(void *context, short revents)
{
    struct child *child = context;
    enum word word;

    (void)revents;
    switch (channel_receive_word(child->control, &word, CHANNEL_TRY)) {
    case CHANNEL_DONE:
        child->ready = child->ready || word == WORD_READY;
        announce(child->supervisor);
        break;
    case CHANNEL_BUSY:
        break;
    case CHANNEL_CLOSED: /* it is dying; SIGCHLD tells the rest */
        dismiss(child);
    }
}

static bool any_child(const struct supervisor *supervisor)
{
    for (int i = 0; i < ROLES; i++)
        if (supervisor->children[i].pid != 0)
            return true;
    return false;
}

static void kill_children(const struct supervisor *supervisor)
{
    for (int i = 0; i < ROLES; i++)
        if (supervisor->children[i].pid != 0)
            kill(supervisor->children[i].pid, SIGKILL);
}

static void lose_patience(void *context)
{
    kill_children(context);
}

static void leave(struct supervisor *supervisor)
{
    supervisor->leaving = true;
    for (int i = 0; i < ROLES; i++) {
        timer_cancel(&supervisor->children[i].restart);
        dismiss(&supervisor->children[i]);
    }
    timer_set(supervisor->loop, &supervisor->impatience, clock_ms() + LEAVE_MS);
    if (!any_child(supervisor))
        loop_stop(supervisor->loop);
}

static void log_death(const struct child *child, pid_t pid, int status)
{
    const char *name = role_names[child->role];

    if (WIFSIGNALED(status))
        log_warning("the %s process (pid %d) died: %s; starting another", name, (int)pid,
                    strsignal(WTERMSIG(status)));
    else
        log_warning("the %s process (pid %d) ended with status %d; starting another", name,
                    (int)pid, WEXITSTATUS(status));
}

static void replace(struct child *child, pid_t pid, int status)
{
    struct supervisor *supervisor = child->supervisor;
    struct child *serve = &supervisor->children[ROLE_SERVE];

    log_death(child, pid, status);
    if (child->role == ROLE_LOOKUP && serve->control != -1)
        channel_send_word(serve->control, WORD_LOOKUP_DIED);
    if (clock_ms() - child->started >= STEADY_MS)
        child->failures = 0;
    if (child->failures == 0) {
        child->failures = 1;
        start(child);
    } else {
        start_later(child);
    }
}

static void child_ended(struct child *child, pid_t pid, int status)
{
    struct supervisor *supervisor = child->supervisor;

    child->pid = 0;
    dismiss(child);
    if (!supervisor->leaving && supervisor->announced) {
        replace(child, pid, status);
        return;
    }
    if (!supervisor->leaving) { /* it never got to work: another would not either */
        log_error("the %s process could not start", role_names[child->role]);
        supervisor->failed = true;
        leave(supervisor);
    }
    if (!any_child(supervisor))
        loop_stop(supervisor->loop);
}

static void reap(struct supervisor *supervisor)
{
    pid_t pid;
    int status;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (int i = 0; i < ROLES; i++)
            if (supervisor->children[i].pid == pid)
                child_ended(&supervisor->children[i], pid, status);
}

static void signal_ready(void *context, short revents)
{
    struct supervisor *supervisor = context;
    struct signalfd_siginfo info;

    (void)revents;
    while (read(supervisor->signals, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGCHLD) {
            reap(supervisor);
        } else if (supervisor->leaving) {
            kill_children(supervisor); /* asked twice: now */
        } else {
            supervisor->config->shutting_down();
            leave(supervisor);
        }
    }
}

/* What serve has kept may be wrong now. */
static void host_changed(void *context)
{
    struct supervisor *supervisor = context;
    const struct child *serve = &supervisor->children[ROLE_SERVE];

    if (serve->control != -1)
        channel_send_word(serve->control, WORD_HOST_CHANGED);
}

static int open_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGCHLD);
    signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &set, NULL) == -1)
        return -1;
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int open_all(struct supervisor *supervisor, const struct supervisor_config *config)
{
    *supervisor = (struct supervisor){
        .config = config, .questions = {.left = -1, .right = -1}, .signals = -1};
    for (int i = 0; i < ROLES; i++) {
        struct child *child = &supervisor->children[i];

        *child =
            (struct child){.supervisor = supervisor, .role = (enum role)i, .control = -1};
        timer_init(&child->restart, start_again, child);
    }
    timer_init(&supervisor->impatience, lose_patience, supervisor);
    supervisor->loop = loop_new();
    supervisor->signals = open_signals();
    if (supervisor->loop)
        supervisor->hosts = hostwatch_new(supervisor->loop, host_changed, supervisor);
    if (!supervisor->loop || supervisor->signals == -1 || !supervisor->hosts ||
        channel_open(&supervisor->questions) == -1 ||
        !loop_watch(supervisor->loop, supervisor->signals, POLLIN, signal_ready,
                    supervisor))
        return -1;
    return 0;
}

static void close_all(struct supervisor *supervisor)
{
    channel_close(&supervisor->questions);
    if (supervisor->signals != -1)
        close(supervisor->signals);
    hostwatch_free(supervisor->hosts);
    loop_free(supervisor->loop);
}

int supervisor_run(const struct supervisor_config *config)
{
    struct supervisor supervisor;
    int result = -1;

    if (open_all(&supervisor, config) == 0) {
        for (int i = 0; i < ROLES; i++)
            start(&supervisor.children[i]);
        result = loop_run(supervisor.loop);
    }
    if (result == -1)
        log_error("cannot run: %m");
    close_all(&supervisor);
    return supervisor.failed ? -1 : result;
}
