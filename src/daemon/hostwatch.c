#include "daemon/hostwatch.h"

#include <errno.h>
#include <limits.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum {
    LINKS_MAX = 8,  /* symbolic links that are followed */
    QUIET_MS = 100, /* an edit is over when so long nothing more has come */
    EVENTS = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_CREATE | IN_DELETE |
             IN_MOVED_FROM | IN_MOVED_TO,
    FILE_EVENTS = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB,
};

/* What libc reads for getaddrinfo(); from READ_ONCE on not again in the same process. */
static const char *const paths[] = {"/etc/hosts", "/etc/nsswitch.conf", "/etc/resolv.conf",
                                    "/etc/host.conf", "/etc/gai.conf"};

enum {
    FILES = sizeof paths / sizeof *paths,
    READ_ONCE = 3,
    NETWORK = FILES,
    RESOLVED,
    THINGS
};

/*
 * systemd-resolved leaves its state here, for each link too, and makes its socket anew when
 * it starts. NULL: all that is in the folder. A folder may come later.
 */
static const struct {
    const char *folder, *name;
} resolved_places[] = {
    {"/run", "systemd"},
    {"/run/systemd", "resolve"},
    {"/run/systemd/resolve", NULL},
    {"/run/systemd/resolve/netif", NULL},
};

enum { RESOLVED_PLACES = sizeof resolved_places / sizeof *resolved_places };

/* A name in a folder: the file's own, and those that its symbolic links lead through. */
struct place {
    int folder; /* inotify's number */
    char name[NAME_MAX + 1];
};

struct hostwatch {
    struct loop *loop;
    void (*changed)(void *context);
    void (*renew)(void *context); /* NULL: nobody */
    void *context;
    int inotify, netlink; /* -1: closed */
    struct watch *inotify_watch, *netlink_watch;
    struct place places[FILES][LINKS_MAX];
    size_t place_count[FILES];
    int file[FILES]; /* inotify's number of the file itself; -1: there is none */
    int resolved[RESOLVED_PLACES];
    bool has_changed[THINGS]; /* since the last line was logged */
    struct timer quiet;
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
    if (renew && hosts->renew)
        hosts->renew(hosts->context);
}

static void note_change(struct hostwatch *hosts, int thing)
{
    hosts->has_changed[thing] = true;
    timer_set(hosts->loop, &hosts->quiet, clock_ms() + QUIET_MS);
}

/* Watches the folder that the path is in; the path need not exist. */
static bool add_place(struct hostwatch *hosts, int file, char *path)
{
    struct place *place = &hosts->places[file][hosts->place_count[file]];
    char *slash = strrchr(path, '/');

    if (!slash || strlen(slash + 1) >= sizeof place->name)
        return false;
    strcpy(place->name, slash + 1);
    *slash = '\0';
    place->folder = inotify_add_watch(hosts->inotify, *path ? path : "/", EVENTS);
    *slash = '/';
    if (place->folder == -1)
        return false;
    hosts->place_count[file]++;
    return true;
}

/* Replaces the path by what its symbolic link says; false if it is none. */
static bool follow_link(char path[static PATH_MAX])
{
    char target[PATH_MAX];
    ssize_t len = readlink(path, target, sizeof target - 1);
    size_t folder = (size_t)(strrchr(path, '/') - path) + 1;

    if (len <= 0)
        return false;
    target[len] = '\0';
    if (*target == '/')
        folder = 0;
    if (folder + (size_t)len >= PATH_MAX)
        return false;
    strcpy(path + folder, target);
    return true;
}

static void find_places(struct hostwatch *hosts, int file)
{
    char path[PATH_MAX];

    /* A file that is mounted over another one is not seen through the folder it is in. */
    hosts->file[file] = inotify_add_watch(hosts->inotify, paths[file], FILE_EVENTS);
    hosts->place_count[file] = 0;
    strcpy(path, paths[file]);
    do
        if (!add_place(hosts, file, path))
            return;
    while (hosts->place_count[file] < LINKS_MAX && follow_link(path));
}

static bool is_about(const struct hostwatch *hosts, int file,
                     const struct inotify_event *event)
{
    if (event->mask & IN_Q_OVERFLOW || event->wd == hosts->file[file])
        return true;
    for (size_t i = 0; i < hosts->place_count[file]; i++)
        if (hosts->places[file][i].folder == event->wd && event->len > 0 &&
            strcmp(hosts->places[file][i].name, event->name) == 0)
            return true;
    return false;
}

