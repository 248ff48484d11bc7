#include "client/source.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "dns/answer.h"

enum { DNS_PORT = 53 };

bool source_way(const struct exchange *exchange, struct way *way)
{
    return exchange->state == EXCHANGE_ANSWERED && exchange->ask.form.wants_way &&
           way_of_reply(way, exchange->wire, exchange->size) && way_find(way, WAY_SERVE);
}

const char *source_server(const struct way_endpoint *server,
                          char text[static SOURCE_SERVER])
{
    char ip[INET6_ADDRSTRLEN] = "?";

    inet_ntop(server->ip_len == 16 ? AF_INET6 : AF_INET, server->ip, ip, sizeof ip);
    if (server->port == DNS_PORT)
        snprintf(text, SOURCE_SERVER, "%s", ip);
    else
        snprintf(text, SOURCE_SERVER, "%s port %u", ip, server->port);
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
                            char text[static SOURCE_TEXT])
{
    const struct way_step *reply = last_reply(way);
    struct way_endpoint server;
    char address[SOURCE_SERVER];
    const char *over = "";
    uint16_t type;

    if (!way_get_source(source, &server) && !(reply && way_get_try(reply, &type, &server)))
        return strcpy(text, "a DNS server");
    if (reply)
        over = reply->flags & WAY_OVER_TCP ? " over TCP" : " over UDP";
    snprintf(text, SOURCE_TEXT, "%s %s%s",
             is_resolved(&server) ? "systemd-resolved" : "DNS server",
             source_server(&server, address), over);
    return text;
}

/* The sources of the hosts: line that may have known the name; to free. */
static char *owner_words(const struct way *way)
{
    const struct way_step *owner = way_find(way, WAY_OWNER);

    return owner && owner->len > 0 ? print_safe(owner->data, owner->len) : NULL;
}

static const char *host_text(const struct way *way, unsigned source,
                             char text[static SOURCE_TEXT])
{
    static const char *const names[] = {
        [ANSWER_FROM_HOST] = "another source of the host than DNS",
        [ANSWER_FROM_FILES] = "hosts file",
        [ANSWER_FROM_MDNS] = "mDNS",
        [ANSWER_FROM_MACHINE] = "this machine's own names",
        [ANSWER_FROM_RESOLVED] = "systemd-resolved",
    };
    bool is_known = source < sizeof names / sizeof *names && names[source];
    char *owner = source == ANSWER_FROM_FILES ? NULL : owner_words(way);

    if (owner && source == ANSWER_FROM_HOST)
        snprintf(text, SOURCE_TEXT, "%s %s",
                 strchr(owner, ' ') ? "one of the NSS sources" : "NSS source", owner);
    else
        snprintf(text, SOURCE_TEXT, "%s%s%s%s", names[is_known ? source : ANSWER_FROM_HOST],
                 owner ? " (" : "", owner ? owner : "", owner ? ")" : "");
    free(owner);
    return text;
}

const char *source_text(const struct way *way, char text[static SOURCE_TEXT])
{
    const struct way_step *source = way_find(way, WAY_SOURCE);

    if (!source)
        return strcpy(text, "the server itself");
    return source->code == ANSWER_FROM_DNS ? dns_text(way, source, text)
                                           : host_text(way, source->code, text);
}

bool source_read(struct source *source, const struct exchange *exchange)
{
    const struct way_step *kept;
    struct way way;

    if (!source_way(exchange, &way))
        return false;
    *source = (struct source){.how = way_find(&way, WAY_SERVE)->code};
    source_text(&way, source->text);
    kept = way_find(&way, WAY_KEPT);
    source->has_age = kept && way_get_kept(kept, &source->age, &source->left);
    return true;
}

static void read_or_name(struct source *source, const struct exchange *exchange,
                         const char *server)
{
    if (source_read(source, exchange))
        return;
    *source = (struct source){.how = WAY_LOOKED_UP};
    snprintf(source->text, sizeof source->text, "%s%s", server,
             exchange->is_over_tcp ? " over TCP" : "");
}

bool source_is_same(const struct source *a, const struct source *b)
{
    return a->how == b->how && strcmp(a->text, b->text) == 0;
}

void source_put(const struct source *source, FILE *out)
{
    if (source->how != WAY_FROM_CACHE && source->how != WAY_STALE) {
        fputs(source->text, out);
        fputs(source->how == WAY_JOINED ? ", by a lookup under way" : "", out);
        return;
    }
    fprintf(out, "the server's cache%s", source->how == WAY_STALE ? ", stale" : "");
    if (source->has_age)
        fprintf(out, ", %" PRIu32 " s old", source->age);
    fprintf(out, " (%s)", source->text);
}

const char *source_time(int64_t us, char text[static SOURCE_TIME])
{
    if (us < 9995)
        snprintf(text, SOURCE_TIME, "%.2f ms", (double)us / 1e3);
    else if (us < 999500)
        snprintf(text, SOURCE_TIME, "%.0f ms", (double)us / 1e3);
    else
        snprintf(text, SOURCE_TIME, "%.1f s", (double)us / 1e6);
    return text;
}

static bool has_records(const struct exchange *exchange)
{
    return exchange->verdict == VERDICT_RECORDS || exchange->verdict == VERDICT_PARTIAL;
}

static const char *family_of(const struct exchange *exchange)
{
    return exchange->ask.question.type == TYPE_A ? "IPv4" : "IPv6";
}

/* The two families of an address may come from two sources. */
static void put_both(const struct inquiry *inquiry, const struct source *sources, FILE *out)
{
    for (size_t i = 0; i < 2; i++) {
        source_put(&sources[i], out);
        fprintf(out, " (%s)%s", family_of(&inquiry->exchanges[i]), i == 0 ? "; " : "");
    }
}

void source_show(const struct inquiry *inquiry, const char *server, FILE *out)
{
    struct source sources[2];
    char time[SOURCE_TIME];
    size_t found = 0;

    for (size_t i = 0; i < inquiry->count; i++)
        if (has_records(&inquiry->exchanges[i]))
            read_or_name(&sources[found++], &inquiry->exchanges[i], server);
    if (found == 0)
        return;
    fputs(inquiry->for_addresses ? "From:            " : "; From: ", out);
    if (found == 2 && !source_is_same(&sources[0], &sources[1]))
        put_both(inquiry, sources, out);
    else
        source_put(&sources[0], out);
    fprintf(out, ", in %s\n", source_time(inquiry_time(inquiry), time));
}
