#include "daemon/supervisor.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/counters.h"
#include "base/log.h"
#include "base/recent.h"
#include "daemon/addrwatch.h"
#include "daemon/children.h"
#include "daemon/commands.h"
#include "daemon/facilities.h"
#include "daemon/hijackwatch.h"
#include "daemon/hostwatch.h"
#include "daemon/notify.h"
#include "daemon/reload.h"
#include "daemon/report.h"
#include "daemon/roles.h"
#include "daemon/signals.h"
#include "daemon/survey.h"
#include "daemon/tap_connect.h"
#include "daemon/web_socket.h"
#include "dnstap/tap_memory.h"
#include "net/loop.h"
#include "web/web.h"

enum { LEAVE_MS = 2000 }; /* a child that has not left by then is killed */

struct supervisor {
    const struct supervisor_config *config;
    struct loop *loop;
    struct child_owner owner;
    struct roles roles;
    struct children children;
    int signals;
    struct timer leave_end;
    struct hostwatch *hosts;
    struct hijackwatch ports;
    struct addrwatch addrs;
    struct watchdog watchdog;
    struct reload reload;
    struct surveys surveys;
    struct control *control;
    struct commands_host host;
    int counters; /* the page's descriptor */
    int recent;   /* that of the ring of recent questions; -1: none */
    int64_t started;
    bool reload_again; /* it was asked for before the last was over */
    bool announced, leaving, failed;
};

static struct supervisor *supervisor_of(const struct child *child)
{
    return (struct supervisor *)((char *)(uintptr_t)child->owner -
                                 offsetof(struct supervisor, owner));
}

static void be_child(struct child *child, int control)
{
    struct supervisor *supervisor = supervisor_of(child);

    supervisor->roles.lookup_slot = children_lookup_slot(&supervisor->children);
    roles_run(&supervisor->roles, child, control);
}

/* Reloading. */

static bool hand_socket(struct handover *handover, int fd)
{
    return fd == -1 || passed_add(&handover->sockets, fd);
}

static bool hand_sockets(struct handover *handover, const struct sockets *sockets)
{
    for (size_t i = 0; i < sockets->count; i++)
        if (!hand_socket(handover, sockets->all[i].udp) ||
            !hand_socket(handover, sockets->all[i].tcp))
            return false;
    return true;
}

static const char *hand_over(void *context, struct handover *handover)
{
    const struct supervisor *supervisor = context;
    int client = handover->client;

    *handover = *supervisor->config->handover;
    handover->client = client;
    handover->started = supervisor->started;
    handover->generation = supervisor->children.generation;
    handover->counters = supervisor->counters;
    handover->dnstap = supervisor->roles.tap_memory;
    handover->recent = supervisor->recent;
    handover->sockets.count = handover->child_count = 0;
    if (!hand_sockets(handover, supervisor->config->sockets))
        return "a socket cannot be handed over";
    if (!children_hand_over(&supervisor->children, handover))
        return "the processes of too many earlier reloads still have clients; try again "
               "in a minute";
    return NULL;
}

static bool is_busy(void *context)
{
    const struct supervisor *supervisor = context;

    return surveys_any(&supervisor->surveys) || control_has_requests(supervisor->control);
}

/* Waits for the end of the start, or of the last reload. */
static void reload(void *context, int client)
{
    struct supervisor *supervisor = context;

    if (supervisor->announced)
        reload_begin(&supervisor->reload, client);
    else if (client != -1)
        control_refuse(client, "the server is still starting; try again");
    else
        supervisor->reload_again = true;
}

/* Starting and leaving. */

/* During a reload the processes before it still answer. */
static void count_starting(const struct supervisor *supervisor)
{
    if (supervisor->announced || !supervisor->config->handover->is_reload)
        children_count_starting(&supervisor->children);
}

static void announce(struct supervisor *supervisor)
{
    if (supervisor->announced || !children_are_ready(&supervisor->children))
        return;
    supervisor->announced = true;
    notify_ready();
    if (supervisor->config->handover->is_reload) {
        children_tell_to_retire(&supervisor->children);
        count(COUNT_RELOADS);
        if (supervisor->config->handover->client != -1)
            control_answer(supervisor->config->handover->client, "");
        supervisor->config->reloaded();
    } else {
        supervisor->config->ready();
    }
    if (supervisor->reload_again)
        reload(supervisor, -1);
}

static void child_spoke(struct child *child, enum control_message message,
                        const uint8_t *data, size_t len)
{
    if (message == CONTROL_READY) {
        announce(supervisor_of(child));
        count_starting(supervisor_of(child));
    } else if (message == CONTROL_COUNT) {
        surveys_add_count(&supervisor_of(child)->surveys, data, len);
    } else if (message == CONTROL_CONNECT && child->role == ROLE_DNSTAP) {
        tap_connect(child, &supervisor_of(child)->config->config->tap);
    }
}

static bool all_live(void *context)
{
    struct supervisor *supervisor = context;

    return children_live(&supervisor->children);
}

