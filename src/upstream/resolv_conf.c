#include "upstream/resolv_conf.h"

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
    SEARCH_MAX = 255, /* res_ninit() asserts that the first domain has room in its state */
};

/* The first word of a line that sets the search list, or NULL. */
static const char *search_word(const char *line)
{
    size_t keyword =
        strncmp(line, "search", 6) == 0 || strncmp(line, "domain", 6) == 0 ? 6 : 0;

    if (keyword == 0 || (line[keyword] != ' ' && line[keyword] != '\t'))
        return NULL;
    return line + keyword + strspn(line + keyword, " \t");
}

bool resolv_conf_aborts_on(const char *text)
{
    bool aborts = false;

    for (const char *line = text; line; line = strchr(line, '\n')) {
        const char *word;

        line += *line == '\n';
        word = search_word(line);
        if (word && *word && *word != '\n')
            aborts = strcspn(word, " \t\n") > SEARCH_MAX;
    }
    return aborts;
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
    for (ssize_t i = 0; i < got; i++)
        if (text[i] == '\0')
            text[i] = ' '; /* the rest of the line does not end the file */
    return resolv_conf_aborts_on(text);
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
        log_warning("the C library would abort on %s: it is too long, or its first search "
                    "domain is",
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
