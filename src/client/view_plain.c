#include "client/view_plain.h"

#include "base/xalloc.h"
#include "client/dig_data.h"
#include "client/failures.h"
#include "client/idn.h"

#include <stdlib.h>
#include <string.h>

/* Select Graphic Rendition (ECMA-48 section 8.3.117); the terminal has the shades. */
static const char name_colour[] = "1", type_colour[] = "36", data_colour[] = "32",
                  faint_colour[] = "2";

static void put_coloured(const struct show *show, const char *colour, const char *text,
                         int len)
{
    if (show->style->is_coloured)
        fprintf(show->out, "\033[%sm%.*s\033[0m", colour, len, text);
    else
        fprintf(show->out, "%.*s", len, text);
}

/* A name or data, in the letters that it stands for if that is wanted. */
static void put_text(const struct show *show, const char *colour, const char *text)
{
    char *letters = show->style->has_letters ? idn_to_letters(text) : xstrdup(text);

    put_coloured(show, colour, letters, (int)strlen(letters));
    free(letters);
}

static void put_name(const struct show *show, const char *name)
{
    char *bare = xstrndup(name, (size_t)show_bare(name));

    put_text(show, name_colour, bare);
    free(bare);
}

static const struct print_record *next_answer(const struct exchange *exchange, size_t *at)
{
    const struct received_records *answers = received_answers(&exchange->reply);

    while (*at < answers->count) {
        const struct print_record *record = &answers->records[(*at)++];

        if (exchange_is_answer(exchange, record))
            return record;
    }
    return NULL;
}

static bool has_answer(const struct exchange *exchange)
{
    return next_answer(exchange, &(size_t){0}) != NULL;
}

static bool is_alias(const struct exchange *exchange)
{
    return exchange->canonical && !print_same_name(exchange->canonical, exchange->ask.name);
}

/* +identify, in dig's words. */
static void put_server(const struct show *show, const struct exchange *exchange)
{
    char ip[ADDR_IP_TEXT];

    if (show->style->show_server)
        fprintf(show->out, " from server %s in %lld ms.", addr_format_ip(show->server, ip),
                (long long)(exchange->ended_us - exchange->sent_us) / 1000);
}

/* As dig writes it, since programs read it. */
static void put_short(const struct show *show, const struct exchange *exchange,
                      const struct print_record *record)
{
    char *data = dig_data(record, show->style);

    put_text(show, data_colour, data);
    free(data);
    put_server(show, exchange);
    fputc('\n', show->out);
}

/* "IPv4 address: 192.0.2.10". Data that is not an address is left out. */
static void show_addresses(const struct show *show, const struct exchange *exchange)
{
    const char *label = exchange->ask.question.type == TYPE_A ? "IPv4" : "IPv6";
    const struct print_record *record;
    size_t at = 0;

    while ((record = next_answer(exchange, &at))) {
        if (!record->is_readable)
            continue;
        if (show->style->view == VIEW_PLAIN)
            fprintf(show->out, "%s address:    ", label);
        put_short(show, exchange, record);
    }
}

/* The canonical name is that of the first answer. */
static void show_names(const struct show *show, const struct inquiry *inquiry)
{
    for (size_t i = 0; i < inquiry->count; i++) {
        const struct exchange *exchange = &inquiry->exchanges[i];

        if (!has_answer(exchange))
            continue;
        fputs("Name:            ", show->out);
        put_name(show, exchange->ask.name);
        fputs("\nCanonical name:  ", show->out);
        put_name(show, exchange->canonical);
        fputc('\n', show->out);
        return;
    }
}

static void show_record(const struct show *show, const struct print_record *record)
{
    char ttl[16];

    snprintf(ttl, sizeof ttl, "%u", record->ttl);
    put_text(show, name_colour, record->owner);
    fputc('\t', show->out);
    put_coloured(show, faint_colour, ttl, (int)strlen(ttl));
    fputc('\t', show->out);
    put_coloured(show, faint_colour, record->class_text, (int)strlen(record->class_text));
    fputc('\t', show->out);
    put_coloured(show, type_colour, record->type_text, (int)strlen(record->type_text));
    fputc('\t', show->out);
    put_text(show, data_colour, record->data);
    fputc('\n', show->out);
}

/* Shows the whole chain that leads to what was asked for, as dig does even with +short. */
static void show_records(const struct show *show, const struct exchange *exchange)
{
    const struct received_records *answers = received_answers(&exchange->reply);

    for (size_t i = 0; i < answers->count; i++) {
        if (show->style->view == VIEW_PLAIN)
            show_record(show, &answers->records[i]);
        else
            put_short(show, exchange, &answers->records[i]);
    }
}

/* Shows what the server has remarked about its answer, such as "Stale Answer (3)". */
static void show_remarks(const struct show *show, const struct inquiry *inquiry)
{
    const char *last = NULL;

    for (size_t i = 0; i < inquiry->count; i++) {
        const char *reason = inquiry->exchanges[i].reply.reason;

        if (!reason || !has_answer(&inquiry->exchanges[i]) ||
            (last && strcmp(last, reason) == 0))
            continue;
        fprintf(show->out, "%s%s\n",
                inquiry->for_addresses ? "Remark:          " : "; Remark: ", reason);
        last = reason;
    }
}

static void show_found(const struct show *show, const struct inquiry *inquiry)
{
    bool is_plain = show->style->view == VIEW_PLAIN;

    if (!inquiry->for_addresses) {
        if (has_answer(&inquiry->exchanges[0]) ||
            (!is_plain && is_alias(&inquiry->exchanges[0])))
            show_records(show, &inquiry->exchanges[0]);
    } else {
        if (is_plain)
            show_names(show, inquiry);
        for (size_t i = 0; i < inquiry->count; i++)
            show_addresses(show, &inquiry->exchanges[i]);
    }
    if (is_plain)
        show_remarks(show, inquiry);
}

void view_plain(const struct show *show, const struct inquiry *inquiry)
{
    show_found(show, inquiry);
    fflush(show->out); /* before the failures, in case both streams go to one place */
    failures_show(show, inquiry);
}