static void leave_late(void *context)
{
    const struct supervisor *supervisor = context;

    children_kill(&supervisor->children);
}

static void leave(struct supervisor *supervisor)
{
    supervisor->leaving = true;
    notify_stopping();
    watchdog_stop(&supervisor->watchdog);
    hijackwatch_stop(&supervisor->ports);
    addrwatch_stop(&supervisor->addrs);
    reload_cancel(&supervisor->reload);
    children_dismiss(&supervisor->children);
    timer_set(supervisor->loop, &supervisor->leave_end, clock_ms() + LEAVE_MS);
    if (!children_any(&supervisor->children))
        loop_stop(supervisor->loop);
}

static void replace(struct child *child, pid_t pid, int status)
{
    static const enum counter restarts[ROLES] = {[ROLE_SERVE] = COUNT_RESTARTS_SERVE,
                                                 [ROLE_LOOKUP] = COUNT_RESTARTS_LOOKUP,
                                                 [ROLE_WEB] = COUNT_RESTARTS_WEB,
                                                 [ROLE_DNSTAP] = COUNT_RESTARTS_DNSTAP};

    child_log_death(child, pid, status, "; starting another");
    count(restarts[child->role]);
    child_start_again(child);
    count_starting(supervisor_of(child));
}

/* It has said why, and the next one would say the same. But a library that was loaded once
 * is there: memory or descriptors may have run out. */
static bool is_hopeless(const struct child *child, int status)
{
    return child->role == ROLE_WEB && !child->has_worked && WIFEXITED(status) &&
           WEXITSTATUS(status) == WEB_WITHOUT_LIBRARY;
}

static void child_ended(struct child *child, pid_t pid, int status)
{
    struct supervisor *supervisor = supervisor_of(child);

    if (supervisor->leaving)
        return;
    if (is_hopeless(child, status)) {
        facility_lost(FACILITY_WEB, "no web page: libmicrohttpd is missing");
    } else if (supervisor->announced || !role_is_needed(child->role) ||
               children_any_retiring(&supervisor->children)) {
        replace(child, pid, status);
    } else { /* it has never worked, so another one would not either */
        log_error("the %s process ended before it could work, so the server stops",
                  role_name(child->role));
        supervisor->failed = true;
        leave(supervisor);
    }
}

