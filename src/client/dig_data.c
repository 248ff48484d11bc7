#include "client/dig_data.h"

#include "base/xalloc.h"
#include "client/dig_digits.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void dig_time(FILE *out, unsigned long seconds)
{
    static const struct {
        const char *word;
        unsigned long seconds;
    } units[] = {
        {"week", 604800}, {"day", 86400}, {"hour", 3600}, {"minute", 60}, {"second", 1}};
    bool any = false;

    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        unsigned long count = seconds / units[i].seconds;

        seconds %= units[i].seconds;
        if (count == 0 && (any || i + 1 < sizeof units / sizeof *units))
            continue;
        fprintf(out, "%s%lu %s%s", any ? " " : "", count, units[i].word,
                count == 1 ? "" : "s");
        any = true;
    }
}

static void put_soa(FILE *out, const struct print_record *record)
{
    static const char *const names[] = {"serial", "refresh", "retry", "expire", "minimum"};
    const char *field = dig_skip_fields(record->data, 2);

    fprintf(out, "%.*s(", (int)(field - record->data), record->data);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int len = (int)strcspn(field, " ");

        fprintf(out, "%s%-10.*s ; %s", DIG_LINE_BREAK, len, field, names[i]);
        if (i > 0) {
            fputs(" (", out);
            dig_time(out, strtoul(field, NULL, 10));
            fputc(')', out);
        }
        field = dig_skip_fields(field, 1);
    }
    fprintf(out, "%s)", DIG_LINE_BREAK);
}

/* BIND writes "4 53" and "-2.00m" for ldns's "04 53" and "-2m", and puts the equator in
 * the north. */
static void put_location(FILE *out, const struct print_record *record)
{
    static const uint8_t equator[] = {0x80, 0, 0, 0};
    const char *text = record->data;

    for (unsigned field = 0; *text; field++) {
        int len = (int)strcspn(text, " ");
        bool is_whole = field == 0 || field == 1 || field == 4 || field == 5;

        if (field > 0)
            fputc(' ', out);
        if (is_whole)
            fprintf(out, "%lu", strtoul(text, NULL, 10));
        else if (field == 3 && record->size == 16 &&
                 memcmp(record->octets + 4, equator, sizeof equator) == 0)
            fputc('N', out);
        else if (field == 8 && !memchr(text, '.', (size_t)len))
            fprintf(out, "%.*s.00m", len - 1, text);
        else
            fprintf(out, "%.*s", len, text);
        text = dig_skip_fields(text, 1);
    }
}

/* The values of parameters that are texts stand in quotes (RFC 9460 section 2.1). */
static bool is_text_parameter(const char *parameter)
{
    return strncmp(parameter, "alpn=", 5) == 0 || strncmp(parameter, "dohpath=", 8) == 0 ||
           strncmp(parameter, "key", 3) == 0;
}

static void put_service(FILE *out, const char *text)
{
    for (bool is_first = true; *text; is_first = false) {
        int len = (int)strcspn(text, " "), before = (int)strcspn(text, "=") + 1;

        if (!is_first)
            fputc(' ', out);
        if (is_text_parameter(text) && before < len && text[before] != '"')
            fprintf(out, "%.*s\"%.*s\"", before, text, len - before, text + before);
        else
            fprintf(out, "%.*s", len, text);
        text = dig_skip_fields(text, 1);
    }
}

static void put_upper(FILE *out, const char *text, unsigned first, unsigned end)
{
    const char *from = dig_skip_fields(text, first), *to = dig_skip_fields(text, end);

    fwrite(text, 1, (size_t)(from - text), out);
    for (; from < to; from++)
        fputc(toupper((unsigned char)*from), out);
    fputs(to, out);
}

/* A string in quotes, with them; returns its end. */
static const char *put_string(FILE *out, const char *text)
{
    do {
        if (*text == '\\' && text[1])
            fputc(*text++, out);
        fputc(*text++, out);
    } while (*text && *text != '"');
    if (*text)
        fputc(*text++, out);
    return text;
}

