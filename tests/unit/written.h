/* What the code under test writes to a stream, as text. The last text stays until the
 * program ends. */
#pragma once

#include "check.h"

static char *written;
static size_t written_len;

static inline FILE *written_begin(void)
{
    free(written);
    written = NULL;
    return open_memstream(&written, &written_len);
}

/* Closes the stream. */
static inline const char *written_end(FILE *out)
{
    fclose(out);
    return written;
}
