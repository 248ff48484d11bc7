#include "daemon/sockets.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "net/holder.h"

static void explain_failure(const struct addr *addr)
{
    int error = errno;
    char text[ADDR_TEXT], holder[64];

    addr_format(addr, text);
    if (error == EADDRINUSE && holder_find(addr, holder, sizeof holder))
        log_error("cannot listen on %s: %s, held by %s", text, strerror(error), holder);
    else
        log_error("cannot listen on %s: %s", text, strerror(error));
}

static struct listener *next_place(struct sockets *sockets)
{
    errno = ENFILE;
    return sockets->count < LISTENERS_MAX ? &sockets->all[sockets->count] : NULL;
}

/* One pair that was passed, or half of one. False if there is none of this address. */
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
        explain_failure(addr);
    sockets->count++;
    return true;
}

/* As many as there are, since one that is closed loses what waits in it. */
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
    if (!adopt_all(sockets, addr, passed) && !open_new(sockets, addr, workers)) {
        explain_failure(wanted);
        return false;
    }
    sockets->addr_count++;
    return true;
}

/* Those with a port first: a port of 0 takes any socket that is left. */
bool sockets_open(struct sockets *sockets, const struct addr *wanted, size_t count,
                  unsigned workers, struct passed *passed)
{
    bool done = true;

    *sockets = (struct sockets){.count = 0};
    for (size_t i = 0; i < count; i++)
        if (addr_port(&wanted[i]) != 0)
            done &= open_address(sockets, &wanted[i], workers, passed);
    for (size_t i = 0; i < count; i++)
        if (addr_port(&wanted[i]) == 0)
            done &= open_address(sockets, &wanted[i], workers, passed);
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
    log_error("at most %d addresses can be listened on", ADDRESSES_MAX);
    return false;
}

void sockets_close(struct sockets *sockets)
{
    while (sockets->count > 0)
        listener_close(&sockets->all[--sockets->count]);
}

/* Every workers-th of the address, or one that others have too. */
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
