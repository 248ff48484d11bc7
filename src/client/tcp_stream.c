/*
 * A stream is in step if it begins with SYN, and from then on as long as nothing is
 * missing, or only part of one message whose length is known. Otherwise the next segment
 * that looks like the beginning of a message is taken for one.
 */
#include "client/tcp_stream.h"

#include "base/xalloc.h"

#include "dns/wire.h"

#include <stdlib.h>
#include <string.h>

enum {
    LENGTH = 2,
    FIRST_ROOM = 512,
    WINDOW = 1 << 24, /* farther away is another connection on the same ports */
};

static size_t length_of(const uint8_t *octets)
{
    return wire_u16(octets);
}

/* RFC 1035 section 4.1.1: a length, room for a header, a known OPCODE, the bit Z, which
 * is always 0, and one question, or none in the later messages of a zone transfer (RFC
 * 5936 section 2.2.1). */
static bool begins_message(const uint8_t *octets, size_t size)
{
    const uint8_t *header = octets + LENGTH;
    uint16_t flags, questions;

    if (size < LENGTH + WIRE_HEADER || length_of(octets) < WIRE_HEADER)
        return false;
    flags = wire_flags(header);
    questions = wire_questions(header);
    return wire_opcode(flags) <= 6 && (flags & WIRE_Z) == 0 &&
           (questions == 1 || (questions == 0 && (flags & WIRE_QR)));
}

static void tell_strayed(struct tcp_stream *stream, const struct tcp_stream_events *events)
{
    if (stream->strayed > 0)
        events->lost(events->context, stream->strayed,
                     "in which no message begins that can be told");
    stream->strayed = 0;
}

static void lose_step(struct tcp_stream *stream)
{
    stream->is_in_step = false;
    stream->got = stream->skip = 0;
}

static void make_room(struct tcp_stream *stream, size_t size)
{
    size_t room = stream->room ? stream->room : FIRST_ROOM;

    while (room < size)
        room *= 2;
    if (room == stream->room)
        return;
    stream->message = xreallocarray(stream->message, room, 1);
    stream->room = room;
}

static void keep(struct tcp_stream *stream, const uint8_t *octets, size_t size)
{
    make_room(stream, stream->got + size);
    memcpy(stream->message + stream->got, octets, size);
    stream->got += size;
}

/* How many octets are missing of the message, or of its length if that is not complete. */
static size_t wanted(const struct tcp_stream *stream)
{
    return stream->got < LENGTH ? LENGTH - stream->got
                                : LENGTH + length_of(stream->message) - stream->got;
}

/* Takes one octet or more of a message, up to its end, and returns how many. */
static size_t take_some(struct tcp_stream *stream, const uint8_t *octets, size_t size,
                        const struct tcp_stream_events *events)
{
    size_t some = wanted(stream);

    if (stream->got == 0 && size >= LENGTH && size - LENGTH >= length_of(octets)) {
        events->message(events->context, octets + LENGTH, length_of(octets));
        return LENGTH + length_of(octets);
    }
    if (some > size)
        some = size;
    keep(stream, octets, some);
    if (stream->got >= LENGTH && wanted(stream) == 0) {
        events->message(events->context, stream->message + LENGTH, stream->got - LENGTH);
        stream->got = 0;
    }
    return some;
}

/* Octets that are due. */
static void deliver(struct tcp_stream *stream, const uint8_t *octets, size_t size,
                    const struct tcp_stream_events *events)
{
    size_t passed = size < stream->skip ? size : stream->skip;

    stream->next += (uint32_t)size;
    stream->skip -= passed;
    if (!stream->is_in_step) {
        if (!begins_message(octets, size)) {
            stream->strayed += size;
            return;
        }
        tell_strayed(stream, events);
        stream->is_in_step = true;
    }
    while (passed < size)
        passed += take_some(stream, octets + passed, size - passed, events);
}

