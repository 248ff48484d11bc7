/* Pieces of DNS messages as they stand on the wire, for the arrays of the cases. */
#pragma once

#include "../check.h"

#include "dns/question.h"

/* Two octets of a number. */
#define U16(number) ((number) >> 8) & 0xff, (number)&0xff
#define U32(number) U16((number) >> 16), U16(number)

/* ID 1234, the flags, and the numbers of records of the four sections. */
#define HEADER(flags, questions, answers, authorities, additionals)                        \
    0x12, 0x34, U16(flags), U16(questions), U16(answers), U16(authorities), U16(additionals)

#define LABEL(a, b, c, d) 4, a, b, c, d
#define HOST_TEST         LABEL('h', 'o', 's', 't'), LABEL('t', 'e', 's', 't'), 0
#define POINTER(to)       0xc0 | (to) >> 8, (to)&0xff
#define ROOT              0

/* A name whose octets are an array. */
#define NAME(octets) ((struct name){octets, sizeof(octets)})

/* The octets behind the name of a question of class IN. */
#define ASKS(type) U16(type), 0, 1

/* The octets between the owner and the data of a record of class IN. */
#define RECORD(type, ttl, length) U16(type), 0, 1, 0, 0, U16(ttl), U16(length)

/* host.test's question, 15 octets, and an OPT record of version 0 for 1232 octets. */
#define HOST_TEST_A HOST_TEST, ASKS(1)
#define OPT         OPT_OF(0, 0, 0, 0)

#define OPT_OF(rcode, version, flags, length)                                              \
    ROOT, U16(41), U16(1232), rcode, version, U16(flags), U16(length)
/* Without options, and what stands before the data of an option. */
#define OPT_FOR(owner, size, flags) owner, U16(41), U16(size), 0, 0, U16(flags), U16(0)
#define OPTION(code, length)        U16(code), U16(length)

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
