#include "lookup/sources.h"

#include <errno.h>
#include <nss.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/host_file.h"
#include "base/hosts_line.h"
#include "base/log.h"

static const char path[] = "/etc/nsswitch.conf";

enum {
    RESOLVED_MS = 1000, /* between two looks at resolved */
    LOOPS_MS = 60000,   /* for which its stub is taken to lead back to us */
};

static void warn_if_denied(void)
{
    static struct host_file_denial denial = {.lock = PTHREAD_MUTEX_INITIALIZER};

    host_file_warn_denied(&denial, path, "its hosts: line is not followed");
}

static bool is_folder(void)
{
    struct stat file;

    return stat(path, &file) == 0 && S_ISDIR(file.st_mode);
}

/* True if libc goes on as if the file were empty, since it cannot be opened: glibc's
 * nss_database_reload(). For any other error it fails. A folder is opened, but not read. */
static bool counts_as_empty(int error)
{
    switch (error) {
    case EACCES:
    case EISDIR:
    case ELOOP:
    case ENOENT:
    case ENOTDIR:
    case EPERM:
        return true;
    default:
        return error == EINVAL && !is_folder(); /* a device; see host_file_open() */
    }
}

/* The octets that libc reads of the file, 0 if there is none, or -1 with errno if libc
 * fails; `text` has room for NSS_TEXT. */
static ssize_t read_octets(char *text)
{
    int fd = host_file_open(path), error = errno;
    ssize_t got;

    if (fd == -1) {
        warn_if_denied();
        errno = error;
        return counts_as_empty(error) ? 0 : -1;
    }
    got = read(fd, text, NSS_TEXT - 1);
    error = errno;
    close(fd);
    errno = error;
    return got;
}

/* Reads the file. False if libc cannot use it; `is_short` is then true if that may be over
 * at any moment, because the host lacks descriptors or memory. */
static bool read_file(char *text, bool *is_short)
{
    ssize_t got = read_octets(text);

    *is_short = got == -1 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM);
    return hosts_line_prepare(text, got < 0 ? 0 : (size_t)got) && got >= 0;
}

/* True if the file has changed, come or gone since the last call. */
static bool file_changed(struct stat *seen, bool *was_missing)
{
    bool came = *was_missing;
    struct stat now;

    *was_missing = stat(path, &now) == -1;
    if (*was_missing) {
        warn_if_denied();
        return !came;
    }
    if (!came && host_file_same(&now, seen))
        return false;
    *seen = now;
    return true;
}

/* Shared by all threads of the process, as the line that libc follows is. */
static struct {
    pthread_mutex_t lock;
    struct stat file;
    bool is_file_missing;
    char text[NSS_TEXT], line[2 * NSS_TEXT];
    bool names_resolve;
    enum resolved_state resolved;
    int64_t resolved_due, loops_until; /* clock_ms() */
    bool stub_is_us;
    enum nss_line kind;
    bool is_set; /* libc follows the line that we have set, and does not read the file */
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
 * nscd's cache knows neither the libc stub nor the difference between NXDOMAIN, no data and
 * a failure. libc asks nscd only while it reads its line from the file, so the line is set.
 */
static bool is_nscd_there(void)
{
    return access("/run/nscd/socket", F_OK) == 0;
}

/* If the file has no line, libc uses its own: `files dns` since glibc 2.33. */
static void set_line(enum nss_line kind)
{
    if (kind == LINE_MISSING)
        strcpy(host.line, "files dns");
    else if (kind == LINE_WRONG)
        nss_line_write_none(host.line);
    if (__nss_configure_lookup("hosts", host.line) == 0)
        host.is_set = true;
}

/* Logs it once each time that the line becomes wrong. */
static void warn(enum nss_line kind)
{
    static struct log_limit limit;

    if (kind == LINE_WRONG && host.kind != LINE_WRONG &&
        log_limit_allows(&limit, clock_ms()))
        log_warning("the C library cannot use the hosts: line of %s, or another one there, "
                    "so all lookups fail; correct it",
                    path);
    host.kind = kind;
}

static void read_and_decide(void)
{
    static unsigned version;
    bool is_short, is_right = read_file(host.text, &is_short);
    enum nss_line kind;

    host.is_file_missing |= is_short; /* so it is read again the next time */
    host.names_resolve = strstr(host.text, "resolve") != NULL;
    resolved_changed();
    if (is_right)
        kind = nss_line_read(host.text, host.resolved, &host.sources, host.line);
    else
        kind = nss_line_refuse(&host.sources, host.line);
    host.sources.version = ++version;
    if (kind == LINE_WRITTEN || host.is_set || is_nscd_there())
        set_line(kind);
    if (!is_short)
        warn(kind); /* otherwise nothing there is to be corrected */
}

static struct sources current_sources(bool sees_nscd)
{
    struct sources sources;

    pthread_mutex_lock(&host.lock);
    if (file_changed(&host.file, &host.is_file_missing) || resolved_changed() ||
        (sees_nscd && !host.is_set && is_nscd_there()))
        read_and_decide();
    sources = host.sources;
    pthread_mutex_unlock(&host.lock);
    return sources;
}

struct sources sources_now(void)
{
    return current_sources(true);
}

struct sources sources_now_ignoring_nscd(void)
{
    return current_sources(false);
}

struct sources sources_last(void)
{
    struct sources sources;

    pthread_mutex_lock(&host.lock);
    sources = host.sources;
    pthread_mutex_unlock(&host.lock);
    return sources;
}

void sources_read_line(char *line, size_t size)
{
    pthread_mutex_lock(&host.lock);
    snprintf(line, size, "%s", host.kind == LINE_MISSING ? "files dns" : host.line);
    pthread_mutex_unlock(&host.lock);
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
    resolv_conf_read(conf);
    if (servers == SERVERS_OF_RESOLV_CONF)
        return;
    conf->server_count = servers == SERVERS_OF_RESOLVED;
    conf->servers[0] = resolved_stub();
    conf->rotate = conf->use_tcp = false;
}
