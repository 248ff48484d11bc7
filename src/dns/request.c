#include "dns/request.h"

#include "dns/record.h"
#include "dns/wire.h"

/* What is found on the walk over a request besides its own fields. */
struct request_walk {
    struct reader in;
    unsigned entries; /* that may still be read */
    uint16_t questions, answers, authorities, additionals;
    unsigned opt_count;
    bool bad_opt;     /* owner is not the root */
    bool bad_options; /* RFC 6891 section 7 */
};

static void read_header(struct request *request, struct request_walk *walk,
                        const uint8_t *wire)
{
    uint16_t flags = wire_flags(wire);

    request->id = wire_id(wire);
    request->opcode = (uint8_t)wire_opcode(flags);
    request->recursion_desired = (flags & WIRE_RD) != 0;
    request->authentic_data = (flags & WIRE_AD) != 0;
    request->checking_disabled = (flags & WIRE_CD) != 0;
    walk->questions = wire_questions(wire);
    walk->answers = wire_count(wire, SECTION_ANSWER);
    walk->authorities = wire_count(wire, SECTION_AUTHORITY);
    walk->additionals = wire_count(wire, SECTION_ADDITIONAL);
    walk->in.pos = WIRE_HEADER;
}

/* True if one more question or record may be read. */
static bool take_entry(struct request_walk *walk)
{
    return walk->entries > 0 && walk->entries-- > 0;
}

static bool skip_questions(struct request_walk *walk)
{
    for (unsigned i = 0; i < walk->questions; i++)
        if (!take_entry(walk) || !question_skip(&walk->in))
            return false;
    return true;
}

static bool skip_records(struct request_walk *walk, unsigned count)
{
    struct record_head head;

    while (count-- > 0)
        if (!take_entry(walk) || !record_next(&walk->in, &head))
            return false;
    return true;
}

static bool is_at_root(const struct request_walk *walk, const struct record_head *head)
{
    return walk->in.data[head->at] == 0;
}

static void note_opt(struct request *request, struct request_walk *walk,
                     const struct record_head *head)
{
    walk->opt_count++;
    if (!is_at_root(walk, head))
        walk->bad_opt = true;
    request->has_edns = true;
    request->edns_size = head->class;
    request->edns_version = (uint8_t)(head->ttl >> 16);
    request->dnssec_ok = (head->ttl & WIRE_DO) != 0;
}

static bool read_additionals(struct request *request, struct request_walk *walk)
{
    struct record_head head;

    for (unsigned i = 0; i < walk->additionals; i++) {
        if (!take_entry(walk) || !record_get_head(&walk->in, &head))
            return false;
        if (head.type == TYPE_OPT)
            note_opt(request, walk, &head);
        if (head.type == TYPE_TSIG || (head.type == TYPE_SIG && is_at_root(walk, &head)))
            request->is_signed = true;
        if (!get_skip(&walk->in, head.data_len))
            return false;
        if (head.type == TYPE_OPT &&
            !edns_read_options(&request->options, reader_of(head.data, head.data_len)))
            walk->bad_options = true;
    }
    return true;
}

static bool read_sections(struct request *request, struct request_walk *walk)
{
    if (walk->questions == 1) {
        if (!take_entry(walk) ||
            !question_get(&walk->in, &request->question, &request->class))
            return false;
        request->has_question = true;
    } else if (!skip_questions(walk)) {
        return false;
    }
    return skip_records(walk, walk->answers) && skip_records(walk, walk->authorities) &&
           read_additionals(request, walk);
}

int request_parse(struct request *request, const uint8_t *wire, size_t len)
{
    struct request_walk walk = {.in = reader_of(wire, len), .entries = REQUEST_ENTRIES_MAX};
    bool whole;

    *request = (struct request){0};
    if (len < WIRE_HEADER || (wire_flags(wire) & WIRE_QR))
        return -1; /* answering a response could start a loop */
    read_header(request, &walk, wire);
    whole = read_sections(request, &walk);
    if (request->opcode != OPCODE_QUERY)
        return RCODE_NOTIMP; /* whatever it carries, since other opcodes may give it another
                                meaning */
    if (!whole || walk.questions > 1)
        return RCODE_FORMERR; /* RFC 9619: a query has one question */
    if (walk.answers > 0 || walk.authorities > 0)
        return RCODE_FORMERR;
    if (walk.opt_count > 1 || walk.bad_opt)
        return RCODE_FORMERR; /* RFC 6891 section 6.1.1 */
    if (request->has_edns && request->edns_version > 0)
        return RCODE_BADVERS; /* its options are not read: only version 0 says what they are
                               */
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
