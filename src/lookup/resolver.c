#include "lookup/resolver.h"

#include <netinet/in.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>

/* A try takes at most this long, and each server gets this many. */
enum { RETRY_SECONDS = 2, TRIES = 2 };

void resolver_clean_environment(void)
{
    unsetenv("HOSTALIASES");
    unsetenv("LOCALDOMAIN");
    unsetenv("RES_OPTIONS");
}

/*
 * res_nclose() on a state that was never initialised would close descriptor 0, and a second
 * res_init() would bring the search list back: hence these steps, in this order.
 */
int resolver_prepare(enum resolver_servers servers)
{
    if (_res.options & RES_INIT)
        res_nclose(&_res);
    memset(&_res, 0, sizeof _res);
    _res._vcsock = -1;
    if (res_ninit(&_res) < 0)
        return -1;
    /* A name on the wire is absolute: the search list is the client's (RFC 1034, 5.3.1). */
    _res.options &= ~(unsigned long)(RES_DNSRCH | RES_DEFNAMES);
    if (_res.retrans > RETRY_SECONDS)
        _res.retrans = RETRY_SECONDS;
    if (_res.retry > TRIES)
        _res.retry = TRIES;
    if (servers == RESOLVER_NO_SERVERS)
        _res.nscount = 0;
    return 0;
}
