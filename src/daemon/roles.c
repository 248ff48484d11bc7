#include "daemon/roles.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/counters.h"
#include "base/log.h"
#include "base/recent.h"
#include "daemon/descriptors.h"
#include "daemon/notify.h"
#include "daemon/privileges.h"
#include "daemon/sandbox.h"
#include "dnstap/tap.h"
#include "dnstap/tap_writer.h"
#include "web/web.h"

static const char *const log_names[ROLES] = {"hostdnsd[serve]", "hostdnsd[lookup]",
                                             "hostdnsd[web]", "hostdnsd[dnstap]"};

int roles_open(struct roles *roles, const struct config *config,
               const struct sockets *sockets)
{
    *roles = (struct roles){.config = config,
                            .sockets = sockets,
                            .counters = -1,
                            .recent = -1,
                            .tap_memory = -1};
    for (unsigned i = 0; i < config->workers; i++)
        roles->questions[i] = (struct channel){.left = -1, .right = -1};
    for (unsigned i = 0; i < config->workers; i++)
        if (channel_open(&roles->questions[i]) == -1)
            return -1;
    return 0;
}

void roles_close(struct roles *roles)
{
    for (unsigned i = 0; i < roles->config->workers; i++)
        channel_close(&roles->questions[i]);
}

/* Ctrl+C on a terminal reaches the children too, but the supervisor says when to leave. */
static void ignore_signals(void)
{
    sigset_t none;

    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int run_serve(const struct roles *roles, const struct child *child, int control)
{
    static struct listener share[LISTENERS_MAX];
    struct serve_config serve = roles->config->serve;
    int questions = roles->questions[child->number].left;
    int kept[2 * LISTENERS_MAX + 2] = {control, questions};
    size_t count = 2;

    serve.listeners = share;
    serve.listener_count =
        sockets_share(roles->sockets, child->number, roles->config->workers, share);
    for (size_t i = 0; i < serve.listener_count; i++) {
        kept[count++] = share[i].udp;
        kept[count++] = share[i].tcp;
    }
    descriptors_keep(kept, count);
    recent_begin();
    serve.hides_clients = roles->config->web.privacy;
    serve.confine = sandbox_serve;
    return serve_run(&serve, questions, control);
}

static int run_lookup(const struct roles *roles, int control)
{
    struct lookup_config lookup = roles->config->lookup;
    unsigned workers = roles->config->workers;
    int questions[WORKERS_MAX], kept[WORKERS_MAX + 1];

    for (unsigned i = 0; i < workers; i++)
        questions[i] = kept[i] = roles->questions[i].right;
    kept[workers] = control;
    descriptors_keep(kept, workers + 1);
    recent_close(); /* an NSS module has no business with clients */
    sandbox_lookup();
    lookup.questions = questions;
    lookup.question_count = workers;
    return lookup_run(&lookup, control);
}

static int reader; /* of the counters' page */

/* Once the filter is loaded, which is counted in the page if it fails. */
static void confine_web(void)
{
    sandbox_web();
    counters_read_only(reader);
}

static int run_web(const struct roles *roles, int control)
{
    struct web_config web = roles->config->web;
    int kept[3];

    recent_only_read(counters_reader(roles->recent));
    reader = counters_reader(roles->counters);
    kept[0] = control;
    kept[1] = web.socket;
    kept[2] = reader;
    descriptors_keep(kept, reader == -1 ? 2 : 3);
    web.lookup_slot = roles->lookup_slot;
    web.confine = confine_web;
    return web_run(&web, control);
}

static int run_dnstap(const struct roles *roles, int control)
{
    const struct tap_writer_config writer = {
        .tap = roles->config->tap, .memory = roles->tap_memory, .confine = sandbox_dnstap};
    int kept[] = {control, roles->tap_memory};

    recent_close(); /* this process has no business with it */
    descriptors_keep(kept, 2);
    return tap_writer_run(&writer, control);
}

/* Its messages are lost without the ring, but its answers are not. */
static void open_tap(const struct roles *roles, const struct child *child)
{
    if (tap_open(roles->tap_memory, child->slot) == -1)
        log_warning("messages of this process are not seen by dnstap: %m");
}

static int run(const struct roles *roles, const struct child *child, int control)
{
    switch (child->role) {
    case ROLE_SERVE:
        open_tap(roles, child);
        return run_serve(roles, child, control);
    case ROLE_LOOKUP:
        open_tap(roles, child);
        return run_lookup(roles, control);
    case ROLE_DNSTAP:
        return run_dnstap(roles, control);
    default:
        return run_web(roles, control);
    }
}

void roles_run(const struct roles *roles, const struct child *child, int control)
{
    int result;

    ignore_signals();
    counters_use(child->slot);
    log_rename(log_names[child->role]);
    notify_forget();
    if (privileges_drop_rest() == -1)
        log_warning("cannot give up the last capabilities: %m");
    result = run(roles, child, control);
    if (result == -1)
        log_error("this process cannot go on and ends: %m");
    if (child->role == ROLE_LOOKUP)
        _exit(result == -1); /* its threads may be inside libc */
    exit(result == -1);
}
