#include "dns/order.h"

#include <stdlib.h>
#include <string.h>

#include "dns/relay.h"

/* Reads the next record, and follows it if it is a CNAME, so that `at` asks for its target.
 * False if it cannot be read. */
static bool step(struct reader *in, struct question *at, bool *in_order)
{
    struct reader owner_at = *in, data = *in;
    uint8_t owner[NAME_WIRE_MAX];
    struct record_head head;
    size_t len;

    if (!name_expand(&owner_at, owner, &len) || !record_next(in, &head))
        return false;
    if (head.class != CLASS_IN || (head.type != TYPE_CNAME && head.type != at->type))
        return true; /* libc passes over it */
    *in_order = name_equal((struct name){owner, len}, question_name(at));
    if (!*in_order || head.type != TYPE_CNAME)
        return true;
    data.pos = in->pos - head.data_len;
    if (!name_expand(&data, at->name, &len))
        return false;
    at->name_len = (uint8_t)len;
    return true;
}

bool order_is_kept(const struct question *question, const uint8_t *wire, size_t len)
{
    struct question at = *question;
    bool in_order = true, readable;
    struct reader in;

    if (len < WIRE_HEADER)
        return true;
    readable = wire_find_records(wire, len, &in);
    for (unsigned left = wire_count(wire, SECTION_ANSWER); readable && in_order && left > 0;
         left--)
        readable = step(&in, &at, &in_order);
    return in_order;
}

/* True if the answer section has a record of the asked type, whatever its owner. */
static bool has_data(const struct question *question, const uint8_t *wire, size_t len)
{
    struct record_head head;
    struct reader in;

    if (!wire_find_records(wire, len, &in))
        return false;
    for (unsigned i = wire_count(wire, SECTION_ANSWER); i > 0 && record_next(&in, &head);
         i--)
        if (head.class == CLASS_IN && head.type == question->type)
            return true;
    return false;
}

/* The header and the question of `wire`, and the records of the answer behind them. */
static uint8_t *write_message(const uint8_t *wire, const struct answer *answer, size_t *len)
{
    uint8_t *message = malloc(answer->records_at + answer->len);

    if (!message)
        return NULL;
    memcpy(message, wire, answer->records_at);
    memcpy(message + answer->records_at, answer->records, answer->len);
    for (enum section i = SECTION_ANSWER; i < SECTIONS; i++)
        wire_set_count(message, i, answer->count[i]);
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
