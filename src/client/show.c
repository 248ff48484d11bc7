/*
 * The client's only voice about an inquiry. All text of a reply that is printed here comes
 * from dns/print, which lets nothing but printable ASCII through.
 */
#include "client/show.h"

#include "dns/rcode.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *show_server(const struct addr *server, char text[static SHOW_SERVER])
{
    char ip[INET6_ADDRSTRLEN] = "?";

    if (server->sock.any.sa_family == AF_INET6)
        inet_ntop(AF_INET6, &server->sock.ip6.sin6_addr, ip, sizeof ip);
    else
        inet_ntop(AF_INET, &server->sock.ip4.sin_addr, ip, sizeof ip);
    snprintf(text, SHOW_SERVER, "%s port %u", ip, addr_port(server));
    return text;
}

/* Length of a printed name without its final dot; the root is all dot. */
static int bare(const char *name)
{
    size_t len = strlen(name);

    return (int)(len > 1 ? len - 1 : len);
}

static const char *asked_name(const struct inquiry *inquiry)
{
    return inquiry->parts[0].exchange.ask.name;
}

static const struct print_record *next_answer(const struct inquiry_part *part, size_t *at)
{
    while (*at < part->reply.count) {
        const struct print_record *record = &part->reply.answers[(*at)++];

        if (inquiry_is_answer(part, record))
            return record;
    }
    return NULL;
}

/* "IPv4 address:    192.0.2.10". Octets that are no address (see print.h) are none. */
static void show_addresses(const struct inquiry_part *part, bool is_short, FILE *out)
{
    const char *label = part->exchange.ask.question.type == TYPE_A ? "IPv4" : "IPv6";
    const struct print_record *record;
    size_t at = 0;

    while ((record = next_answer(part, &at))) {
        if (!record->is_readable)
            continue;
        if (!is_short)
            fprintf(out, "%s address:    ", label);
        fprintf(out, "%s\n", record->data);
    }
}

/* The first part with an answer speaks for the canonical name. */
static void show_names(const struct inquiry *inquiry, FILE *out)
{
    const char *name = asked_name(inquiry);

    for (size_t i = 0; i < inquiry->count; i++) {
        const struct inquiry_part *part = &inquiry->parts[i];

        if (!next_answer(part, &(size_t){0}))
            continue;
        fprintf(out, "Name:            %.*s\n", bare(name), name);
        fprintf(out, "Canonical name:  %.*s\n", bare(part->canonical), part->canonical);
        return;
    }
}

/* The data of what was asked for. Without +short the whole chain that leads there, too. */
static void show_records(const struct inquiry_part *part, bool is_short, FILE *out)
{
    for (size_t i = 0; i < part->reply.count; i++) {
        const struct print_record *record = &part->reply.answers[i];

        if (!is_short)
            fprintf(out, "%s\t%u\t%s\t%s\t%s\n", record->owner, record->ttl,
                    record->class_text, record->type_text, record->data);
        else if (inquiry_is_answer(part, record))
            fprintf(out, "%s\n", record->data);
    }
}

static void show_found(const struct inquiry *inquiry, bool is_short, FILE *out)
{
    if (!inquiry->for_addresses) {
        if (next_answer(&inquiry->parts[0], &(size_t){0}))
            show_records(&inquiry->parts[0], is_short, out);
        return;
    }
    if (!is_short)
        show_names(inquiry, out);
    for (size_t i = 0; i < inquiry->count; i++)
        show_addresses(&inquiry->parts[i], is_short, out);
}

static void put_rcode(unsigned rcode, FILE *err)
{
    const char *meaning = print_rcode_meaning(rcode);

    fputs(rcode_text(rcode), err);
    if (meaning)
        fprintf(err, " (%s)", meaning);
}

static void put_unreachable(int error, const char *server, FILE *err)
{
    if (error == ECONNREFUSED)
        fprintf(err, "nobody answers at %s (is hostdnsd running?)", server);
    else
        fprintf(err, "cannot reach %s: %s", server, strerror(error));
}

static void put_no_records(const struct inquiry *inquiry, FILE *err)
{
    char type[PRINT_TYPE];

    if (inquiry->for_addresses)
        fputs("the name exists but has no addresses", err);
    else
        fprintf(err, "the name exists but has no %s records",
                print_type(inquiry->parts[0].exchange.ask.question.type, type));
}

static void put_silent(const struct inquiry *inquiry, const char *server, FILE *err)
{
    const struct exchange_manner *manner = &inquiry->manner;

    if (manner->use_tcp)
        fprintf(err, "no reply from %s over TCP within %g s", server,
                manner->try_ms / 1000.0);
    else
        fprintf(err, "no reply from %s (%u tries of %g s)", server, manner->tries,
                manner->try_ms / 1000.0);
}

