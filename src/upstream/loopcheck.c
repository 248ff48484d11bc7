#include "upstream/loopcheck.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum {
    SERVERS_KNOWN = 8, /* resolv.conf names three; some more for when it changes */
    VALID_MS = 60000,  /* a forwarder may be pointed at us later */
    NONCE_DIGITS = 16,
};

struct entry {
    struct addr server; /* len 0: unused */
    int64_t due;        /* clock_ms() of the next check */
    bool leads_back;
    struct question question; /* folded */
};

struct loopcheck {
    const struct addr *own;
    size_t own_count;
    struct entry entries[SERVERS_KNOWN];
    size_t next; /* the entry to use for a server not known yet */
};

struct loopcheck *loopcheck_new(const struct addr *own, size_t own_count)
{
    struct loopcheck *check = calloc(1, sizeof *check);

    if (check) {
        check->own = own;
        check->own_count = own_count;
    }
    return check;
}

void loopcheck_free(struct loopcheck *check)
{
    free(check);
}

static struct entry *find(const struct loopcheck *check, const struct addr *server)
{
    for (size_t i = 0; i < SERVERS_KNOWN; i++) {
        const struct entry *entry = &check->entries[i];

        if (entry->server.len > 0 && addr_equal(&entry->server, server))
            return (struct entry *)(uintptr_t)entry;
    }
    return NULL;
}

static bool is_own(const struct loopcheck *check, const struct addr *server)
{
    for (size_t i = 0; i < check->own_count; i++)
        if (addr_equal(&check->own[i], server))
            return true;
    return false;
}

bool loopcheck_leads_back(const struct loopcheck *check, const struct addr *server)
{
    const struct entry *entry = find(check, server);

    return is_own(check, server) || (entry && entry->leads_back);
}

/* An address is this host's if a socket can be bound to it. */
static bool is_on_this_host(const struct addr *server)
{
    struct addr addr = *server;
    int fd = socket(addr.sock.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool bound;

    addr_set_port(&addr, 0);
    bound = fd != -1 && bind(fd, &addr.sock.any, addr.len) == 0;
    if (fd != -1)
        close(fd);
    return bound;
}

/* Only for a server on this host: one of our wildcard addresses is its address too. */
static bool is_behind_wildcard(const struct loopcheck *check, const struct addr *server)
{
    for (size_t i = 0; i < check->own_count; i++)
        if (addr_is_wildcard(&check->own[i]) &&
            check->own[i].sock.any.sa_family == server->sock.any.sa_family &&
            addr_port(&check->own[i]) == addr_port(server))
            return true;
    return false;
}

static bool draw_question(struct question *question)
{
    /* No special-use name: a forwarder would answer such a one itself (RFC 6761). */
    static const uint8_t zone[] = "\22hostdns-loop-check";
    uint64_t nonce;

    if (getrandom(&nonce, sizeof nonce, 0) != sizeof nonce)
        return false;
    *question = (struct question){.type = TYPE_A};
    question->name[0] = NONCE_DIGITS;
    snprintf((char *)question->name + 1, NONCE_DIGITS + 1, "%016llx",
             (unsigned long long)nonce);
    memcpy(question->name + 1 + NONCE_DIGITS, zone, sizeof zone);
    question->name_len = 1 + NONCE_DIGITS + sizeof zone;
    return true;
}

/* One line when a loop is found, not one for each question. */
static void note_loop(struct entry *entry, const char *what)
{
    static struct log_limit limit;
    char text[ADDR_TEXT];

    if (!entry->leads_back && log_limit_allows(&limit, clock_ms()))
        log_warning("loop: name server %s %s and is not asked",
                    addr_format(&entry->server, text), what);
    entry->leads_back = true;
}

static struct entry *entry_for(struct loopcheck *check, const struct addr *server)
{
    struct entry *entry = find(check, server);

    if (entry)
        return entry;
    entry = &check->entries[check->next];
    check->next = (check->next + 1) % SERVERS_KNOWN;
    *entry = (struct entry){.server = *server};
    return entry;
}

bool loopcheck_is_due(struct loopcheck *check, const struct addr *server, int64_t now,
                      struct question *question)
{
    struct entry *entry = entry_for(check, server);
    if (is_own(check, server))
        note_loop(entry, "is this server");
    if (is_own(check, server) || now < entry->due)
        return false;
    entry->due = now + VALID_MS;
    entry->leads_back = false;
    if (!is_on_this_host(server))
        return false;
    if (is_behind_wildcard(check, server)) {
        note_loop(entry, "is this server");
        return false;
    }
    if (!draw_question(&entry->question))
        return false;
    *question = entry->question;
    return true;
}

bool loopcheck_recognises(struct loopcheck *check, const struct question *question)
{
    for (size_t i = 0; i < SERVERS_KNOWN; i++) {
        struct entry *entry = &check->entries[i];

        if (entry->question.name_len == 0 ||
            !name_equal(entry->question.name, entry->question.name_len, question->name,
                        question->name_len))
            continue;
        note_loop(entry, "forwards to this server");
        return true;
    }
    return false;
}

void loopcheck_forget(struct loopcheck *check)
{
    for (size_t i = 0; i < SERVERS_KNOWN; i++) {
        check->entries[i].due = 0;
        check->entries[i].leads_back = false;
    }
}
