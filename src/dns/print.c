#include "dns/print.h"

#include "dns/name.h"
#include "dns/rcode.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

char *print_safe(const void *text, size_t size)
{
    const uint8_t *octets = text;
    char *safe = malloc(size * 4 + 1), *out = safe;

    if (!safe)
        return NULL;
    for (size_t i = 0; i < size; i++) {
        if (octets[i] >= ' ' && octets[i] < 0x7f)
            *out++ = (char)octets[i];
        else
            out += sprintf(out, "\\%03u", octets[i]);
    }
    *out = '\0';
    return safe;
}

/*
 * Takes a text of ldns, which has escaped what it knows to be odd but asks the locale what
 * is printable; this does not.
 */
static char *safe_text(char *text)
{
    char *safe = text ? print_safe(text, strlen(text)) : NULL;

    free(text);
    return safe;
}

/* Types that ldns has no description of, since they are only asked for. */
static const char *question_type(uint16_t type)
{
    switch (type) {
    case LDNS_RR_TYPE_IXFR:
        return "IXFR";
    case LDNS_RR_TYPE_AXFR:
        return "AXFR";
    case LDNS_RR_TYPE_MAILB:
        return "MAILB";
    case LDNS_RR_TYPE_MAILA:
        return "MAILA";
    case LDNS_RR_TYPE_ANY:
        return "ANY";
    default:
        return NULL;
    }
}

const char *print_type(uint16_t type, char text[static PRINT_TYPE])
{
    const ldns_rr_descriptor *known = ldns_rr_descript(type);
    const char *name = question_type(type);

    if (!name && known)
        name = known->_name;
    if (name)
        snprintf(text, PRINT_TYPE, "%s", name);
    else
        snprintf(text, PRINT_TYPE, "TYPE%u", type);
    return text;
}

static void print_class(uint16_t class, char text[static PRINT_TYPE])
{
    char *name = ldns_rr_class2str((ldns_rr_class) class);

    snprintf(text, PRINT_TYPE, "%s", name ? name : "?");
    free(name);
}

/* Data as octets, "\# 3 010203" (RFC 3597 section 5): right for any type. */
static char *generic_data(const uint8_t *octets, size_t size)
{
    char *text = malloc(sizeof "\\# 65535 " + size * 2), *out = text;

    if (!text)
        return NULL;
    out += sprintf(out, "\\# %zu", size);
    for (size_t i = 0; i < size; i++)
        out += sprintf(out, i == 0 ? " %02x" : "%02x", octets[i]);
    return text;
}

/* NULL if the field cannot be printed, or is missing (RDLENGTH 0): ldns aborts on that. */
static char *print_field(const ldns_rdf *field)
{
    char *text = field ? ldns_rdf2str(field) : NULL;

    /* Lists come with a blank at the end. A blank that means something is escaped or
     * quoted. */
    for (size_t i = text ? strlen(text) : 0; i > 0 && text[i - 1] == ' '; i--)
        text[i - 1] = '\0';
    return text;
}

/* All fields with a blank between them; NULL if one cannot be printed. */
static char *join_fields(const ldns_rr *rr)
{
    char *text = NULL;
    size_t size = 0;
    bool printed = ldns_rr_rd_count(rr) > 0;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    for (size_t i = 0; printed && i < ldns_rr_rd_count(rr); i++) {
        char *field = print_field(ldns_rr_rdf(rr, i));

        printed = field && fprintf(out, i == 0 ? "%s" : " %s", field) >= 0;
        free(field);
    }
    if (fclose(out) != 0 || !printed) {
        free(text);
        return NULL;
    }
    return text;
}

/*
 * Data by the rules of its type; NULL if it does not keep them. The record lies between
 * `start` and `end` of the message, names in the data may point to before it.
 */
static char *typed_data(const uint8_t *wire, size_t start, size_t end)
{
    ldns_rr *rr = NULL;
    char *data = NULL;

    if (ldns_wire2rr(&rr, wire, end, &start, LDNS_SECTION_ANSWER) != LDNS_STATUS_OK)
        return NULL;
    /* ldns does not hold itself to RDLENGTH. The list of services in a WKS record would
       make it ask libc for their names, so that stays octets. */
    if (start == end && ldns_rr_get_type(rr) != LDNS_RR_TYPE_WKS)
        data = safe_text(join_fields(rr));
    ldns_rr_free(rr);
    return data;
}

static char *put_octet(char *out, uint8_t octet)
{
    if (octet < ' ' || octet >= 0x7f)
        return out + sprintf(out, "\\%03u", octet);
    if (octet == '"' || octet == '\\')
        *out++ = '\\';
    *out++ = (char)octet;
    return out;
}

