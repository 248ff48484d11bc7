#include "daemon/hostwatch.h"

#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/facilities.h"
#include "daemon/netwatch.h"
#include "daemon/pathwatch.h"
#include "daemon/statwatch.h"

enum {
    QUIET_MS = 100, /* an edit is over when nothing more has come for this long */
    CHECK_MS = 800, /* leaves time for an edit to be seen within a second */
};

/* The files that libc reads for getaddrinfo(), those from READ_ONCE on only once in a
 * process, and the folders of systemd-resolved's state. */
static const char *const paths[] = {
    "/etc/hosts",    "/etc/nsswitch.conf",   "/etc/resolv.conf",           "/etc/host.conf",
    "/etc/gai.conf", "/run/systemd/resolve", "/run/systemd/resolve/netif",
};

enum {
    PATHS = sizeof paths / sizeof *paths,
    READ_ONCE = 3,
    FILES = 5,
    RESOLVED = FILES,
    NETWORK,
    THINGS
};

struct hostwatch {
    struct loop *loop;
    void (*changed)(void *context);
    void (*renew)(void *context);
    void *context;
    struct pathwatch *pathwatch; /* NULL: there is no inotify */
    struct statwatch statwatch;
    struct watch *inotify;
    struct netwatch *network; /* NULL: there is no netlink */
    bool has_changed[THINGS]; /* since the last line was logged */
    struct timer check, quiet;
};

static const char *text_of(int thing)
{
    if (thing == NETWORK)
        return "the host's addresses or routes have";
    return thing == RESOLVED ? "systemd-resolved has" : paths[thing];
}

static void log_changes(struct hostwatch *hosts)
{
    for (int i = 0; i < THINGS; i++) {
        if (hosts->has_changed[i])
            log_info("%s changed", text_of(i));
        hosts->has_changed[i] = false;
    }
}

static void edit_is_over(void *context)
{
    struct hostwatch *hosts = context;
    bool renew = false;

    for (int i = READ_ONCE; i < FILES; i++)
        renew |= hosts->has_changed[i];
    log_changes(hosts);
    if (renew)
        hosts->renew(hosts->context);
}

static void note_change(struct hostwatch *hosts, int thing)
{
    hosts->has_changed[thing] = true;
    timer_set(hosts->loop, &hosts->quiet, clock_ms() + QUIET_MS);
}

static void note_paths(struct hostwatch *hosts, unsigned changed)
{
    for (int i = 0; i < PATHS; i++)
        if (changed & 1u << i)
            note_change(hosts, i < FILES ? i : RESOLVED);
    if (changed)
        hosts->changed(hosts->context);
}

static void check_watches(const struct hostwatch *hosts)
{
    if (pathwatch_complete(hosts->pathwatch))
        facility_found(FACILITY_INOTIFY);
    else
        facility_lost(FACILITY_INOTIFY,
                      "no more inotify watches: some edits are seen within a second only "
                      "(raise fs.inotify.max_user_watches)");
}

static void inotify_ready(void *context, short revents)
{
    struct hostwatch *hosts = context;
    unsigned changed = pathwatch_read(hosts->pathwatch);

    (void)revents;
    if (!changed)
        return;
    check_watches(hosts);
    note_paths(hosts, changed | statwatch_check(&hosts->statwatch));
}

/* Looks for what inotify does not tell: mounts, and everything if there is no inotify. */
static void check_paths(void *context)
{
    struct hostwatch *hosts = context;
    unsigned changed = statwatch_check(&hosts->statwatch);

    if (changed && hosts->pathwatch) {
        pathwatch_walk(hosts->pathwatch);
        check_watches(hosts);
    }
    note_paths(hosts, changed);
    timer_set(hosts->loop, &hosts->check, clock_ms() + CHECK_MS);
}

static void network_changed(void *context)
{
    struct hostwatch *hosts = context;

    note_change(hosts, NETWORK);
    hosts->changed(hosts->context);
}

static void watch_paths(struct hostwatch *hosts)
{
    hosts->pathwatch = pathwatch_new(paths, PATHS);
    if (hosts->pathwatch)
        hosts->inotify = loop_watch(hosts->loop, pathwatch_descriptor(hosts->pathwatch),
                                    POLLIN, inotify_ready, hosts);
    if (!hosts->inotify) {
        facility_lost(FACILITY_INOTIFY,
                      "no inotify: edits are seen within a second only: %m");
        pathwatch_free(hosts->pathwatch);
        hosts->pathwatch = NULL;
        return;
    }
    check_watches(hosts);
}

static void watch_network(struct hostwatch *hosts)
{
    hosts->network = netwatch_new(hosts->loop, network_changed, hosts);
    if (!hosts->network)
        facility_lost(FACILITY_NETLINK,
                      "no netlink: changes of addresses and routes are not noticed: %m");
}

struct hostwatch *hostwatch_new(struct loop *loop, void (*changed)(void *context),
                                void (*renew)(void *context), void *context)
{
    struct hostwatch *hosts = calloc(1, sizeof *hosts);

    if (!hosts)
        return NULL;
    hosts->loop = loop;
    hosts->changed = changed;
    hosts->renew = renew;
    hosts->context = context;
    timer_init(&hosts->quiet, edit_is_over, hosts);
    timer_init(&hosts->check, check_paths, hosts);
    /* This comes after the watches, so that no change falls between the two. */
    watch_paths(hosts);
    statwatch_init(&hosts->statwatch, paths, PATHS);
    timer_set(loop, &hosts->check, clock_ms() + CHECK_MS);
    watch_network(hosts);
    return hosts;
}

void hostwatch_free(struct hostwatch *hosts)
{
    if (!hosts)
        return;
    timer_cancel(&hosts->quiet);
    timer_cancel(&hosts->check);
    loop_unwatch(hosts->loop, hosts->inotify);
    pathwatch_free(hosts->pathwatch);
    netwatch_free(hosts->network);
    free(hosts);
}
