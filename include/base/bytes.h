/*
 * Bounded reading and writing of bytes, most significant byte first.
 *
 * Nothing else in the program computes with pointers into a packet. A reader with too few
 * bytes left returns false and stays where it was. A writer without room sets `failed` and
 * writes nothing more, so one check at the end is enough.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
    const uint8_t *data; /* borrowed */
    size_t size;
    size_t pos;
};

struct reader reader_of(const void *data, size_t size);
size_t reader_left(const struct reader *);

bool get_u8(struct reader *, uint8_t *value);
bool get_u16(struct reader *, uint16_t *value);
bool get_u32(struct reader *, uint32_t *value);
bool get_u64(struct reader *, uint64_t *value);

/* Points at the next `count` bytes, borrowed from the data. */
bool get_bytes(struct reader *, const uint8_t **bytes, size_t count);
bool get_skip(struct reader *, size_t count);

struct writer {
    uint8_t *data; /* borrowed */
    size_t size;
    size_t pos;
    bool failed; /* something did not fit; nothing has been written since */
};

struct writer writer_of(void *data, size_t size);

void put_u8(struct writer *, uint8_t value);
void put_u16(struct writer *, uint16_t value);
void put_u32(struct writer *, uint32_t value);
void put_u64(struct writer *, uint64_t value);
void put_bytes(struct writer *, const void *bytes, size_t count);

/* Overwrites two bytes that were written before: `at` + 2 is at most `pos`. */
void put_u16_at(struct writer *, size_t at, uint16_t value);
