/* Bytes spoilt at random, the same in every run: a failure can be seen again. */
#pragma once

#include "check.h"

static uint64_t mutate_state = 0x9e3779b97f4a7c15;

/* A number below `limit` (xorshift64*). */
static inline size_t mutate_number(size_t limit)
{
    mutate_state ^= mutate_state >> 12;
    mutate_state ^= mutate_state << 25;
    mutate_state ^= mutate_state >> 27;
    return (size_t)((mutate_state * 0x2545f4914f6cdd1d) >> 33) % limit;
}

/* Octets that mean something in a message: pointers, label types, limits of lengths. */
static inline uint8_t mutate_octet(void)
{
    static const uint8_t telling[] = {0,    1,    2,    12,   41,   63,  64,
                                      0x7f, 0x80, 0xc0, 0xfa, 0xfe, 0xff};

    return mutate_number(2) ? telling[mutate_number(sizeof telling)]
                            : (uint8_t)mutate_number(256);
}

/*
 * A copy of `data` with a few octets changed, put in or taken out and often an end cut off,
 * in a block of exactly its size, so that the sanitizer sees each octet read behind it. The
 * caller frees it.
 */
static inline uint8_t *mutate(const uint8_t *data, size_t size, size_t *len)
{
    uint8_t *work = malloc(size + 64), *exact;
    size_t changes = mutate_number(6), at;

    assert_non_null(work);
    memcpy(work, data, size);
    for (*len = size; changes > 0 && *len > 0; changes--) {
        at = mutate_number(*len);
        switch (mutate_number(4)) {
        case 0:
            memmove(work + at + 1, work + at, *len - at);
            work[at] = mutate_octet();
            (*len)++;
            break;
        case 1:
            memmove(work + at, work + at + 1, *len - at - 1);
            (*len)--;
            break;
        default:
            work[at] = mutate_octet();
        }
    }
    if (mutate_number(4) == 0)
        *len = mutate_number(*len + 1);
    exact = malloc(*len ? *len : 1);
    assert_non_null(exact);
    memcpy(exact, work, *len);
    free(work);
    return exact;
}
