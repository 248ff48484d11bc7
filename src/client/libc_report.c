#include "client/libc_report.h"

#include <stdlib.h>
#include <string.h>

/* The child */

static void put_text(struct writer *to, const char *text)
{
    size_t len = text ? strnlen(text, LIBC_REPORT_TEXT) : 0;

    put_u16(to, (uint16_t)len);
    put_bytes(to, text, len);
}

static void put_word(struct writer *to, const struct libc_word *word)
{
    put_u32(to, (uint32_t)word->code);
    put_u32(to, (uint32_t)word->resolver_error);
    put_u32(to, (uint32_t)word->system_error);
    put_u64(to, (uint64_t)word->took_us);
    put_text(to, word->reason);
    put_text(to, word->canonical);
}

/* Returns how many are to be listed. */
static size_t put_counts(struct writer *to, size_t count, size_t most)
{
    size_t listed = count < most ? count : most, left_out = count - listed;

    put_u16(to, (uint16_t)(left_out < UINT16_MAX ? left_out : UINT16_MAX));
    put_u16(to, (uint16_t)listed);
    return listed;
}

/* getaddrinfo() gives no families but these two. */
static void put_address(struct writer *to, const struct addrinfo *found)
{
    bool is_ip6 = found->ai_family == AF_INET6;
    char text[ADDR_IP_TEXT];
    struct addr addr;

    memcpy(&addr.sock, found->ai_addr,
           is_ip6 ? sizeof addr.sock.ip6 : sizeof addr.sock.ip4);
    put_text(to, addr_format_ip(&addr, text));
}

void libc_report_addresses(struct writer *to, const struct libc_word *word,
                           const struct addrinfo *found)
{
    size_t count = 0;

    put_word(to, word);
    for (const struct addrinfo *at = found; at; at = at->ai_next)
        count++;
    count = put_counts(to, count, LIBC_REPORT_LISTED);
    for (size_t i = 0; i < count; i++, found = found->ai_next)
        put_address(to, found);
}

/* As many names as have room, however long they are. */
void libc_report_names(struct writer *to, const struct libc_word *word, const char *name,
                       char *const *aliases)
{
    size_t count = name != NULL;

    put_word(to, word);
    while (name && aliases && aliases[count - 1])
        count++;
    count = put_counts(to, count, (to->size - to->pos) / (LIBC_REPORT_TEXT + 2) - 1);
    for (size_t i = 0; i < count; i++)
        put_text(to, i == 0 ? name : aliases[i - 1]);
}

/* The parent */

static bool get_int(struct reader *in, int *value)
{
    uint32_t number;

    if (!get_u32(in, &number))
        return false;
    *value = (int)number;
    return true;
}

/* Sets *text to a text that is safe to print, to free; NULL if it is empty. */
static bool get_text(struct reader *in, char **text)
{
    const uint8_t *octets;
    uint16_t len;

    *text = NULL;
    if (!get_u16(in, &len) || !get_bytes(in, &octets, len))
        return false;
    if (len > 0)
        *text = print_safe(octets, len);
    return true;
}

static bool get_one(struct reader *in, struct texts *found)
{
    char *text;

    if (!get_text(in, &text))
        return false;
    if (text && !texts_have(found, text))
        texts_add(found, text);
    free(text);
    return true;
}

static bool get_found(struct reader *in, struct texts *found)
{
    uint16_t left_out, count;

    if (!get_u16(in, &left_out) || !get_u16(in, &count))
        return false;
    found->left_out = left_out;
    for (uint16_t i = 0; i < count; i++)
        if (!get_one(in, found))
            return false;
    return true;
}

bool libc_report_read(struct finding *finding, struct reader *in)
{
    uint64_t took;

    if (!get_int(in, &finding->code) || !get_int(in, &finding->resolver_error) ||
        !get_int(in, &finding->system_error) || !get_u64(in, &took))
        return false;
    finding->took_us = (int64_t)took;
    return get_text(in, &finding->reason) && get_text(in, &finding->canonical) &&
           get_found(in, &finding->found);
}
