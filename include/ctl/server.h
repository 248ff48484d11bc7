/*
 * Asks a running hostdnsd over its control socket (daemon/control). The time is limited,
 * since a server that hangs must not make its users hang.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum server_said {
    SERVER_ANSWERED, /* it has answered with a text, which may be empty */
    SERVER_REFUSED,  /* it has refused; the text is the reason */
    SERVER_ENDED,    /* the connection ended before the server had answered */
    SERVER_SILENT,   /* nothing came in time */
    SERVER_MISSING,  /* there is no connection; errno says why */
};

/*
 * How long to wait. After each slice of time in which nothing came, `goes_on` decides
 * whether to wait for another one; if it is NULL, there is one slice.
 */
struct server_patience {
    int slice_ms;
    bool (*goes_on)(void *context);
    void *context;
};

/*
 * Sends the words as one line, with blanks between them, and reads the whole answer. Sets
 * *text to the answer without its first word, to be freed, or to NULL if there is none.
 */
enum server_said server_ask(const char *path, const char *const *words, size_t count,
                            const struct server_patience *, char **text);
