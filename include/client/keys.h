/*
 * Converts the terminal's octets to the line editor's characters and back without loss: an
 * octet that is not a character in the locale becomes one of Unicode's surrogates, which no
 * text has (U+DC80 to U+DCFF, as in Python).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

enum keys_result { KEYS_READY, KEYS_END, KEYS_INTERRUPTED, KEYS_SIGNALLED };

/* What has been read and not used yet, such as further lines that were pasted. */
struct keys {
    int fd; /* borrowed */
    char octets[4096];
    size_t start, end;
    int signal; /* after KEYS_SIGNALLED */
};

/* Waits until there is a key: KEYS_END at the end of input or when the terminal is gone,
 * KEYS_INTERRUPTED on Ctrl+C. */
enum keys_result keys_wait(struct keys *);
/* Waits for the next character. */
enum keys_result keys_next(struct keys *, wchar_t *key);
/* True if a key is there already, probably pasted together with the one before. */
bool keys_more(struct keys *);

/* The next octet, after keys_wait said KEYS_READY. */
char keys_peek(const struct keys *);
void keys_skip(struct keys *);

/* Convert whole lines; to be freed. */
wchar_t *keys_characters(const char *octets);
char *keys_octets(const wchar_t *characters, size_t count);
