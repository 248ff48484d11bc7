#include "dns/way_text.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/answer.h"
#include "dns/print.h"

enum {
    DNS_PORT = 53,
    SAFE = WAY_DATA_MAX + 41, /* cut only if some of its octets are escaped */
};

/* The data of a step as text; returns `text`, which is empty if memory is short. */
static const char *safe_data(const struct way_step *step, char text[static SAFE])
{
    char *safe = print_safe(step->data, step->len);

    snprintf(text, SAFE, "%s", safe ? safe : "");
    free(safe);
    return text;
}

const char *way_text_server(const struct way_endpoint *server,
                            char text[static WAY_TEXT_SERVER])
{
    char ip[INET6_ADDRSTRLEN] = "?";

    inet_ntop(server->ip_len == 16 ? AF_INET6 : AF_INET, server->ip, ip, sizeof ip);
    if (server->port == DNS_PORT)
        snprintf(text, WAY_TEXT_SERVER, "%s", ip);
    else
        snprintf(text, WAY_TEXT_SERVER, "%s port %u", ip, server->port);
    return text;
}

/* systemd-resolved's stub and its proxy stub (systemd-resolved.service(8)). */
static bool is_resolved(const struct way_endpoint *server)
{
    static const uint8_t stub[] = {127, 0, 0, 53}, proxy[] = {127, 0, 0, 54};

    return server->port == DNS_PORT && server->ip_len == 4 &&
           (memcmp(server->ip, stub, 4) == 0 || memcmp(server->ip, proxy, 4) == 0);
}

/* The query that was answered, or NULL. */
static const struct way_step *last_reply(const struct way *way)
{
    const struct way_step *found = NULL;

    for (size_t i = 0; i < way->count; i++)
        if (way->steps[i].kind == WAY_TRY && way->steps[i].code < WAY_ASKS_US)
            found = &way->steps[i];
    return found;
}

static const char *dns_text(const struct way *way, const struct way_step *source,
                            char text[static WAY_TEXT_SOURCE])
{
    const struct way_step *reply = last_reply(way);
    struct way_endpoint server;
    char address[WAY_TEXT_SERVER];
    const char *over = "";
    uint16_t type;

    if (!way_get_source(source, &server) && !(reply && way_get_try(reply, &type, &server)))
        return strcpy(text, "a DNS server");
    if (reply)
        over = reply->flags & WAY_OVER_TCP ? " over TCP" : " over UDP";
    snprintf(text, WAY_TEXT_SOURCE, "%s %s%s",
             is_resolved(&server) ? "systemd-resolved" : "DNS server",
             way_text_server(&server, address), over);
    return text;
}

/* The sources of the hosts: line that may have known the name; NULL: it is not told. */
static const char *owner_words(const struct way *way, char text[static SAFE])
{
    const struct way_step *owner = way_find(way, WAY_OWNER);

    return owner && owner->len > 0 ? safe_data(owner, text) : NULL;
}

static const char *host_text(const struct way *way, unsigned source,
                             char text[static WAY_TEXT_SOURCE])
{
    static const char *const names[] = {
        [ANSWER_FROM_HOST] = "another source of the host than DNS",
        [ANSWER_FROM_FILES] = "hosts file",
        [ANSWER_FROM_MDNS] = "mDNS",
        [ANSWER_FROM_MACHINE] = "this machine's own names",
        [ANSWER_FROM_RESOLVED] = "systemd-resolved",
    };
    bool is_known = source < sizeof names / sizeof *names && names[source];
    char words[SAFE];
    const char *owner = source == ANSWER_FROM_FILES ? NULL : owner_words(way, words);

    if (owner && source == ANSWER_FROM_HOST)
        snprintf(text, WAY_TEXT_SOURCE, "%s %s",
                 strchr(owner, ' ') ? "one of the NSS sources" : "NSS source", owner);
    else
        snprintf(text, WAY_TEXT_SOURCE, "%s%s%s%s",
                 names[is_known ? source : ANSWER_FROM_HOST], owner ? " (" : "",
                 owner ? owner : "", owner ? ")" : "");
    return text;
}

const char *way_text_source(const struct way *way, char text[static WAY_TEXT_SOURCE])
{
    const struct way_step *source = way_find(way, WAY_SOURCE);

    if (!source)
        return strcpy(text, "the server itself");
    return source->code == ANSWER_FROM_DNS ? dns_text(way, source, text)
                                           : host_text(way, source->code, text);
}