static void find_resolved(struct hostwatch *hosts)
{
    for (int i = 0; i < RESOLVED_PLACES; i++)
        hosts->resolved[i] =
            inotify_add_watch(hosts->inotify, resolved_places[i].folder, EVENTS);
}

static bool is_about_resolved(const struct hostwatch *hosts,
                              const struct inotify_event *event)
{
    for (int i = 0; i < RESOLVED_PLACES; i++) {
        const char *name = resolved_places[i].name;

        if (hosts->resolved[i] == event->wd && event->len > 0 &&
            (!name || strcmp(name, event->name) == 0))
            return true;
    }
    return false;
}

static bool note_event(struct hostwatch *hosts, const struct inotify_event *event)
{
    bool any = false;

    for (int i = 0; i < FILES; i++) {
        if (!is_about(hosts, i, event))
            continue;
        note_change(hosts, i);
        any = true;
    }
    if (!is_about_resolved(hosts, event))
        return any;
    note_change(hosts, RESOLVED);
    return true;
}

static void find_all(struct hostwatch *hosts)
{
    for (int i = 0; i < FILES; i++)
        find_places(hosts, i);
    find_resolved(hosts);
}

static void files_ready(void *context, short revents)
{
    _Alignas(struct inotify_event) char events[16 * (sizeof(struct inotify_event) + 64)];
    struct hostwatch *hosts = context;
    bool any = false;
    ssize_t len;

    (void)revents;
    while ((len = read(hosts->inotify, events, sizeof events)) > 0)
        for (char *at = events; at < events + len;) {
            const struct inotify_event *event = (const struct inotify_event *)(void *)at;

            any |= note_event(hosts, event);
            at += sizeof *event + event->len;
        }
    if (!any)
        return;
    find_all(hosts);
    hosts->changed(hosts->context);
}

static void network_ready(void *context, short revents)
{
    struct hostwatch *hosts = context;
    char message[8192];

    (void)revents;
    while (recv(hosts->netlink, message, sizeof message, MSG_DONTWAIT) > 0 ||
           errno == ENOBUFS) {
        /* that something has changed is all that matters */
    }
    note_change(hosts, NETWORK);
    hosts->changed(hosts->context);
}

static int open_netlink(void)
{
    struct sockaddr_nl groups = {.nl_family = AF_NETLINK,
                                 .nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR |
                                              RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (fd != -1 && bind(fd, (const struct sockaddr *)&groups, sizeof groups) == -1) {
        close(fd);
        return -1;
    }
    return fd;
}

static int set_up(struct hostwatch *hosts)
{
    hosts->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (hosts->inotify == -1)
        return -1;
    find_all(hosts);
    hosts->inotify_watch =
        loop_watch(hosts->loop, hosts->inotify, POLLIN, files_ready, hosts);
    if (!hosts->inotify_watch)
        return -1;
    hosts->netlink = open_netlink();
    if (hosts->netlink == -1) {
        log_warning("changes of addresses and routes will not be noticed: %m");
        return 0;
    }
    hosts->netlink_watch =
        loop_watch(hosts->loop, hosts->netlink, POLLIN, network_ready, hosts);
    return hosts->netlink_watch ? 0 : -1;
}

struct hostwatch *hostwatch_new(struct loop *loop, void (*changed)(void *context),
                                void *context)
{
    struct hostwatch *hosts = calloc(1, sizeof *hosts);
    int saved;

    if (!hosts)
        return NULL;
    hosts->loop = loop;
    hosts->changed = changed;
    hosts->context = context;
    hosts->inotify = hosts->netlink = -1;
    timer_init(&hosts->quiet, edit_is_over, hosts);
    if (set_up(hosts) == 0)
        return hosts;
    saved = errno;
    hostwatch_free(hosts);
    errno = saved;
    return NULL;
}

void hostwatch_on_renewal(struct hostwatch *hosts, void (*renew)(void *context))
{
    hosts->renew = renew;
}

void hostwatch_free(struct hostwatch *hosts)
{
    if (!hosts)
        return;
    timer_cancel(&hosts->quiet);
    loop_unwatch(hosts->loop, hosts->inotify_watch);
    loop_unwatch(hosts->loop, hosts->netlink_watch);
    if (hosts->inotify != -1)
        close(hosts->inotify);
    if (hosts->netlink != -1)
        close(hosts->netlink);
    free(hosts);
}
