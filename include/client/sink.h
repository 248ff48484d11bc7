/* Receives the DNS messages of a file, and complaints about what could not be read. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct capture_message {
    const uint8_t *wire; /* until the callback returns */
    size_t size;
    const char
        *about; /* "2026-11-29 07:12:12.123456 UTC 127.0.0.1 port 53 -> ...", or "" */
};

struct sink {
    void (*take)(void *context, const struct capture_message *);
    /* A line, without its end, about something that is missing or cannot be read. */
    void (*complain)(void *context, const char *line);
    void *context;
};

/* Hands over a message. */
void sink_take(const struct sink *, const uint8_t *wire, size_t size, const char *about);

/* Formats a complaint; it is cut after 255 octets. */
__attribute__((format(printf, 2, 3))) void sink_complain(const struct sink *,
                                                         const char *line, ...);