/*
 * The character-strings of a TXT record; NULL if that is not what the data is. ldns takes
 * 700 MB for 64 KiB of short ones.
 */
static char *strings_data(const uint8_t *octets, size_t size)
{
    char *text = size > 0 ? malloc(4 * size) : NULL, *out = text;

    for (size_t at = 0; text && at < size;) {
        size_t end = at + 1 + octets[at];

        if (end > size) {
            free(text);
            return NULL;
        }
        *out++ = '"';
        while (++at < end)
            out = put_octet(out, octets[at]);
        *out++ = '"';
        *out++ = ' ';
    }
    if (text)
        out[-1] = '\0';
    return text;
}

static bool is_of_strings(uint16_t type)
{
    return type == LDNS_RR_TYPE_TXT || type == LDNS_RR_TYPE_SPF;
}

static char *print_owner(const struct reader *message)
{
    size_t pos = message->pos;
    ldns_rdf *dname = NULL;
    char *text;

    if (ldns_wire2dname(&dname, message->data, message->size, &pos) != LDNS_STATUS_OK)
        return NULL;
    text = safe_text(ldns_rdf2str(dname));
    ldns_rdf_deep_free(dname);
    return text;
}

/* Passes over a record; the data of it is at `rdata`. */
static bool get_record(struct reader *in, struct print_record *record,
                       const uint8_t **rdata, uint16_t *rdlength)
{
    return name_skip(in) && get_u16(in, &record->type) && get_u16(in, &record->class) &&
           get_u32(in, &record->ttl) && get_u16(in, rdlength) &&
           get_bytes(in, rdata, *rdlength);
}

int print_record(struct print_record *record, struct reader *message)
{
    struct reader in = *message;
    const uint8_t *rdata;
    uint16_t rdlength;

    *record = (struct print_record){0};
    if (get_record(&in, record, &rdata, &rdlength))
        record->owner = print_owner(message);
    if (!record->owner) {
        errno = EBADMSG;
        return -1;
    }
    print_type(record->type, record->type_text);
    print_class(record->class, record->class_text);
    record->data = is_of_strings(record->type)
                       ? strings_data(rdata, rdlength)
                       : typed_data(message->data, message->pos, in.pos);
    record->is_readable = record->data != NULL;
    if (!record->data)
        record->data = generic_data(rdata, rdlength);
    if (!record->data) {
        print_record_free(record);
        errno = ENOMEM;
        return -1;
    }
    *message = in;
    return 0;
}

void print_record_free(struct print_record *record)
{
    free(record->owner);
    free(record->data);
    *record = (struct print_record){0};
}

/* An octet is printed in one way only, so equal names are equal texts but for the case of
 * ASCII letters (RFC 4343). */
bool print_same_name(const char *a, const char *b)
{
    return name_equal((const uint8_t *)a, strlen(a), (const uint8_t *)b, strlen(b));
}

const char *print_rcode_meaning(unsigned rcode)
{
    static const char *const meanings[] = {
        [RCODE_NOERROR] = "no error",
        [RCODE_FORMERR] = "the server could not read the query",
        [RCODE_SERVFAIL] = "server failure",
        [RCODE_NXDOMAIN] = "no such name",
        [RCODE_NOTIMP] = "the server does not support this kind of query",
        [RCODE_REFUSED] = "the server refuses to answer this query",
        [9] = "the server has no authority for this name",
        [RCODE_BADVERS] = "the server does not support this version of EDNS",
    };

    return rcode < sizeof meanings / sizeof *meanings ? meanings[rcode] : NULL;
}

const char *print_ede(uint16_t code)
{
    /* RFC 8914 section 4, and what IANA has registered since. */
    static const char *const names[] = {
        "Other Error",
        "Unsupported DNSKEY Algorithm",
        "Unsupported DS Digest Type",
        "Stale Answer",
        "Forged Answer",
        "DNSSEC Indeterminate",
        "DNSSEC Bogus",
        "Signature Expired",
        "Signature Not Yet Valid",
        "DNSKEY Missing",
        "RRSIGs Missing",
        "No Zone Key Bit Set",
        "NSEC Missing",
        "Cached Error",
        "Not Ready",
        "Blocked",
        "Censored",
        "Filtered",
        "Prohibited",
        "Stale NXDOMAIN Answer",
        "Not Authoritative",
        "Not Supported",
        "No Reachable Authority",
        "Network Error",
        "Invalid Data",
        "Signature Expired before Valid",
        "Too Early",
        "Unsupported NSEC3 Iterations Value",
        "Unable to conform to policy",
        "Synthesized",
        "Invalid Query Type",
    };

    return code < sizeof names / sizeof *names ? names[code] : NULL;
}
