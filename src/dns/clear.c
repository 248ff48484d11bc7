#include "dns/clear.h"

#include <stdlib.h>
#include <string.h>

#include "dns/rcode.h"
#include "dns/record.h"
#include "dns/reverse.h"
#include "dns/wire.h"

enum {
    LONGEST = 4096, /* octets; a longer reply is worth a thread of its own */
    CHAIN_MAX = 8,  /* CNAMEs: fewer than libc follows, and than we have room for */
};

/* How far the answer section has been followed. */
struct trail {
    struct question at; /* the asked type, and the owner that comes next */
    bool at_end;        /* the address, or a name, has come */
};

static bool is_host_name(struct name name)
{
    char text[NAME_TEXT];

    return name.len > 1 && name_to_host(name, text) == NAME_EVERYWHERE;
}

static bool follow(struct trail *trail, const struct record *record)
{
    bool is_over = trail->at_end && trail->at.type != TYPE_PTR;

    if (is_over || record->class != CLASS_IN ||
        !name_equal(record->owner, question_name(&trail->at)))
        return false;
    if (record->type == trail->at.type) { /* record_read has seen to the length */
        trail->at_end = true;
        return record->type != TYPE_AAAA || !reverse_is_mapped(record->data);
    }
    if (trail->at_end || record->type != TYPE_CNAME ||
        !is_host_name((struct name){record->data, record->data_len}))
        return false;
    question_set_name(&trail->at, (struct name){record->data, record->data_len});
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
    struct trail trail = {.at = *question};
    struct reader in;
    unsigned count, rcode;

    if (!wire_find_records(wire, len, &in) || len > LONGEST ||
        (wire_flags(wire) & WIRE_TC) ||
        (question->type != TYPE_A && question->type != TYPE_AAAA &&
         question->type != TYPE_PTR) ||
        !is_host_name(question_name(question)))
        return false;
    count = wire_count(wire, SECTION_ANSWER);
    rcode = wire_rcode(wire);
    if (count > (rcode == RCODE_NOERROR ? CHAIN_MAX + 1u : 0) ||
        (rcode != RCODE_NOERROR && rcode != RCODE_NXDOMAIN))
        return false;
    return is_clear_answer(&in, count, &trail) &&
           is_readable(&in, wire_count(wire, SECTION_AUTHORITY) +
                                (unsigned)wire_count(wire, SECTION_ADDITIONAL));
}
