#include "client/dig_digits.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
    WIDTH = 56,           /* letters of hexadecimal or base64 digits between two blanks */
    MULTILINE_WIDTH = 44, /* in a line of their own */
};

enum { KEY = 25, CERT = 37, DHCID = 49, CDNSKEY = 60 };

/* Types whose data ends in one long number: how many fields stand before it. */
static const struct blob {
    uint16_t type;
    uint8_t fields;
    bool is_hex;        /* or else base64 */
    uint8_t first_line; /* fields before the line break of +multiline */
    bool opens_first;   /* the parenthesis stands before all of them */
} blobs[] = {
    {TYPE_DS, 3, true, 3, false},
    {59, 3, true, 3, false},    /* CDS */
    {32769, 3, true, 3, false}, /* DLV */
    {32768, 3, true, 3, false}, /* TA */
    {52, 3, true, 3, false},    /* TLSA */
    {53, 3, true, 3, false},    /* SMIMEA */
    {44, 2, true, 2, false},    /* SSHFP */
    {63, 3, true, 3, false},    /* ZONEMD */
    {TYPE_DNSKEY, 3, false, 3, false},
    {CDNSKEY, 3, false, 3, false},
    {KEY, 3, false, 3, false},
    {CERT, 3, false, 3, false},
    {46, 8, false, 4, false}, /* RRSIG */
    {TYPE_SIG, 8, false, 5, false},
    {61, 0, false, 0, true}, /* OPENPGPKEY */
    {DHCID, 0, false, 0, true},
    {45, 4, false, 4, true}, /* IPSECKEY */
    {31, 0, true, 0, true},  /* EID */
    {32, 0, true, 0, true},  /* NIMLOC */
};

static const struct blob *find_blob(const struct print_record *record)
{
    for (size_t i = 0; i < sizeof blobs / sizeof *blobs; i++)
        if (record->is_readable && blobs[i].type == record->type)
            return &blobs[i];
    return NULL;
}

const char *dig_skip_fields(const char *text, unsigned count)
{
    for (; count > 0; count--) {
        text += strcspn(text, " ");
        text += strspn(text, " ");
    }
    return text;
}

static void put_digits(FILE *out, const char *digits, bool is_hex, size_t width,
                       const char *between)
{
    size_t column = 0;

    for (; *digits; digits++) {
        if (*digits == ' ')
            continue;
        if (column == width) {
            fputs(between, out);
            column = 0;
        }
        fputc(is_hex ? toupper((unsigned char)*digits) : *digits, out);
        column++;
    }
}

/* RFC 4034 appendix B. */
static unsigned key_tag(const struct print_record *record)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < record->size; i++)
        sum += i % 2 ? record->octets[i] : (uint32_t)record->octets[i] << 8;
    return (sum + (sum >> 16)) & 0xffff;
}

/* IANA, DNS Security Algorithm Numbers; those in use. */
static const char *algorithm_text(uint8_t number, char text[static 4])
{
    static const char *const names[] = {
        [5] = "RSASHA1",    [7] = "NSEC3RSASHA1",     [8] = "RSASHA256",
        [10] = "RSASHA512", [13] = "ECDSAP256SHA256", [14] = "ECDSAP384SHA384",
        [15] = "ED25519",   [16] = "ED448",
    };

    if (number < sizeof names / sizeof *names && names[number])
        return names[number];
    snprintf(text, 4, "%u", number);
    return text;
}

/* "; KSK; alg = ED25519 ; key id = 40837": its flags are those of RFC 4034 section 2.1.1
 * and RFC 5011 section 7. */
