#include "lookup/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <nss.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "lookup/hosts_line.h"

static const char path[] = "/etc/nsswitch.conf";

enum {
    RESOLVED_MS = 1000, /* so long it is known how resolved is */
    LOOPS_MS = 60000,   /* likewise, that its stub leads back to us */
};

/* The line that libc is to follow, while it is written. */
struct draft {
    char *line;
    size_t len;
    struct sources *sources;
    enum resolved_state resolved;
    size_t count, dns_at;   /* sources so far; which of them is `dns`, 0: none */
    bool starts_with_files; /* the first is `files`, without actions */
    bool may_hide_dns; /* an action may end the search before DNS with DNS's own code */
    bool is_written;   /* it is another one than the file's */
    bool is_over;      /* libc comes to none of the sources behind */
};

static bool is_default(const struct hosts_source *source)
{
    return source->on[HOSTS_SUCCESS] == HOSTS_RETURN &&
           source->on[HOSTS_NOTFOUND] == HOSTS_CONTINUE &&
           source->on[HOSTS_UNAVAIL] == HOSTS_CONTINUE &&
           source->on[HOSTS_TRYAGAIN] == HOSTS_CONTINUE;
}

static bool may_hide_dns(const struct hosts_source *source)
{
    return source->on[HOSTS_SUCCESS] == HOSTS_MERGE ||
           source->on[HOSTS_NOTFOUND] == HOSTS_MERGE ||
           source->on[HOSTS_UNAVAIL] != HOSTS_CONTINUE ||
           source->on[HOSTS_TRYAGAIN] != HOSTS_CONTINUE;
}

static void append(struct draft *draft, const char *text, size_t len)
{
    memcpy(draft->line + draft->len, text, len);
    draft->len += len;
    draft->line[draft->len] = '\0';
}

static void put(struct draft *draft, const char *text, size_t len)
{
    append(draft, " ", draft->len > 0);
    append(draft, text, len);
}

static void put_source(struct draft *draft, const struct hosts_source *source)
{
    draft->count++;
    if (draft->count == 1)
        draft->starts_with_files = hosts_source_is(source, "files") && is_default(source);
    if (draft->dns_at == 0)
        draft->may_hide_dns |= may_hide_dns(source);
    put(draft, source->name, source->len);
}

/* Also in the place of a `resolve`, whose actions it has then. */
static void put_dns(struct draft *draft, const struct hosts_source *source)
{
    draft->count++;
    put(draft, "dns", 3);
    if (!draft->is_over)
        append(draft, source->name + source->name_len, source->len - source->name_len);
}

static void put_first_dns(struct draft *draft, const struct hosts_source *source)
{
    put_dns(draft, source);
    draft->dns_at = draft->count;
    draft->may_hide_dns |= source->on[HOSTS_SUCCESS] == HOSTS_MERGE;
    draft->sources->then_if_denied = source->on[HOSTS_NOTFOUND] != HOSTS_RETURN;
    draft->sources->then_if_failed = source->on[HOSTS_TRYAGAIN] != HOSTS_RETURN;
}

/* Name servers have their place in the line; if there are others already, they come next.
 */
static void put_servers(struct draft *draft, const struct hosts_source *source,
                        enum sources_servers servers)
{
    if (draft->dns_at == 0) {
        draft->sources->servers = servers;
        put_first_dns(draft, source);
    } else if (draft->sources->servers == servers) {
        put_dns(draft, source);
    } else {
        draft->sources->then = servers;
        draft->is_written = true;
    }
}

static bool names_dns(const char *rest)
{
    struct hosts_source source;

    while (hosts_line_next(&rest, &source) == HOSTS_SOURCE)
        if (hosts_source_is(&source, "dns"))
            return true;
    return false;
}

/* To libc it is unavailable; but a host without it and without DNS has failed, and does not
 * know that there is no such name. `servers`: who can tell why. */
static void put_absent(struct draft *draft, const struct hosts_source *source,
                       const char *rest, enum sources_servers servers)
{
    bool ends = source->on[HOSTS_UNAVAIL] == HOSTS_RETURN;

    draft->is_written = true;
    draft->is_over = ends;
    if (draft->dns_at == 0 && (ends || !names_dns(rest))) {
        draft->is_over = true;
        draft->sources->servers = servers;
        put_first_dns(draft, source);
        draft->is_over = ends;
    }
}

static void put_resolve(struct draft *draft, const struct hosts_source *source,
                        const char *rest)
{
    switch (draft->resolved) {
    case RESOLVED_STUB:
        draft->is_written = true;
        /* Asked at the door, DNS is never unavailable to libc. */
        draft->is_over = hosts_source_ends(source);
        put_servers(draft, source, SERVERS_OF_RESOLVED);
        return;
    case RESOLVED_HIDDEN:
        draft->sources->doubted = true;
        put_source(draft, source);
        return;
    case RESOLVED_LOOPS:
        draft->sources->stub_loops = true;
        put_absent(draft, source, rest, SERVERS_OF_RESOLVED);
        return;
    case RESOLVED_ABSENT:
        put_absent(draft, source, rest, SERVERS_NONE);
    }
}

static enum sources_line finish(const struct draft *draft)
{
    struct sources *sources = draft->sources;
    bool is_last = draft->dns_at > 0 && draft->dns_at == draft->count;

    sources->follow_dns = draft->dns_at > 0 && !is_last;
    sources->end_in_dns = is_last && !draft->may_hide_dns;
    sources->files_then_dns =
        sources->end_in_dns && draft->count == 2 && draft->starts_with_files;
    return draft->is_written ? LINE_WRITTEN : LINE_AS_IT_IS;
}

/* Of an empty list libc reads more than there is (glibc 2.36). A source that there is
 * nowhere makes it fail in good order. */
