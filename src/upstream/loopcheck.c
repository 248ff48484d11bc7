#include "upstream/loopcheck.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/log.h"

enum {
    SERVERS_KNOWN = 8, /* resolv.conf names three; some more for when it changes */
    VALID_MS = 60000,  /* a forwarder may be pointed at us later */
    SENT_KNOWN = 256,  /* what leads back does so in a moment */
    NONCE_DIGITS = 16,
};

/* No special-use name: a forwarder would answer such a one itself (RFC 6761). */
static const uint8_t zone[] = "\22hostdns-loop-check";

enum { PREFIX = 1 + NONCE_DIGITS + sizeof zone - 1 }; /* before the name that is checked */

struct entry {
    struct addr server; /* len 0: unused */
    int64_t due;        /* clock_ms() of the next check */
    bool is_here;       /* on this host */
    bool leads_back;
};

struct sent {
    struct addr server;
    struct question question; /* no name: unused */
};

struct loopcheck {
    const struct addr *own;
    size_t own_count;
    struct entry entries[SERVERS_KNOWN];
    size_t next; /* the entry to use for a server not known yet */
    struct sent sent[SENT_KNOWN];
    size_t next_sent;
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

bool loopcheck_is_own(const struct loopcheck *check, const struct addr *server)
{
    for (size_t i = 0; i < check->own_count; i++)
        if (addr_equal(&check->own[i], server))
            return true;
    return false;
}

bool loopcheck_leads_back(const struct loopcheck *check, const struct addr *server)
{
    const struct entry *entry = find(check, server);

    return loopcheck_is_own(check, server) || (entry && entry->leads_back);
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

/* One line when a loop is found, not one for each question. */
static void note_loop(struct entry *entry, const char *what, const char *remedy)
{
    static struct log_limit limit;
    char text[ADDR_TEXT];

    if (!entry->leads_back && log_limit_allows(&limit, clock_ms()))
        log_warning("loop: name server %s %s and is not asked: %s",
                    addr_format(&entry->server, text), what, remedy);
    entry->leads_back = true;
}

static void note_itself(struct entry *entry)
{
    note_loop(entry, "is this server", "resolv.conf needs another one");
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

bool loopcheck_may_lead_back(const struct loopcheck *check, const struct addr *server)
{
    const struct entry *entry = find(check, server);

    return entry && entry->is_here && !entry->leads_back;
}

bool loopcheck_is_due(struct loopcheck *check, const struct addr *server, int64_t now)
{
    struct entry *entry = entry_for(check, server);

    if (loopcheck_is_own(check, server))
        note_itself(entry);
    if (loopcheck_is_own(check, server) || now < entry->due)
        return false;
    entry->due = now + VALID_MS;
    entry->leads_back = false;
    entry->is_here = addr_is_here(server);
    if (entry->is_here && is_behind_wildcard(check, server))
        note_itself(entry);
    return entry->is_here && !entry->leads_back;
}

static bool draw_label(uint8_t label[static 1 + NONCE_DIGITS + 1])
{
    uint64_t nonce;

    if (getrandom(&nonce, sizeof nonce, 0) != sizeof nonce)
        return false;
    label[0] = NONCE_DIGITS;
    snprintf((char *)label + 1, NONCE_DIGITS + 1, "%016llx", (unsigned long long)nonce);
    return true;
}

bool loopcheck_draw(struct loopcheck *check, const struct route *route,
                    struct question *question)
{
    struct sent *sent = &check->sent[check->next_sent];
    size_t at = 0;

    while (PREFIX + route->name_len - at > NAME_WIRE_MAX)
        at += 1u + route->name[at];
    *question = (struct question){.type = TYPE_A};
    if (!draw_label(question->name))
        return false;
    memcpy(question->name + 1 + NONCE_DIGITS, zone, sizeof zone - 1);
    memcpy(question->name + PREFIX, route->name + at, route->name_len - at);
    question->name_len = (uint8_t)(PREFIX + route->name_len - at);
    *sent = (struct sent){*route->server, *question};
    check->next_sent = (check->next_sent + 1) % SENT_KNOWN;
    return true;
}

static const struct sent *find_sent(const struct loopcheck *check,
                                    const struct question *question)
{
    for (size_t i = 0; i < SENT_KNOWN; i++) {
        const struct question *sent = &check->sent[i].question;

        if (sent->name_len > 0 &&
            name_equal(sent->name, sent->name_len, question->name, question->name_len))
            return &check->sent[i];
    }
    return NULL;
}

static bool has_our_label(const struct question *question)
{
    return question->name_len > PREFIX && question->name[0] == NONCE_DIGITS &&
           name_equal(question->name + 1 + NONCE_DIGITS, sizeof zone - 1, zone,
                      sizeof zone - 1);
}

bool loopcheck_recognises(struct loopcheck *check, const struct question *question,
                          struct addr *server, struct question *checked)
{
    const struct sent *sent = has_our_label(question) ? find_sent(check, question) : NULL;
    struct entry *entry;

    if (!sent)
        return false;
    *server = sent->server;
    *checked = (struct question){.type = sent->question.type};
    checked->name_len = (uint8_t)(sent->question.name_len - PREFIX);
    memcpy(checked->name, sent->question.name + PREFIX, checked->name_len);
    entry = find(check, server);
    if (entry && checked->name_len == 1)
        note_loop(entry, "forwards to this server",
                  "it needs name servers of its own, or resolv.conf another one");
    return true;
}

void loopcheck_forget(struct loopcheck *check)
{
    for (size_t i = 0; i < SERVERS_KNOWN; i++) {
        check->entries[i].due = 0;
        check->entries[i].leads_back = false;
    }
}
