#include "daemon/hijackwatch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/facilities.h"
#include "net/bound.h"
#include "net/holder.h"

enum {
    CHECK_MS = 500,
    STRANGERS_MAX = 256, /* at one address; the rest is not looked at */
    TRIES = 8,           /* if others bind again before the address is closed to them */
};

/* Sockets of other users at one address. */
struct strangers {
    struct bound_socket sockets[STRANGERS_MAX];
    size_t count;
};

static bool is_ours(const struct sockets *sockets, unsigned long inode)
{
    struct stat status;

    for (size_t i = 0; i < sockets->count; i++)
        if (sockets->all[i].udp != -1 && fstat(sockets->all[i].udp, &status) == 0 &&
            status.st_ino == inode)
            return true;
    return false;
}

/* Root and our own user are no strangers, since they can do worse. */
static bool is_stranger(const struct sockets *sockets, const struct bound_socket *socket)
{
    return socket->uid != 0 && socket->uid != geteuid() && !is_ours(sockets, socket->inode);
}

static bool find_strangers(const struct sockets *sockets, const struct addr *addr,
                           struct strangers *found)
{
    int count = bound_list(addr, found->sockets, STRANGERS_MAX);

    found->count = 0;
    for (int i = 0; i < count; i++)
        if (is_stranger(sockets, &found->sockets[i]))
            found->sockets[found->count++] = found->sockets[i];
    return count != -1;
}

static bool is_among(const struct strangers *strangers, unsigned long inode)
{
    for (size_t i = 0; i < strangers->count; i++)
        if (strangers->sockets[i].inode == inode)
            return true;
    return false;
}

static bool has_others(const struct strangers *now, const struct strangers *before)
{
    for (size_t i = 0; i < now->count; i++)
        if (!is_among(before, now->sockets[i].inode))
            return true;
    return false;
}

static bool is_at(const struct listener *listener, const struct addr *addr)
{
    return listener->udp != -1 && addr_equal(&listener->addr, addr);
}

static void share(const struct sockets *sockets, const struct addr *addr, bool shared)
{
    for (size_t i = 0; i < sockets->count; i++)
        if (is_at(&sockets->all[i], addr))
            listener_share(&sockets->all[i], shared);
}

static void close_from(struct sockets *sockets, size_t first)
{
    int saved = errno;

    while (sockets->count > first)
        listener_close(&sockets->all[--sockets->count]);
    errno = saved;
}

/* Opens as many sockets as there were, or none. */
static bool open_beside(struct sockets *sockets, const struct addr *addr, unsigned wanted)
{
    size_t first = sockets->count;

    for (unsigned i = 0; i < wanted; i++) {
        struct listener *next = &sockets->all[sockets->count];

        errno = ENFILE;
        if (sockets->count == LISTENERS_MAX ||
            listener_open_beside(next, addr, i == 0 ? NULL : &sockets->all[first]) == -1) {
            close_from(sockets, first);
            return false;
        }
        sockets->count++;
    }
    return true;
}

/*
 * Another stranger may bind while the address is shared for our new sockets, perhaps behind
 * them; then all of it is done again. If that fails, the address stays as it was.
 */
static bool take_back(struct sockets *sockets, const struct addr *addr)
{
    static struct strangers before, after;
    unsigned wanted = sockets_count_at(sockets, addr);
    size_t first = sockets->count;

    for (int i = 0; i < TRIES; i++) {
        share(sockets, addr, true);
        if (!find_strangers(sockets, addr, &before) || !open_beside(sockets, addr, wanted))
            return false;
        share(sockets, addr, false);
        if (find_strangers(sockets, addr, &after) && !has_others(&after, &before))
            return true;
        close_from(sockets, first);
    }
    share(sockets, addr, true);
    errno = EADDRINUSE;
    return false;
}

static void name_stranger(const struct bound_socket *stranger, char *text, size_t size)
{
    char process[64];

    if (holder_of_socket(stranger->inode, process, sizeof process))
        snprintf(text, size, "%s of uid %u", process, (unsigned)stranger->uid);
    else
        snprintf(text, size, "a process of uid %u", (unsigned)stranger->uid);
}

static void tell_of_new_ones(const struct hijackwatch *watch, size_t first)
{
    for (size_t i = first; i < watch->sockets->count; i++)
        watch->opened(watch->context, &watch->sockets->all[i], (unsigned)(i - first));
}

static void meet(struct hijackwatch *watch, const struct addr *addr,
                 const struct bound_socket *stranger)
{
    size_t first = watch->sockets->count;
    char text[ADDR_TEXT], name[96];

    addr_format(addr, text);
    name_stranger(stranger, name, sizeof name);
    if (take_back(watch->sockets, addr)) {
        log_error("%s has bound a socket to %s as well; the address was taken back, and is "
                  "not shared any more",
                  name, text);
        count(COUNT_TAKEN_BACK);
        if (watch->opened)
            tell_of_new_ones(watch, first);
    } else if (watch->reported != stranger->inode) {
        watch->reported = stranger->inode;
        log_error("%s has bound a socket to %s as well, and may get its questions: the "
                  "address cannot be taken back: %m",
                  name, text);
    }
}

/* An address that need not be shared is closed to others first, so that no stranger
 * can come after the check. */
static void check_address(struct hijackwatch *watch, const struct addr *addr)
{
    static struct strangers found;

    if (!listener_may_share(addr))
        share(watch->sockets, addr, false);
    if (!find_strangers(watch->sockets, addr, &found)) {
        facility_lost(FACILITY_SOCKETS,
                      "other users' sockets at the server's addresses are not noticed: %m");
        return;
    }
    facility_found(FACILITY_SOCKETS);
    if (found.count > 0)
        meet(watch, addr, &found.sockets[0]);
}

static void check_sockets(void *context)
{
    struct hijackwatch *watch = context;
    const struct sockets *sockets = watch->sockets;
    bool any = false;

    for (size_t i = 0; i < sockets->addr_count; i++) {
        if (sockets_are_shared(sockets, &sockets->addrs[i]))
            check_address(watch, &sockets->addrs[i]);
        any |= sockets_are_shared(sockets, &sockets->addrs[i]);
    }
    if (any)
        timer_set(watch->loop, &watch->next, clock_ms() + CHECK_MS);
}

void hijackwatch_start(struct hijackwatch *watch, struct loop *loop,
                       struct sockets *sockets, hijackwatch_opened *opened, void *context)
{
    *watch = (struct hijackwatch){.loop = loop, .sockets = sockets, .context = context};
    timer_init(&watch->next, check_sockets, watch);
    check_sockets(watch);
    watch->opened = opened;
}

void hijackwatch_stop(struct hijackwatch *watch)
{
    timer_cancel(&watch->next);
}
