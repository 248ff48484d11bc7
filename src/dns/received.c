#include "dns/received.h"

#include "dns/question.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { RECORD_MIN = 11 }; /* octets: the root, type, class, TTL, RDLENGTH */

static bool get_header(struct reader *in, struct received *reply)
{
    if (!get_u16(in, &reply->id) || !get_u16(in, &reply->flags))
        return false;
    reply->is_truncated = reply->flags & WIRE_TC;
    reply->rcode = reply->flags & WIRE_RCODE;
    for (size_t i = 0; i < 4; i++)
        if (!get_u16(in, &reply->counts[i]))
            return false;
    return true;
}

/* Only the first is kept: a reply to a query has no other (RFC 9619). */
static bool get_questions(struct reader *in, struct received *reply)
{
    struct reader first = *in;

    for (unsigned i = 0; i < reply->counts[0]; i++) {
        if (!question_skip(in))
            return false;
        if (i > 0)
            continue;
        reply->asked_name = print_name(&first);
        if (!reply->asked_name || !name_skip(&first) ||
            !get_u16(&first, &reply->asked_type) || !get_u16(&first, &reply->asked_class))
            return false;
    }
    return true;
}

static bool append_reason(FILE *out, const char *name, uint16_t code, const uint8_t *text,
                          size_t size)
{
    char *safe = print_safe(text, size);
    bool appended = safe != NULL;

    fprintf(out, "%s%s (%u)", ftell(out) > 0 ? "; " : "", name ? name : "extended error",
            code);
    if (appended && *safe)
        fprintf(out, ": %s", safe);
    free(safe);
    return appended;
}

static bool put_reasons(FILE *out, const struct received_opt *opt)
{
    for (size_t i = 0; i < opt->count; i++) {
        struct reader ede = reader_of(opt->options[i].data, opt->options[i].size);
        uint16_t code;

        if (opt->options[i].code == EDNS_OPTION_EDE && get_u16(&ede, &code) &&
            !append_reason(out, print_ede(code), code, ede.data + ede.pos,
                           reader_left(&ede)))
            return false;
    }
    return true;
}

static bool keep_options(struct received_opt *opt, struct reader in)
{
    /* An option has a code and a length, of 2 octets each. */
    opt->options = calloc(reader_left(&in) / 4 + 1, sizeof *opt->options);
    if (!opt->options)
        return false;
    while (edns_next_option(&in, &opt->options[opt->count]))
        opt->count++;
    return reader_left(&in) == 0;
}

static bool keep_opt(struct received *reply, const struct record_head *head)
{
    struct received_opt *opt = &reply->opt;
    size_t size = 0;
    FILE *out;
    bool put;

    if (opt->is_there) /* RFC 6891 section 6.1.1 */
        return false;
    opt->is_there = true;
    opt->udp_size = head->class;
    opt->version = (uint8_t)(head->ttl >> 16);
    opt->flags = (uint16_t)head->ttl;
    reply->rcode |= head->ttl >> 24 << 4;
    if (!keep_options(opt, reader_of(head->data, head->data_len)))
        return false;
    out = open_memstream(&reply->reason, &size);
    if (!out)
        return false;
    put = put_reasons(out, opt);
    return fclose(out) == 0 && put;
}

/* True if an OPT record comes next, which is then passed over. */
static bool get_opt(struct reader *in, struct record_head *opt)
{
    struct reader behind = *in;

    if (!record_next(&behind, opt) || opt->type != TYPE_OPT)
        return false;
    *in = behind;
    return true;
}

static bool get_records(struct reader *in, struct received *reply, enum section section)
{
    size_t left = reply->counts[1 + section];
    struct received_records *found = &reply->sections[section];

    /* A false count costs no memory. */
    if (left > reader_left(in) / RECORD_MIN)
        left = reader_left(in) / RECORD_MIN + 1;
    if (left == 0)
        return true;
    found->records = calloc(left, sizeof *found->records);
    if (!found->records)
        return false;
    for (; left > 0; left--) {
        struct record_head opt;

        if (section == SECTION_ADDITIONAL && get_opt(in, &opt)) {
            if (!keep_opt(reply, &opt))
                return false;
        } else if (print_record(&found->records[found->count], in) != 0) {
            return false;
        } else {
            found->count++;
        }
    }
    return true;
}

int received_parse(struct received *reply, const uint8_t *wire, size_t size)
{
    struct reader in = reader_of(wire, size);

    *reply = (struct received){.size = size};
    errno = 0;
    reply->is_whole = get_header(&in, reply) && get_questions(&in, reply) &&
                      get_records(&in, reply, SECTION_ANSWER) &&
                      get_records(&in, reply, SECTION_AUTHORITY) &&
                      get_records(&in, reply, SECTION_ADDITIONAL);
    if (reply->reason && !*reply->reason) {
        free(reply->reason);
        reply->reason = NULL;
    }
    return !reply->is_whole && errno == ENOMEM ? -1 : 0;
}

void received_free(struct received *reply)
{
    for (size_t i = 0; i < SECTIONS; i++) {
        for (size_t j = 0; j < reply->sections[i].count; j++)
            print_record_free(&reply->sections[i].records[j]);
        free(reply->sections[i].records);
    }
    free(reply->opt.options);
    free(reply->asked_name);
    free(reply->reason);
    *reply = (struct received){0};
}

const struct received_records *received_answers(const struct received *reply)
{
    return &reply->sections[SECTION_ANSWER];
}

static const char *alias_target(const struct received *reply, const char *name)
{
    const struct received_records *answers = received_answers(reply);

    for (size_t i = 0; i < answers->count; i++) {
        const struct print_record *record = &answers->records[i];

        if (record->is_readable && received_is_asked(reply, record, name, TYPE_CNAME))
            return record->data;
    }
    return NULL;
}

const char *received_canonical(const struct received *reply, const char *name,
                               uint16_t type)
{
    const char *target;

    if (type == TYPE_CNAME || type == TYPE_ANY)
        return name;
    /* A chain longer than the records there are runs in a circle. */
    for (size_t i = 0; i < received_answers(reply)->count; i++) {
        target = alias_target(reply, name);
        if (!target)
            break;
        name = target;
    }
    return name;
}

bool received_is_asked(const struct received *reply, const struct print_record *record,
                       const char *canonical, uint16_t type)
{
    return record->class == reply->asked_class &&
           (record->type == type || type == TYPE_ANY) &&
           print_same_name(record->owner, canonical);
}