/* Names and numbers, and strings in quotes. */
static void put_name(FILE *out, const char *text)
{
    bool begins = true;

    while (*text) {
        if (begins && *text == '"') {
            text = put_string(out, text);
            continue;
        }
        begins = *text == ' ';
        if (*text == '\\' && text[1])
            fputc(*text++, out);
        else if (*text == '@' || *text == '$' || *text == '"')
            fputc('\\', out);
        fputc(*text++, out);
    }
}

/* "2:2001:db8::/32": ldns writes every digit of the address. */
static void put_prefixes(FILE *out, const char *text)
{
    for (bool is_first = true; *text; is_first = false) {
        int len = (int)strcspn(text, " ");
        int before = (int)strcspn(text, ": ") + 1;
        int size = before < len ? (int)strcspn(text + before, "/ ") : 0;
        char copy[INET6_ADDRSTRLEN], address[INET6_ADDRSTRLEN];
        struct in6_addr octets;

        snprintf(copy, sizeof copy, "%.*s", size, text + before);
        if (!is_first)
            fputc(' ', out);
        if (before < len && inet_pton(AF_INET6, copy, &octets) == 1)
            fprintf(out, "%.*s%s%.*s", before, text,
                    inet_ntop(AF_INET6, &octets, address, sizeof address),
                    len - before - size, text + before + size);
        else
            fprintf(out, "%.*s", len, text);
        text = dig_skip_fields(text, 1);
    }
}

/* "10 14:4fff:ff20:ee64", of NID and L64: ldns writes four digits each time. */
static void put_locator(FILE *out, const char *text)
{
    const char *digits = dig_skip_fields(text, 1);

    fprintf(out, "%.*s", (int)(digits - text), text);
    for (; *digits; digits += *digits == ':') {
        fprintf(out, "%lx", strtoul(digits, NULL, 16));
        digits += strcspn(digits, ":");
        if (*digits)
            fputc(':', out);
    }
}

/* Algorithm, tag, key and servers (RFC 8005 section 5), each on a line with +multiline. */
static void put_host_identity(FILE *out, const char *text, const struct style *style)
{
    const char *key = dig_skip_fields(text, 2);

    if (!style->is_multiline) {
        put_upper(out, text, 1, 2);
        return;
    }
    fputs("( ", out);
    for (; text < key; text++)
        if (text[1] && text + 1 < key)
            fputc(toupper((unsigned char)*text), out);
    for (; *key; key = dig_skip_fields(key, 1))
        fprintf(out, DIG_LINE_BREAK "%.*s", (int)strcspn(key, " "), key);
    fputs(" )", out);
}

static void put_data(FILE *out, const struct print_record *record,
                     const struct style *style)
{
    if (dig_digits(out, record, style))
        return;
    switch (record->type) {
    case TYPE_SOA:
        if (style->is_multiline) {
            put_soa(out, record);
            return;
        }
        break;
    case TYPE_LOC:
        put_location(out, record);
        return;
    case 64: /* SVCB, HTTPS */
    case 65:
        put_service(out, record->data);
        return;
    case TYPE_NSEC3: /* the salt and the hash */
        put_upper(out, record->data, 3, 5);
        return;
    case 51: /* NSEC3PARAM */
        put_upper(out, record->data, 3, 4);
        return;
    case TYPE_APL:
        put_prefixes(out, record->data);
        return;
    case 55: /* HIP */
        put_host_identity(out, record->data, style);
        return;
    case 104: /* NID, L64 */
    case 106:
        put_locator(out, record->data);
        return;
    default:
        break;
    }
    put_name(out, record->data);
}

char *dig_data(const struct print_record *record, const struct style *style)
{
    char *text;
    size_t size;
    FILE *out = xopen_memstream(&text, &size);

    put_data(out, record, style);
    fclose(out);
    return text;
}

char *dig_name(const char *name)
{
    char *text;
    size_t size;
    FILE *out = xopen_memstream(&text, &size);

    put_name(out, name);
    fclose(out);
    return text;
}
