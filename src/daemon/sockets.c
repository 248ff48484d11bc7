#include "daemon/sockets.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "net/holder.h"
#include "net/place.h"

static void explain_failure(const struct endpoint *endpoint)
{
    const struct addr *addr = &endpoint->addr;
    int error = errno;
    char text[ADDR_TEXT], holder[64];

    endpoint_format(endpoint, text);
    if (error == EAFNOSUPPORT)
        log_error("cannot listen on %s: this kernel has no %s", text,
                  addr->sock.any.sa_family == AF_INET6 ? "IPv6" : "IPv4");
    else if (error == EADDRINUSE && holder_find(addr, holder, sizeof holder))
        log_error("cannot listen on %s: %s, held by %s", text, strerror(error), holder);
    else
        log_error("cannot listen on %s: %s", text, strerror(error));
}

static struct listener *next_place(struct sockets *sockets)
{
    errno = ENFILE;
    return sockets->count < LISTENERS_MAX ? &sockets->all[sockets->count] : NULL;
}

/* Takes one pair that was passed, or half of one. False if none has this address. */
static bool adopt_one(struct sockets *sockets, struct addr *addr, struct passed *passed)
{
    struct listener *listener = next_place(sockets);
    int tcp, udp;

    if (!listener)
        return false;
    tcp = passed_take(passed, SOCK_STREAM, addr);
    udp = passed_take(passed, SOCK_DGRAM, addr);
    if (tcp == -1 && udp == -1)
        return false;
    if (listener_adopt(listener, addr, udp, tcp) == -1)
        explain_failure(&(struct endpoint){.addr = *addr});
    sockets->count++;
    return true;
}

/* Takes all of this address, since closing one would lose the questions in it. */
static bool adopt_all(struct sockets *sockets, struct addr *addr, struct passed *passed)
{
    bool adopted = false;

    while (adopt_one(sockets, addr, passed))
        adopted = true;
    return adopted;
}

static bool open_new(struct sockets *sockets, struct addr *addr, unsigned workers)
{
    struct listener *first = next_place(sockets), *listener;

    if (!first || listener_open(first, addr) == -1)
        return false;
    *addr = first->addr;
    sockets->count++;
    for (unsigned i = 1; i < workers; i++) {
        listener = next_place(sockets);
        if (!listener || listener_open_another(listener, first) == -1)
            return false;
        sockets->count++;
    }
    return true;
}

static bool open_address(struct sockets *sockets, const struct addr *wanted,
                         unsigned workers, struct passed *passed)
{
    struct addr *addr = &sockets->addrs[sockets->addr_count];

    *addr = *wanted;
    if (!adopt_all(sockets, addr, passed) && !open_new(sockets, addr, workers))
        return false;
    sockets->addr_count++;
    return true;
}

/* No socket can be bound to an address of a link that does not exist. */
static bool open_on_link(struct sockets *sockets, const struct endpoint *wanted,
                         unsigned workers, struct passed *passed)
{
    struct endpoint *endpoint = &sockets->of_links[sockets->of_links_count++];

    *endpoint = *wanted;
    if (!endpoint_find_link(endpoint) ||
        open_address(sockets, &endpoint->addr, workers, passed))
        return true;
    if (errno != ENODEV)
        return false;
    endpoint->addr.sock.ip6.sin6_scope_id = 0;
    return true;
}

static bool open_endpoint(struct sockets *sockets, const struct endpoint *wanted,
                          unsigned workers, struct passed *passed)
{
    if (*wanted->link ? open_on_link(sockets, wanted, workers, passed)
                      : open_address(sockets, &wanted->addr, workers, passed))
        return true;
    explain_failure(wanted);
    return false;
}

/* Addresses with a port choose first, since port 0 takes any socket that is left. */
bool sockets_open(struct sockets *sockets, const struct endpoint *wanted, size_t count,
                  unsigned workers, struct passed *passed)
{
    bool done = true;

    *sockets = (struct sockets){.count = 0};
    for (size_t i = 0; i < count; i++)
        if (addr_port(&wanted[i].addr) != 0)
            done &= open_endpoint(sockets, &wanted[i], workers, passed);
    for (size_t i = 0; i < count; i++)
        if (addr_port(&wanted[i].addr) == 0)
            done &= open_endpoint(sockets, &wanted[i], workers, passed);
    return done;
}

