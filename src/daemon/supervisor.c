#include "daemon/supervisor.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/counters.h"
#include "base/log.h"
#include "channel/channel.h"
#include "daemon/commands.h"
#include "daemon/descriptors.h"
#include "daemon/hostwatch.h"
#include "daemon/notify.h"
#include "daemon/portwatch.h"
#include "daemon/predecessors.h"
#include "daemon/privileges.h"
#include "daemon/reload.h"
#include "daemon/report.h"
#include "daemon/sandbox.h"
#include "net/loop.h"

enum { LEAVE_MS = 2000 }; /* a child that has not left by then is killed */

enum { CHILDREN_MAX = WORKERS_MAX + 1 };

static const char *const log_names[ROLES] = {"hostdnsd[serve]", "hostdnsd[lookup]"};

struct supervisor {
    const struct supervisor_config *config;
    struct loop *loop;
    struct child_owner owner;
    struct channel
        questions[WORKERS_MAX];          /* left: a serve process's end; right: lookup's */
    struct child children[CHILDREN_MAX]; /* serve processes, then lookup */
    size_t child_count;
    unsigned generation; /* of these children */
    struct predecessors predecessors;
    int signals;
    struct timer impatience;
    struct hostwatch *hosts;
    struct portwatch ports;
    struct watchdog watchdog;
    struct reload reload;
    struct control *control;
    struct commands_host host;
    int counters; /* the page's descriptor */
    int64_t started;
    bool reload_again; /* it was asked for before the last was over */
    bool had_terminal; /* at the start */
    bool announced, leaving, failed;
};

static struct supervisor *supervisor_of(const struct child *child)
{
    return (struct supervisor *)((char *)(uintptr_t)child->owner -
                                 offsetof(struct supervisor, owner));
}

/* A child's own work. */