static void put_truncated(const struct inquiry_part *part, const char *server,
                          const char *what_is_left, FILE *err)
{
    fprintf(err, "the answer from %s was truncated, %s", server, what_is_left);
    if (part->exchange.tcp_error != 0)
        fprintf(err, ", and TCP failed: %s", strerror(part->exchange.tcp_error));
}

static void put_failure(const struct inquiry *inquiry, const struct inquiry_part *part,
                        const char *server, FILE *err)
{
    switch (part->verdict) {
    case VERDICT_NO_RECORDS:
        put_no_records(inquiry, err);
        fprintf(err, ", says %s", server);
        break;
    case VERDICT_NO_NAME:
        fprintf(err, "no such name (NXDOMAIN), says %s", server);
        break;
    case VERDICT_FAILED:
        put_rcode(part->reply.rcode, err);
        fprintf(err, ", says %s", server);
        break;
    case VERDICT_MALFORMED:
        fprintf(err, "%s sent a malformed reply", server);
        break;
    case VERDICT_PARTIAL:
        put_truncated(part, server, "records are missing", err);
        break;
    case VERDICT_CUT:
        put_truncated(part, server, "nothing of it is left", err);
        break;
    case VERDICT_SILENT:
        put_silent(inquiry, server, err);
        break;
    case VERDICT_UNREACHABLE:
        put_unreachable(part->exchange.error, server, err);
        break;
    case VERDICT_RECORDS:
    case VERDICT_INTERRUPTED:
        break;
    }
    if (part->reply.reason)
        fprintf(err, ": %s", part->reply.reason);
}

/* "no such name (NXDOMAIN), says ..."; to free. */
static char *failure_text(const struct inquiry *inquiry, const struct inquiry_part *part,
                          const char *server)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    if (!stream)
        return NULL;
    put_failure(inquiry, part, server, stream);
    fclose(stream);
    return text;
}

/* "hostdns: alias.test AAAA (alias of host.test): ". The type if it tells parts apart. */
static void put_subject(const struct inquiry *inquiry, const struct inquiry_part *part,
                        bool with_type, FILE *err)
{
    const char *name = asked_name(inquiry);
    char type[PRINT_TYPE];

    fprintf(err, "hostdns: %.*s", bare(name), name);
    if (with_type)
        fprintf(err, " %s", print_type(part->exchange.ask.question.type, type));
    if (!print_same_name(part->canonical, name))
        fprintf(err, " (alias of %.*s)", bare(part->canonical), part->canonical);
    fputs(": ", err);
}

static void show_failure(const struct inquiry *inquiry, const struct inquiry_part *part,
                         const char *server, bool with_type, FILE *err)
{
    char *text = failure_text(inquiry, part, server);

    put_subject(inquiry, part, with_type, err);
    fprintf(err, "%s\n", text ? text : "out of memory");
    free(text);
}

/* Both questions failed in the same way: to be said once. */
static bool is_same_failure(const struct inquiry *inquiry, const char *server)
{
    char *a = failure_text(inquiry, &inquiry->parts[0], server);
    char *b = failure_text(inquiry, &inquiry->parts[1], server);
    bool same = a && b && strcmp(a, b) == 0;

    free(a);
    free(b);
    return same;
}

static void show_failures(const struct inquiry *inquiry, const char *server, FILE *err)
{
    if (inquiry->count == 1 || is_same_failure(inquiry, server)) {
        show_failure(inquiry, &inquiry->parts[0], server, false, err);
        return;
    }
    for (size_t i = 0; i < inquiry->count; i++)
        if (inquiry_part_exit(&inquiry->parts[i]) > INQUIRY_NOTHING)
            show_failure(inquiry, &inquiry->parts[i], server, true, err);
}

/* Nothing found, nothing failed, but told in two ways. That the name exists outweighs. */
static void show_nothing(const struct inquiry *inquiry, const char *server, FILE *err)
{
    const struct inquiry_part *part = &inquiry->parts[0];

    if (inquiry->count > 1 && part->verdict == VERDICT_NO_NAME)
        part = &inquiry->parts[1];
    show_failure(inquiry, part, server, false, err);
}

void show_inquiry(const struct inquiry *inquiry, const char *server, bool is_short,
                  FILE *out, FILE *err)
{
    if (inquiry_is_interrupted(inquiry))
        return;
    show_found(inquiry, is_short, out);
    fflush(out); /* before the failures, in case both streams go to one place */
    switch (inquiry_exit(inquiry)) {
    case INQUIRY_RECORDS:
        break;
    case INQUIRY_NOTHING:
        show_nothing(inquiry, server, err);
        break;
    default:
        show_failures(inquiry, server, err);
    }
    fflush(err);
}

void show_bad_name(const char *name, const char *reason, FILE *err)
{
    char *safe = print_safe(name, strlen(name));

    fprintf(err, "hostdns: \"%s\": %s\n", safe ? safe : "name", reason);
    free(safe);
}
