#include "dns/received.h"

#include "dns/name.h"
#include "dns/question.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    FLAG_TC = 0x0200,
    RCODE = 0x000f,
    OPTION_EDE = 15, /* RFC 8914 section 2 */
};

struct counts {
    uint16_t questions, answers, authorities, additionals;
};

static bool get_header(struct reader *in, struct received *reply, struct counts *counts)
{
    uint16_t id, flags;

    if (!get_u16(in, &id) || !get_u16(in, &flags))
        return false;
    reply->is_truncated = flags & FLAG_TC;
    reply->rcode = flags & RCODE;
    return get_u16(in, &counts->questions) && get_u16(in, &counts->answers) &&
           get_u16(in, &counts->authorities) && get_u16(in, &counts->additionals);
}

static bool skip_questions(struct reader *in, unsigned count)
{
    while (count-- > 0)
        if (!name_skip(in) || !get_skip(in, 4))
            return false;
    return true;
}

static bool get_answers(struct reader *in, struct received *reply, unsigned count)
{
    /* No record is shorter than 11 octets, so a false count costs no memory. */
    if (count > reader_left(in) / 11)
        count = (unsigned)(reader_left(in) / 11) + 1;
    if (count == 0)
        return true;
    reply->answers = calloc(count, sizeof *reply->answers);
    if (!reply->answers)
        return false;
    while (reply->count < count) {
        if (print_record(&reply->answers[reply->count], in) != 0)
            return false;
        reply->count++;
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

/* The options of an OPT record (RFC 6891 section 6.1.2). */
static bool get_options(struct reader in, FILE *out)
{
    uint16_t option, length, code;
    const uint8_t *data;
    struct reader ede;

    while (reader_left(&in) > 0) {
        if (!get_u16(&in, &option) || !get_u16(&in, &length) ||
            !get_bytes(&in, &data, length))
            return false;
        ede = reader_of(data, length);
        if (option != OPTION_EDE || !get_u16(&ede, &code))
            continue;
        if (!append_reason(out, print_ede(code), code, ede.data + ede.pos,
                           reader_left(&ede)))
            return false;
    }
    return true;
}

static bool read_opt(struct received *reply, uint32_t ttl, struct reader options)
{
    size_t size = 0;
    FILE *out;
    bool read;

    if (reply->reason) /* a second OPT says nothing (RFC 6891 section 6.1.1) */
        return false;
    reply->rcode |= ttl >> 24 << 4;
    out = open_memstream(&reply->reason, &size);
    if (!out)
        return false;
    read = get_options(options, out);
    return fclose(out) == 0 && read;
}

/* Passes over authority and additional records; of all these only the OPT matters here. */
static bool get_rest(struct reader *in, struct received *reply, unsigned count)
{
    uint16_t type, class, length;
    uint32_t ttl;
    const uint8_t *data;

    while (count-- > 0) {
        if (!name_skip(in) || !get_u16(in, &type) || !get_u16(in, &class) ||
            !get_u32(in, &ttl) || !get_u16(in, &length) || !get_bytes(in, &data, length))
            return false;
        if (type == TYPE_OPT && !read_opt(reply, ttl, reader_of(data, length)))
            return false;
    }
    return true;
}

int received_parse(struct received *reply, const uint8_t *wire, size_t size)
{
    struct reader in = reader_of(wire, size);
    struct counts counts;

    *reply = (struct received){0};
    errno = 0;
    reply->is_whole = get_header(&in, reply, &counts) &&
                      skip_questions(&in, counts.questions) &&
                      get_answers(&in, reply, counts.answers) &&
                      get_rest(&in, reply, counts.authorities + 0u + counts.additionals);
    if (reply->reason && !*reply->reason) {
        free(reply->reason);
        reply->reason = NULL;
    }
    return !reply->is_whole && errno == ENOMEM ? -1 : 0;
}

void received_free(struct received *reply)
{
    for (size_t i = 0; i < reply->count; i++)
        print_record_free(&reply->answers[i]);
    free(reply->answers);
    free(reply->reason);
    *reply = (struct received){0};
}

static const char *alias_target(const struct received *reply, const char *name)
{
    for (size_t i = 0; i < reply->count; i++) {
        const struct print_record *record = &reply->answers[i];

        if (record->is_readable && received_is_asked(record, name, TYPE_CNAME))
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
    for (size_t i = 0; i < reply->count; i++) {
        target = alias_target(reply, name);
        if (!target)
            break;
        name = target;
    }
    return name;
}

bool received_is_asked(const struct print_record *record, const char *canonical,
                       uint16_t type)
{
    return record->class == CLASS_IN && (record->type == type || type == TYPE_ANY) &&
           print_same_name(record->owner, canonical);
}
