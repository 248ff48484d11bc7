#include "dns/question.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "dns/print.h"

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

/* Type, flags, length and name stand together without padding, so that they can be hashed
 * as one.
 */
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

    snprintf(text, QUESTION_TEXT, "%s ",
             name_to_text(question->name, question->name_len, name));
    print_type(question->type, text + strlen(text));
    return text;
}