/* A terminal's Ctrl+C reaches the children too, but when to leave the supervisor says. */
static void child_signals(void)
{
    sigset_t none;

    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int be_serve(const struct supervisor *supervisor, const struct child *child,
                    int control)
{
    static struct listener share[LISTENERS_MAX];
    const struct supervisor_config *config = supervisor->config;
    struct serve_config serve = config->serve;
    int questions = supervisor->questions[child->number].left;
    int kept[2 * LISTENERS_MAX + 2] = {control, questions};
    size_t count = 2;

    serve.listeners = share;
    serve.listener_count =
        sockets_share(config->sockets, child->number, config->workers, share);
    for (size_t i = 0; i < serve.listener_count; i++) {
        kept[count++] = share[i].udp;
        kept[count++] = share[i].tcp;
    }
    descriptors_keep(kept, count);
    serve.confine = sandbox_serve;
    return serve_run(&serve, questions, control);
}

static int be_lookup(const struct supervisor *supervisor, int control)
{
    const struct supervisor_config *config = supervisor->config;
    struct lookup_config lookup = config->lookup;
    int questions[WORKERS_MAX], kept[WORKERS_MAX + 1];

    for (unsigned i = 0; i < config->workers; i++)
        questions[i] = kept[i] = supervisor->questions[i].right;
    kept[config->workers] = control;
    descriptors_keep(kept, config->workers + 1);
    sandbox_lookup();
    lookup.questions = questions;
    lookup.question_count = config->workers;
    return lookup_run(&lookup, control);
}

/* In the new process: gives up what is not its own and does its work. */
__attribute__((noreturn)) static void be_child(struct child *child, int control)
{
    const struct supervisor *supervisor = supervisor_of(child);
    int result;

    child_signals();
    counters_use(child_slot(child));
    log_rename(log_names[child->role]);
    notify_forget();
    if (privileges_drop_rest() == -1)
        log_warning("cannot give up the last capabilities: %m");
    result = child->role == ROLE_SERVE ? be_serve(supervisor, child, control)
                                       : be_lookup(supervisor, control);
    if (result == -1)
        log_error("ends: %m");
    if (child->role == ROLE_LOOKUP)
        _exit(result == -1); /* its threads may be inside libc */
    exit(result == -1);
}

/* Reloading. */

static void hand_sockets(struct handover *handover, const struct sockets *sockets)
{
    for (size_t i = 0; i < sockets->count; i++) {
        if (sockets->all[i].udp != -1)
            passed_add(&handover->sockets, sockets->all[i].udp);
        if (sockets->all[i].tcp != -1)
            passed_add(&handover->sockets, sockets->all[i].tcp);
    }
}

static bool hand_over(void *context, struct handover *handover)
{
    const struct supervisor *supervisor = context;

    handover->started = supervisor->started;
    handover->generation = supervisor->generation;
    handover->is_activated = supervisor->config->handover->is_activated;
    handover->secret = supervisor->config->handover->secret;
    handover->counters = supervisor->counters;
    handover->control = supervisor->config->control;
    handover->keeper = supervisor->config->keeper;
    hand_sockets(handover, supervisor->config->sockets);
    for (size_t i = 0; i < supervisor->child_count; i++)
        if (!handover_add(handover, &supervisor->children[i]))
            return false;
    return predecessors_hand_over(&supervisor->predecessors, handover);
}

/* Not before the last reload, or the start, is over. */
static void reload(struct supervisor *supervisor, int asker)
{
    if (supervisor->announced)
        reload_begin(&supervisor->reload, asker);
    else if (asker != -1)
        control_refuse_on(asker, "the server is starting");
    else
        supervisor->reload_again = true;
}

/* Starting and leaving. */

static void announce(struct supervisor *supervisor)
{
    for (size_t i = 0; i < supervisor->child_count; i++)
        if (!supervisor->children[i].ready)
            return;
    if (supervisor->announced)
        return;
    supervisor->announced = true;
    notify_ready();
    if (supervisor->config->handover->is_reload) {
        predecessors_tell(&supervisor->predecessors, WORD_RETIRE);
        count(COUNT_RELOADS);
        if (supervisor->config->handover->asker != -1)
            control_answer_on(supervisor->config->handover->asker, "");
        supervisor->config->reloaded();
    } else {
        supervisor->config->ready();
    }
    if (supervisor->reload_again)
        reload(supervisor, -1);
}

static void child_spoke(struct child *child, enum word word)
{
    if (word == WORD_READY)
        announce(supervisor_of(child));
}

/* Asks all, so that none is asked less often than the others. */
static bool all_live(void *context)
{
    struct supervisor *supervisor = context;
    bool all = true;

    for (size_t i = 0; i < supervisor->child_count; i++)
        all &= child_lives(&supervisor->children[i]);
    return all;
}

static bool any_child(const struct supervisor *supervisor)
{
    for (size_t i = 0; i < supervisor->child_count; i++)
        if (supervisor->children[i].pid != 0)
            return true;
    return predecessors_any(&supervisor->predecessors);
}

static void kill_children(const struct supervisor *supervisor)
{
    for (size_t i = 0; i < supervisor->child_count; i++)
        child_kill(&supervisor->children[i]);
    predecessors_kill(&supervisor->predecessors);
}

static void lose_patience(void *context)
{
    kill_children(context);
}

static void leave(struct supervisor *supervisor)
{
    supervisor->leaving = true;
    notify_stopping();
    watchdog_stop(&supervisor->watchdog);
    portwatch_stop(&supervisor->ports);
    reload_cancel(&supervisor->reload);
    for (size_t i = 0; i < supervisor->child_count; i++)
        child_dismiss(&supervisor->children[i]);
    predecessors_dismiss(&supervisor->predecessors);
    timer_set(supervisor->loop, &supervisor->impatience, clock_ms() + LEAVE_MS);
    if (!any_child(supervisor))
        loop_stop(supervisor->loop);
}

/* What it was asked is lost. */
static void tell_of_lookups_death(const struct supervisor *supervisor)
{
    for (unsigned i = 0; i < supervisor->config->workers; i++)
        child_tell(&supervisor->children[i], WORD_LOOKUP_DIED);
}

static void child_ended(struct supervisor *supervisor, struct child *child, pid_t pid,
                        int status)
{
    counters_reset_gauges(child_slot(child));
    if (!supervisor->leaving &&
        (supervisor->announced || predecessors_any(&supervisor->predecessors))) {
        child_log_death(child, pid, status, "; starting another");
        count(child->role == ROLE_SERVE ? COUNT_RESTARTS_SERVE : COUNT_RESTARTS_LOOKUP);
        if (child->role == ROLE_LOOKUP)
            tell_of_lookups_death(supervisor);
        child_start_again(child);
        return;
    }
    if (!supervisor->leaving) { /* it never got to work: another would not either */
        log_error("the %s process could not start", role_name(child->role));
        supervisor->failed = true;
        leave(supervisor);
    }
}

static void reap(struct supervisor *supervisor)
{
    pid_t pid;
    int status;

    for (size_t i = 0; i < supervisor->child_count; i++)
        if ((pid = child_reap(&supervisor->children[i], &status)))
            child_ended(supervisor, &supervisor->children[i], pid, status);
    predecessors_reap(&supervisor->predecessors);
    if (supervisor->leaving && !any_child(supervisor))
        loop_stop(supervisor->loop);
}

/* Events. */

static void stop(void *context)
{
    struct supervisor *supervisor = context;

    if (supervisor->leaving)
        return;
    supervisor->config->shutting_down();
    leave(supervisor);
}

static bool has_terminal(void)
{
    int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);

    if (fd != -1)
        close(fd);
    return fd != -1;
}

