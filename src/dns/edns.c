#include "dns/edns.h"

#include <ldns/ldns.h>
#include <string.h>

enum {
    FIXED_SIZE = 11, /* root owner, type, class, TTL, length */
    OPTION_HEAD = 4,
    OPT_DO = 0x8000,
    OPTION_NSID = 3,
    OPTION_COOKIE = 10,
    OPTION_KEEPALIVE = 11,
    OPTION_PADDING = 12,
    OPTION_EDE = 15,
    COOKIE_WITH_SERVER = 16, /* the shortest */
};

static void note_cookie(struct edns_options *options, const uint8_t *data, uint16_t length)
{
    if (options->has_cookie || options->bad_cookie)
        return;
    if (length != EDNS_CLIENT_COOKIE &&
        (length < COOKIE_WITH_SERVER || length > EDNS_COOKIE_MAX)) {
        options->bad_cookie = true;
        return;
    }
    options->has_cookie = true;
    options->cookie_len = (uint8_t)length;
    memcpy(options->cookie, data, length);
}

static void note_option(struct edns_options *options, uint16_t code, const uint8_t *data,
                        uint16_t length)
{
    switch (code) {
    case OPTION_NSID:
        options->nsid = true;
        break;
    case OPTION_COOKIE:
        note_cookie(options, data, length);
        break;
    case OPTION_KEEPALIVE:
        options->keepalive = true;
        break;
    case OPTION_PADDING:
        options->padding = true;
        break;
    default:
        break;
    }
}

bool edns_read_options(struct edns_options *options, struct reader data)
{
    const uint8_t *value;
    uint16_t code, length;

    while (reader_left(&data) > 0) {
        if (!get_u16(&data, &code) || !get_u16(&data, &length) ||
            !get_bytes(&data, &value, length))
            return false;
        note_option(options, code, value, length);
    }
    return true;
}

size_t edns_record_size(const struct edns_record *record)
{
    const struct edns_extras *extras = &record->extras;
    size_t size = FIXED_SIZE;

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

static void put_option(struct writer *to, uint16_t code, const void *data, size_t length)
{
    put_u16(to, code);
    put_u16(to, (uint16_t)length);
    put_bytes(to, data, length);
}

static void put_reason(struct writer *to, const struct edns_record *record)
{
    size_t text = strlen(record->reason_text);

    put_u16(to, OPTION_EDE);
    put_u16(to, (uint16_t)(2 + text));
    put_u16(to, record->reason);
    put_bytes(to, record->reason_text, text);
}

static void put_keepalive(struct writer *to, unsigned units)
{
    put_u16(to, OPTION_KEEPALIVE);
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
    put_u16(to, OPTION_PADDING);
    put_u16(to, (uint16_t)(end - start));
    while (to->pos < end && !to->failed)
        put_u8(to, 0);
}

void edns_put_record(struct writer *to, const struct edns_record *record, size_t limit)
{
    const struct edns_extras *extras = &record->extras;
    size_t length_at;

    put_u8(to, 0);
    put_u16(to, LDNS_RR_TYPE_OPT);
    put_u16(to, record->udp_size);
    put_u32(to, (uint32_t)record->rcode_high << 24 | (record->dnssec_ok ? OPT_DO : 0));
    length_at = to->pos;
    put_u16(to, 0);
    if (record->has_reason)
        put_reason(to, record);
    if (extras->cookie)
        put_option(to, OPTION_COOKIE, extras->cookie, EDNS_COOKIE_SENT);
    if (extras->nsid)
        put_option(to, OPTION_NSID, extras->nsid, strlen(extras->nsid));
    if (extras->keepalive_100ms)
        put_keepalive(to, extras->keepalive_100ms);
    if (extras->pad)
        put_padding(to, limit);
    put_u16_at(to, length_at, (uint16_t)(to->pos - length_at - 2));
}
