#include "daemon/addrwatch.h"

#include "base/clock.h"
#include "base/log.h"
#include "net/place.h"

enum { CHECK_MS = 1000 };

static void warn(const char *text)
{
    log_warning("this host does not have the address %s yet; questions to it are answered "
                "as soon as it has",
                text);
}

static uint32_t link_of(const struct endpoint *endpoint)
{
    return endpoint->addr.sock.ip6.sin6_scope_id;
}

static bool may_come(const struct addrwatch *watch)
{
    bool any = watch->sockets->of_links_count > 0;

    for (size_t i = 0; i < watch->sockets->addr_count; i++)
        any |= watch->is_awaited[i];
    return any;
}

static void set_timer(struct addrwatch *watch)
{
    if (may_come(watch))
        timer_set(watch->loop, &watch->next, clock_ms() + CHECK_MS);
}

static void check_addresses(struct addrwatch *watch)
{
    char text[ADDR_TEXT];

    for (size_t i = 0; i < watch->sockets->addr_count; i++) {
        if (!watch->is_awaited[i] || place_is_missing(&watch->sockets->addrs[i]))
            continue;
        watch->is_awaited[i] = false;
        log_info("this host has the address %s now; questions to it are answered",
                 sockets_format(watch->sockets, i, text));
    }
}

/* True once for each time that the link comes, since a reload that is refused now
 * would be refused again. */
static bool has_come(struct endpoint *known)
{
    struct endpoint now = *known;

    if (!endpoint_find_link(&now) || link_of(&now) == link_of(known))
        return false;
    *known = now;
    return true;
}

static void check_links(struct addrwatch *watch)
{
    bool any = false;

    for (size_t i = 0; i < watch->sockets->of_links_count; i++) {
        if (!has_come(&watch->known[i]))
            continue;
        log_info("the link %s has come; reloading to listen there", watch->known[i].link);
        any = true;
    }
    if (any)
        watch->link_came(watch->context);
}

static void check_missing(void *context)
{
    struct addrwatch *watch = context;

    check_addresses(watch);
    check_links(watch);
    set_timer(watch);
}

static void await_addresses(struct addrwatch *watch)
{
    char text[ADDR_TEXT];

    for (size_t i = 0; i < watch->sockets->addr_count; i++) {
        watch->is_awaited[i] = place_is_missing(&watch->sockets->addrs[i]);
        if (watch->is_awaited[i])
            warn(sockets_format(watch->sockets, i, text));
    }
}

static void await_links(struct addrwatch *watch)
{
    char text[ADDR_TEXT];

    for (size_t i = 0; i < watch->sockets->of_links_count; i++) {
        watch->known[i] = watch->sockets->of_links[i];
        if (link_of(&watch->known[i]) == 0)
            warn(endpoint_format(&watch->known[i], text));
    }
}

void addrwatch_start(struct addrwatch *watch, struct loop *loop,
                     const struct sockets *sockets, addrwatch_link_came *link_came,
                     void *context)
{
    *watch = (struct addrwatch){
        .loop = loop, .sockets = sockets, .link_came = link_came, .context = context};
    timer_init(&watch->next, check_missing, watch);
    await_addresses(watch);
    await_links(watch);
    set_timer(watch);
}

void addrwatch_stop(struct addrwatch *watch)
{
    timer_cancel(&watch->next);
}
