#include "dns/print.h"

#include "dns/data.h"
#include "dns/name.h"
#include "dns/rcode.h"
#include "dns/record.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
 * Frees a text of ldns and returns it without control characters. ldns escapes what it
 * knows to be odd, but asks the locale what is printable.
 */
static char *safe_text(char *text)
{
    char *safe = text ? print_safe(text, strlen(text)) : NULL;

    free(text);
    return safe;
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

    /* Lists come with a blank at the end. A blank with a meaning is escaped or quoted. */
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
 * The data by the rules of its type; NULL if it breaks them. The record lies between
 * `start` and `end` of the message; names in its data may point to places before it.
 */
static char *typed_data(const uint8_t *wire, size_t start, size_t end)
{
    ldns_rr *rr = NULL;
    char *data = NULL;

    if (ldns_wire2rr(&rr, wire, end, &start, LDNS_SECTION_ANSWER) != LDNS_STATUS_OK)
        return NULL;
    if (start == end) /* ldns does not hold itself to RDLENGTH */
        data = safe_text(join_fields(rr));
    ldns_rr_free(rr);
    return data;
}

char *print_name(const struct reader *message)
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

int print_record(struct print_record *record, struct reader *message)
{
    struct reader in = *message;
    struct record_head head;

    *record = (struct print_record){0};
    if (record_next(&in, &head))
        record->owner = print_name(message);
    if (!record->owner) {
        errno = EBADMSG;
        return -1;
    }
    record->at = head.at;
    record->type = head.type;
    record->class = head.class;
    record->ttl = head.ttl;
    record->octets = head.data;
    record->size = head.data_len;
    type_to_text(head.type, record->type_text);
    class_to_text(head.class, record->class_text);
    if (data_is_own(head.type))
        record->data = data_text(head.type, head.data, head.data_len);
    else if (!data_is_foreign(head.type, head.data, head.data_len))
        record->data = typed_data(message->data, head.at, in.pos);
    record->is_readable = record->data || data_is_opaque(head.type, head.data_len);
    if (!record->data)
        record->data = generic_data(head.data, head.data_len);
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

/* Each octet is printed in one way only, so equal names are equal texts but for the case of
 * ASCII letters (RFC 4343). */
bool print_same_name(const char *a, const char *b)
{
    return name_equal((struct name){(const uint8_t *)a, strlen(a)},
                      (struct name){(const uint8_t *)b, strlen(b)});
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
