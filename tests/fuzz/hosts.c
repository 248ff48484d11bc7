/*
 * The set of words of the hosts file beside libc, which reads the file itself: libc finds
 * no name and no address that the set does not have. The file is what stands behind two
 * octets, which choose one of its words.
 */
#include "etc.h"

#include "dns/name.h"
#include "lookup/libc.h"
#include "lookup/word_set.h"

#include <arpa/inet.h>

static bool libc_finds(const char *text)
{
    struct libc_result result = libc_ask_name(text, AF_UNSPEC, NULL, RESOLVER_PROBE);
    bool found = result.outcome == LIBC_FOUND;

    libc_free(&result);
    return found;
}

/* As lookup/hosts_words looks for it: with and without a final dot. */
static bool set_has(const struct word_set *words, const char *text)
{
    char dotted[NAME_TEXT + 1];
    size_t len = strlen(text);

    name_fold((uint8_t *)dotted, (const uint8_t *)text, len);
    dotted[len] = '.';
    return word_set_has(words, dotted, len) || word_set_has(words, dotted, len + 1);
}

/* A name that libc would take for an address is asked with a final dot alone. */
static void ask_name(const struct word_set *words, const char *word)
{
    uint8_t wire[NAME_WIRE_MAX];
    char text[NAME_TEXT + 1];
    size_t len = name_from_host(word, wire);

    if (len < 2 || name_to_host((struct name){wire, len}, text) == NAME_NOWHERE ||
        set_has(words, text))
        return;
    must(name_is_numeric(text) || !libc_finds(text));
    strcat(text, ".");
    must(!libc_finds(text));
}

static void ask_address(const struct word_set *words, const char *word)
{
    struct libc_address address = {.family = strchr(word, ':') ? AF_INET6 : AF_INET};
    struct libc_result result;

    address.size = address.family == AF_INET ? 4 : 16;
    if (inet_pton(address.family, word, address.octets) != 1 ||
        word_set_has_address(words, address.octets, address.size))
        return;
    result = libc_ask_address(&address, NULL, RESOLVER_PROBE);
    must(result.outcome != LIBC_FOUND);
    libc_free(&result);
}

/* A piece of the file between two octets that libc may take for the end of a word, perhaps
 * with less at its ends: most such pieces are in the set, and the others are the point. */
static void choose(char word[NAME_TEXT], const uint8_t *text, size_t size,
                   const uint8_t *by)
{
    size_t at = 0, len;

    if (size > 0)
        at = (size_t)(by[0] * 16 + by[1] % 16) % size;
    for (len = 0; at + len < size && len < NAME_TEXT - 1; len++)
        if (memchr(" \t\n\v\f\r", text[at + len], 7))
            break;
    memcpy(word, text + at, len);
    word[len] = '\0';
    if (by[1] & 64 && strchr(word, '#'))
        *strchr(word, '#') = '\0';
    if (by[1] & 32 && strchr(word, '%'))
        *strchr(word, '%') = '\0';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct word_set_limits limits = {1 << 20, 1 << 16};
    struct word_set words = {0};
    char word[NAME_TEXT];

    if (size < 2)
        return 0;
    etc_fill(etc_hosts, data + 2, size - 2);
    must(word_set_read(&words, etc_hosts, &limits) == WORD_SET_READ);
    choose(word, data + 2, size - 2, data);
    ask_name(&words, word);
    ask_address(&words, word);
    word_set_clear(&words);
    return 0;
}
