#include "web/http_request.h"

#include <string.h>

/* A browser always says Host, so who does not is none; health checks of load balancers may
 * leave it out in HTTP/1.0. */
static bool needs_no_host(const struct http_request *request)
{
    return request->host_count == 0 && strcmp(request->version, "HTTP/1.0") == 0;
}

struct http_refusal http_request_check(const struct http_request *request,
                                       const struct http_hosts *hosts)
{
    if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0)
        return (struct http_refusal){405, "Only GET and HEAD are allowed here.\n",
                                     "GET, HEAD"};
    if (request->has_body)
        return (struct http_refusal){413, "A request has no body here.\n", NULL};
    if (needs_no_host(request))
        return (struct http_refusal){0};
    if (request->host_count != 1 || !request->host)
        return (struct http_refusal){400, "The request needs one Host header.\n", NULL};
    if (!http_hosts_has(hosts, request->host))
        return (struct http_refusal){
            421,
            "This server is not known by that name. Use its address, or "
            "list the name with web-host.\n",
            NULL};
    return (struct http_refusal){0};
}
