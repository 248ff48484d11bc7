#include "dns/order.h"

#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "dns/relay.h"

/* Where the answer section has led so far. */
struct position {
    uint16_t asked_type;
    uint8_t name[NAME_WIRE_MAX];
    size_t name_len;
};

/* Reads a record and follows it if it is a CNAME; false if it cannot be read. */
static bool step(struct reader *in, struct position *position, bool *in_order)
{
    uint8_t owner[NAME_WIRE_MAX];
    size_t owner_len;
    uint16_t type, class, length;
    struct reader data;

    if (!name_expand(in, owner, &owner_len) || !get_u16(in, &type) ||
        !get_u16(in, &class) || !get_skip(in, 4) || !get_u16(in, &length))
        return false;
    data = *in;
    if (!get_skip(in, length))
        return false;
    if (class != CLASS_IN || (type != TYPE_CNAME && type != position->asked_type))
        return true; /* libc passes over it */
    *in_order = name_equal(owner, owner_len, position->name, position->name_len);
    return !*in_order || type != TYPE_CNAME ||
           name_expand(&data, position->name, &position->name_len);
}

bool order_is_kept(const struct question *question, const uint8_t *wire, size_t len)
{
    struct position position = {.asked_type = question->type,
                                .name_len = question->name_len};
    struct reader in = reader_of(wire, len);
    bool in_order = true, readable;

    if (len < LDNS_HEADER_SIZE)
        return true;
    memcpy(position.name, question->name, question->name_len);
    in.pos = LDNS_HEADER_SIZE;
    readable = name_skip(&in) && get_skip(&in, 4);
    for (unsigned left = LDNS_ANCOUNT(wire); readable && in_order && left > 0; left--)
        readable = step(&in, &position, &in_order);
    return in_order;
}

/* The header and the question of `wire`, and the records of the answer behind them. */
static uint8_t *write_message(const uint8_t *wire, const struct answer *answer, size_t *len)
{
    uint8_t *message = malloc(answer->records_at + answer->len);
    struct writer counts = writer_of(message, LDNS_HEADER_SIZE);

    if (!message)
        return NULL;
    memcpy(message, wire, answer->records_at);
    memcpy(message + answer->records_at, answer->records, answer->len);
    counts.pos = 6;
    for (int section = 0; section < SECTIONS; section++)
        put_u16(&counts, answer->count[section]);
    *len = answer->records_at + answer->len;
    return message;
}

uint8_t *order_restore(const struct question *question, const uint8_t *wire, size_t len,
                       size_t *restored_len)
{
    uint8_t *records = malloc(ANSWER_RECORDS_MAX), *message = NULL;
    struct answer answer;

    if (!records)
        return NULL;
    answer_init(&answer, question, records, ANSWER_RECORDS_MAX);
    if (relay_read(question, wire, len, NULL, &answer))
        message = write_message(wire, &answer, restored_len);
    free(records);
    return message;
}