bool sockets_adopt(struct sockets *sockets, struct passed *passed)
{
    struct addr addr;

    *sockets = (struct sockets){.count = 0};
    while (sockets->addr_count < ADDRESSES_MAX && passed_any(passed, &addr)) {
        adopt_all(sockets, &addr, passed);
        sockets->addrs[sockets->addr_count++] = addr;
    }
    if (!passed_any(passed, &addr))
        return true;
    log_error("the sockets that were passed have more than %d addresses", ADDRESSES_MAX);
    return false;
}

void sockets_close(struct sockets *sockets)
{
    while (sockets->count > 0)
        listener_close(&sockets->all[--sockets->count]);
}

/* Names the link, since its number would say nothing once it is gone. */
const char *sockets_format(const struct sockets *sockets, size_t i,
                           char text[static ADDR_TEXT])
{
    for (size_t j = 0; j < sockets->of_links_count; j++)
        if (sockets->of_links[j].addr.sock.ip6.sin6_scope_id != 0 &&
            addr_equal(&sockets->of_links[j].addr, &sockets->addrs[i]))
            return endpoint_format(&sockets->of_links[j], text);
    return addr_format(&sockets->addrs[i], text);
}

static bool is_at(const struct listener *listener, const struct addr *addr)
{
    return listener->udp != -1 && addr_equal(&listener->addr, addr);
}

unsigned sockets_count_at(const struct sockets *sockets, const struct addr *addr)
{
    unsigned count = 0;

    for (size_t i = 0; i < sockets->count; i++)
        count += is_at(&sockets->all[i], addr);
    return count;
}

bool sockets_are_shared(const struct sockets *sockets, const struct addr *addr)
{
    for (size_t i = 0; i < sockets->count; i++)
        if (is_at(&sockets->all[i], addr) && listener_is_shared(&sockets->all[i]))
            return true;
    return false;
}

/* True if the address could be shared and is not: daemon/hijackwatch has made it so. */
static bool was_taken_back(const struct sockets *sockets, const struct addr *addr)
{
    return listener_may_share(addr) && sockets_count_at(sockets, addr) > 0 &&
           !sockets_are_shared(sockets, addr);
}

static void report_address(const struct sockets *sockets, size_t i, struct report *report)
{
    const struct addr *addr = &sockets->addrs[i];
    struct report_address address = {.is_missing = place_is_missing(addr),
                                     .is_taken_back = was_taken_back(sockets, addr)};

    sockets_format(sockets, i, address.text);
    report_add_address(report, &address);
}

/* An address whose link does not exist is missing. */
static void report_links(const struct sockets *sockets, struct report *report)
{
    struct report_address address = {.is_missing = true};

    for (size_t i = 0; i < sockets->of_links_count; i++) {
        if (sockets->of_links[i].addr.sock.ip6.sin6_scope_id != 0)
            continue;
        endpoint_format(&sockets->of_links[i], address.text);
        report_add_address(report, &address);
    }
}

void sockets_report(const struct sockets *sockets, struct report *report)
{
    for (size_t i = 0; i < sockets->addr_count; i++)
        report_address(sockets, i, report);
    report_links(sockets, report);
}

/* Takes every workers-th socket of the address, or shares one with other workers. */
static size_t share_of(const struct sockets *sockets, const struct addr *addr,
                       unsigned worker, unsigned workers, struct listener *share)
{
    const struct listener *found[LISTENERS_MAX];
    size_t pairs = 0, count = 0;

    for (size_t i = 0; i < sockets->count; i++)
        if (addr_equal(&sockets->all[i].addr, addr))
            found[pairs++] = &sockets->all[i];
    if (pairs == 0)
        return 0;
    for (size_t i = worker; i < pairs; i += workers)
        share[count++] = *found[i];
    if (count == 0)
        share[count++] = *found[worker % pairs];
    return count;
}

size_t sockets_share(const struct sockets *sockets, unsigned worker, unsigned workers,
                     struct listener share[static LISTENERS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < sockets->addr_count; i++)
        count += share_of(sockets, &sockets->addrs[i], worker, workers, share + count);
    return count;
}
