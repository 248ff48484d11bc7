#include "daemon/child.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/counters.h"
#include "base/log.h"

enum {
    STEADY_MS = 10000, /* a child that lives this long has not failed to start */
    RESTART_MS = 100,  /* doubled with each failure in a row ... */
    RESTART_DOUBLINGS = 5,
};

static const char *const role_names[ROLES] = {"serve", "lookup", "web", "dnstap"};

const char *role_name(enum role role)
{
    return role_names[role];
}

bool role_is_needed(enum role role)
{
    return role == ROLE_SERVE || role == ROLE_LOOKUP;
}

bool role_parse(enum role *role, const char *name)
{
    for (int i = 0; i < ROLES; i++)
        if (strcmp(role_names[i], name) == 0) {
            *role = (enum role)i;
            return true;
        }
    return false;
}

static void restart_expired(void *context)
{
    child_start(context);
}

void child_init(struct child *child, const struct child_owner *owner, enum role role,
                unsigned number, unsigned generation)
{
    *child = (struct child){.owner = owner,
                            .role = role,
                            .number = number,
                            .generation = generation,
                            .control = -1};
    list_init(&child->link);
    timer_init(&child->restart, restart_expired, child);
}

static void start_later(struct child *child)
{
    unsigned doublings =
        child->failures < RESTART_DOUBLINGS ? child->failures : RESTART_DOUBLINGS;

    timer_set(child->owner->loop, &child->restart,
              clock_ms() + ((int64_t)RESTART_MS << doublings));
    child->failures++;
}

static void hang_up(struct child *child)
{
    loop_unwatch(child->owner->loop, child->watch);
    child->watch = NULL;
    channel_close_end(&child->control);
}

static void control_ready(void *context, short revents)
{
    struct child *child = context;
    uint8_t data[CONTROL_DATA_MAX];
    enum control_message message;
    size_t len;

    (void)revents;
    switch (
        channel_receive_control(child->control, &message, data, &len, NULL, CHANNEL_TRY)) {
    case CHANNEL_DONE:
        if (message == CONTROL_READY)
            child->ready = child->has_worked = true;
        child->is_asked = child->is_asked && message != CONTROL_PONG;
        child->owner->spoke(child, message, data, len);
        break;
    case CHANNEL_BUSY:
        break;
    case CHANNEL_CLOSED: /* it is dying, and SIGCHLD will follow */
        hang_up(child);
    }
}

int child_adopt(struct child *child, pid_t pid, int control)
{
    child->pid = pid;
    child->control = control;
    if (control == -1)
        return 0;
    child->watch = loop_watch(child->owner->loop, control, POLLIN, control_ready, child);
    return child->watch ? 0 : -1;
}

static pid_t fork_child(struct child *child, struct channel *channel)
{
    pid_t pid;

    if (channel_open(channel) == -1)
        return -1;
    pid = fork();
    if (pid == 0)
        child->owner->be(child, channel->right);
    channel_close_end(&channel->right);
    if (pid == -1)
        channel_close_end(&channel->left);
    return pid;
}

void child_start(struct child *child)
{
    struct channel channel;
    pid_t pid;

    child->started = clock_ms();
    child->ready = child->is_asked = false;
    pid = fork_child(child, &channel);
    if (pid == -1) {
        log_error("cannot start the %s process, trying again soon: %m",
                  role_name(child->role));
        start_later(child);
    } else if (child_adopt(child, pid, channel.left) == -1) {
        child_dismiss(child); /* it leaves, and is started again when it has */
    }
}

void child_start_again(struct child *child)
{
    if (clock_ms() - child->started >= STEADY_MS)
        child->failures = 0;
    if (child->failures == 0) {
        child->failures = 1;
        child_start(child);
    } else {
        start_later(child);
    }
}

void child_dismiss(struct child *child)
{
    timer_cancel(&child->restart);
    hang_up(child);
}

void child_kill(const struct child *child)
{
    if (child->pid != 0)
        kill(child->pid, SIGKILL);
}

pid_t child_reap(struct child *child, int *status)
{
    pid_t pid = child->pid;

    if (pid == 0 || waitpid(pid, status, WNOHANG) != pid)
        return 0;
    child->pid = 0;
    hang_up(child);
    return pid;
}

void child_log_death(const struct child *child, pid_t pid, int status, const char *then)
{
    static struct log_limit limit;
    const char *name = role_name(child->role);

    if (!log_limit_allows(&limit, clock_ms()))
        return;
    if (WIFSIGNALED(status))
        log_warning("the %s process (pid %d) died: %s%s", name, (int)pid,
                    strsignal(WTERMSIG(status)), then);
    else
        log_warning("the %s process (pid %d) ended with status %d%s", name, (int)pid,
                    WEXITSTATUS(status), then);
}

/* It would give outdated answers, or wait for what does not come. */
static void replace_unreached(const struct child *child)
{
    log_warning("a message cannot be sent to the %s process, so it is replaced: %m",
                role_name(child->role));
    child_kill(child);
}

void child_tell(const struct child *child, enum control_message message, const void *data,
                size_t len)
{
    if (child->control != -1 &&
        channel_send_control(child->control, message, data, len) == CHANNEL_BUSY)
        replace_unreached(child);
}

void child_pass(const struct child *child, enum control_message message, const void *data,
                size_t len, int descriptor)
{
    if (child->control != -1 && channel_send_descriptor(child->control, message, data, len,
                                                        descriptor) != CHANNEL_DONE)
        replace_unreached(child);
}

void child_report(const struct child *child, struct report *report, bool is_retiring)
{
    const struct report_process process = {.role = role_name(child->role),
                                           .number = child->number,
                                           .pid = child->pid,
                                           .ms = clock_ms() - child->started,
                                           .is_retiring = is_retiring};

    report_add_process(report, &process);
}

bool child_lives(struct child *child)
{
    if (child->pid == 0 || !child->ready)
        return true;
    if (child->is_asked)
        return false;
    child->is_asked = true;
    child_tell(child, CONTROL_PING, NULL, 0);
    return true;
}
