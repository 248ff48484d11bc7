#include "upstream/resolv_conf.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <resolv.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/shortage.h"

static const char path[] = "/etc/resolv.conf";

enum {
    FILE_MAX = 16384, /* no real one is longer */
    /* res_ninit() copies the search list into its state and asserts that what it has left
     * out was one domain too many, or had no room; but takes the room for smaller than it
     * is (glibc 2.36, resolv_conf_matches: the size of `dnsrch` in place of `defdname`). */
    SEARCH_ROOM = sizeof((struct __res_state *)0)->defdname,
    SEARCH_LEAST = sizeof((struct __res_state *)0)->dnsrch,
};

/* What follows the keyword of a line that sets the search list, or NULL. `most` is how many
 * domains libc takes of it. */
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

/* True if the first domain that has no room comes so early that libc does not expect it. */
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

/* What libc has read of the sort list when it has taken one item: an address and its mask,
 * or what is neither; nothing of what it stops at and begins again with. */
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

/* True if the line sets the sort list and libc never comes to its end. */
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

static bool read_and_decide(void)
{
    char text[FILE_MAX + 1];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd == -1 ? -1 : read(fd, text, sizeof text);

    if (fd != -1)
        close(fd);
    if (got < 0)
        return false;
    if (got > FILE_MAX)
        return true;
    text[got] = '\0';
    blank_after_nuls(text, (size_t)got);
    return resolv_conf_is_unsafe_text(text);
}

/* Looked at again when the file is another one. */
bool resolv_conf_is_unsafe(void)
{
    static _Thread_local struct stat seen;
    static _Thread_local bool unsafe;
    static struct log_limit limit;
    struct stat now;

    if (stat(path, &now) == -1)
        return false;
    if (now.st_ino == seen.st_ino && now.st_dev == seen.st_dev &&
        now.st_size == seen.st_size && now.st_ctim.tv_sec == seen.st_ctim.tv_sec &&
        now.st_ctim.tv_nsec == seen.st_ctim.tv_nsec)
        return unsafe;
    seen = now;
    unsafe = read_and_decide();
    if (unsafe && log_limit_allows(&limit, clock_ms()))
        log_warning(
            "the C library would abort or hang on %s: it is too long, or a domain of "
            "its search list is",
            path);
    return unsafe;
}

/* An IPv6 server's place in the list of IPv4 servers is empty, and its address elsewhere.
 */
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

int resolv_conf_read(struct resolv_conf *conf)
{
    struct __res_state state;
    int result;

    memset(&state, 0, sizeof state);
    *conf = (struct resolv_conf){0};
    if (resolv_conf_is_unsafe())
        return -1;
    shortage_watch();
    result = res_ninit(&state);
    shortage_end();
    if (result < 0)
        return -1;
    for (int i = 0; i < state.nscount && conf->server_count < SERVERS_MAX; i++)
        if (server_addr(&state, i, &conf->servers[conf->server_count]))
            conf->server_count++;
    /* libc waits a second where it is told not to wait at all. */
    conf->timeout_ms = state.retrans > 0 ? (unsigned)state.retrans * 1000 : 1000;
    conf->attempts = state.retry > 0 ? (unsigned)state.retry : 1;
    conf->rotate = (state.options & RES_ROTATE) != 0;
    conf->use_tcp = (state.options & RES_USEVC) != 0;
    conf->trust_ad = (state.options & RES_TRUSTAD) != 0;
    conf->no_aaaa = (state.options & RES_NOAAAA) != 0;
    res_nclose(&state);
    return 0;
}
