#include "client/frame.h"

#include <string.h>

enum link {
    LINK_NULL = 0,
    LINK_ETHERNET = 1,
    LINK_PPP = 9,
    LINK_RAW_BSD = 12,
    LINK_RAW_OPENBSD = 14,
    LINK_RAW = 101,
    LINK_LOOP = 108,
    LINK_LINUX_SLL = 113,
    LINK_IPV4 = 228,
    LINK_IPV6 = 229,
    LINK_LINUX_SLL2 = 276,
};

enum {
    ETHER_IPV4 = 0x0800,
    ETHER_IPV6 = 0x86dd,
    ETHER_VLAN = 0x8100,
    ETHER_QINQ = 0x88a8,
    ETHER_QINQ_OLD = 0x9100,
    ETHER_PPPOE = 0x8864,
    PPP_IPV4 = 0x21,
    PPP_IPV6 = 0x57,
    IPV6_HEADER = 40,
    UDP_HEADER = 8,
    TCP_MIN = 20,
    TCP_SYN = 2,
};

/* RFC 8200 section 4, RFC 4302, RFC 6275, RFC 7401, RFC 5533: headers before the transport.
 */
enum extension {
    EXTENSION_HOP_BY_HOP = 0,
    EXTENSION_ROUTING = 43,
    EXTENSION_FRAGMENT = 44,
    EXTENSION_AUTHENTICATION = 51,
    EXTENSION_DESTINATION = 60,
    EXTENSION_MOBILITY = 135,
    EXTENSION_HIP = 139,
    EXTENSION_SHIM6 = 140,
};

static bool pass_ppp(struct reader *in)
{
    uint16_t protocol;
    bool has_address = reader_left(in) > 0 && in->data[in->pos] == 0xff;

    return (!has_address || get_skip(in, 2)) && get_u16(in, &protocol) &&
           (protocol == PPP_IPV4 || protocol == PPP_IPV6);
}

/* What follows an EtherType, with the tags of virtual networks before it. */
static bool pass_ether_type(struct reader *in, uint16_t type)
{
    while (type == ETHER_VLAN || type == ETHER_QINQ || type == ETHER_QINQ_OLD)
        if (!get_skip(in, 2) || !get_u16(in, &type))
            return false;
    if (type == ETHER_PPPOE)
        return get_skip(in, 6) && pass_ppp(in);
    return type == ETHER_IPV4 || type == ETHER_IPV6;
}

/* Passes over the header of the link. *known: the kind of link is known here. */
static bool pass_link(struct reader *in, uint32_t link, bool *known)
{
    uint16_t type;

    *known = true;
    switch (link) {
    case LINK_NULL:
    case LINK_LOOP:
        return get_skip(in, 4);
    case LINK_ETHERNET:
        return get_skip(in, 12) && get_u16(in, &type) && pass_ether_type(in, type);
    case LINK_PPP:
        return pass_ppp(in);
    case LINK_RAW_BSD:
    case LINK_RAW_OPENBSD:
    case LINK_RAW:
    case LINK_IPV4:
    case LINK_IPV6:
        return true;
    case LINK_LINUX_SLL:
        return get_skip(in, 14) && get_u16(in, &type) && pass_ether_type(in, type);
    case LINK_LINUX_SLL2:
        return get_u16(in, &type) && get_skip(in, 18) && pass_ether_type(in, type);
    default:
        return *known = false;
    }
}

/* Sets where the packet ends: frames may be padded, and not all of it may be captured. */
static void end_at(struct reader *in, struct frame_content *content, size_t end)
{
    if (end < in->size)
        in->size = end > in->pos ? end : in->pos;
    else
        content->missing = end - in->size;
}

/* RFC 791 section 3.1. A later fragment has no header of the transport. */
static bool pass_ipv4(struct reader *in, struct frame_content *content)
{
    size_t start = in->pos;
    const uint8_t *from, *to;
    uint16_t length, fragment;
    uint8_t first;

    if (!get_u8(in, &first) || !get_skip(in, 1) || !get_u16(in, &length) ||
        !get_skip(in, 2) || !get_u16(in, &fragment) || !get_skip(in, 1) ||
        !get_u8(in, &content->protocol) || !get_skip(in, 2) || !get_bytes(in, &from, 4) ||
        !get_bytes(in, &to, 4) || (fragment & 0x1fff) != 0 || (first & 0xf) < 5 ||
        !get_skip(in, ((first & 0xfu) - 5) * 4))
        return false;
    memcpy(content->ends.from.address, from, 4);
    memcpy(content->ends.to.address, to, 4);
    content->is_fragment = (fragment & 0x2000) != 0;
    if (length > 0) /* 0 if the network card fills it in */
        end_at(in, content, start + length);
    return true;
}

/* RFC 8200 section 4.5: M says whether more follow. */
static bool pass_fragment(struct reader *in, struct frame_content *content)
{
    uint16_t fragment;

    if (!get_skip(in, 1) || !get_u16(in, &fragment) || !get_skip(in, 4))
        return false;
    content->is_fragment = (fragment & 1) != 0;
    return fragment >> 3 == 0;
}

