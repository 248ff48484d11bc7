#include "dns/order.h"

#include <stdlib.h>
#include <string.h>

#include "dns/relay.h"

/* How far an answer section has been followed. */
struct order_walk {
    struct question at;            /* the asked type, and the owner that comes next */
    uint16_t pointer;              /* to that owner, if the last record had one; 0: none */
    unsigned count, asked, cnames; /* records: all, and those of two kinds */
    unsigned shown;                /* records up to the last one of these kinds */
    size_t octets;                 /* of the owners of those of the asked type */
    size_t cost;                   /* of their names */
    bool in_order;
};

/* True if libc is to see the records so far. */
static bool is_good(const struct order_walk *walk)
{
    unsigned passed = walk->shown - walk->asked - walk->cnames;

    return walk->in_order && passed <= ORDER_PASSED_MAX && walk->cost <= NAME_COST_MAX;
}

/* True if libc may see more records. */
static bool may_go_on(const struct order_walk *walk)
{
    return is_good(walk) && walk->asked < ORDER_SHOWN_MAX &&
           walk->octets < ORDER_OCTETS_MAX && walk->cnames < ORDER_SHOWN_MAX;
}

/* True if the owner can be read; notes whether it is the one that comes next. */
static bool check_owner(struct order_walk *walk, struct reader in)
{
    struct reader head = in;
    uint8_t owner[NAME_WIRE_MAX];
    uint16_t pointer;
    size_t len;

    if (!get_u16(&head, &pointer))
        return false;
    if (pointer >= NAME_POINTER && pointer == walk->pointer)
        return true;
    if (!name_expand_at_cost(&in, owner, &len, &walk->cost))
        return false;
    walk->in_order = name_equal((struct name){owner, len}, question_name(&walk->at));
    walk->pointer = pointer >= NAME_POINTER ? pointer : 0;
    return true;
}

/* Makes `at` ask for the target. */
static bool follow(struct order_walk *walk, struct reader data)
{
    size_t len;

    walk->pointer = 0;
    if (!name_expand_at_cost(&data, walk->at.name, &len, &walk->cost))
        return false;
    walk->at.name_len = (uint8_t)len;
    return true;
}

/* Reads the next record, and follows it if it is a CNAME. False if it cannot be read. */
static bool step(struct reader *in, struct order_walk *walk)
{
    struct reader owner = *in, data = *in;
    struct record_head head;

    walk->count++;
    if (!record_next(in, &head))
        return false;
    if (head.class != CLASS_IN || (head.type != TYPE_CNAME && head.type != walk->at.type))
        return true; /* libc passes over it */
    if (!check_owner(walk, owner))
        return false;
    walk->shown = walk->count;
    walk->asked += head.type == walk->at.type;
    walk->octets += head.type == walk->at.type ? walk->at.name_len : 0;
    walk->cnames += head.type != walk->at.type;
    data.pos = in->pos - head.data_len;
    return !walk->in_order || head.type != TYPE_CNAME || follow(walk, data);
}

bool order_is_kept(const struct question *question, const uint8_t *wire, size_t len,
                   unsigned *shown)
{
    struct order_walk walk = {.at = *question, .in_order = true};
    unsigned count = len < WIRE_HEADER ? 0 : wire_count(wire, SECTION_ANSWER);
    bool readable;
    struct reader in;

    *shown = 0;
    if (!wire_find_records(wire, len, &in))
        return true;
    do
        readable = walk.count == count || step(&in, &walk);
    while (readable && walk.count < count && may_go_on(&walk));
    *shown = readable ? walk.shown : walk.count; /* libc judges what we cannot read */
    return !readable || is_good(&walk);
}

/* Octets of the name, in full, that comes next. */
static size_t name_octets(struct reader in)
{
    uint8_t name[NAME_WIRE_MAX];
    size_t len;

    return name_expand(&in, name, &len) ? len : NAME_WIRE_MAX;
}

/* Behind the last CNAME that libc sees it sees nothing (may_go_on). */
bool order_is_cut(uint16_t type, const uint8_t *wire, size_t len)
{
    unsigned count = wire_count(wire, SECTION_ANSWER), asked = 0, cnames = 0;
    struct record_head head;
    size_t octets = 0;
    struct reader in;

    if (!wire_find_records(wire, len, &in))
        return count > ORDER_SHOWN_MAX;
    for (unsigned i = 0; i < count; i++) {
        struct reader owner = in;

        if (!record_next(&in, &head))
            return count > ORDER_SHOWN_MAX;
        cnames += head.class == CLASS_IN && head.type == TYPE_CNAME;
        if (head.class != CLASS_IN || head.type != type)
            continue;
        if (asked++ == ORDER_SHOWN_MAX || octets >= ORDER_OCTETS_MAX)
            return true;
        octets += name_octets(owner);
    }
    return cnames >= ORDER_SHOWN_MAX;
}

/* True if the answer section has a record of the type, whatever its owner. */
static bool has_type(uint16_t type, const uint8_t *wire, size_t len)
{
    struct record_head head;
    struct reader in;

    if (!wire_find_records(wire, len, &in))
        return false;
    for (unsigned i = wire_count(wire, SECTION_ANSWER); i > 0 && record_next(&in, &head);
         i--)
        if (head.class == CLASS_IN && head.type == type)
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

/* The reply with its records in order; NULL if that leaves too many that libc passes over.
 */
static uint8_t *write_in_order(const struct question *question, const uint8_t *wire,
                               size_t len, size_t *restored_len, unsigned *shown)
{
    uint8_t *records = malloc(ANSWER_RECORDS_MAX), *message = NULL;
    struct answer answer;

    if (!records)
        return NULL;
    answer_init(&answer, question, records, ANSWER_RECORDS_MAX);
    if (relay_read_first(question, wire, len, ORDER_SHOWN_MAX, &answer))
        message = write_message(wire, &answer, restored_len);
    free(records);
    if (message && !order_is_kept(question, message, *restored_len, shown)) {
        free(message);
        message = NULL;
    }
    return message;
}

uint8_t *order_restore(const struct question *question, const uint8_t *wire, size_t len,
                       size_t *restored_len, unsigned *shown)
{
    uint8_t *message = write_in_order(question, wire, len, restored_len, shown);

    if (message && !has_type(question->type, message, *restored_len) &&
        has_type(TYPE_CNAME, wire, len) && has_type(question->type, wire, len)) {
        free(message);
        message = copy(wire, len, restored_len);
        *shown = wire_count(wire, SECTION_ANSWER);
        if (*shown > ORDER_SHOWN_MAX)
            *shown = ORDER_SHOWN_MAX;
    }
    return message;
}