static enum sources_line no_source(char *line)
{
    strcpy(line, "hostdns_none");
    return LINE_WRITTEN;
}

enum sources_line sources_in(const char *text, enum resolved_state resolved,
                             struct sources *sources, char *line)
{
    struct draft draft = {.line = line, .sources = sources, .resolved = resolved};
    static char copy[SOURCES_TEXT];
    struct hosts_source source;
    enum hosts_next next = HOSTS_SOURCE;
    const char *at = copy;
    size_t len;
    const char *found = hosts_line_find(text, &len);

    *sources = (struct sources){.follow_dns = true, .then = SERVERS_NONE};
    *line = '\0';
    if (!found)
        return LINE_MISSING;
    memcpy(copy, found, len);
    copy[len] = '\0';
    while (!draft.is_over && (next = hosts_line_next(&at, &source)) == HOSTS_SOURCE)
        if (hosts_source_is(&source, "resolve"))
            put_resolve(&draft, &source, at);
        else if (hosts_source_is(&source, "dns"))
            put_servers(&draft, &source, SERVERS_OF_RESOLV_CONF);
        else
            put_source(&draft, &source);
    if (next == HOSTS_WRONG)
        return LINE_WRONG;
    return draft.count == 0 ? no_source(line) : finish(&draft);
}

/* The file's text, or NULL; `text` has room for SOURCES_TEXT octets. */
static const char *read_file(char *text)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd == -1 ? -1 : read(fd, text, SOURCES_TEXT - 1);

    if (fd != -1)
        close(fd);
    if (got < 0)
        return NULL;
    text[got] = '\0';
    return text;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
           a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* True if the file is another one than last time: always, if there is none. */
static bool file_changed(struct stat *seen)
{
    struct stat now;

    if (stat(path, &now) == -1)
        return true;
    if (same_file(&now, seen))
        return false;
    *seen = now;
    return true;
}

/* What all threads of the process have in common, as libc's line is. */
static struct {
    pthread_mutex_t lock;
    struct stat file;
    char text[SOURCES_TEXT], line[2 * SOURCES_TEXT];
    bool names_resolve;
    enum resolved_state resolved;
    int64_t resolved_due, loops_until; /* clock_ms() */
    bool stub_is_us;
    enum sources_line kind;
    bool is_set; /* libc follows the line that we have set, and reads none */
    struct sources sources;
} host = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool resolved_changed(void)
{
    enum resolved_state before = host.resolved;
    int64_t now;

    if (!host.names_resolve)
        return false;
    now = clock_ms();
    if (now < host.resolved_due)
        return false;
    host.resolved = resolved_look(host.stub_is_us);
    if (host.resolved == RESOLVED_STUB && now < host.loops_until)
        host.resolved = RESOLVED_LOOPS;
    host.resolved_due = now + RESOLVED_MS;
    return host.resolved != before;
}

/*
 * libc asks nscd, if it runs, only while its sources come from the file; and nscd's cache
 * knows neither our door nor the difference between "no such name", "no data" and a
 * failure.
 */
static bool is_nscd_there(void)
{
    return access("/run/nscd/socket", F_OK) == 0;
}

/* Without the line libc has its own: this one since glibc 2.33. */
static void set_line(enum sources_line kind)
{
    if (kind == LINE_MISSING)
        strcpy(host.line, "files dns");
    else if (kind == LINE_WRONG)
        no_source(host.line);
    if (__nss_configure_lookup("hosts", host.line) == 0)
        host.is_set = true;
}

/* Once for each time that the line becomes so. */
static void warn(enum sources_line kind)
{
    static struct log_limit limit;

    if (kind == LINE_WRONG && host.kind != LINE_WRONG &&
        log_limit_allows(&limit, clock_ms()))
        log_warning("the C library cannot use the hosts: line of %s, and finds no name",
                    path);
    host.kind = kind;
}

static void read_and_decide(void)
{
    const char *text = read_file(host.text);
    enum sources_line kind;

    host.names_resolve = text && strstr(text, "resolve") != NULL;
    resolved_changed();
    kind = sources_in(text ? text : "", host.resolved, &host.sources, host.line);
    if (kind == LINE_WRITTEN || host.is_set || is_nscd_there())
        set_line(kind);
    warn(kind);
}

struct sources sources_look(void)
{
    struct sources sources;

    pthread_mutex_lock(&host.lock);
    if (file_changed(&host.file) || resolved_changed() || (!host.is_set && is_nscd_there()))
        read_and_decide();
    sources = host.sources;
    pthread_mutex_unlock(&host.lock);
    return sources;
}

struct sources sources_last(void)
{
    struct sources sources;

    pthread_mutex_lock(&host.lock);
    sources = host.sources;
    pthread_mutex_unlock(&host.lock);
    return sources;
}

bool sources_follow_dns(void)
{
    return sources_look().follow_dns;
}

void sources_forget_resolved(void)
{
    pthread_mutex_lock(&host.lock);
    host.resolved_due = host.loops_until = 0;
    pthread_mutex_unlock(&host.lock);
}

void sources_stub_leads_back(bool is_us)
{
    pthread_mutex_lock(&host.lock);
    host.stub_is_us |= is_us;
    host.loops_until = clock_ms() + LOOPS_MS;
    host.resolved_due = 0;
    pthread_mutex_unlock(&host.lock);
}

void sources_read_servers(enum sources_servers servers, struct resolv_conf *conf)
{
    if (resolv_conf_read(conf) == -1)
        *conf = (struct resolv_conf){0};
    if (servers == SERVERS_OF_RESOLV_CONF)
        return;
    conf->server_count = servers == SERVERS_OF_RESOLVED;
    conf->servers[0] = resolved_stub();
    conf->rotate = conf->use_tcp = false;
}
