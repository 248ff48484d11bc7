#include "dns/ask.h"

#include "dns/rcode.h"

#include <ctype.h>
#include <errno.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

enum {
    FLAG_QR = 0x8000,
    FLAG_TC = 0x0200,
    FLAG_RD = 0x0100,
    OPCODE = 0x7800, /* QUERY is 0 */
    RCODE = 0x000f,
};

/* "TYPE65280" (RFC 3597 section 5). ldns would take TYPE12x, too, which may be a host. */
static bool is_generic_type(const char *word)
{
    return strncasecmp(word, "TYPE", 4) == 0;
}

static uint16_t generic_type(const char *digits)
{
    char *end;
    unsigned long number;

    if (*digits < '0' || *digits > '9')
        return 0;
    number = strtoul(digits, &end, 10);
    return *end == '\0' && number <= UINT16_MAX ? (uint16_t)number : 0;
}

uint16_t ask_type(const char *word)
{
    if (is_generic_type(word))
        return generic_type(word + 4);
    return (uint16_t)ldns_get_rr_type_by_name(word);
}

/* One letter more, less, or another, or two that have changed places. */
static bool is_near(const char *word, const char *name)
{
    size_t a = strlen(word), b = strlen(name), i = 0;

    while (word[i] && toupper((unsigned char)word[i]) == name[i])
        i++;
    if (a == b + 1)
        return strcasecmp(word + i + 1, name + i) == 0;
    if (a + 1 == b)
        return strcasecmp(word + i, name + i + 1) == 0;
    if (a != b || a < 2)
        return false;
    return i == a || strcasecmp(word + i + 1, name + i + 1) == 0 ||
           (i + 1 < a && toupper((unsigned char)word[i]) == name[i + 1] &&
            toupper((unsigned char)word[i + 1]) == name[i] &&
            strcasecmp(word + i + 2, name + i + 2) == 0);
}

const char *ask_nearest_type(const char *word)
{
    for (unsigned type = 1; type <= UINT16_MAX; type++) {
        const ldns_rr_descriptor *known = ldns_rr_descript((uint16_t)type);

        if (known && known->_name && is_near(word, known->_name))
            return known->_name;
    }
    return NULL;
}

static void put_query(struct writer *out, const struct ask *ask)
{
    put_u16(out, ask->id);
    put_u16(out, FLAG_RD);
    put_u16(out, 1); /* questions */
    put_u16(out, 0);
    put_u16(out, 0);
    put_u16(out, 1); /* additional records: the OPT */
    put_bytes(out, ask->question.name, ask->question.name_len);
    put_u16(out, ask->question.type);
    put_u16(out, CLASS_IN);
    /* RFC 6891 section 6.1.2. Without an OPT no reason (RFC 8914) comes back. */
    put_u8(out, 0);
    put_u16(out, TYPE_OPT);
    put_u16(out, ASK_UDP_SIZE);
    put_u32(out, 0); /* extended RCODE, version, flags */
    put_u16(out, 0); /* no options */
}

int ask_build(struct ask *ask, const char *name, uint16_t type)
{
    struct writer out;
    size_t len;

    *ask = (struct ask){.question.type = type};
    len = name_from_text(name, ask->question.name);
    if (len == 0) {
        errno = EINVAL;
        return -1;
    }
    ask->question.name_len = (uint8_t)len;
    name_to_text(ask->question.name, len, ask->name);
    /* Who cannot see the query must guess the id to forge a reply (RFC 5452). */
    if (getrandom(&ask->id, sizeof ask->id, 0) != sizeof ask->id)
        return -1;
    out = writer_of(ask->wire, sizeof ask->wire);
    put_query(&out, ask);
    ask->size = out.pos;
    return 0;
}

static ldns_rdf *read_address(const char *text)
{
    ldns_rdf *address = ldns_rdf_new_frm_str(LDNS_RDF_TYPE_A, text);

    return address ? address : ldns_rdf_new_frm_str(LDNS_RDF_TYPE_AAAA, text);
}

bool ask_reverse(const char *text, char name[static ASK_TEXT])
{
    ldns_rdf *address = read_address(text);
    ldns_rdf *reverse = address ? ldns_rdf_address_reverse(address) : NULL;
    char *printed = reverse ? ldns_rdf2str(reverse) : NULL;
    bool is_address = printed != NULL;

    if (is_address)
        snprintf(name, ASK_TEXT, "%s", printed);
    free(printed);
    ldns_rdf_deep_free(reverse);
    ldns_rdf_deep_free(address);
    return is_address;
}

static bool is_same_question(struct reader *in, const struct question *question)
{
    const uint8_t *name;
    size_t len;
    uint16_t type, class;

    return name_get(in, &name, &len) && get_u16(in, &type) && get_u16(in, &class) &&
           name_equal(name, len, question->name, question->name_len) &&
           type == question->type && class == CLASS_IN;
}

/* A server that could not read the query has no question to repeat. */
static bool may_lack_question(unsigned rcode)
{
    return rcode == RCODE_FORMERR || rcode == RCODE_NOTIMP;
}

bool ask_is_reply(const struct ask *ask, const uint8_t *wire, size_t size)
{
    struct reader in = reader_of(wire, size);
    uint16_t id, flags, questions;

    if (!get_u16(&in, &id) || id != ask->id)
        return false;
    if (!get_u16(&in, &flags) || (flags & (FLAG_QR | OPCODE)) != FLAG_QR)
        return false;
    if (!get_u16(&in, &questions) || !get_skip(&in, 6))
        return false;
    if (questions == 0)
        return may_lack_question(flags & RCODE);
    return questions == 1 && is_same_question(&in, &ask->question);
}

bool ask_is_truncated(const uint8_t *wire)
{
    return (wire[2] << 8 | wire[3]) & FLAG_TC;
}
