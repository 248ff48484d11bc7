/*
 * https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng: blocks of a type, a length,
 * the data, and the length again. A section block says how numbers are written, and an
 * interface block how the times of its packets are.
 */
#include "client/pcapng.h"

#include "base/xalloc.h"

#include <stdlib.h>

enum {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_OLD_PACKET = 2,
    BLOCK_SIMPLE = 3,
    BLOCK_PACKET = 6,
    BLOCK_MIN = 12,
    ORDER = 0x1a2b3c4d,
    OPTION_RESOLUTION = 9,
    OPTION_OFFSET = 14,
    MICROSECONDS = 6, /* the usual power of ten */
    NANOSECONDS = 9,
    SECOND_NS = 1000000000,
};

struct interface {
    uint16_t link;
    uint32_t most;      /* octets of a packet that are captured; 0: all */
    uint8_t resolution; /* a power of ten, or of two if the highest bit is set */
    int64_t offset;     /* seconds */
};

struct pcapng {
    struct reader in; /* of the file, or of a block */
    bool is_swapped;
    struct interface *interfaces;
    size_t interface_count, room;
    size_t frames, at; /* at: where the block begins */
    frame_take *take;
    void *context;
    const struct sink *sink;
};

static bool get_number(struct pcapng *block, uint32_t *number)
{
    if (!get_u32(&block->in, number))
        return false;
    if (block->is_swapped)
        *number = __builtin_bswap32(*number);
    return true;
}

static bool get_short(struct pcapng *block, uint16_t *number)
{
    if (!get_u16(&block->in, number))
        return false;
    if (block->is_swapped)
        *number = __builtin_bswap16(*number);
    return true;
}

static bool get_long(struct pcapng *block, uint64_t *number)
{
    if (!get_u64(&block->in, number))
        return false;
    if (block->is_swapped)
        *number = __builtin_bswap64(*number);
    return true;
}

/* Each option is filled up to four octets. */
static bool read_option(struct pcapng *block, struct interface *interface)
{
    uint16_t code, length;
    struct pcapng value;
    uint64_t offset;

    if (!get_short(block, &code) || !get_short(block, &length) || code == 0)
        return false;
    value = *block;
    if (code == OPTION_RESOLUTION && length == 1)
        get_u8(&value.in, &interface->resolution);
    if (code == OPTION_OFFSET && length == 8 && get_long(&value, &offset))
        interface->offset = (int64_t)offset;
    return get_skip(&block->in, (length + 3u) / 4 * 4);
}

static void read_interface(struct pcapng *file, struct pcapng *block)
{
    struct interface *interface;

    /* Memory in proportion to the blocks, which are longer. */
    if (file->interface_count == file->room) {
        file->room = 2 * file->room + 1;
        file->interfaces =
            xreallocarray(file->interfaces, file->room, sizeof *file->interfaces);
    }
    interface = &file->interfaces[file->interface_count++];
    *interface = (struct interface){.resolution = MICROSECONDS};
    if (get_short(block, &interface->link) && get_skip(&block->in, 2) &&
        get_number(block, &interface->most))
        while (read_option(block, interface))
            ;
}

/* With more than 10^19 ticks in a second, the time is taken for 0. */
static void set_decimal(struct frame_time *time, uint64_t ticks, unsigned power)
{
    uint64_t a_second = 1, fraction;

    for (unsigned i = 0; i < power; i++)
        if (__builtin_mul_overflow(a_second, (uint64_t)10, &a_second))
            return;
    time->seconds = (int64_t)(ticks / a_second);
    fraction = ticks % a_second;
    for (; power < NANOSECONDS; power++)
        fraction *= 10;
    for (; power > NANOSECONDS; power--)
        fraction /= 10;
    time->nanoseconds = (uint32_t)fraction;
}

static void set_binary(struct frame_time *time, uint64_t ticks, unsigned power)
{
    __uint128_t wide = ticks;

    if (power >= 64)
        return;
    time->seconds = (int64_t)(ticks >> power);
    wide -= (__uint128_t)(ticks >> power) << power;
    time->nanoseconds = (uint32_t)(wide * SECOND_NS >> power);
}

static void set_time(struct frame_time *time, const struct interface *interface,
                     uint64_t ticks)
{
    unsigned power = interface->resolution & 0x7f;
    bool is_binary = (interface->resolution & 0x80) != 0;

    *time = (struct frame_time){.is_known = true};
    time->has_nanoseconds = is_binary || power > MICROSECONDS;
    if (is_binary)
        set_binary(time, ticks, power);
    else
        set_decimal(time, ticks, power);
    if (__builtin_add_overflow(time->seconds, interface->offset, &time->seconds))
        time->is_known = false;
}

