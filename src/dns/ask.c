#include "dns/ask.h"

#include "dns/rcode.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static unsigned header_flags(const struct ask_form *form)
{
    return (form->is_iterative ? 0u : WIRE_RD) | (form->has_ad ? WIRE_AD : 0u) |
           (form->has_cd ? WIRE_CD : 0u);
}

/* RFC 7871 section 6: no more octets of the address than the prefix needs. */
static void put_subnet(struct writer *out, const struct ask_form *form)
{
    size_t octets = (form->subnet_bits + 7u) / 8;

    put_u16(out, EDNS_OPTION_SUBNET);
    put_u16(out, (uint16_t)(4 + octets));
    put_u16(out, form->subnet_family);
    put_u8(out, form->subnet_bits);
    put_u8(out, 0); /* the scope, which only the server sets */
    put_bytes(out, form->subnet, octets);
}

static void put_options(struct writer *out, const struct ask_form *form)
{
    if (form->has_nsid)
        edns_put_option(out, EDNS_OPTION_NSID, "", 0);
    if (form->wants_way)
        edns_put_option(out, EDNS_OPTION_WAY, "", 0);
    if (form->has_subnet)
        put_subnet(out, form);
    if (form->cookie_size > 0)
        edns_put_option(out, EDNS_OPTION_COOKIE, form->cookie, form->cookie_size);
}

/* The reply can have a reason (RFC 8914) only if the query has an OPT record. */
static void put_opt(struct writer *out, const struct ask_form *form)
{
    size_t start =
        edns_start(out, form->udp_size ? form->udp_size : EDNS_UDP_SIZE,
                   (uint32_t)form->edns_version << 16 | (form->has_do ? WIRE_DO : 0));

    put_options(out, form);
    edns_end(out, start);
}

static void put_query(struct ask *ask)
{
    struct writer writer = writer_of(ask->wire, sizeof ask->wire), *out = &writer;
    const struct ask_form *form = &ask->form;

    wire_put_header(out, ask->id, header_flags(form), 1, !form->without_edns);
    question_put(out, &ask->question, form->class);
    if (!form->without_edns)
        put_opt(out, form);
    ask->size = out->pos;
}

/* A forger who cannot see the query must guess its id (RFC 5452). */
static bool draw_id(struct ask *ask)
{
    return getrandom(&ask->id, sizeof ask->id, 0) == sizeof ask->id;
}

int ask_build(struct ask *ask, const char *name, uint16_t type, const struct ask_form *form)
{
    size_t len;

    *ask = (struct ask){.form = *form, .question.type = type};
    if (form->class == 0)
        ask->form.class = CLASS_IN;
    len = name_from_text(name, ask->question.name);
    if (len == 0) {
        errno = EINVAL;
        return -1;
    }
    ask->question.name_len = (uint8_t)len;
    name_to_text(question_name(&ask->question), ask->name);
    if (!draw_id(ask))
        return -1;
    put_query(ask);
    return 0;
}

void ask_renew(struct ask *ask, const uint8_t *cookie, size_t size)
{
    memcpy(ask->form.cookie, cookie, size);
    ask->form.cookie_size = (uint8_t)size;
    ask->is_renewed = true;
    draw_id(ask); /* else the old one is as good */
    put_query(ask);
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

static bool is_same_question(struct reader *in, const struct ask *ask)
{
    struct question question;
    uint16_t class;

    return question_get(in, &question, &class) && class == ask->form.class &&
           question.type == ask->question.type &&
           name_equal(question_name(&question), question_name(&ask->question));
}

/* A server that could not read the query has no question to repeat. */
static bool may_lack_question(unsigned rcode)
{
    return rcode == RCODE_FORMERR || rcode == RCODE_NOTIMP;
}

bool ask_is_reply(const struct ask *ask, const uint8_t *wire, size_t size)
{
    struct reader in = reader_of(wire, size);

    if (!get_skip(&in, WIRE_HEADER) || wire_id(wire) != ask->id ||
        (wire_flags(wire) & (WIRE_QR | WIRE_OPCODE)) != WIRE_QR)
        return false;
    if (wire_questions(wire) == 0)
        return may_lack_question(wire_rcode(wire));
    return wire_questions(wire) == 1 && is_same_question(&in, ask);
}
