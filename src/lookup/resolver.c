#include "lookup/resolver.h"

#include <resolv.h>
#include <stdlib.h>
#include <string.h>

#include "base/shortage.h"
#include "upstream/resolv_conf.h"

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

/*
 * res_nclose() on a state that was never initialised would close descriptor 0, and a second
 * res_init() would bring the search list back: hence these steps, in this order.
 */
int resolver_prepare(const struct addr *door, unsigned flags)
{
    shortage_watch();
    if (_res.options & RES_INIT)
        res_nclose(&_res);
    memset(&_res, 0, sizeof _res);
    _res._vcsock = -1;
    if (resolv_conf_is_unsafe() || res_ninit(&_res) < 0)
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
