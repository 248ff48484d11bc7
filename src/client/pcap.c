/* https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap: a header of 24 octets, then a
 * header of 16 before each packet. */
#include "client/pcap.h"

enum {
    MICROSECONDS = 0xa1b2c3d4,
    NANOSECONDS = 0xa1b23c4d,
    PACKET_HEADER = 16,
};

struct pcap {
    struct reader in;
    bool is_swapped; /* numbers with their least significant octet first */
    bool has_nanoseconds;
    uint32_t link;
    size_t count;
};

static bool get_number(struct pcap *pcap, uint32_t *number)
{
    if (!get_u32(&pcap->in, number))
        return false;
    if (pcap->is_swapped)
        *number = __builtin_bswap32(*number);
    return true;
}

static bool open_pcap(struct pcap *pcap, const uint8_t *octets, size_t size)
{
    uint32_t first;

    *pcap = (struct pcap){.in = reader_of(octets, size)};
    if (!get_u32(&pcap->in, &first))
        return false;
    pcap->is_swapped =
        first == __builtin_bswap32(MICROSECONDS) || first == __builtin_bswap32(NANOSECONDS);
    if (pcap->is_swapped)
        first = __builtin_bswap32(first);
    pcap->has_nanoseconds = first == NANOSECONDS;
    return first == MICROSECONDS || pcap->has_nanoseconds;
}

bool pcap_is(const uint8_t *octets, size_t size)
{
    struct pcap pcap;

    return open_pcap(&pcap, octets, size);
}

/* False: the file ends within the frame, or its header. */
static bool get_frame(struct pcap *pcap, struct frame *frame, const struct sink *sink)
{
    uint32_t seconds, fraction, size, original;

    *frame = (struct frame){.link = pcap->link, .number = ++pcap->count};
    if (!get_number(pcap, &seconds) || !get_number(pcap, &fraction) ||
        !get_number(pcap, &size) || !get_number(pcap, &original)) {
        sink_complain(sink, "the file ends within the header of packet %zu", pcap->count);
        return false;
    }
    if (!get_bytes(&pcap->in, &frame->octets, size)) {
        sink_complain(sink, "the file ends within packet %zu, with %zu of its %u octets",
                      pcap->count, reader_left(&pcap->in), size);
        return false;
    }
    frame->size = size;
    frame->original = original;
    frame->time.is_known = true;
    frame->time.has_nanoseconds = pcap->has_nanoseconds;
    frame->time.seconds = seconds;
    frame->time.nanoseconds = pcap->has_nanoseconds ? fraction : fraction * 1000;
    return true;
}

void pcap_read(const uint8_t *octets, size_t size, frame_take *take, void *context,
               const struct sink *sink)
{
    struct pcap pcap;
    struct frame frame;

    open_pcap(&pcap, octets, size);
    if (!get_skip(&pcap.in, 16) || !get_number(&pcap, &pcap.link)) {
        sink_complain(sink, "the file ends within its header");
        return;
    }
    pcap.link &= 0xffff; /* the bits above say whether frames have a checksum */
    while (reader_left(&pcap.in) > 0 && get_frame(&pcap, &frame, sink))
        take(context, &frame);
}
