#include "upstream/resolv_conf.h"

#include <arpa/inet.h>
#include <resolv.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/host_file.h"
#include "base/log.h"
#include "base/shortage.h"

static const char path[] = "/etc/resolv.conf";

enum {
    FILE_MAX = 16384, /* no real one is longer */
    /* res_ninit() copies the search list into its state, and asserts that it has left out a
     * domain only because there were too many or there was no room. But it takes the room
     * for smaller than it is (glibc 2.36, resolv_conf_matches: the size of `dnsrch` in
     * place of `defdname`). */
    SEARCH_ROOM = sizeof((struct __res_state *)0)->defdname,
    SEARCH_LEAST = sizeof((struct __res_state *)0)->dnsrch,
};

/* The domains on a line that sets the search list, or NULL. libc takes up to `most`. */
static const char *search_list(const char *line, int *most)
{
    bool is_search = strncmp(line, "search", 6) == 0;

    if ((!is_search && strncmp(line, "domain", 6) != 0) ||
        (line[6] != ' ' && line[6] != '\t'))
        return NULL;
    line += 6 + strspn(line + 6, " \t");
    *most = is_search ? MAXDNSRCH : 1;
    return *line == '\0' || *line == '\n' ? NULL : line;
}

/* True if the first domain without room comes so early that libc does not expect it. */
static bool overflows(const char *list, int most)
{
    size_t used = 0;

    for (; most > 0 && *list != '\0' && *list != '\n'; most--) {
        size_t len = strcspn(list, " \t\n") + 1;

        if (used + len > SEARCH_ROOM)
            return used <= SEARCH_LEAST;
        used += len;
        list += len - 1;
        list += strspn(list, " \t");
    }
    return false;
}

static bool is_in_item(char c)
{
    return !(c & 0x80) && !strchr(" \t\n\v\f\r;", c); /* nor its NUL */
}

static bool is_mask_sign(char c)
{
    return c == '/' || c == '&';
}

/* The length of what libc takes as one item of the sort list: an address with its mask, or
 * whatever else stands there. 0 if libc stops there and begins again at the same place. */
static size_t sort_item(const char *list)
{
    char text[256] = "";
    struct in_addr address;
    size_t len = 0;

    while (is_in_item(list[len]) && !is_mask_sign(list[len]))
        len++;
    if (len < sizeof text)
        memcpy(text, list, len);
    if (is_mask_sign(list[len]) && inet_aton(text, &address))
        for (len++; is_in_item(list[len]);)
            len++;
    return len;
}

/* True if the line sets the sort list and libc never reaches its end. */
static bool hangs_on(const char *line)
{
    size_t len = 1;

    if (strncmp(line, "sortlist", 8) != 0 || (line[8] != ' ' && line[8] != '\t'))
        return false;
    for (line += 8; len > 0; line += len) {
        line += strspn(line, " \t");
        if (strchr("\n;", *line)) /* or its NUL */
            return false;
        len = sort_item(line);
    }
    return true;
}

bool resolv_conf_is_unsafe_text(const char *text)
{
    bool aborts = false;

    for (const char *line = text; line; line = strchr(line, '\n')) {
        const char *list;
        int most;

        line += *line == '\n';
        if (hangs_on(line))
            return true;
        list = search_list(line, &most);
        if (list)
            aborts = overflows(list, most);
    }
    return aborts;
}

/* libc reads a line up to the first NUL in it. */
static void blank_after_nuls(char *text, size_t len)
{
    bool blank = false;

    for (size_t i = 0; i < len; i++) {
        blank = text[i] != '\n' && (blank || text[i] == '\0');
        if (blank)
            text[i] = ' ';
    }
}

static void warn_if_denied(void)
{
    static struct host_file_denial denial = {.lock = PTHREAD_MUTEX_INITIALIZER};

    host_file_warn_denied(&denial, path, "its name servers are not asked");
}

