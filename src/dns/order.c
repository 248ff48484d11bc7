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

/* A record whose owner may be compressed. */
struct seen {
    uint8_t owner[NAME_WIRE_MAX];
    size_t owner_len;
    uint16_t type, class;
    struct reader data;
};

static bool read_record(struct reader *in, struct seen *seen)
{
    uint16_t length;

    if (!name_expand(in, seen->owner, &seen->owner_len) || !get_u16(in, &seen->type) ||
        !get_u16(in, &seen->class) || !get_skip(in, 4) || !get_u16(in, &length))
        return false;
    seen->data = *in;
    return get_skip(in, length);
}

/* Follows the record if it is a CNAME; false if it cannot be read. */
static bool step(struct seen *seen, struct position *position, bool *in_order)
{
    if (seen->class != CLASS_IN ||
        (seen->type != TYPE_CNAME && seen->type != position->asked_type))
        return true; /* libc passes over it */
    *in_order =
        name_equal(seen->owner, seen->owner_len, position->name, position->name_len);
    return !*in_order || seen->type != TYPE_CNAME ||
           name_expand(&seen->data, position->name, &position->name_len);
}

/* A reader before the first record of the answer section; false if there is none. */
static bool find_answer(const uint8_t *wire, size_t len, struct reader *in)
{
    *in = reader_of(wire, len);
    if (len < LDNS_HEADER_SIZE)
        return false;
    in->pos = LDNS_HEADER_SIZE;
    return name_skip(in) && get_skip(in, 4);
}

bool order_is_kept(const struct question *question, const uint8_t *wire, size_t len)
{
    struct position position = {.asked_type = question->type,
                                .name_len = question->name_len};
    bool in_order = true, readable;
    struct reader in;
    struct seen seen;

    if (len < LDNS_HEADER_SIZE)
        return true;
    memcpy(position.name, question->name, question->name_len);
    readable = find_answer(wire, len, &in);
    for (unsigned left = LDNS_ANCOUNT(wire); readable && in_order && left > 0; left--)
        readable = read_record(&in, &seen) && step(&seen, &position, &in_order);
    return in_order;
}

/* True if the answer section has a record of the asked type, whatever its owner. */
static bool has_data(const struct question *question, const uint8_t *wire, size_t len)
{
    bool found = false, readable;
    struct reader in;
    struct seen seen;

    readable = find_answer(wire, len, &in);
    for (unsigned left = readable ? LDNS_ANCOUNT(wire) : 0; readable && !found && left > 0;
         left--) {
        readable = read_record(&in, &seen);
        found = readable && seen.class == CLASS_IN && seen.type == question->type;
    }
    return found;
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

static uint8_t *copy(const uint8_t *wire, size_t len, size_t *copy_len)
{
    uint8_t *message = malloc(len);

    if (message)
        memcpy(message, wire, len);
    *copy_len = len;
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
    if (message && has_data(question, wire, len) &&
        !has_data(question, message, *restored_len)) {
        free(message);
        message = copy(wire, len, restored_len);
    }
    return message;
}
