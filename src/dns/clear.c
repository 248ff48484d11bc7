#include "dns/clear.h"

#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "dns/rcode.h"
#include "dns/record.h"

enum {
    LONGEST = 4096, /* octets; a longer one is worth a thread of its own */
    CHAIN_MAX = 8,  /* CNAMEs: fewer than libc or we have room for */
};

/* How far the answer section has been followed. */
struct trail {
    uint16_t type;               /* the asked one */
    uint8_t name[NAME_WIRE_MAX]; /* the owner that comes next */
    size_t name_len;
    bool at_end; /* the address has come */
};

static bool is_host_name(const uint8_t *name, size_t len)
{
    char text[NAME_TEXT];

    return len > 1 && name_to_host(name, len, text) == NAME_EVERYWHERE;
}

/* An IPv4 address in the clothes of IPv6 is no IPv6 address to us, but one to libc. */
static bool is_mapped(const struct record *record)
{
    static const uint8_t prefix[12] = {[10] = 0xff, 0xff};

    return record->type == TYPE_AAAA && memcmp(record->data, prefix, sizeof prefix) == 0;
}

static bool follow(struct trail *trail, const struct record *record)
{
    if (trail->at_end || record->class != CLASS_IN ||
        !name_equal(record->owner, record->owner_len, trail->name, trail->name_len))
        return false;
    if (record->type == trail->type) { /* record_read has seen to the length */
        trail->at_end = true;
        return !is_mapped(record);
    }
    if (record->type != TYPE_CNAME || !is_host_name(record->data, record->data_len))
        return false;
    memcpy(trail->name, record->data, record->data_len);
    trail->name_len = record->data_len;
    return true;
}

static bool is_clear_answer(struct reader *in, unsigned count, struct trail *trail)
{
    bool clear = true;

    while (clear && count-- > 0) {
        struct record *record = record_read(in);

        clear = record && follow(trail, record);
        free(record);
    }
    return clear;
}

static bool is_readable(struct reader *in, unsigned count)
{
    while (count-- > 0) {
        struct record *record = record_read(in);

        if (!record)
            return false;
        free(record);
    }
    return true;
}

bool clear_reply(const struct question *question, const uint8_t *wire, size_t len)
{
    struct trail trail = {.type = question->type, .name_len = question->name_len};
    struct reader in = reader_of(wire, len);
    unsigned count, rcode;

    if (len < LDNS_HEADER_SIZE || len > LONGEST || LDNS_TC_WIRE(wire) ||
        (question->type != TYPE_A && question->type != TYPE_AAAA) ||
        !is_host_name(question->name, question->name_len))
        return false;
    count = LDNS_ANCOUNT(wire);
    rcode = LDNS_RCODE_WIRE(wire);
    if (count > (rcode == RCODE_NOERROR ? CHAIN_MAX + 1u : 0) ||
        (rcode != RCODE_NOERROR && rcode != RCODE_NXDOMAIN))
        return false;
    memcpy(trail.name, question->name, question->name_len);
    in.pos = LDNS_HEADER_SIZE;
    return name_skip(&in) && get_skip(&in, 4) && is_clear_answer(&in, count, &trail) &&
           is_readable(&in, LDNS_NSCOUNT(wire) + (unsigned)LDNS_ARCOUNT(wire));
}