/* What is due does not come. */
static void lose(struct tcp_stream *stream, size_t size,
                 const struct tcp_stream_events *events)
{
    size_t rest = stream->skip;

    events->lost(events->context, size, "are missing");
    stream->next += (uint32_t)size;
    if (stream->got >= LENGTH)
        rest = wanted(stream);
    if (!stream->is_in_step || size > rest) {
        lose_step(stream);
        return;
    }
    stream->got = 0;
    stream->skip = rest - size;
}

static int32_t distance(const struct tcp_stream *stream, uint32_t sequence)
{
    return (int32_t)(sequence - stream->next);
}

/* Removes what has come already. False if nothing is left. */
static bool trim(const struct tcp_stream *stream, struct tcp_segment *segment)
{
    int32_t ahead = distance(stream, segment->sequence);
    size_t known = ahead < 0 ? (size_t)(-(int64_t)ahead) : 0;

    if (known >= segment->size)
        return false;
    segment->sequence += (uint32_t)known;
    segment->octets += known;
    segment->size -= known;
    return true;
}

static bool is_due(const struct tcp_stream *stream, const struct tcp_segment *segment)
{
    return distance(stream, segment->sequence) <= 0;
}

/* Delivers segments behind a gap that is closed now. */
static void deliver_late(struct tcp_stream *stream, const struct tcp_stream_events *events)
{
    size_t done = 0;

    while (done < stream->late_count && is_due(stream, &stream->late[done])) {
        struct tcp_segment segment = stream->late[done++];

        if (trim(stream, &segment))
            deliver(stream, segment.octets, segment.size, events);
    }
    stream->late_count -= done;
    if (done > 0)
        memmove(stream->late, stream->late + done,
                stream->late_count * sizeof *stream->late);
}

static void give_gap_up(struct tcp_stream *stream, const struct tcp_stream_events *events)
{
    lose(stream, (size_t)distance(stream, stream->late[0].sequence), events);
    deliver_late(stream, events);
}

/* Keeps it in the order of the stream. */
static void keep_late(struct tcp_stream *stream, const struct tcp_segment *segment)
{
    size_t at = stream->late_count;

    if (!stream->late)
        stream->late = xcalloc(TCP_STREAM_LATE, sizeof *stream->late);
    while (at > 0 && distance(stream, stream->late[at - 1].sequence) >
                         distance(stream, segment->sequence))
        at--;
    memmove(stream->late + at + 1, stream->late + at,
            (stream->late_count - at) * sizeof *segment);
    stream->late[at] = *segment;
    stream->late_count++;
}

static void forget(struct tcp_stream *stream)
{
    free(stream->message);
    free(stream->late);
    *stream = (struct tcp_stream){0};
}

void tcp_stream_begin(struct tcp_stream *stream, uint32_t sequence,
                      const struct tcp_stream_events *events)
{
    if (stream->has_first && stream->first == sequence)
        return; /* SYN once more */
    tcp_stream_end(stream, events);
    stream->has_begun = stream->has_first = stream->is_in_step = true;
    stream->first = stream->next = sequence;
}

void tcp_stream_take(struct tcp_stream *stream, struct tcp_segment segment,
                     const struct tcp_stream_events *events)
{
    int32_t ahead = stream->has_begun ? distance(stream, segment.sequence) : 0;

    if (ahead > WINDOW || ahead < -WINDOW)
        tcp_stream_end(stream, events);
    if (!stream->has_begun) {
        stream->has_begun = true;
        stream->next = segment.sequence;
    }
    if (!trim(stream, &segment))
        return;
    if (is_due(stream, &segment)) {
        deliver(stream, segment.octets, segment.size, events);
        deliver_late(stream, events);
        return;
    }
    keep_late(stream, &segment);
    if (stream->late_count == TCP_STREAM_LATE)
        give_gap_up(stream, events);
}

void tcp_stream_end(struct tcp_stream *stream, const struct tcp_stream_events *events)
{
    while (stream->late_count > 0)
        give_gap_up(stream, events);
    tell_strayed(stream, events);
    if (stream->got > 0)
        events->lost(events->context, wanted(stream),
                     "are missing at the end of a message");
    else if (stream->skip > 0)
        events->lost(events->context, stream->skip, "are missing at the end of a message");
    forget(stream);
}
