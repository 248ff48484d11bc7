#include "web/question_row.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/print.h"
#include "dns/question.h"
#include "dns/rcode.h"
#include "dns/wire.h"

static void set_client(struct question_row *row, const struct recent_record *record)
{
    if (record->client_len == 0)
        strcpy(row->client, "hidden");
    else if (!inet_ntop(record->client_len == 4 ? AF_INET : AF_INET6, record->client,
                        row->client, sizeof row->client))
        strcpy(row->client, "?");
}

/* The question is the client's own, in its letter case. */
static void set_question(struct question_row *row, const struct recent_record *record)
{
    struct reader in = reader_of(record->question, record->question_len);
    struct question question;
    uint16_t class;

    if (record->question_len < WIRE_HEADER || wire_questions(record->question) == 0 ||
        !get_skip(&in, WIRE_HEADER) || !question_get(&in, &question, &class))
        return;
    name_to_text(question_name(&question), row->name);
    type_to_text(question.type, row->type);
}

static void set_error(struct question_row *row, const struct recent_record *record)
{
    const char *name = print_ede(record->ede);
    char *text = print_safe(record->reason, strlen(record->reason));

    if (record->ede != RECENT_NO_EDE && name)
        snprintf(row->error, sizeof row->error, "%s%s%s", name, text && *text ? ": " : "",
                 text ? text : "");
    else if (record->ede != RECENT_NO_EDE)
        snprintf(row->error, sizeof row->error, "EDE %u%s%s", record->ede,
                 text && *text ? ": " : "", text ? text : "");
    free(text);
}

static void set_way(struct question_row *row, const struct recent_record *record)
{
    const struct way_step *serve;

    way_read(&row->way, reader_of(record->way, record->way_len));
    serve = way_find(&row->way, WAY_SERVE);
    if (!serve)
        return;
    way_text_source(&row->way, row->source);
    row->us = serve->took;
    row->is_cached = serve->code == WAY_FROM_CACHE || serve->code == WAY_STALE ||
                     serve->code == WAY_KEPT_FAIL;
}

void question_row_set(struct question_row *row, const struct recent_record *record)
{
    memset(row, 0, sizeof *row);
    row->number = record->number;
    row->at = record->at;
    row->transport = record->over_tcp ? "tcp" : "udp";
    snprintf(row->rcode, sizeof row->rcode, "%s", rcode_text(record->rcode));
    set_client(row, record);
    set_question(row, record);
    set_error(row, record);
    set_way(row, record);
}

static bool read_row(struct question_row *row, uint64_t number)
{
    static struct recent_record record;

    if (!recent_read(number, &record))
        return false;
    question_row_set(row, &record);
    return true;
}

/* The number from which on the ring may have records. */
static uint64_t oldest(uint64_t newest)
{
    return newest >= RECENT_RECORDS ? newest - RECENT_RECORDS + 1 : 1;
}

uint64_t question_row_before(struct question_row *row, uint64_t number)
{
    uint64_t newest = recent_newest(), first = oldest(newest);

    if (number > newest)
        number = newest + 1;
    while (number-- > first)
        if (read_row(row, number))
            return number;
    return 0;
}

uint64_t question_row_behind(struct question_row *row, uint64_t number)
{
    uint64_t newest = recent_newest(), first = oldest(newest);

    if (number > newest || number < first)
        number = first - 1;
    while (number++ < newest)
        if (read_row(row, number))
            return number;
    return 0;
}

uint64_t question_row_number(const char *text)
{
    size_t len = strspn(text, "0123456789");

    return len > 0 && len < 20 && text[len] == '\0' ? strtoull(text, NULL, 10) : 0;
}
