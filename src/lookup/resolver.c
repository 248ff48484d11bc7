#include "lookup/resolver.h"

#include <fcntl.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/shortage.h"
#include "lookup/sources.h"

static const char path[] = "/etc/resolv.conf";

enum {
    FILE_MAX = 16384, /* no real one is longer */
    SEARCH_MAX = 255, /* res_ninit() asserts that the first domain has room in its state */
};

/* The door answers at once; only a lost datagram makes libc ask again. */
enum { RETRY_SECONDS = 1, TRIES = 2, PROBE_TRIES = 1 };

/* All that libc reads in the resolver or for its files (resolv/res_hconf.c). */
void resolver_clean_environment(void)
{
    static const char *const names[] = {
        "GETCONF_DIR",        "HOSTALIASES",
        "LOCALDOMAIN",        "RES_OPTIONS",
        "RESOLV_MULTI",       "RESOLV_REORDER",
        "RESOLV_HOST_CONF",   "RESOLV_ADD_TRIM_DOMAINS",
        "RESOLV_SPOOF_CHECK", "RESOLV_OVERRIDE_TRIM_DOMAINS",
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);
}

/* The first word of a line that sets the search list, or NULL. */
static const char *search_word(const char *line)
{
    size_t keyword =
        strncmp(line, "search", 6) == 0 || strncmp(line, "domain", 6) == 0 ? 6 : 0;

    if (keyword == 0 || (line[keyword] != ' ' && line[keyword] != '\t'))
        return NULL;
    return line + keyword + strspn(line + keyword, " \t");
}

bool resolver_aborts_on(const char *text)
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
    return resolver_aborts_on(text);
}

/* Looked at again when the file is another one. */
bool resolver_is_unsafe(void)
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

static _Thread_local unsigned refused_before;

void resolver_watch_memory(void)
{
    refused_before = shortage_count();
}

void resolver_check_memory(void)
{
    if (shortage_count() == refused_before)
        return;
    log_warning("memory has run out inside the host's resolver");
    _exit(EXIT_FAILURE);
}

/*
 * res_nclose() on a state that was never initialised would close descriptor 0, and a second
 * res_init() would bring the search list back: hence these steps, in this order.
 */
int resolver_prepare(const struct addr *door, unsigned flags)
{
    resolver_watch_memory();
    sources_avoid_nscd();
    if (_res.options & RES_INIT)
        res_nclose(&_res);
    memset(&_res, 0, sizeof _res);
    _res._vcsock = -1;
    if (resolver_is_unsafe() || res_ninit(&_res) < 0)
        return -1;
    /*
     * A name on the wire is absolute: the search list is the client's (RFC 1034, 5.3.1).
     * What resolv.conf says about transport, upstream does; the door is one server over
     * UDP.
     */
    _res.options &= ~(unsigned long)(RES_DNSRCH | RES_DEFNAMES | RES_USEVC | RES_ROTATE |
                                     RES_USE_EDNS0 | RES_TRUSTAD);
    _res.retrans = RETRY_SECONDS;
    _res.retry = flags & RESOLVER_PROBE ? PROBE_TRIES : TRIES;
    _res.nscount = 0;
    if (flags & RESOLVER_PROBE)
        _res.options &= ~(unsigned long)RES_RECURSE;
    if (flags & QUESTION_DNSSEC_OK)
        _res.options |= RES_USE_DNSSEC;
    if (flags & QUESTION_CHECKING_DISABLED)
        _res.options |= RES_TRUSTAD; /* sets AD; there is no option for CD */
    if (door) {
        _res.nsaddr_list[0] = door->sock.ip4;
        _res.nscount = 1;
    }
    return 0;
}