/* The headers between that of IPv6 and that of the transport. */
static bool pass_extensions(struct reader *in, struct frame_content *content)
{
    for (;;) {
        uint8_t next, length;

        switch (content->protocol) {
        case EXTENSION_FRAGMENT:
            if (!get_u8(in, &next) || !pass_fragment(in, content))
                return false;
            break;
        case EXTENSION_AUTHENTICATION:
            if (!get_u8(in, &next) || !get_u8(in, &length) ||
                !get_skip(in, (size_t)length * 4 + 6))
                return false;
            break;
        case EXTENSION_HOP_BY_HOP:
        case EXTENSION_ROUTING:
        case EXTENSION_DESTINATION:
        case EXTENSION_MOBILITY:
        case EXTENSION_HIP:
        case EXTENSION_SHIM6:
            if (!get_u8(in, &next) || !get_u8(in, &length) ||
                !get_skip(in, (size_t)length * 8 + 6))
                return false;
            break;
        default:
            return true;
        }
        content->protocol = next;
    }
}

/* RFC 8200 section 3. */
static bool pass_ipv6(struct reader *in, struct frame_content *content)
{
    const uint8_t *from, *to;
    uint16_t length;

    if (!get_skip(in, 4) || !get_u16(in, &length) || !get_u8(in, &content->protocol) ||
        !get_skip(in, 1) || !get_bytes(in, &from, FRAME_ADDRESS) ||
        !get_bytes(in, &to, FRAME_ADDRESS))
        return false;
    content->ends.is_ipv6 = true;
    memcpy(content->ends.from.address, from, FRAME_ADDRESS);
    memcpy(content->ends.to.address, to, FRAME_ADDRESS);
    if (length > 0)
        end_at(in, content, in->pos + length);
    return pass_extensions(in, content);
}

static bool pass_ip(struct reader *in, struct frame_content *content)
{
    uint8_t version = reader_left(in) > 0 ? in->data[in->pos] >> 4 : 0;

    return (version == 4 && pass_ipv4(in, content)) ||
           (version == 6 && pass_ipv6(in, content));
}

/* RFC 768. A length of 0 means the rest of the packet; a fragment has less than its
 * length says. */
static bool pass_udp(struct reader *in, struct frame_content *content)
{
    uint16_t length;
    size_t start = in->pos;

    if (!get_u16(in, &content->ends.from.port) || !get_u16(in, &content->ends.to.port) ||
        !get_u16(in, &length) || !get_skip(in, 2))
        return false;
    if (length >= UDP_HEADER && start + length < in->size)
        in->size = start + length;
    return true;
}

/* RFC 9293 section 3.1. */
static bool pass_tcp(struct reader *in, struct frame_content *content)
{
    uint8_t offset, flags;

    if (!get_u16(in, &content->ends.from.port) || !get_u16(in, &content->ends.to.port) ||
        !get_u32(in, &content->sequence) || !get_skip(in, 4) || !get_u8(in, &offset) ||
        !get_u8(in, &flags) || !get_skip(in, 6) || offset >> 4 < 5)
        return false;
    content->is_first = (flags & TCP_SYN) != 0;
    return get_skip(in, ((offset >> 4) - 5u) * 4);
}

static bool pass_transport(struct reader *in, struct frame_content *content)
{
    if (content->protocol == FRAME_UDP)
        return pass_udp(in, content);
    return content->protocol == FRAME_TCP && pass_tcp(in, content);
}

enum frame_result frame_read(const struct frame *frame, struct frame_content *content)
{
    struct reader in = reader_of(frame->octets, frame->size);
    bool is_known;

    *content = (struct frame_content){0};
    if (!pass_link(&in, frame->link, &is_known) || !pass_ip(&in, content) ||
        !pass_transport(&in, content)) {
        if (!is_known)
            return FRAME_UNKNOWN_LINK;
        return reader_left(&in) < TCP_MIN && frame->size < frame->original ? FRAME_CUT
                                                                           : FRAME_OTHER;
    }
    content->octets = in.data + in.pos;
    content->size = reader_left(&in);
    return FRAME_READ;
}

/* RFC 1071: the sum of a header with its checksum is all ones. */
static bool is_sum_right(const uint8_t *header, size_t size)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < size; i += 2)
        sum += (uint32_t)(header[i] << 8 | header[i + 1]);
    sum = (sum & 0xffff) + (sum >> 16);
    return (sum & 0xffff) + (sum >> 16) == 0xffff;
}

/* A right checksum is no accident. If it is left to the network card (0), and for IPv6,
 * which has none, the length must be right; behind the header of a link there may be
 * padding. */
static bool is_packet(const uint8_t *packet, size_t size, bool may_be_padded)
{
    size_t length, header;

    if (packet[0] >> 4 == 6) {
        length = IPV6_HEADER + (size_t)(packet[4] << 8 | packet[5]);
    } else {
        header = (packet[0] & 0xfu) * 4;
        if (packet[10] != 0 || packet[11] != 0)
            return is_sum_right(packet, header);
        length = (size_t)(packet[2] << 8 | packet[3]);
    }
    return may_be_padded ? length <= size : length == size;
}

bool frame_guess_link(const uint8_t *octets, size_t size, uint32_t *link)
{
    const uint32_t links[] = {LINK_RAW, LINK_ETHERNET, LINK_LINUX_SLL2, LINK_LINUX_SLL};

    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        struct frame frame = {
            .link = links[i], .octets = octets, .size = size, .original = size};
        struct reader in = reader_of(octets, size);
        struct frame_content content;
        bool is_known;

        *link = links[i];
        if (frame_read(&frame, &content) == FRAME_READ &&
            pass_link(&in, *link, &is_known) &&
            is_packet(octets + in.pos, size - in.pos, i > 0))
            return true;
    }
    return false;
}
