#include "dns/request.h"

#include <ldns/ldns.h>

/* What the walk over a request finds besides the request's own fields. */
struct walk {
    struct reader in;
    uint16_t questions, answers, authorities, additionals;
    unsigned opt_count;
    bool bad_opt;     /* owner is not the root */
    bool bad_options; /* RFC 6891 section 7 */
};

static void read_header(struct request *request, struct walk *walk, const uint8_t *wire)
{
    request->id = LDNS_ID_WIRE(wire);
    request->opcode = LDNS_OPCODE_WIRE(wire);
    request->recursion_desired = LDNS_RD_WIRE(wire) != 0;
    request->authentic_data = LDNS_AD_WIRE(wire) != 0;
    request->checking_disabled = LDNS_CD_WIRE(wire) != 0;
    walk->questions = LDNS_QDCOUNT(wire);
    walk->answers = LDNS_ANCOUNT(wire);
    walk->authorities = LDNS_NSCOUNT(wire);
    walk->additionals = LDNS_ARCOUNT(wire);
    walk->in.pos = LDNS_HEADER_SIZE;
}

/* No sane client compresses its only name. */
static bool read_question(struct request *request, struct walk *walk)
{
    struct question *question = &request->question;
    const uint8_t *name;
    size_t name_len;

    if (!name_get(&walk->in, &name, &name_len) || !get_u16(&walk->in, &question->type) ||
        !get_u16(&walk->in, &request->class))
        return false;
    question->name_len = (uint8_t)name_len;
    for (size_t i = 0; i < name_len; i++)
        question->name[i] = name[i];
    return true;
}

static bool skip_question(struct walk *walk)
{
    return name_skip(&walk->in) && get_skip(&walk->in, 4);
}

/* Type, class and TTL of the next record; its data comes next. */
struct record_head {
    bool owner_is_root;
    uint16_t type, class;
    uint32_t ttl;
    uint16_t length;
};

static bool read_record_head(struct reader *in, struct record_head *head)
{
    size_t start = in->pos;

    if (!name_skip(in))
        return false;
    head->owner_is_root = in->pos == start + 1;
    return get_u16(in, &head->type) && get_u16(in, &head->class) &&
           get_u32(in, &head->ttl) && get_u16(in, &head->length);
}

static bool skip_records(struct walk *walk, unsigned count)
{
    struct record_head head;

    while (count-- > 0)
        if (!read_record_head(&walk->in, &head) || !get_skip(&walk->in, head.length))
            return false;
    return true;
}

static void note_opt(struct request *request, struct walk *walk,
                     const struct record_head *head)
{
    walk->opt_count++;
    if (!head->owner_is_root)
        walk->bad_opt = true;
    request->has_edns = true;
    request->edns_size = head->class;
    request->edns_version = (uint8_t)(head->ttl >> 16);
    request->dnssec_ok = (head->ttl & 0x8000) != 0;
}

static bool read_additionals(struct request *request, struct walk *walk)
{
    struct record_head head;
    const uint8_t *data;

    for (unsigned i = 0; i < walk->additionals; i++) {
        if (!read_record_head(&walk->in, &head))
            return false;
        if (head.type == TYPE_OPT)
            note_opt(request, walk, &head);
        if (head.type == TYPE_TSIG || (head.type == TYPE_SIG && head.owner_is_root))
            request->is_signed = true;
        if (!get_bytes(&walk->in, &data, head.length))
            return false;
        if (head.type == TYPE_OPT &&
            !edns_read_options(&request->options, reader_of(data, head.length)))
            walk->bad_options = true;
    }
    return true;
}

static bool read_sections(struct request *request, struct walk *walk)
{
    if (walk->questions == 1) {
        if (!read_question(request, walk))
            return false;
        request->has_question = true;
    } else {
        for (unsigned i = 0; i < walk->questions; i++)
            if (!skip_question(walk))
                return false;
    }
    return skip_records(walk, walk->answers) && skip_records(walk, walk->authorities) &&
           read_additionals(request, walk);
}

int request_parse(struct request *request, const uint8_t *wire, size_t len)
{
    struct walk walk = {.in = reader_of(wire, len)};
    bool whole;

    *request = (struct request){0};
    if (len < LDNS_HEADER_SIZE || LDNS_QR_WIRE(wire))
        return -1; /* answering a response could start a loop */
    read_header(request, &walk, wire);
    whole = read_sections(request, &walk);
    if (request->opcode != LDNS_PACKET_QUERY)
        return RCODE_NOTIMP; /* whatever it carries: other opcodes may mean it otherwise */
    if (!whole || walk.questions > 1)
        return RCODE_FORMERR; /* RFC 9619: a query has one question */
    if (walk.answers > 0 || walk.authorities > 0)
        return RCODE_FORMERR;
    if (walk.opt_count > 1 || walk.bad_opt)
        return RCODE_FORMERR; /* RFC 6891 section 6.1.1 */
    if (request->has_edns && request->edns_version > 0)
        return RCODE_BADVERS; /* before its options: only version 0 says what they are */
    if (walk.bad_options)
        return RCODE_FORMERR;
    if (walk.questions == 0) {
        request->asks_for_cookie = request->options.has_cookie;
        return RCODE_FORMERR;
    }
    request->question.flags =
        (uint8_t)((request->dnssec_ok ? QUESTION_DNSSEC_OK : 0) |
                  (request->checking_disabled ? QUESTION_CHECKING_DISABLED : 0));
    return RCODE_NOERROR;
}
