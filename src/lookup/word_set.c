#include "lookup/word_set.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include <xxhash.h>

#include "dns/name.h"

enum {
    PIECE = 64 << 10, /* octets that are read at a time */
    WORD = NAME_TEXT, /* octets; no question can be for a longer word. It has room for a
                         final dot. */
};

/* The kind is part of the hash, so entries of different kinds are never equal. */
enum word_kind { KIND_NAME, KIND_ABOVE, KIND_ADDRESS };

/* The state of reading a file. */
struct word_reader {
    struct word_set *words;
    char word[WORD + 1];
    size_t len; /* WORD + 1: too long */
    const struct word_set_limits *limits;
    enum word_set_outcome outcome;
};

static uint64_t hash_of(const struct word_set *words, enum word_kind kind, const void *at,
                        size_t len)
{
    return XXH3_64bits_withSeed(at, len, words->seed + kind);
}

static void add(struct word_reader *reading, enum word_kind kind, const void *at,
                size_t len)
{
    struct hash_set *set = &reading->words->set;

    if (set->count >= reading->limits->entries)
        reading->outcome = WORD_SET_TOO_MANY;
    else if (!hash_set_add(set, hash_of(reading->words, kind, at, len)))
        reading->outcome = WORD_SET_FAILED;
}

/* Addresses are compared as IPv6 addresses, IPv4 addresses as IPv4-mapped ones. */
static void map(const uint8_t *octets, size_t len, uint8_t out[static 16])
{
    memset(out, 0, 10);
    memset(out + 10, 0xff, 2);
    memcpy(out + 16 - len, octets, len);
}

static void add_address(struct word_reader *reading, const uint8_t *octets, size_t len)
{
    static const uint8_t loopback[] = {127, 0, 0, 1};
    uint8_t mapped[16];

    map(octets, len, mapped);
    add(reading, KIND_ADDRESS, mapped, sizeof mapped);
    if (len == 16 && memcmp(octets, &in6addr_loopback, len) == 0)
        add_address(reading, loopback, sizeof loopback);
}

static bool is_address(const char *text, uint8_t octets[static 16], size_t *len)
{
    *len = strchr(text, ':') ? 16 : 4;
    if (*len == 4 && (text[0] < '0' || text[0] > '9'))
        return false;
    return inet_pton(*len == 4 ? AF_INET : AF_INET6, text, octets) == 1;
}

/* Some versions of libc do not accept an address with a scope, so the word counts both as
 * an address and as a name. */
static void note_scoped(struct word_reader *reading)
{
    char *scope = strchr(reading->word, '%');
    uint8_t octets[16];
    size_t len;

    if (!scope)
        return;
    *scope = '\0';
    if (is_address(reading->word, octets, &len))
        add_address(reading, octets, len);
    *scope = '%';
}

static void note_name(struct word_reader *reading)
{
    const char *text = reading->word, *dot = text;
    size_t len = reading->len - (text[reading->len - 1] == '.');

    add(reading, KIND_NAME, text, reading->len);
    while ((dot = memchr(dot, '.', len - (size_t)(dot - text)))) {
        dot++;
        add(reading, KIND_ABOVE, dot, len - (size_t)(dot - text));
    }
}

/* A word that is an address is no name: libc is asked for such a name with a final dot. */
static void note_word(struct word_reader *reading)
{
    uint8_t octets[16];
    size_t len;

    if (is_address(reading->word, octets, &len)) {
        add_address(reading, octets, len);
        return;
    }
    note_scoped(reading);
    note_name(reading);
}

static void end_word(struct word_reader *reading)
{
    if (reading->len > 0 && reading->len <= WORD) {
        name_fold((uint8_t *)reading->word, (const uint8_t *)reading->word, reading->len);
        reading->word[reading->len] = '\0';
        note_word(reading);
    }
    reading->words->count += reading->len > 0;
    reading->len = 0;
}

/* Blanks of the C locale end a word. For libc '#' and NUL even end the line; here the rest
 * of the line counts as well. */
static bool ends_word(char octet)
{
    switch (octet) {
    case ' ':
    case '\t':
    case '\n':
    case '\v':
    case '\f':
    case '\r':
    case '#':
    case '\0':
        return true;
    default:
        return false;
    }
}

static void read_piece(struct word_reader *reading, const char *piece, size_t len)
{
    for (size_t i = 0; i < len && reading->outcome == WORD_SET_READ; i++)
        if (ends_word(piece[i]))
            end_word(reading);
        else if (reading->len < WORD)
            reading->word[reading->len++] = piece[i];
        else
            reading->len = WORD + 1;
}

enum word_set_outcome word_set_read(struct word_set *words, int fd,
                                    const struct word_set_limits *limits)
{
    struct word_reader reading = {.words = words, .limits = limits};
    char *piece = malloc(PIECE);
    off_t at = 0;
    ssize_t got = -1;

    if (piece && getrandom(&words->seed, sizeof words->seed, 0) == sizeof words->seed)
        while (reading.outcome == WORD_SET_READ &&
               (got = pread(fd, piece, PIECE, at)) > 0) {
            read_piece(&reading, piece, (size_t)got);
            at += got;
            if (at > limits->octets)
                reading.outcome = WORD_SET_TOO_MANY;
        }
    free(piece);
    end_word(&reading);
    return got == -1 ? WORD_SET_FAILED : reading.outcome;
}

static bool has(const struct word_set *words, enum word_kind kind, const void *at,
                size_t len)
{
    return hash_set_has(&words->set, hash_of(words, kind, at, len));
}

bool word_set_has(const struct word_set *words, const char *text, size_t len)
{
    return has(words, KIND_NAME, text, len);
}

bool word_set_has_below(const struct word_set *words, const char *text, size_t len)
{
    return has(words, KIND_ABOVE, text, len);
}

bool word_set_has_address(const struct word_set *words, const uint8_t *octets, size_t len)
{
    uint8_t mapped[16];

    map(octets, len, mapped);
    return has(words, KIND_ADDRESS, mapped, sizeof mapped);
}

void word_set_clear(struct word_set *words)
{
    hash_set_clear(&words->set);
    *words = (struct word_set){0};
}