/* Closing the terminal window of a server in the foreground means the end of it. */
static bool means_reload(const struct supervisor *supervisor, unsigned number)
{
    return number == SIGHUP && (!supervisor->had_terminal || has_terminal());
}

static void signal_came(struct supervisor *supervisor, unsigned number)
{
    if (number == SIGCHLD) {
        reap(supervisor);
    } else if (supervisor->leaving) {
        if (number != SIGHUP)
            kill_children(supervisor); /* asked twice: now */
    } else if (means_reload(supervisor, number)) {
        reload(supervisor, -1);
    } else {
        stop(supervisor);
    }
}

static void signal_ready(void *context, short revents)
{
    struct supervisor *supervisor = context;
    struct signalfd_siginfo info;

    (void)revents;
    while (read(supervisor->signals, &info, sizeof info) == sizeof info)
        signal_came(supervisor, info.ssi_signo);
}

/* What serve has kept may be wrong now, and what lookup knows of the name servers. */
static void host_changed(void *context)
{
    const struct supervisor *supervisor = context;

    count(COUNT_HOST_CHANGES);
    for (size_t i = 0; i < supervisor->child_count; i++)
        child_tell(&supervisor->children[i], WORD_HOST_CHANGED);
    predecessors_tell(&supervisor->predecessors, WORD_HOST_CHANGED);
}

/* Each goes to one worker. */
static void socket_opened(void *context, const struct listener *listener, unsigned number)
{
    const struct supervisor *supervisor = context;
    unsigned workers = supervisor->config->workers;

    child_pass(&supervisor->children[number % workers], WORD_LISTEN, &listener->addr,
               sizeof listener->addr, listener->udp);
}

/* Commands. */

static void describe(void *context, FILE *out)
{
    const struct supervisor *supervisor = context;
    char text[COUNTERS_NOTE]; /* longer than an address */
    int64_t now = clock_ms();

    fprintf(out, "hostdnsd %s, pid %d, for %.3f s, generation %u\n", HOSTDNS_VERSION,
            (int)getpid(), (double)(now - supervisor->started) / 1000,
            supervisor->generation);
    for (size_t i = 0; i < supervisor->config->sockets->addr_count; i++) {
        const struct addr *addr = &supervisor->config->sockets->addrs[i];

        fprintf(out, "listens: %s%s\n", addr_format(addr, text),
                portwatch_took_back(supervisor->config->sockets, addr)
                    ? ", taken back from another user's socket"
                    : "");
    }
    for (size_t i = 0; i < supervisor->child_count; i++)
        child_report(&supervisor->children[i], out, false);
    predecessors_report(&supervisor->predecessors, out);
    counters_read_note(child_slot(&supervisor->children[supervisor->child_count - 1]),
                       text);
    fprintf(out, "name servers: %s\n", *text ? text : "none");
}

static void tell_serve(void *context, enum word word, const void *data, size_t len)
{
    const struct supervisor *supervisor = context;

    for (unsigned i = 0; i < supervisor->config->workers; i++)
        child_tell_with(&supervisor->children[i], word, data, len);
    predecessors_tell_with(&supervisor->predecessors, word, data, len);
}

static void set_level(void *context, int level)
{
    const struct supervisor *supervisor = context;
    uint8_t octet = (uint8_t)level;

    log_set_level((enum log_level)level);
    for (size_t i = 0; i < supervisor->child_count; i++)
        child_tell_with(&supervisor->children[i], WORD_LOG_LEVEL, &octet, 1);
    predecessors_tell_with(&supervisor->predecessors, WORD_LOG_LEVEL, &octet, 1);
}

static void reload_for(void *context, int asker)
{
    reload(context, asker);
}