static bool read_and_decide(void)
{
    char text[FILE_MAX + 1];
    int fd = host_file_open(path);
    ssize_t got = fd == -1 ? -1 : read(fd, text, sizeof text);

    if (fd == -1)
        warn_if_denied(); /* libc asks 127.0.0.1 then */
    else
        close(fd);
    if (got < 0)
        return false;
    if (got > FILE_MAX)
        return true;
    text[got] = '\0';
    blank_after_nuls(text, (size_t)got);
    return resolv_conf_is_unsafe_text(text);
}

/* What is known of the file, until it is another one. */
struct known {
    struct stat file; /* all zero: there is none */
    unsigned edition;
    bool is_unsafe;
    bool is_read; /* `conf` is what libc reads there */
    struct resolv_conf conf;
};

static struct known *current(void)
{
    static _Thread_local struct known known;
    static struct log_limit limit;
    struct stat now;

    if (stat(path, &now) == -1) {
        warn_if_denied();
        now = (struct stat){0};
    }
    if (host_file_same(&now, &known.file))
        return &known;
    known = (struct known){.file = now, .edition = known.edition + 1};
    known.is_unsafe =
        host_file_may_never_end(path) || (now.st_ino != 0 && read_and_decide());
    if (known.is_unsafe && log_limit_allows(&limit, clock_ms()))
        log_warning(
            "no name is looked up, since the C library would abort or hang on %s: "
            "make it a shorter file, with a valid sortlist and shorter search domains",
            path);
    return &known;
}

bool resolv_conf_is_unsafe(void)
{
    return current()->is_unsafe;
}

/* An IPv6 server has an empty place among the IPv4 servers; its address is elsewhere. */
static bool server_addr(const struct __res_state *state, int i, struct addr *addr)
{
    const struct sockaddr_in6 *ip6 = state->_u._ext.nsaddrs[i];

    *addr = (struct addr){0};
    if (state->nsaddr_list[i].sin_family == AF_INET) {
        addr->sock.ip4 = state->nsaddr_list[i];
        addr->len = sizeof addr->sock.ip4;
    } else if (ip6 && ip6->sin6_family == AF_INET6) {
        addr->sock.ip6 = *ip6;
        addr->len = sizeof addr->sock.ip6;
    }
    return addr->len > 0;
}

static void take_options(const struct __res_state *state, struct resolv_conf *conf)
{
    /* libc waits for a second if it is told not to wait at all. */
    conf->timeout_ms = state->retrans > 0 ? (unsigned)state->retrans * 1000 : 1000;
    conf->attempts = state->retry > 0 ? (unsigned)state->retry : 1;
    conf->rotate = (state->options & RES_ROTATE) != 0;
    conf->use_tcp = (state->options & RES_USEVC) != 0;
    conf->trust_ad = (state->options & RES_TRUSTAD) != 0;
    conf->no_aaaa = (state->options & RES_NOAAAA) != 0;
}

static int read_with_libc(struct resolv_conf *conf)
{
    struct __res_state state;
    int result;

    memset(&state, 0, sizeof state);
    shortage_watch();
    result = res_ninit(&state);
    shortage_end();
    if (result < 0)
        return -1;
    for (int i = 0; i < state.nscount && conf->server_count < SERVERS_MAX; i++)
        if (server_addr(&state, i, &conf->servers[conf->server_count]))
            conf->server_count++;
    take_options(&state, conf);
    res_nclose(&state);
    return 0;
}

/* A file is read once, if it had rested before and is the same afterwards. */
int resolv_conf_read(struct resolv_conf *conf)
{
    struct known *known = current();
    bool has_rested;

    if (known->is_read) {
        *conf = known->conf;
        return 0;
    }
    *conf = (struct resolv_conf){.edition = known->edition};
    if (known->is_unsafe)
        return -1;
    has_rested = known->file.st_ino != 0 && host_file_has_rested(&known->file);
    if (read_with_libc(conf) == -1)
        return -1;
    if (current()->edition == conf->edition && has_rested) {
        known->conf = *conf;
        known->is_read = true;
    }
    return 0;
}
