#include "dns/wire.h"

#include "dns/question.h"

void wire_put_header(struct writer *to, uint16_t id, unsigned flags, unsigned questions,
                     unsigned additionals)
{
    put_u16(to, id);
    put_u16(to, (uint16_t)flags);
    put_u16(to, (uint16_t)questions);
    put_u32(to, 0);
    put_u16(to, (uint16_t)additionals);
}

bool wire_find_records(const uint8_t *wire, size_t len, struct reader *in)
{
    *in = reader_of(wire, len);
    return get_skip(in, WIRE_HEADER) && wire_questions(wire) == 1 && question_skip(in);
}
