#include "lookup/servers.h"

#include <resolv.h>
#include <string.h>

#include "lookup/resolver.h"

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

int servers_read(struct servers *servers)
{
    struct __res_state state;
    int result;

    memset(&state, 0, sizeof state);
    *servers = (struct servers){0};
    if (resolver_is_unsafe())
        return -1;
    resolver_watch_memory();
    result = res_ninit(&state);
    resolver_check_memory();
    if (result < 0)
        return -1;
    for (int i = 0; i < state.nscount && servers->count < SERVERS_MAX; i++)
        if (server_addr(&state, i, &servers->addr[servers->count]))
            servers->count++;
    /* libc waits a second where it is told not to wait at all. */
    servers->timeout_ms = state.retrans > 0 ? (unsigned)state.retrans * 1000 : 1000;
    servers->attempts = state.retry > 0 ? (unsigned)state.retry : 1;
    servers->rotate = (state.options & RES_ROTATE) != 0;
    servers->use_tcp = (state.options & RES_USEVC) != 0;
    servers->trust_ad = (state.options & RES_TRUSTAD) != 0;
    servers->no_aaaa = (state.options & RES_NOAAAA) != 0;
    res_nclose(&state);
    return 0;
}
