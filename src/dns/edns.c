#include "dns/edns.h"

#include <string.h>

#include "dns/question.h"
#include "dns/wire.h"

enum {
    OPTION_HEAD = 4,
    COOKIE_WITH_SERVER = 16, /* the shortest */
};

bool edns_next_option(struct reader *in, struct edns_option *option)
{
    size_t start = in->pos;
    const uint8_t *head;

    if (get_bytes(in, &head, OPTION_HEAD)) {
        option->code = wire_u16(head);
        option->size = wire_u16(head + 2);
        if (get_bytes(in, &option->data, option->size))
            return true;
    }
    in->pos = start;
    return false;
}

static void note_cookie(struct edns_options *options, const struct edns_option *cookie)
{
    if (options->has_cookie || options->bad_cookie)
        return;
    if (cookie->size != EDNS_CLIENT_COOKIE &&
        (cookie->size < COOKIE_WITH_SERVER || cookie->size > EDNS_COOKIE_MAX)) {
        options->bad_cookie = true;
        return;
    }
    options->has_cookie = true;
    options->cookie_len = (uint8_t)cookie->size;
    memcpy(options->cookie, cookie->data, cookie->size);
}

static void note_option(struct edns_options *options, const struct edns_option *option)
{
    switch (option->code) {
    case EDNS_OPTION_NSID:
        options->nsid = true;
        break;
    case EDNS_OPTION_COOKIE:
        note_cookie(options, option);
        break;
    case EDNS_OPTION_KEEPALIVE:
        options->keepalive = true;
        break;
    case EDNS_OPTION_PADDING:
        options->padding = true;
        break;
    case EDNS_OPTION_WAY:
        options->way = true;
        break;
    default:
        break;
    }
}

bool edns_read_options(struct edns_options *options, struct reader data)
{
    unsigned left = EDNS_OPTIONS_MAX;
    struct edns_option option;

    while (data.pos < data.size) {
        if (left-- == 0 || !edns_next_option(&data, &option))
            return false;
        note_option(options, &option);
    }
    return true;
}

size_t edns_record_size(const struct edns_record *record)
{
    const struct edns_extras *extras = &record->extras;
    size_t size = EDNS_SIZE;

    if (record->has_reason)
        size += OPTION_HEAD + 2 + strlen(record->reason_text);
    if (extras->cookie)
        size += OPTION_HEAD + EDNS_COOKIE_SENT;
    if (extras->nsid)
        size += OPTION_HEAD + strlen(extras->nsid);
    if (extras->keepalive_100ms)
        size += OPTION_HEAD + 2;
    return size;
}

void edns_put_option(struct writer *to, uint16_t code, const void *data, size_t size)
{
    put_u16(to, code);
    put_u16(to, (uint16_t)size);
    put_bytes(to, data, size);
}

size_t edns_start(struct writer *to, uint16_t udp_size, uint32_t ttl)
{
    put_u8(to, 0); /* the root owns it */
    put_u16(to, TYPE_OPT);
    put_u16(to, udp_size);
    put_u32(to, ttl);
    put_u16(to, 0);
    return to->pos;
}

void edns_end(struct writer *to, size_t start)
{
    if (!to->failed)
        put_u16_at(to, start - 2, (uint16_t)(to->pos - start));
}

bool edns_find(const uint8_t *wire, size_t len, struct record_head *opt)
{
    struct reader in;
    unsigned left;

    if (!wire_find_records(wire, len, &in))
        return false;
    left = (unsigned)wire_count(wire, SECTION_ANSWER) +
           wire_count(wire, SECTION_AUTHORITY) + wire_count(wire, SECTION_ADDITIONAL);
    for (; left > 0 && record_next(&in, opt); left--)
        if (opt->type == TYPE_OPT)
            return true;
    return false;
}

static void put_reason(struct writer *to, const struct edns_record *record)
{
    size_t text = strlen(record->reason_text);

    put_u16(to, EDNS_OPTION_EDE);
    put_u16(to, (uint16_t)(2 + text));
    put_u16(to, record->reason);
    put_bytes(to, record->reason_text, text);
}

static void put_keepalive(struct writer *to, unsigned units)
{
    put_u16(to, EDNS_OPTION_KEEPALIVE);
    put_u16(to, 2);
    put_u16(to, (uint16_t)(units < UINT16_MAX ? units : UINT16_MAX));
}

/* Up to the next whole block, or as far as the message may go. */
static void put_padding(struct writer *to, size_t limit)
{
    size_t start = to->pos + OPTION_HEAD;
    size_t end = (start + EDNS_PADDING_BLOCK - 1) / EDNS_PADDING_BLOCK * EDNS_PADDING_BLOCK;

    if (end > limit)
        end = limit;
    if (start > end)
        return;
    put_u16(to, EDNS_OPTION_PADDING);
    put_u16(to, (uint16_t)(end - start));
    while (to->pos < end && !to->failed)
        put_u8(to, 0);
}

/* Records are worth more than the way they were found, so that takes no room from them. */
static void put_way(struct writer *to, const struct edns_extras *extras, size_t limit)
{
    if (extras->way && to->pos + OPTION_HEAD + extras->way_len <= limit)
        edns_put_option(to, EDNS_OPTION_WAY, extras->way, extras->way_len);
}

void edns_put_record(struct writer *to, const struct edns_record *record, size_t limit)
{
    const struct edns_extras *extras = &record->extras;
    size_t start =
        edns_start(to, record->udp_size,
                   (uint32_t)record->rcode_high << 24 | (record->dnssec_ok ? WIRE_DO : 0));

    if (record->has_reason)
        put_reason(to, record);
    if (extras->cookie)
        edns_put_option(to, EDNS_OPTION_COOKIE, extras->cookie, EDNS_COOKIE_SENT);
    if (extras->nsid)
        edns_put_option(to, EDNS_OPTION_NSID, extras->nsid, strlen(extras->nsid));
    if (extras->keepalive_100ms)
        put_keepalive(to, extras->keepalive_100ms);
    put_way(to, extras, limit);
    if (extras->pad)
        put_padding(to, limit);
    edns_end(to, start);
}