static int open_control(struct supervisor *supervisor)
{
    if (supervisor->config->control == -1)
        return 0;
    supervisor->host =
        (struct commands_host){.context = supervisor,
                               .cache_bytes = supervisor->config->serve.cache.bytes,
                               .describe = describe,
                               .tell = tell_serve,
                               .set_level = set_level,
                               .reload = reload_for,
                               .stop = stop};
    supervisor->control = control_new(supervisor->loop, supervisor->config->control,
                                      &commands, &supervisor->host);
    return supervisor->control ? 0 : -1;
}

static int open_counters(struct supervisor *supervisor)
{
    supervisor->counters = counters_open(supervisor->config->handover->counters);
    if (supervisor->counters == -1)
        return -1;
    counters_use(0);
    return 0;
}

/* New processes read the files anew, and not a question is lost. */
static void renew(void *context)
{
    struct supervisor *supervisor = context;

    if (!supervisor->leaving)
        reload(supervisor, -1);
}

static int open_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &set, NULL) == -1)
        return -1;
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int open_channels(struct supervisor *supervisor)
{
    for (unsigned i = 0; i < supervisor->config->workers; i++)
        if (channel_open(&supervisor->questions[i]) == -1)
            return -1;
    return 0;
}

static void init_children(struct supervisor *supervisor)
{
    unsigned workers = supervisor->config->workers;

    for (unsigned i = 0; i <= workers; i++)
        child_init(&supervisor->children[i], &supervisor->owner,
                   i < workers ? ROLE_SERVE : ROLE_LOOKUP, i < workers ? i : 0,
                   supervisor->generation);
    supervisor->child_count = workers + 1;
}

static int open_all(struct supervisor *supervisor, const struct supervisor_config *config)
{
    *supervisor = (struct supervisor){
        .config = config,
        .generation = config->handover->generation + 1,
        .owner = {.be = be_child, .spoke = child_spoke},
        .had_terminal = has_terminal(),
        .started = config->handover->is_reload ? config->handover->started : clock_ms(),
        .counters = -1,
        .signals = -1};
    for (unsigned i = 0; i < WORKERS_MAX; i++)
        supervisor->questions[i] = (struct channel){.left = -1, .right = -1};
    predecessors_init(&supervisor->predecessors);
    timer_init(&supervisor->impatience, lose_patience, supervisor);
    init_children(supervisor);
    supervisor->loop = supervisor->owner.loop = loop_new();
    reload_init(&supervisor->reload, supervisor->loop, config->argv, hand_over, supervisor);
    supervisor->signals = open_signals();
    if (supervisor->loop)
        supervisor->hosts = hostwatch_new(supervisor->loop, host_changed, supervisor);
    if (supervisor->hosts)
        hostwatch_on_renewal(supervisor->hosts, renew);
    if (!supervisor->loop || supervisor->signals == -1 || !supervisor->hosts ||
        open_counters(supervisor) == -1 || open_control(supervisor) == -1 ||
        open_channels(supervisor) == -1 ||
        predecessors_adopt(&supervisor->predecessors, &supervisor->owner,
                           config->handover) == -1 ||
        !loop_watch(supervisor->loop, supervisor->signals, POLLIN, signal_ready,
                    supervisor))
        return -1;
    return 0;
}

static void close_all(struct supervisor *supervisor)
{
    predecessors_free(&supervisor->predecessors);
    for (unsigned i = 0; i < supervisor->config->workers; i++)
        channel_close(&supervisor->questions[i]);
    if (supervisor->signals != -1)
        close(supervisor->signals);
    hostwatch_free(supervisor->hosts);
    control_free(supervisor->control);
    loop_free(supervisor->loop);
}

int supervisor_run(const struct supervisor_config *config)
{
    static struct supervisor supervisor;
    int result = -1;

    if (open_all(&supervisor, config) == 0) {
        portwatch_start(&supervisor.ports, supervisor.loop, config->sockets, socket_opened,
                        &supervisor);
        for (size_t i = 0; i < supervisor.child_count; i++)
            child_start(&supervisor.children[i]);
        watchdog_start(&supervisor.watchdog, supervisor.loop, all_live, &supervisor);
        reap(&supervisor); /* what ended while the program was executed */
        result = loop_run(supervisor.loop);
    }
    if (result == -1)
        log_error("cannot run: %m");
    close_all(&supervisor);
    return supervisor.failed ? -1 : result;
}
