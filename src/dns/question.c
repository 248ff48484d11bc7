#include "dns/question.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

unsigned question_forwarder(const struct question *question)
{
    return (unsigned)(question->flags & QUESTION_FORWARDER) >> QUESTION_FORWARDER_SHIFT;
}

void question_set_forwarder(struct question *question, unsigned number)
{
    question->flags &= (uint8_t)~QUESTION_FORWARDER;
    question->flags |= (uint8_t)(number << QUESTION_FORWARDER_SHIFT);
}

void question_set_name(struct question *question, struct name name)
{
    question->name_len = (uint8_t)name.len;
    memcpy(question->name, name.wire, name.len);
}

bool question_get(struct reader *in, struct question *question, uint16_t *class)
{
    struct name name;

    *question = (struct question){0};
    if (!name_get(in, &name) || !get_u16(in, &question->type) || !get_u16(in, class))
        return false;
    question_set_name(question, name);
    return true;
}

void question_put(struct writer *to, const struct question *question, uint16_t class)
{
    put_bytes(to, question->name, question->name_len);
    put_u16(to, question->type);
    put_u16(to, class);
}

bool question_skip(struct reader *in)
{
    return name_skip(in) && get_skip(in, 4);
}

size_t question_wire_len(const struct question *question)
{
    return question->name_len + 4u;
}

void question_fold(struct question *out, const struct question *question)
{
    out->type = question->type;
    out->flags = question->flags;
    out->name_len = question->name_len;
    name_fold(out->name, question->name, question->name_len);
}

/* Type, flags, length and name stand together without padding, to be hashed as one. */
_Static_assert(offsetof(struct question, name) == sizeof(uint16_t) + 2 * sizeof(uint8_t),
               "struct question has padding");

const void *question_bytes(const struct question *question, size_t *len)
{
    *len = offsetof(struct question, name) + question->name_len;
    return question;
}

bool question_equal_folded(const struct question *a, const struct question *b)
{
    size_t a_len, b_len;
    const void *a_bytes = question_bytes(a, &a_len), *b_bytes = question_bytes(b, &b_len);

    return a_len == b_len && memcmp(a_bytes, b_bytes, a_len) == 0;
}

const char *question_text(const struct question *question, char text[static QUESTION_TEXT])
{
    char name[NAME_PRINTED];

    snprintf(text, QUESTION_TEXT, "%s ", name_to_text(question_name(question), name));
    type_to_text(question->type, text + strlen(text));
    return text;
}