static void put_key_comment(FILE *out, const struct print_record *record)
{
    char text[4];
    bool is_ksk, is_revoked;

    if (record->type == KEY && record->size >= 4)
        fprintf(out, "; alg = %s ; key id = %u", algorithm_text(record->octets[3], text),
                key_tag(record));
    if (record->size < 4 || (record->type != TYPE_DNSKEY && record->type != CDNSKEY))
        return;
    is_ksk = record->octets[1] & 0x01;
    is_revoked = record->octets[1] & 0x80;
    fprintf(out, " ; %s%s; alg = %s ; key id = %u", is_revoked ? "revoked " : "",
            is_ksk ? "KSK" : "ZSK", algorithm_text(record->octets[3], text),
            key_tag(record));
}

/* RFC 4701 section 3: the kinds of identifier and digest, and the octets of the digest. */
static void put_dhcid_comment(FILE *out, const struct print_record *record)
{
    if (record->type == DHCID && record->size >= 3)
        fprintf(out, " ; %u %u %u", record->octets[0] << 8 | record->octets[1],
                record->octets[2], record->size - 3u);
}

/* The algorithm of a certificate is a word (RFC 4398 section 2.2). */
static void put_fields(FILE *out, const struct print_record *record, const char *end)
{
    const char *number = dig_skip_fields(record->data, 2);
    char text[4];

    if (record->type == CERT)
        fprintf(out, "%.*s%s ", (int)(number - record->data), record->data,
                algorithm_text((uint8_t)strtoul(number, NULL, 10), text));
    else
        fwrite(record->data, 1, (size_t)(end - record->data), out);
}

static void put_lines(FILE *out, const struct print_record *record, const struct blob *blob,
                      const char *digits, const char *close)
{
    const char *rest = dig_skip_fields(record->data, blob->first_line);

    bool has_fields = rest > record->data;

    if (blob->opens_first)
        fputs("( ", out);
    put_fields(out, record, rest - (blob->opens_first && has_fields));
    if (!blob->opens_first)
        fputc('(', out);
    if (!blob->opens_first || has_fields)
        fputs(DIG_LINE_BREAK, out);
    if (digits > rest)
        fprintf(out, "%.*s%s", (int)(digits - rest - 1), rest, DIG_LINE_BREAK);
    put_digits(out, digits, blob->is_hex, MULTILINE_WIDTH, DIG_LINE_BREAK);
    fprintf(out, "%s)", close);
}

static void put_blob(FILE *out, const struct print_record *record, const struct blob *blob,
                     const struct style *style)
{
    const char *digits = dig_skip_fields(record->data, blob->fields);
    bool is_key = record->type == TYPE_DNSKEY || record->type == CDNSKEY;

    if (!style->is_multiline) {
        put_fields(out, record, digits);
        put_digits(out, digits, blob->is_hex, WIDTH, " ");
        if (style->show_record_comments && is_key)
            fputc(' ', out);
    } else {
        put_lines(out, record, blob, digits,
                  is_key || record->type == KEY ? DIG_LINE_BREAK : " ");
        put_dhcid_comment(out, record);
    }
    if (style->is_multiline || (style->show_record_comments && is_key))
        put_key_comment(out, record);
}

/* "\# 4 01020304" (RFC 3597 section 5). */
static void put_generic(FILE *out, const struct print_record *record,
                        const struct style *style)
{
    const char *digits = dig_skip_fields(record->data, 2);

    if (record->size == 0) {
        fputs("\\# 0", out);
        return;
    }
    fwrite(record->data, 1, (size_t)(digits - record->data), out);
    if (style->is_multiline)
        fputs("( ", out);
    put_digits(out, digits, true, style->is_multiline ? MULTILINE_WIDTH - 2 : WIDTH - 2,
               style->is_multiline ? DIG_LINE_BREAK : " ");
    if (style->is_multiline)
        fputs(" )", out);
}

bool dig_digits(FILE *out, const struct print_record *record, const struct style *style)
{
    const struct blob *blob = find_blob(record);

    if (strncmp(record->data, "\\# ", 3) == 0)
        put_generic(out, record, style);
    else if (blob)
        put_blob(out, record, blob, style);
    return blob || strncmp(record->data, "\\# ", 3) == 0;
}
