/*
 * Bounded reading and writing of bytes, most significant byte first.
 *
 * Nothing else in the program computes with pointers into a packet. A reader with too few
 * bytes left returns false and stays where it was. A writer without room sets `failed` and
 * writes nothing more, so one check at the end is enough. Readers are inline, because a
 * message of 64 KiB has tens of thousands of fields.
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

static inline struct reader reader_of(const void *data, size_t size)
{
    return (struct reader){.data = (const uint8_t *)data, .size = size};
}

static inline size_t reader_left(const struct reader *in)
{
    return in->size - in->pos;
}

/* Points at the next `count` bytes, borrowed from the data. */
static inline bool get_bytes(struct reader *in, const uint8_t **bytes, size_t count)
{
    if (reader_left(in) < count)
        return false;
    *bytes = in->data + in->pos;
    in->pos += count;
    return true;
}

static inline bool get_skip(struct reader *in, size_t count)
{
    const uint8_t *unused;

    return get_bytes(in, &unused, count);
}

static inline bool get_u8(struct reader *in, uint8_t *value)
{
    const uint8_t *bytes;

    if (!get_bytes(in, &bytes, sizeof *value))
        return false;
    *value = *bytes;
    return true;
}

static inline bool get_u16(struct reader *in, uint16_t *value)
{
    const uint8_t *bytes;

    if (!get_bytes(in, &bytes, sizeof *value))
        return false;
    *value = (uint16_t)(bytes[0] << 8 | bytes[1]);
    return true;
}

static inline bool get_u32(struct reader *in, uint32_t *value)
{
    const uint8_t *bytes;

    if (!get_bytes(in, &bytes, sizeof *value))
        return false;
    *value = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
             bytes[3];
    return true;
}

bool get_u64(struct reader *, uint64_t *value);

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
