#include "lookup/resolver.h"

#include <resolv.h>
#include <stdlib.h>
#include <string.h>

#include "base/host_file.h"
#include "base/shortage.h"
#include "upstream/resolv_conf.h"

/* The libc stub answers at once, so libc asks again only if a datagram was lost. */
enum { RETRY_SECONDS = 1, TRIES = 2, PROBE_TRIES = 1 };

/* All variables that libc's resolver reads, or libc for its files (resolv/res_hconf.c). */
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

/* True if libc comes to the end of its files. */
static bool is_libc_safe(void)
{
    return !resolv_conf_is_unsafe() && !host_file_may_never_end("/etc/hosts") &&
           !host_file_may_never_end("/etc/nsswitch.conf");
}

/*
 * The order of these steps matters: res_nclose() of a state that was never initialised
 * would close descriptor 0, and a second res_init() would bring the search list back.
 */
int resolver_prepare(const struct addr *stub, unsigned flags)
{
    shortage_watch();
    if (_res.options & RES_INIT)
        res_nclose(&_res);
    memset(&_res, 0, sizeof _res);
    _res._vcsock = -1;
    if (!is_libc_safe() || res_ninit(&_res) < 0)
        return -1;
    /*
     * A name in a query is absolute; the search list is the client's business (RFC 1034
     * section 5.3.1). upstream obeys what resolv.conf says about transport; the libc stub
     * is one server over UDP.
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
        _res.options |= RES_TRUSTAD; /* sets AD, which stands for CD here, because there is
                                        no option for CD */
    if (stub) {
        _res.nsaddr_list[0] = stub->sock.ip4;
        _res.nscount = 1;
    }
    return 0;
}
