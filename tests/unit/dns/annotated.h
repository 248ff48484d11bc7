/* What dns/annotate tells of octets, as lines, and the oracle that holds for any octets. */
#pragma once

#include "../check.h"

#include "dns/annotate.h"

static char *annotated_text;
static size_t annotated_next; /* the first octet that no field has told of */

static inline void annotated_check(const char *text)
{
    for (; *text; text++)
        assert_true(*text >= ' ' && *text < 0x7f);
}

/* "000c+5 label: 4 "mail" | meaning | source" */
static inline void annotated_take(void *context, const struct annotation *field)
{
    assert_int_equal(field->at, annotated_next);
    annotated_next += field->len;
    annotated_check(field->name);
    annotated_check(field->value);
    annotated_check(field->meaning);
    annotated_check(field->source);
    if (context)
        fprintf(context, "%04zx+%zu %s: %s | %s | %s\n", field->at, field->len, field->name,
                field->value, field->meaning, field->source);
}

/* Each octet belongs to just one field, and all that is told is printable. */
static inline void annotated_hold(const uint8_t *wire, size_t size)
{
    annotated_next = 0;
    annotate(wire, size, annotated_take, NULL);
    assert_int_equal(annotated_next, size);
}

static inline const char *annotated(const void *wire, size_t size)
{
    size_t length;
    FILE *out;

    free(annotated_text);
    annotated_text = NULL;
    out = open_memstream(&annotated_text, &length);
    annotated_next = 0;
    annotate(wire, size, annotated_take, out);
    fclose(out);
    assert_int_equal(annotated_next, size);
    return annotated_text;
}

#define ANNOTATED(wire) annotated(wire, sizeof(wire) - 1)
#define TOLD(text)      assert_non_null(strstr(annotated_text, text))

/* A reply for a.test with one answer record at that name. */
#define REPLY_OF(type, len, data)                                                          \
    "\x12\x34\x81\x80\0\1\0\1\0\0\0\0\1a\4test\0\0\1\0\1\xc0\x0c" type                     \
    "\0\1\0\0\0\x3c\0" len data

static inline void annotated_end(void)
{
    free(annotated_text);
    annotated_text = NULL;
}
