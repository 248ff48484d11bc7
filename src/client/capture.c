/*
 * The first octets of a file show what it holds: a capture begins with a number of its own,
 * and text has only characters. Anything else is taken for a message, or for a packet with
 * one.
 */
#include "client/capture.h"

#include "base/xalloc.h"
#include "client/hex_text.h"
#include "client/packet.h"
#include "client/pcap.h"
#include "client/pcapng.h"
#include "dns/wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct capture {
    const struct sink *sink; /* the caller's */
    struct sink counting;    /* passes messages on to it, and counts them */
    struct packets *packets;
    size_t taken, complaints, frames;
};

static void count_message(void *context, const struct capture_message *message)
{
    struct capture *capture = context;

    capture->taken++;
    capture->sink->take(capture->sink->context, message);
}

static void count_complaint(void *context, const char *line)
{
    struct capture *capture = context;

    capture->complaints++;
    capture->sink->complain(capture->sink->context, line);
}

static void take_frame(void *packets, const struct frame *frame)
{
    packets_take(packets, frame);
}

/* A message from a TCP stream still has its length before it, and a packet its headers. */
static void read_octets(void *context, const uint8_t *octets, size_t size, bool is_packet)
{
    struct capture *capture = context;
    size_t length = size < 2 ? 0 : (size_t)(octets[0] << 8 | octets[1]);
    struct frame frame = {
        .octets = octets, .size = size, .original = size, .number = ++capture->frames};

    if (frame_guess_link(octets, size, &frame.link))
        packets_take(capture->packets, &frame);
    else if (is_packet)
        return; /* of another protocol */
    else if (length >= WIRE_HEADER && length == size - 2)
        sink_take(&capture->counting, octets + 2, length, "behind 2 octets of length");
    else
        sink_take(&capture->counting, octets, size, "");
}

/* Returns the octets that are read, which must stay until the packets have ended. */
static uint8_t *read_text(struct capture *capture, const uint8_t *text, size_t size)
{
    uint8_t *room = xmalloc(hex_text_room(text, size));
    char error[HEX_TEXT_ERROR];

    if (!hex_text_read(text, size, room, read_octets, capture, error))
        sink_complain(&capture->counting, "%s", error);
    return room;
}

/* The formats of gzip, xz and zstd, with which captures are often compressed. */
static bool is_compressed(const uint8_t *octets, size_t size)
{
    return size > 4 && (memcmp(octets, "\x1f\x8b\x08", 3) == 0 ||
                        memcmp(octets,
                               "\xfd"
                               "7zXZ",
                               5) == 0 ||
                        memcmp(octets, "\x28\xb5\x2f\xfd", 4) == 0);
}

static uint8_t *read_any(struct capture *capture, const uint8_t *octets, size_t size)
{
    const struct sink *sink = &capture->counting;

    if (is_compressed(octets, size))
        sink_complain(sink, "compressed: unpack it first");
    else if (hex_text_is(octets, size))
        return read_text(capture, octets, size);
    else if (pcap_is(octets, size))
        pcap_read(octets, size, take_frame, capture->packets, sink);
    else if (pcapng_is(octets, size))
        pcapng_read(octets, size, take_frame, capture->packets, sink);
    else if (size > 0)
        read_octets(capture, octets, size, false);
    return NULL;
}

void capture_read(const uint8_t *octets, size_t size, const struct sink *sink)
{
    struct capture capture = {.sink = sink};
    uint8_t *room;

    capture.counting = (struct sink){count_message, count_complaint, &capture};
    capture.packets = packets_new(&capture.counting);
    room = read_any(&capture, octets, size);
    packets_end(capture.packets);
    free(room);
    if (capture.taken == 0 && capture.complaints == 0)
        sink_complain(sink, "no DNS message in it");
}

static uint8_t *read_all(FILE *in, size_t *size)
{
    uint8_t *octets = NULL;
    size_t room = 1 << 15;

    *size = 0;
    do {
        room *= 2;
        octets = xreallocarray(octets, room, 1);
        *size += fread(octets + *size, 1, room - *size, in);
    } while (*size == room && room < CAPTURE_MAX);
    if (*size < room && !ferror(in))
        return octets;
    if (*size == room)
        errno = EFBIG;
    free(octets);
    return NULL;
}

uint8_t *capture_load(const char *path, size_t *size)
{
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *in = is_stdin ? stdin : fopen(path, "re");
    uint8_t *octets = in ? read_all(in, size) : NULL;
    int error = errno;

    if (in && !is_stdin)
        fclose(in);
    errno = error;
    return octets;
}
