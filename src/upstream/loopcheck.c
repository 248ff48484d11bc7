#include "upstream/loopcheck.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "dns/loop_name.h"
#include "net/place.h"

enum {
    SERVERS_KNOWN = 8, /* resolv.conf names three; more are for when it changes */
    VALID_MS = 60000,  /* a forwarder may be corrected, or replaced */
    SENT_KNOWN = 256,  /* a check that leads back does so in a moment */
};

struct entry {
    struct addr server; /* len 0: unused */
    int64_t due;        /* clock_ms() of the next check, if there is a reason for one */
    bool is_checked;    /* since the host has changed */
    bool is_suspected;  /* some names lead back */
    bool leads_back;    /* all names do */
    bool is_here;       /* on this host */
    unsigned forwarder; /* its number; 0: not known */
    int64_t until;      /* clock_ms() until which that number is believed */
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

/* True if a server on this host is us, since we listen on all addresses with its port. */
static bool is_behind_wildcard(const struct loopcheck *check, const struct addr *server)
{
    for (size_t i = 0; i < check->own_count; i++)
        if (addr_is_wildcard(&check->own[i]) &&
            check->own[i].sock.any.sa_family == server->sock.any.sa_family &&
            addr_port(&check->own[i]) == addr_port(server))
            return true;
    return false;
}

/* Logs a line when a loop is found, not one for each question. */
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
    note_loop(entry, "is this server", "name another one in resolv.conf");
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
    enum addr_place place;

    if (loopcheck_is_own(check, server))
        note_itself(entry);
    if (loopcheck_is_own(check, server) || now < entry->due ||
        (entry->is_checked && !entry->is_suspected && !entry->leads_back))
        return false;
    place = place_of(server);
    if (place == PLACE_UNKNOWN)
        return false;
    entry->due = now + VALID_MS;
    entry->is_checked = true;
    entry->is_suspected = entry->leads_back = false;
    entry->is_here = place == PLACE_HERE;
    if (entry->is_here && is_behind_wildcard(check, server))
        note_itself(entry);
    return entry->is_here && !entry->leads_back;
}

void loopcheck_suspect(struct loopcheck *check, const struct addr *server, int64_t asked)
{
    struct entry *entry = find(check, server);

    if (entry && asked > entry->due - VALID_MS)
        entry->is_suspected = true;
}

bool loopcheck_draw(struct loopcheck *check, const struct route *route,
                    struct question *question)
{
    struct sent *sent = &check->sent[check->next_sent];
    struct name name = route->name;

    while (LOOP_NAME_FRONT + name.len > NAME_WIRE_MAX)
        name = name_parent(name);
    *question = (struct question){.type = TYPE_A};
    if (!loop_name_draw(question->name))
        return false;
    memcpy(question->name + LOOP_NAME_FRONT, name.wire, name.len);
    question->name_len = (uint8_t)(LOOP_NAME_FRONT + name.len);
    *sent = (struct sent){*route->server, *question};
    check->next_sent = (check->next_sent + 1) % SENT_KNOWN;
    return true;
}

static const struct sent *find_sent(const struct loopcheck *check,
                                    const struct question *question)
{
    for (size_t i = 0; i < SENT_KNOWN; i++) {
        const struct question *sent = &check->sent[i].question;

        if (sent->name_len > 0 && name_equal(question_name(sent), question_name(question)))
            return &check->sent[i];
    }
    return NULL;
}

unsigned loopcheck_forwarder(const struct loopcheck *check, const struct addr *server)
{
    const struct entry *entry = find(check, server);

    return entry ? entry->forwarder : 0;
}

unsigned loopcheck_proven_forwarder(const struct loopcheck *check,
                                    const struct addr *server, int64_t now)
{
    const struct entry *entry = find(check, server);

    return entry && entry->until > now ? entry->forwarder : 0;
}

void loopcheck_doubt(struct loopcheck *check, unsigned forwarder)
{
    for (size_t i = 0; i < SERVERS_KNOWN; i++)
        if (check->entries[i].forwarder == forwarder)
            check->entries[i].until = 0;
}

/* A check whose asker is not known, such as one over TCP, changes nothing. */
static void note_forwarder(struct entry *entry, const struct question *question)
{
    if (question_forwarder(question) == 0)
        return;
    entry->forwarder = question_forwarder(question);
    entry->until = clock_ms() + VALID_MS;
}

bool loopcheck_recognises(struct loopcheck *check, const struct question *question,
                          struct addr *server, struct question *checked)
{
    const struct sent *sent =
        loop_name_is_asked(question) ? find_sent(check, question) : NULL;
    struct entry *entry;

    if (!sent)
        return false;
    *server = sent->server;
    *checked = (struct question){.type = sent->question.type};
    checked->name_len = (uint8_t)(sent->question.name_len - LOOP_NAME_FRONT);
    memcpy(checked->name, sent->question.name + LOOP_NAME_FRONT, checked->name_len);
    entry = find(check, server);
    if (entry)
        note_forwarder(entry, question);
    if (entry && checked->name_len == 1)
        note_loop(entry, "forwards to this server",
                  "give it other name servers, or name another one in resolv.conf");
    return true;
}

void loopcheck_forget(struct loopcheck *check)
{
    for (size_t i = 0; i < SERVERS_KNOWN; i++) {
        check->entries[i].due = check->entries[i].until = 0;
        check->entries[i].is_checked = check->entries[i].is_suspected = false;
        check->entries[i].leads_back = false;
    }
}