/* The server may be a later version, with words that have no text here. */
static const char *text_of(const char *const *texts, size_t count, unsigned code)
{
    return code < count && texts[code] ? texts[code] : "";
}

static void say_serve(struct way_words *words, const struct way_step *step)
{
    static const char *const texts[] = {
        [WAY_BY_ITSELF] = "answers by itself",
        [WAY_FROM_CACHE] = "in the cache",
        [WAY_STALE] = "in the cache, but stale",
        [WAY_KEPT_FAIL] = "has just failed, in the cache",
        [WAY_LOOKED_UP] = "not in the cache: a new lookup",
        [WAY_JOINED] = "not in the cache: joins a lookup under way",
    };

    snprintf(words->text, sizeof words->text, "serve");
    words->outcome = text_of(texts, sizeof texts / sizeof *texts, step->code);
}

static bool say_kept(struct way_words *words, const struct way_step *step)
{
    uint32_t age, left;

    if (!way_get_kept(step, &age, &left))
        return false;
    snprintf(words->text, sizeof words->text, "%" PRIu32 " s old, %" PRIu32 " s left", age,
             left);
    return true;
}

static bool say_source(struct way_words *words, const struct way *way)
{
    char source[WAY_TEXT_SOURCE];

    snprintf(words->text, sizeof words->text, "from: %s", way_text_source(way, source));
    return true;
}

static void say_probe(struct way_words *words, const struct way_step *step)
{
    static const char *const texts[] = {
        [WAY_SETTLED] = "that is the answer",
        [WAY_LEADS_TO_DNS] = "DNS is next",
        [WAY_KNOWS_NAME] = "the name exists, DNS is next",
    };
    static const char *const left_out[] = {
        [WAY_SETTLED] = "not needed, the hosts file has not changed",
        [WAY_LEADS_TO_DNS] = "not needed, DNS is next",
    };
    char line[SAFE];

    snprintf(words->text, sizeof words->text, "libc without DNS: %s",
             safe_data(step, line));
    if (step->flags & WAY_LEFT_OUT && step->code < sizeof left_out / sizeof *left_out)
        words->outcome = left_out[step->code];
    else
        words->outcome = text_of(texts, sizeof texts / sizeof *texts, step->code);
}

static bool say_owner(struct way_words *words, const struct way_step *step)
{
    char owner[SAFE];

    safe_data(step, owner);
    snprintf(words->text, sizeof words->text, "%s: %s",
             strchr(owner, ' ') ? "one of these knows it" : "known to", owner);
    return *owner != '\0';
}

static const char *try_outcome(unsigned code)
{
    switch (code) {
    case WAY_SILENT:
        return "no reply";
    case WAY_UNREACHABLE:
        return "cannot be reached";
    case WAY_TRUNCATED:
        return "too long for UDP";
    case WAY_ASKS_US:
        return "asks this server itself";
    case WAY_FORGED:
        return "forged replies came";
    case WAY_CASE:
        return "other letter case came back";
    default:
        return code < 4096 ? rcode_text(code) : "";
    }
}

static bool say_try(struct way_words *words, const struct way_step *step)
{
    char address[WAY_TEXT_SERVER], type_text[TYPE_TEXT];
    struct way_endpoint server;
    uint16_t type;

    if (!way_get_try(step, &type, &server))
        return false;
    snprintf(words->text, sizeof words->text, "DNS server %s over %s: %s",
             way_text_server(&server, address), step->flags & WAY_OVER_TCP ? "TCP" : "UDP",
             type_to_text(type, type_text));
    words->outcome = try_outcome(step->code);
    return true;
}

static void say_verdict(struct way_words *words, const struct way_step *step)
{
    snprintf(words->text, sizeof words->text, "libc on the reply");
    words->outcome = step->flags & WAY_LEFT_OUT ? "not needed" : "";
}

bool way_text_step(struct way_words *words, const struct way *way,
                   const struct way_step *step)
{
    words->outcome = "";
    switch (step->kind) {
    case WAY_SERVE:
        say_serve(words, step);
        return true;
    case WAY_KEPT:
        return say_kept(words, step);
    case WAY_SOURCE:
        return say_source(words, way);
    case WAY_LOOKUP:
        snprintf(words->text, sizeof words->text, "lookup");
        return true;
    case WAY_PROBE:
        say_probe(words, step);
        return true;
    case WAY_OWNER:
        return say_owner(words, step);
    case WAY_TRY:
        return say_try(words, step);
    case WAY_VERDICT:
        say_verdict(words, step);
        return true;
    default:
        return false;
    }
}
