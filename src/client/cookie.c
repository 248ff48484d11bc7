#include "client/cookie.h"

#include "dns/rcode.h"
#include "dns/received.h"

#include <string.h>

static const struct edns_option *find_cookie(const struct received *reply)
{
    for (size_t i = 0; i < reply->opt.count; i++)
        if (reply->opt.options[i].code == EDNS_OPTION_COOKIE)
            return &reply->opt.options[i];
    return NULL;
}

/* A server cookie has 8 to 32 octets behind the client's (RFC 7873 section 4). */
static bool has_server_cookie(const struct edns_option *cookie)
{
    return cookie && cookie->size >= 2 * EDNS_CLIENT_COOKIE &&
           cookie->size <= EDNS_COOKIE_MAX;
}

static bool is_ours(const struct ask *ask, const struct edns_option *cookie)
{
    return cookie->size >= EDNS_CLIENT_COOKIE &&
           memcmp(cookie->data, ask->form.cookie, EDNS_CLIENT_COOKIE) == 0;
}

/* Only once: if the server refuses its own cookie as well, the client goes on over TCP
 * (RFC 7873 section 5.3). */
static enum cookie_verdict renew(struct ask *ask, const struct edns_option *cookie)
{
    if (ask->is_renewed || !has_server_cookie(cookie))
        return COOKIE_REFUSED;
    ask_renew(ask, cookie->data, cookie->size);
    return COOKIE_RENEWED;
}

static enum cookie_verdict judge(struct ask *ask, const struct received *reply)
{
    const struct edns_option *cookie = find_cookie(reply);

    if (cookie && !is_ours(ask, cookie))
        return COOKIE_FOREIGN;
    return reply->rcode == RCODE_BADCOOKIE ? renew(ask, cookie) : COOKIE_FINE;
}

enum cookie_verdict cookie_check(struct ask *ask, const uint8_t *wire, size_t size)
{
    enum cookie_verdict verdict = COOKIE_FINE;
    struct received reply;

    if (ask->form.cookie_size == 0 || ask->form.without_edns)
        return COOKIE_FINE;
    if (received_parse(&reply, wire, size) == 0)
        verdict = judge(ask, &reply);
    received_free(&reply);
    return verdict;
}