static void reap(struct supervisor *supervisor)
{
    children_reap(&supervisor->children);
    if (supervisor->leaving && !children_any(&supervisor->children))
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

static void signal_came(struct supervisor *supervisor, enum signal_meaning meaning)
{
    if (meaning == SIGNAL_CHILD_ENDED)
        reap(supervisor);
    else if (supervisor->leaving && meaning == SIGNAL_STOP)
        children_kill(&supervisor->children); /* the second signal ends it at once */
    else if (!supervisor->leaving && meaning == SIGNAL_RELOAD)
        reload(supervisor, -1);
    else
        stop(supervisor);
}

static void signal_ready(void *context, short revents)
{
    struct supervisor *supervisor = context;
    enum signal_meaning meaning;

    (void)revents;
    while (signals_next(supervisor->signals, &meaning))
        signal_came(supervisor, meaning);
}

/* What serve has cached, and what lookup knows of name servers, may be wrong now. */
static void host_changed(void *context)
{
    const struct supervisor *supervisor = context;

    count(COUNT_HOST_CHANGES);
    children_tell(&supervisor->children, CONTROL_HOST_CHANGED, NULL, 0);
}

/* Each socket goes to one worker. */
static void socket_opened(void *context, const struct listener *listener, unsigned number)
{
    const struct supervisor *supervisor = context;

    children_pass(&supervisor->children, number, CONTROL_LISTEN, &listener->addr,
                  sizeof listener->addr, listener->udp);
}

/* Commands. */

static void describe(void *context, struct report *report)
{
    const struct supervisor *supervisor = context;

    *report = (struct report){.now = clock_ms(),
                              .pid = getpid(),
                              .ms = clock_ms() - supervisor->started,
                              .generation = supervisor->children.generation,
                              .cache_bytes = supervisor->config->config->serve.cache.bytes};
    web_socket_format(supervisor->config->config->web.socket, report->web);
    sockets_report(supervisor->config->sockets, report);
    facilities_report(report);
    children_report(&supervisor->children, report);
}

static bool survey(void *context, enum control_message message, const void *data,
                   size_t len, survey_end *end, void *end_context)
{
    struct supervisor *supervisor = context;

    return surveys_ask(&supervisor->surveys, &supervisor->children.all, message, data, len,
                       end, end_context);
}

static void set_level(void *context, int level)
{
    const struct supervisor *supervisor = context;
    uint8_t octet = (uint8_t)level;

    log_set_level((enum log_level)level);
    children_tell(&supervisor->children, CONTROL_LOG_LEVEL, &octet, 1);
}

static void open_control(struct supervisor *supervisor)
{
    if (supervisor->config->handover->control == -1)
        return;
    supervisor->host = (struct commands_host){.context = supervisor,
                                              .describe = describe,
                                              .survey = survey,
                                              .set_level = set_level,
                                              .reload = reload,
                                              .stop = stop};
    supervisor->control =
        control_new(supervisor->loop, supervisor->config->handover->control, &commands,
                    &supervisor->host);
    if (!supervisor->control)
        facility_lost(FACILITY_CONTROL, "hostdnsctl cannot reach this server: %m");
}

static void open_counters(struct supervisor *supervisor)
{
    supervisor->counters = counters_open(supervisor->config->handover->counters);
    if (supervisor->counters == -1)
        facility_lost(FACILITY_COUNTERS, "counters will start from 0 at each reload: %m");
    counters_use(0);
    supervisor->roles.counters = supervisor->counters;
}

/* The memory from before a reload has messages of processes that still retire. */
static void open_dnstap(struct supervisor *supervisor)
{
    int fd = supervisor->config->handover->dnstap;

    if (supervisor->config->config->tap.output == TAP_OUTPUT_NONE) {
        if (fd != -1)
            close(fd);
        return;
    }
    fd = tap_memory_open(fd);
    supervisor->roles.tap_memory = fd;
    if (fd == -1)
        facility_lost(FACILITY_DNSTAP, "dnstap is off, since its memory cannot be had: %m");
    else
        children_add(&supervisor->children, ROLE_DNSTAP);
}

/* Nobody but the web process reads it. */
static void open_recent(struct supervisor *supervisor)
{
    const struct web_config *web = &supervisor->config->config->web;
    int recent = supervisor->config->handover->recent;

    if (web->socket == -1) {
        if (recent != -1)
            close(recent);
        return;
    }
    supervisor->recent = supervisor->roles.recent = recent_open(recent, web->privacy);
    if (supervisor->recent == -1)
        facility_lost(FACILITY_WEB, "recent questions are not shown: %m");
}

/* New processes read the files again, or listen at a link that has come, and no
 * question is lost. */
static void renew(void *context)
{
    struct supervisor *supervisor = context;

    if (!supervisor->leaving)
        reload(supervisor, -1);
}

/* Without it answers are cached for as long as their TTLs say. */
static void open_hostwatch(struct supervisor *supervisor)
{
    supervisor->hosts = hostwatch_new(supervisor->loop, host_changed, renew, supervisor);
    if (!supervisor->hosts)
        facility_lost(FACILITY_INOTIFY,
                      "changes of the host's files and network are not noticed: %m");
}

/* The server can answer questions without any of them. */
static void open_side_facilities(struct supervisor *supervisor)
{
    open_counters(supervisor);
    open_dnstap(supervisor);
    open_recent(supervisor);
    open_hostwatch(supervisor);
    open_control(supervisor);
}

static int open_all(struct supervisor *supervisor, const struct supervisor_config *config)
{
    *supervisor = (struct supervisor){
        .config = config,
        .owner = {.be = be_child, .spoke = child_spoke, .ended = child_ended},
        .started = config->handover->is_reload ? config->handover->started : clock_ms(),
        .counters = -1,
        .recent = -1,
        .signals = -1};
    timer_init(&supervisor->leave_end, leave_late, supervisor);
    children_init(&supervisor->children, &supervisor->owner, config->config->workers,
                  config->config->web.socket != -1, config->handover->generation + 1);
    supervisor->loop = supervisor->owner.loop = loop_new();
    surveys_init(&supervisor->surveys, supervisor->loop);
    reload_init(&supervisor->reload, supervisor->loop, config->argv,
                &(struct reload_owner){hand_over, is_busy, supervisor});
    if (roles_open(&supervisor->roles, config->config, config->sockets) == -1 ||
        !supervisor->loop || (supervisor->signals = signals_open()) == -1)
        return -1;
    open_side_facilities(supervisor);
    if (children_adopt(&supervisor->children, config->handover) == -1 ||
        !loop_watch(supervisor->loop, supervisor->signals, POLLIN, signal_ready,
                    supervisor))
        return -1;
    return 0;
}

static void close_all(struct supervisor *supervisor)
{
    surveys_free(&supervisor->surveys);
    children_free(&supervisor->children);
    roles_close(&supervisor->roles);
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
        hijackwatch_start(&supervisor.ports, supervisor.loop, config->sockets,
                          socket_opened, &supervisor);
        addrwatch_start(&supervisor.addrs, supervisor.loop, config->sockets, renew,
                        &supervisor);
        children_start(&supervisor.children);
        count_starting(&supervisor);
        watchdog_start(&supervisor.watchdog, supervisor.loop, all_live, &supervisor);
        reap(&supervisor); /* those that ended while the program was executed */
        result = loop_run(supervisor.loop);
    }
    if (result == -1)
        log_error("the server cannot go on and stops: %m");
    close_all(&supervisor);
    return supervisor.failed ? -1 : result;
}
