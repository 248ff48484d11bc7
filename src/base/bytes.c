#include "base/bytes.h"

#include <string.h>

bool get_u64(struct reader *in, uint64_t *value)
{
    uint32_t high, low;

    if (reader_left(in) < sizeof *value || !get_u32(in, &high) || !get_u32(in, &low))
        return false;
    *value = (uint64_t)high << 32 | low;
    return true;
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
