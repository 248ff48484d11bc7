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

/* All that goes to a terminal is printable ASCII in lines. */
static inline void must_be_printable(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        must(text[i] == '\n' || text[i] == '\t' || (text[i] >= ' ' && text[i] < 0x7f));
}

/* A text that something writes, from text_begin to text_end, which gives it back. */
struct text {
    FILE *out;
    char *octets;
    size_t size;
};

static inline FILE *text_begin(struct text *text)
{
    text->out = open_memstream(&text->octets, &text->size);
    must(text->out);
    return text->out;
}

static inline void text_close(struct text *text)
{
    must(fclose(text->out) == 0);
}
