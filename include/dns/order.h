/*
 * Puts the answer section of a reply in the order in which libc reads it. libc follows
 * CNAMEs in the order in which they stand. If an address stands before its CNAME, or a
 * chain begins with its end, libc finds no data; other clients cope with any order.
 *
 * libc does for each address what costs a connection, and sorts them. So of a reply with
 * thousands it sees the first ORDER_SHOWN_MAX, which is enough to decide whether the reply
 * counts. It also reads the owner of each in full, so it sees fewer if that is long.
 */
#pragma once

#include <stdbool.h>

#include "dns/question.h"

enum {
    ORDER_SHOWN_MAX = 128,   /* records of the asked type, and as many CNAMEs */
    ORDER_OCTETS_MAX = 4096, /* of the owners of these records; then no more are shown */
    ORDER_PASSED_MAX = 128,  /* of other types, which libc passes over, before these */
};

/*
 * True if each CNAME and each record of the asked type that libc is to see stands at the
 * name that the CNAMEs before it lead to, and neither records of other types nor the length
 * of names make that cost too much. True as well if the answer section cannot be read,
 * since no order would help. Sets `*shown` to the number of its first records that libc is
 * to see.
 */
bool order_is_kept(const struct question *, const uint8_t *wire, size_t len,
                   unsigned *shown);

/* True if the answer section has more records of the asked type, an address type, or CNAMEs
 * than libc is to see, or is longer than that and cannot be read. Records of other types do
 * not count, since libc passes over them. */
bool order_is_cut(uint16_t type, const uint8_t *wire, size_t len);

/*
 * A copy of what libc is to see of the reply, with its records in the order in which
 * dns/relay passes them on; the caller must free() it. If no order leads to its data,
 * because there are two CNAMEs at one name, the records stay as they were: libc may follow
 * the other one. Sets `*shown` like order_is_kept. NULL if the reply cannot be read, its
 * chain is too long, signatures make it cost too much, or memory is short.
 */
uint8_t *order_restore(const struct question *, const uint8_t *wire, size_t len,
                       size_t *restored_len, unsigned *shown);
