/*
 * What the fuzz targets share. Each is a file with one LLVMFuzzerTestOneInput, which
 * libFuzzer calls with octets of its own making: they come in a block of exactly their
 * size, so that AddressSanitizer sees each octet read behind it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run with the input as a finding; the trace names the line. */
#define must(condition) ((condition) ? (void)0 : abort())

/* All that goes to a terminal is printable ASCII in lines. Each octet is compared without a
 * branch; memchr() has AddressSanitizer look at all of them at once. */
__attribute__((no_sanitize("address"))) static inline void
must_be_printable(const char *text, size_t size)
{
    bool is_printable = true;

    must(!memchr(text, '\0', size));
    for (size_t i = 0; i < size; i++)
        is_printable &=
            (text[i] >= ' ' && text[i] < 0x7f) | (text[i] == '\n') | (text[i] == '\t');
    must(is_printable);
}

/* A number below `of` that hangs on the input alone, so that a finding is shown again. It
 * chooses the inputs of which something is checked that takes longer than all the rest. */
static inline unsigned draw(unsigned of, const uint8_t *data, size_t size)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ data[i]) * UINT64_C(0x100000001b3);
    return (unsigned)(hash >> 32) % of;
}

/* A text that something writes, from text_begin to text_end. The stream and the octets stay
 * for the next text, since to open a stream takes longer than most texts. */
struct text {
    FILE *out;
    char *octets; /* with a NUL behind them */
    size_t size;
};

static inline FILE *text_begin(struct text *text)
{
    if (!text->out)
        text->out = open_memstream(&text->octets, &text->size);
    must(text->out);
    rewind(text->out);
    return text->out;
}

static inline void text_end(struct text *text)
{
    must(fputc('\0', text->out) == '\0' && fflush(text->out) == 0);
    text->size--;
}
