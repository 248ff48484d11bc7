#include "base/bytes.h"

#include <string.h>

struct reader reader_of(const void *data, size_t size)
{
    return (struct reader){.data = data, .size = size};
}

size_t reader_left(const struct reader *in)
{
    return in->size - in->pos;
}

bool get_bytes(struct reader *in, const uint8_t **bytes, size_t count)
{
    if (reader_left(in) < count)
        return false;
    *bytes = in->data + in->pos;
    in->pos += count;
    return true;
}

bool get_skip(struct reader *in, size_t count)
{
    const uint8_t *unused;

    return get_bytes(in, &unused, count);
}

static bool get_number(struct reader *in, size_t count, uint64_t *value)
{
    const uint8_t *bytes;

    if (!get_bytes(in, &bytes, count))
        return false;
    *value = 0;
    for (size_t i = 0; i < count; i++)
        *value = *value << 8 | bytes[i];
    return true;
}

bool get_u8(struct reader *in, uint8_t *value)
{
    uint64_t number;

    if (!get_number(in, 1, &number))
        return false;
    *value = (uint8_t)number;
    return true;
}

bool get_u16(struct reader *in, uint16_t *value)
{
    uint64_t number;

    if (!get_number(in, 2, &number))
        return false;
    *value = (uint16_t)number;
    return true;
}

bool get_u32(struct reader *in, uint32_t *value)
{
    uint64_t number;

    if (!get_number(in, 4, &number))
        return false;
    *value = (uint32_t)number;
    return true;
}

bool get_u64(struct reader *in, uint64_t *value)
{
    return get_number(in, 8, value);
}

struct writer writer_of(void *data, size_t size)
{
    return (struct writer){.data = data, .size = size};
}

void put_bytes(struct writer *out, const void *bytes, size_t count)
{
    if (out->failed || out->size - out->pos < count) {
        out->failed = true;
        return;
    }
    if (count > 0)
        memcpy(out->data + out->pos, bytes, count);
    out->pos += count;
}

static void put_number(struct writer *out, size_t count, uint64_t value)
{
    uint8_t bytes[8];

    for (size_t i = count; i-- > 0; value >>= 8)
        bytes[i] = (uint8_t)value;
    put_bytes(out, bytes, count);
}

void put_u8(struct writer *out, uint8_t value)
{
    put_number(out, 1, value);
}

void put_u16(struct writer *out, uint16_t value)
{
    put_number(out, 2, value);
}

void put_u32(struct writer *out, uint32_t value)
{
    put_number(out, 4, value);
}

void put_u64(struct writer *out, uint64_t value)
{
    put_number(out, 8, value);
}

void put_u16_at(struct writer *out, size_t at, uint16_t value)
{
    struct writer part = writer_of(out->data, out->pos);

    part.pos = at;
    put_u16(&part, value);
}
