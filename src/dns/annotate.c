#include "dns/annotate.h"

#include "dns/annotate_data.h"
#include "dns/annotate_opt.h"
#include "dns/rcode.h"
#include "dns/type.h"
#include "dns/wire.h"

/* Bits of a field, each a remark: "..1. .... .... ....". */
struct bit {
    uint16_t mask;
    const char *name, *set, *clear;
};

static const struct bit header_bits[] = {
    {WIRE_QR, "QR", "a response", "a query"},
    {WIRE_AA, "AA", "the server has authority for the name", "not with authority"},
    {WIRE_TC, "TC", "truncated: ask again over TCP", "whole"},
    {WIRE_RD, "RD", "recursion is desired", "no recursion is desired"},
    {WIRE_RA, "RA", "recursion is available", "no recursion is available"},
    {WIRE_Z, "Z", "reserved, must be 0", ""},
    {WIRE_AD, "AD", "authentic data: the server has validated it", ""},
    {WIRE_CD, "CD", "checking disabled: no validation is wanted", ""},
};

static const struct bit opt_bits[] = {{WIRE_DO, "DO", "signatures are wanted", ""}};

/* The bits in groups of four, with dots for those that are not in the mask. */
static const char *draw_bits(uint16_t value, uint16_t mask, char text[static 20])
{
    char *out = text;

    for (unsigned bit = 0; bit < 16; bit++) {
        uint16_t at = (uint16_t)(0x8000u >> bit);

        if (bit > 0 && bit % 4 == 0)
            *out++ = ' ';
        *out++ = !(mask & at) ? '.' : value & at ? '1' : '0';
    }
    *out = '\0';
    return text;
}

static void tell_bits(struct walk *walk, uint16_t value, const struct bit *bits,
                      size_t count)
{
    char drawn[20];

    for (size_t i = 0; i < count; i++) {
        const char *meaning = value & bits[i].mask ? bits[i].set : bits[i].clear;

        if (*meaning)
            walk_remark(walk, bits[i].name, "%s %s", draw_bits(value, bits[i].mask, drawn),
                        meaning);
    }
}

static const char *opcode_name(unsigned opcode)
{
    static const char *const names[] = {"QUERY",  "IQUERY", "STATUS", "reserved",
                                        "NOTIFY", "UPDATE", "DSO"};

    return opcode < sizeof names / sizeof *names ? names[opcode] : "reserved";
}

static void take_flags(struct walk *walk)
{
    uint16_t flags = walk_peek_u16(walk, 0);
    char drawn[20];

    walk_field(walk, 2, "flags", "", "RFC 1035 4.1.1", "0x%04x", flags);
    walk->depth++;
    tell_bits(walk, flags, header_bits, 1);
    walk_remark(walk, "opcode", "%s %s", draw_bits(flags, WIRE_OPCODE, drawn),
                opcode_name(wire_opcode(flags)));
    tell_bits(walk, flags, header_bits + 1, sizeof header_bits / sizeof *header_bits - 1);
    walk_remark(walk, "RCODE", "%s %s", draw_bits(flags, WIRE_RCODE, drawn),
                rcode_text(flags & WIRE_RCODE));
    walk->depth--;
}

/* False if there is no whole header. */
static bool take_header(struct walk *walk, uint16_t counts[static 4])
{
    static const char *const names[] = {"questions", "answers", "authorities",
                                        "additional records"};
    uint16_t id;

    if (walk_left(walk) < WIRE_HEADER)
        return false;
    walk_remark(walk, "header", "%d octets", WIRE_HEADER);
    walk->depth++;
    walk_u16(walk, "id", "a reply has that of its query", "RFC 1035 4.1.1", &id);
    take_flags(walk);
    for (size_t i = 0; i < 4; i++)
        walk_u16(walk, names[i], "", "RFC 1035 4.1.1", &counts[i]);
    walk->depth--;
    return true;
}

