/*
 * All text of a reply that is printed here comes from dns/print, which lets only printable
 * ASCII through.
 */
#include "client/failures.h"

#include "base/xalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *asked_name(const struct inquiry *inquiry)
{
    return inquiry->exchanges[0].ask.name;
}

static void put_unreachable(int error, const char *server, FILE *err)
{
    if (error == ECONNREFUSED)
        fprintf(err, "nobody answers at %s (is hostdnsd running?)", server);
    else
        fprintf(err, "cannot reach %s: %s", server, show_system_error(error));
}

static void put_no_records(const struct inquiry *inquiry, FILE *err)
{
    char type[TYPE_TEXT];

    if (inquiry->for_addresses)
        fputs("the name exists but has no addresses", err);
    else
        fprintf(err, "the name exists but has no %s records",
                type_to_text(inquiry->exchanges[0].ask.question.type, type));
}

static void put_silent(const struct inquiry *inquiry, const char *server, FILE *err)
{
    const struct exchange_manner *manner = &inquiry->exchanges[0].manner;

    if (manner->use_tcp)
        fprintf(err, "no reply from %s over TCP within %g s", server,
                manner->try_ms / 1000.0);
    else
        fprintf(err, "no reply from %s (%u %s of %g s)", server, manner->tries,
                manner->tries == 1 ? "try" : "tries", manner->try_ms / 1000.0);
}

static void put_truncated(const struct exchange *exchange, const char *server,
                          const char *what_is_left, FILE *err)
{
    fprintf(err, "the answer from %s was truncated, %s", server, what_is_left);
    if (exchange->tcp_error != 0)
        fprintf(err, ", and TCP failed: %s", show_system_error(exchange->tcp_error));
}

static void put_failure(const struct inquiry *inquiry, const struct exchange *exchange,
                        const char *server, FILE *err)
{
    switch (exchange->verdict) {
    case VERDICT_NO_RECORDS:
        put_no_records(inquiry, err);
        fprintf(err, ", says %s", server);
        break;
    case VERDICT_NO_NAME:
        fprintf(err, "no such name (NXDOMAIN), says %s", server);
        break;
    case VERDICT_FAILED:
        show_rcode(exchange->reply.rcode, err);
        fprintf(err, ", says %s", server);
        break;
    case VERDICT_MALFORMED:
        fprintf(err, "%s sent a malformed reply", server);
        break;
    case VERDICT_PARTIAL:
        put_truncated(exchange, server, "records are missing", err);
        break;
    case VERDICT_CUT:
        put_truncated(exchange, server, "nothing of it is left", err);
        break;
    case VERDICT_SILENT:
        put_silent(inquiry, server, err);
        break;
    case VERDICT_UNREACHABLE:
        put_unreachable(exchange->error, server, err);
        break;
    case VERDICT_RECORDS:
    case VERDICT_INTERRUPTED:
        break;
    }
    if (exchange->reply.reason)
        fprintf(err, ": %s", exchange->reply.reason);
}

/* "no such name (NXDOMAIN), says ..."; to free. */
static char *failure_text(const struct inquiry *inquiry, const struct exchange *exchange,
                          const char *server)
{
    char *text;
    size_t size;
    FILE *stream = xopen_memstream(&text, &size);

    put_failure(inquiry, exchange, server, stream);
    fclose(stream);
    return text;
}

/* "hostdns: alias.test AAAA (alias of host.test): "; the type is written if both
 * families are told. */
static void put_subject(const struct inquiry *inquiry, const struct exchange *exchange,
                        bool with_type, FILE *err)
{
    const char *name = asked_name(inquiry);
    char type[TYPE_TEXT];

    fprintf(err, "hostdns: %.*s", show_bare(name), name);
    if (with_type)
        fprintf(err, " %s", type_to_text(exchange->ask.question.type, type));
    if (!print_same_name(exchange->canonical, name))
        fprintf(err, " (alias of %.*s)", show_bare(exchange->canonical),
                exchange->canonical);
    fputs(": ", err);
}

static void show_failure(const struct inquiry *inquiry, const struct exchange *exchange,
                         const char *server, bool with_type, FILE *err)
{
    char *text = failure_text(inquiry, exchange, server);

    put_subject(inquiry, exchange, with_type, err);
    fprintf(err, "%s\n", text);
    free(text);
}

/* If both questions failed in the same way, it is said once. */
static bool is_same_failure(const struct inquiry *inquiry, const char *server)
{
    char *a = failure_text(inquiry, &inquiry->exchanges[0], server);
    char *b = failure_text(inquiry, &inquiry->exchanges[1], server);
    bool same = strcmp(a, b) == 0;

    free(a);
    free(b);
    return same;
}

static void show_failures(const struct inquiry *inquiry, const char *server, FILE *err)
{
    if (inquiry->count == 1 || is_same_failure(inquiry, server)) {
        show_failure(inquiry, &inquiry->exchanges[0], server, false, err);
        return;
    }
    for (size_t i = 0; i < inquiry->count; i++)
        if (inquiry_exit_of(&inquiry->exchanges[i]) > INQUIRY_NOTHING)
            show_failure(inquiry, &inquiry->exchanges[i], server, true, err);
}

/* Nothing was found and nothing failed. If the answers differ, the one that says that
 * the name exists is shown. */
static void show_nothing(const struct inquiry *inquiry, const char *server, FILE *err)
{
    const struct exchange *exchange = &inquiry->exchanges[0];

    if (inquiry->count > 1 && exchange->verdict == VERDICT_NO_NAME)
        exchange = &inquiry->exchanges[1];
    show_failure(inquiry, exchange, server, false, err);
}

void failures_show(const struct show *show, const struct inquiry *inquiry)
{
    char server[SHOW_SERVER];

    show_server(show->server, server);
    switch (inquiry_exit(inquiry)) {
    case INQUIRY_RECORDS:
        break;
    case INQUIRY_NOTHING:
        show_nothing(inquiry, server, show->err);
        break;
    default:
        show_failures(inquiry, server, show->err);
    }
    fflush(show->err);
}
