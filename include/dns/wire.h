/*
 * The fields that have a fixed place in each message (RFC 1035 section 4.1.1), by name:
 * nothing else knows an offset or a bit of the header. Messages that are given here have
 * at least WIRE_HEADER octets.
 */
#pragma once

#include "base/bytes.h"

#include <arpa/inet.h>
#include <string.h>

enum {
    WIRE_HEADER = 12, /* octets in front of the question */
    WIRE_MAX = 65535, /* no message is longer (section 4.2.2) */
};

/* The flags, and the masks of two numbers among them (AD, CD: RFC 4035 section 3). */
enum wire_flag {
    WIRE_QR = 0x8000,
    WIRE_OPCODE = 0x7800,
    WIRE_AA = 0x0400,
    WIRE_TC = 0x0200,
    WIRE_RD = 0x0100,
    WIRE_RA = 0x0080,
    WIRE_Z = 0x0040,
    WIRE_AD = 0x0020,
    WIRE_CD = 0x0010,
    WIRE_RCODE = 0x000f,
};

enum { WIRE_DO = 0x8000 }; /* among the flags of an OPT record (RFC 3225) */

enum { OPCODE_QUERY = 0, OPCODE_SHIFT = 11 };

enum section { SECTION_ANSWER, SECTION_AUTHORITY, SECTION_ADDITIONAL, SECTIONS };

static inline uint16_t wire_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t wire_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline uint8_t *wire_set_u16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
    return at + 2;
}

static inline void wire_set_u32(uint8_t *at, uint32_t value)
{
    value = htonl(value); /* gcc makes one store of that, and not always of four octets */
    memcpy(at, &value, sizeof value);
}

static inline uint16_t wire_id(const uint8_t *wire)
{
    return wire_u16(wire);
}

static inline uint16_t wire_flags(const uint8_t *wire)
{
    return wire_u16(wire + 2);
}

/* The opcode among the flags. */
static inline unsigned wire_opcode(unsigned flags)
{
    return (flags & WIRE_OPCODE) >> OPCODE_SHIFT;
}

static inline unsigned wire_rcode(const uint8_t *wire)
{
    return wire_flags(wire) & WIRE_RCODE;
}

static inline uint16_t wire_questions(const uint8_t *wire)
{
    return wire_u16(wire + 4);
}

static inline uint16_t wire_count(const uint8_t *wire, enum section section)
{
    return wire_u16(wire + 6 + 2 * section);
}

/* True if the message counts one question and no record but perhaps one in the additional
 * section. */
static inline bool wire_counts_as_query(const uint8_t *wire)
{
    return memcmp(wire + 4, "\0\1\0\0\0\0", 7) == 0 && wire[11] <= 1;
}

static inline void wire_set_flags(uint8_t *wire, unsigned flags)
{
    wire_set_u16(wire + 2, flags);
}

static inline void wire_set_count(uint8_t *wire, enum section section, unsigned count)
{
    wire_set_u16(wire + 6 + 2 * section, count);
}

/* Writes a header that counts questions and additional records. */
void wire_put_header(struct writer *, uint16_t id, unsigned flags, unsigned questions,
                     unsigned additionals);

/* Sets the reader to the first record of the message, which may be any octets. False if it
 * has no header, or not one question. */
bool wire_find_records(const uint8_t *wire, size_t len, struct reader *);
