/*
 * The layout of dig 9.18 and later. Scripts take it apart with grep and awk, so columns,
 * blanks and even empty lines are those of dig.
 */
#include "client/view_dig.h"

#include "client/dig_data.h"
#include "client/dig_opt.h"
#include "dns/rcode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TAB = 8 };

/* The columns at which the fields of a record begin. */
struct columns {
    unsigned ttl, class, type, data;
};

static struct columns columns_of(const struct style *style)
{
    if (style->is_multiline || (!style->show_ttl && !style->show_class))
        return (struct columns){24, 24, 24, 32};
    if (!style->show_ttl || !style->show_class)
        return (struct columns){24, 24, 32, 40};
    return (struct columns){24, 32, 40, 48};
}

/* Writes at least one blank, or tabs and blanks, up to a column. */
static void indent(FILE *out, unsigned *from, unsigned to)
{
    if (to <= *from)
        to = *from + 1;
    if (to / TAB > *from / TAB) {
        for (unsigned tab = *from / TAB; tab < to / TAB; tab++)
            fputc('\t', out);
        *from = to - to % TAB;
    }
    for (; *from < to; ++*from)
        fputc(' ', out);
}

static void put_field(FILE *out, unsigned *column, unsigned to, const char *text)
{
    indent(out, column, to);
    fputs(text, out);
    *column += (unsigned)strlen(text);
}