static const char too_short[] = "is too short for its packet",
                  no_interface[] = "names an interface that is not described";

static void complain_of_block(const struct pcapng *file, const char *what)
{
    sink_complain(file->sink, "the block at octet %zu %s", file->at, what);
}

/* The number of its interface, of 16 or 32 bits, the time in two halves, and its size. */
static void read_packet(struct pcapng *file, struct pcapng *block, bool is_old)
{
    struct frame frame = {.number = ++file->frames};
    uint32_t number, high, low, size, original;
    uint16_t old_number, drops;
    bool has_number = is_old ? get_short(block, &old_number) && get_short(block, &drops)
                             : get_number(block, &number);

    if (!has_number || !get_number(block, &high) || !get_number(block, &low) ||
        !get_number(block, &size) || !get_number(block, &original) ||
        !get_bytes(&block->in, &frame.octets, size)) {
        complain_of_block(file, too_short);
        return;
    }
    if (is_old)
        number = old_number;
    if (number >= file->interface_count) {
        complain_of_block(file, no_interface);
        return;
    }
    frame.link = file->interfaces[number].link;
    frame.size = size;
    frame.original = original;
    set_time(&frame.time, &file->interfaces[number], (uint64_t)high << 32 | low);
    file->take(file->context, &frame);
}

/* Without a time, and with as much as the first interface captures. */
static void read_simple(struct pcapng *file, struct pcapng *block)
{
    struct frame frame = {.number = ++file->frames};
    uint32_t original, most;

    if (file->interface_count == 0) {
        complain_of_block(file, no_interface);
        return;
    }
    if (!get_number(block, &original)) {
        complain_of_block(file, too_short);
        return;
    }
    most = file->interfaces[0].most;
    frame.link = file->interfaces[0].link;
    frame.original = original;
    frame.size = most > 0 && most < original ? most : original;
    if (get_bytes(&block->in, &frame.octets, frame.size))
        file->take(file->context, &frame);
    else
        complain_of_block(file, too_short);
}

/* Other blocks have names, statistics, and private data. */
static void read_block(struct pcapng *file, struct pcapng *block, uint32_t type)
{
    switch (type) {
    case BLOCK_SECTION:
        file->interface_count = 0;
        break;
    case BLOCK_INTERFACE:
        read_interface(file, block);
        break;
    case BLOCK_PACKET:
    case BLOCK_OLD_PACKET:
        read_packet(file, block, type == BLOCK_OLD_PACKET);
        break;
    case BLOCK_SIMPLE:
        read_simple(file, block);
    }
}

/* The type of a section block reads the same in both byte orders; the order is told
 * behind the length. */
static bool get_type(struct pcapng *file, uint32_t *type)
{
    struct reader in;
    uint32_t order;

    if (!get_u32(&file->in, type))
        return false;
    if (*type == BLOCK_SECTION) {
        in = file->in;
        if (!get_skip(&in, 4) || !get_u32(&in, &order))
            return false;
        file->is_swapped = order == __builtin_bswap32(ORDER);
        return order == ORDER || file->is_swapped;
    }
    if (file->is_swapped)
        *type = __builtin_bswap32(*type);
    return true;
}

/* Finds the next block. False, after a complaint, if the file ends in it or it is not a
 * block. */
static bool next_block(struct pcapng *file, struct pcapng *block, uint32_t *type)
{
    uint32_t length, again;
    struct pcapng end;

    file->at = file->in.pos;
    if (!get_type(file, type) || !get_number(file, &length)) {
        complain_of_block(file, "is none, or the file ends in it");
        return false;
    }
    if (length < BLOCK_MIN || length % 4 != 0) {
        complain_of_block(file, "has a wrong length");
        return false;
    }
    if (length > file->in.size - file->at) {
        complain_of_block(file, "is not whole: the file ends in it");
        return false;
    }
    *block = *file;
    block->in.size = file->at + length - 4;
    end = *file;
    end.in.pos = file->in.pos = file->at + length;
    end.in.pos -= 4;
    if (!get_number(&end, &again) || again != length) {
        complain_of_block(file, "has two lengths");
        return false;
    }
    return true;
}

bool pcapng_is(const uint8_t *octets, size_t size)
{
    struct reader in = reader_of(octets, size);
    uint32_t first;

    return get_u32(&in, &first) && first == BLOCK_SECTION;
}

void pcapng_read(const uint8_t *octets, size_t size, frame_take *take, void *context,
                 const struct sink *sink)
{
    struct pcapng file = {
        .in = reader_of(octets, size), .take = take, .context = context, .sink = sink};
    struct pcapng block;
    uint32_t type;

    while (reader_left(&file.in) > 0 && next_block(&file, &block, &type))
        read_block(&file, &block, type);
    free(file.interfaces);
}