static bool take_type(struct walk *walk, uint16_t *type)
{
    char text[TYPE_TEXT];

    if (walk_left(walk) < 2)
        return false;
    *type = walk_peek_u16(walk, 0);
    walk_field(walk, 2, "type", "", annotate_source(*type), "%u %s", *type,
               type_to_text(*type, text));
    return true;
}

static bool take_class(struct walk *walk)
{
    uint16_t class = walk_peek_u16(walk, 0);
    char text[TYPE_TEXT];

    if (walk_left(walk) < 2)
        return false;
    walk_field(walk, 2, "class", class == CLASS_IN ? "the Internet" : "", "RFC 1035 3.2.4",
               "%u %s", class, class_to_text(class, text));
    return true;
}

static bool take_question(struct walk *walk)
{
    uint16_t type;

    return walk_name(walk, "name") && take_type(walk, &type) && take_class(walk);
}

/* Class and TTL of an OPT record say something else (RFC 6891 section 6.1.3). */
static bool take_opt_fields(struct walk *walk)
{
    uint16_t size, flags;
    uint8_t high, version;

    if (!walk_u16(walk, "UDP size", "the longest datagram that is welcome",
                  "RFC 6891 6.2.3", &size) ||
        !walk_u8(walk, "extended RCODE", "its high bits", "RFC 6891 6.1.3", &high) ||
        !walk_u8(walk, "version", "of EDNS", "RFC 6891 6.1.3", &version) ||
        walk_left(walk) < 2)
        return false;
    flags = walk_peek_u16(walk, 0);
    walk_field(walk, 2, "flags", "", "RFC 6891 6.1.4", "0x%04x", flags);
    walk->depth++;
    tell_bits(walk, flags, opt_bits, 1);
    walk->depth--;
    return true;
}

static bool take_plain_fields(struct walk *walk)
{
    uint32_t ttl;

    return take_class(walk) &&
           walk_u32(walk, "TTL", "seconds that it may be kept", "RFC 2181 8", &ttl);
}

static bool take_record(struct walk *walk)
{
    size_t end = walk->end;
    uint16_t type, len;

    if (!walk_name(walk, "owner") || !take_type(walk, &type) ||
        !(type == TYPE_OPT ? take_opt_fields(walk) : take_plain_fields(walk)) ||
        walk_left(walk) < 2)
        return false;
    len = walk_peek_u16(walk, 0);
    walk_field(walk, 2, "data length",
               len > walk_left(walk) - 2 ? "more than there is" : "", "RFC 1035 3.2.1",
               "%u", len);
    if (len > walk_left(walk))
        return false;
    walk->end = walk->pos + len;
    if (type == TYPE_OPT)
        annotate_options(walk);
    else
        annotate_data(walk, type);
    walk->end = end;
    return true;
}

/* False if the message ends before the section does. */
static bool take_section(struct walk *walk, unsigned count, const char *name,
                         bool (*take)(struct walk *))
{
    for (unsigned i = 1; i <= count; i++) {
        bool taken;

        if (walk_left(walk) == 0) {
            walk_remark(walk, name, "%u of %u: the message has ended", i, count);
            return false;
        }
        walk_remark(walk, name, "%u of %u", i, count);
        walk->depth++;
        taken = take(walk);
        walk->depth--;
        if (!taken)
            return false;
    }
    return true;
}

static bool take_sections(struct walk *walk, const uint16_t counts[static 4])
{
    static const char *const names[] = {"answer", "authority", "additional record"};

    if (!take_section(walk, counts[0], "question", take_question))
        return false;
    for (size_t i = 0; i < SECTIONS; i++)
        if (!take_section(walk, counts[1 + i], names[i], take_record))
            return false;
    return true;
}

void annotate(const uint8_t *wire, size_t size, walk_take *take, void *context)
{
    struct walk walk = {
        .wire = wire, .size = size, .end = size, .take = take, .context = context};
    uint16_t counts[4];

    if (!take_header(&walk, counts))
        walk_rest(&walk, "octets", "too few for a header");
    else if (!take_sections(&walk, counts))
        walk_rest(&walk, "octets", "cannot be read");
    else
        walk_rest(&walk, "octets", "behind the end of the message");
}