/* "1h30m", or the seconds. */
static const char *ttl_text(uint32_t ttl, bool with_units, char text[static 32])
{
    static const struct {
        char letter;
        uint32_t seconds;
    } units[] = {{'w', 604800}, {'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
    char *end = text;

    if (!with_units || ttl == 0) {
        snprintf(text, 32, with_units ? "%us" : "%u", ttl);
        return text;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (ttl >= units[i].seconds)
            end += sprintf(end, "%u%c", ttl / units[i].seconds, units[i].letter);
        ttl %= units[i].seconds;
    }
    return text;
}

void view_dig_record(FILE *out, const struct print_record *record,
                     const struct style *style)
{
    struct columns columns = columns_of(style);
    char *owner = dig_name(record->owner), *data = dig_data(record, style), ttl[32];
    unsigned column = (unsigned)strlen(owner);

    fputs(owner, out);
    if (style->show_ttl)
        put_field(out, &column, columns.ttl,
                  ttl_text(record->ttl, style->show_ttl_units, ttl));
    if (style->show_class)
        put_field(out, &column, columns.class, record->class_text);
    put_field(out, &column, columns.type, record->type_text);
    put_field(out, &column, columns.data, data);
    free(owner);
    free(data);
}

static void put_question(FILE *out, const struct received *message,
                         const struct style *style)
{
    struct columns columns = columns_of(style);
    char *name = dig_name(message->asked_name), text[TYPE_TEXT];
    unsigned column = (unsigned)strlen(name);

    fprintf(out, ";%s", name);
    put_field(out, &column, columns.class, class_to_text(message->asked_class, text));
    put_field(out, &column, columns.type, type_to_text(message->asked_type, text));
    fputc('\n', out);
    free(name);
}

static void put_question_section(FILE *out, const struct received *message,
                                 const struct style *style)
{
    if (!style->show_question || !message->asked_name)
        return;
    if (style->show_comments)
        fputs(";; QUESTION SECTION:\n", out);
    put_question(out, message, style);
    if (style->show_comments)
        fputc('\n', out);
}

static void put_section(FILE *out, const struct received_records *section,
                        const char *heading, const struct style *style)
{
    if (section->count == 0)
        return;
    if (style->show_comments)
        fprintf(out, ";; %s SECTION:\n", heading);
    for (size_t i = 0; i < section->count; i++) {
        view_dig_record(out, &section->records[i], style);
        fputc('\n', out);
    }
    if (style->show_comments)
        fputc('\n', out);
}

void view_dig_flags(FILE *out, uint16_t flags)
{
    static const struct {
        uint16_t bit;
        const char *word;
    } known[] = {{WIRE_QR, "qr"}, {WIRE_AA, "aa"}, {WIRE_TC, "tc"}, {WIRE_RD, "rd"},
                 {WIRE_RA, "ra"}, {WIRE_AD, "ad"}, {WIRE_CD, "cd"}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (flags & known[i].bit)
            fprintf(out, " %s", known[i].word);
}

const char *view_dig_opcode(uint16_t flags, char text[static 16])
{
    static const char *const names[] = {"QUERY", "IQUERY", "STATUS",
                                        NULL,    "NOTIFY", "UPDATE"};
    unsigned opcode = wire_opcode(flags);

    if (opcode < sizeof names / sizeof *names && names[opcode])
        return names[opcode];
    snprintf(text, 16, "RESERVED%u", opcode);
    return text;
}

static void put_header(FILE *out, const struct received *message, bool is_reply)
{
    char opcode[16];

    fprintf(out, ";; %s:\n", is_reply ? "Got answer" : "Sending");
    fprintf(out, ";; ->>HEADER<<- opcode: %s, status: %s, id: %u\n;; flags:",
            view_dig_opcode(message->flags, opcode), rcode_text(message->rcode),
            message->id);
    view_dig_flags(out, message->flags);
    if (message->flags & WIRE_Z)
        fputs("; MBZ: 0x4", out);
    fprintf(out, "; QUERY: %u, ANSWER: %u, AUTHORITY: %u, ADDITIONAL: %u\n",
            message->counts[0], message->counts[1], message->counts[2], message->counts[3]);
    if (is_reply && (message->flags & (WIRE_RD | WIRE_RA)) == WIRE_RD)
        fputs(";; WARNING: recursion requested but not available\n", out);
    if (is_reply && !message->is_whole)
        fputs(";; WARNING: the message cannot be read to its end\n", out);
    fputc('\n', out);
}

static void put_message(FILE *out, const struct received *message,
                        const struct style *style, bool is_reply)
{
    static const char *const headings[] = {"ANSWER", "AUTHORITY", "ADDITIONAL"};
    const bool shown[] = {style->show_answer, style->show_authority,
                          style->show_additional};

    if (style->show_comments) {
        put_header(out, message, is_reply);
        dig_opt(out, message);
    }
    put_question_section(out, message, style);
    for (size_t i = 0; i < SECTIONS; i++)
        if (shown[i])
            put_section(out, &message->sections[i], headings[i], style);
}

static void put_command(struct show *show)
{
    if (show->has_begun || !show->style->show_cmd || !show->command)
        return;
    fputs("\n; <<>> hostdns " HOSTDNS_VERSION " <<>>", show->out);
    for (char *const *word = show->command + 1; *word; word++) {
        char *safe = print_safe(*word, strlen(*word));

        fprintf(show->out, " %s", safe);
        free(safe);
    }
    fputs("\n; (1 server found)\n;; global options: +cmd\n", show->out);
}

static void put_query(struct show *show, const struct ask *ask)
{
    struct received query;

    if (received_parse(&query, ask->wire, ask->size) == 0)
        put_message(show->out, &query, show->style, false);
    received_free(&query);
    if (show->style->show_stats)
        fprintf(show->out, ";; QUERY SIZE: %zu\n\n", ask->size);
}

static void put_stats(struct show *show, const struct exchange *exchange)
{
    char ip[ADDR_IP_TEXT], when[64];
    time_t now = time(NULL);
    struct tm local;

    localtime_r(&now, &local);
    strftime(when, sizeof when, "%a %b %d %H:%M:%S %Z %Y", &local);
    addr_format_ip(show->server, ip);
    fprintf(show->out, ";; Query time: %lld msec\n",
            (long long)(exchange->ended_us - exchange->sent_us) / 1000);
    fprintf(show->out, ";; SERVER: %s#%u(%s) (%s)\n", ip, addr_port(show->server), ip,
            exchange->is_over_tcp ? "TCP" : "UDP");
    fprintf(show->out, ";; WHEN: %s\n;; MSG SIZE  rcvd: %zu\n\n", when, exchange->size);
}

static void put_no_reply(struct show *show, const struct exchange *exchange)
{
    char ip[ADDR_IP_TEXT];
    const char *reason = exchange->state != EXCHANGE_UNREACHABLE ? "timed out"
                         : exchange->error == ENODATA            ? "end of file"
                                                      : strerror(exchange->error);

    fprintf(show->out, ";; communications error to %s#%u: %s\n",
            addr_format_ip(show->server, ip), addr_port(show->server), reason);
    fputs(";; no servers could be reached\n", show->out);
}

/* A question that went over TCP at once has no tries over UDP. */
static void put_retries(struct show *show, const struct exchange *exchange)
{
    bool goes_on = exchange->is_over_tcp && exchange->tries > 0;

    if (exchange->ask.is_renewed)
        fputs(";; BADCOOKIE, retrying.\n", show->out);
    if (goes_on)
        fprintf(show->out, ";; %s, retrying in TCP mode.\n",
                exchange->ask.is_renewed ? "BADCOOKIE" : "Truncated");
}

void view_dig(struct show *show, const struct exchange *exchange)
{

    put_retries(show, exchange);
    put_command(show);
    if (show->style->show_query)
        put_query(show, &exchange->ask);
    if (exchange->state != EXCHANGE_ANSWERED) {
        put_no_reply(show, exchange);
        return;
    }
    put_message(show->out, &exchange->reply, show->style, true);
    if (show->style->show_stats)
        put_stats(show, exchange);
}
