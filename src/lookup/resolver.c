#include "lookup/resolver.h"

#include <resolv.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/shortage.h"
#include "lookup/sources.h"

/* The door answers at once; only a lost datagram makes libc ask again. */
enum { RETRY_SECONDS = 1, TRIES = 2, PROBE_TRIES = 1 };

void resolver_clean_environment(void)
{
    unsetenv("HOSTALIASES");
    unsetenv("LOCALDOMAIN");
    unsetenv("RES_OPTIONS");
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
    if (res_ninit(&_res) < 0)
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
