/* Pieces of DNS messages as they stand on the wire, for the arrays of the cases. */
#ifndef TESTS_WIRE_H
#define TESTS_WIRE_H

#include "../check.h"

#include "dns/question.h"

#include <string.h>

/* Two octets of a number. */
#define U16(number) ((number) >> 8) & 0xff, (number)&0xff

/* ID 1234, the flags, and the numbers of records of the four sections. */
#define HEADER(flags, questions, answers, authorities, additionals)                        \
    0x12, 0x34, U16(flags), U16(questions), U16(answers), U16(authorities), U16(additionals)

#define HOST_TEST   4, 'h', 'o', 's', 't', 4, 't', 'e', 's', 't', 0
#define POINTER(to) 0xc0 | (to) >> 8, (to)&0xff
#define ROOT        0

/* What follows the name of a question of class IN. */
#define ASKS(type) U16(type), 0, 1

/* What stands between the owner and the data of a record of class IN. */
#define RECORD(type, ttl, length) U16(type), 0, 1, 0, 0, U16(ttl), U16(length)

/* host.test's question, 15 octets, and an OPT record of version 0 for 1232 octets. */
#define HOST_TEST_A HOST_TEST, ASKS(1)
#define OPT         ROOT, U16(41), U16(1232), 0, 0, 0, 0, 0, 0

/* A question for the name, which is whole, in wire form. */
static inline struct question question_of(const uint8_t *name, size_t len, uint16_t type)
{
    struct question question = {.type = type, .name_len = (uint8_t)len};

    memcpy(question.name, name, len);
    return question;
}

static inline struct question host_test(uint16_t type)
{
    static const uint8_t name[] = {HOST_TEST};

    return question_of(name, sizeof name, type);
}

/* A name of `len` octets, 2 to 256, with labels of 63 octets as long as they fit. */
static inline void long_name(uint8_t *name, size_t len)
{
    size_t left = len - 1, label;

    memset(name, 'x', len);
    for (size_t at = 0; left > 0; at += label, left -= label) {
        label = left > 64 ? 64 : left;
        if (left == 65)
            label = 63; /* so that what is left is a label */
        name[at] = (uint8_t)(label - 1);
    }
    name[len - 1] = 0;
}

#endif
