/*
 * Puts the answer section of a reply in the order in which libc reads it. libc follows
 * CNAMEs in the order in which they stand. If an address stands before its CNAME, or a
 * chain begins with its end, libc finds no data; other clients cope with any order.
 */
#pragma once

#include <stdbool.h>

#include "dns/question.h"

/*
 * True if each CNAME and each record of the asked type stands at the name that the
 * CNAMEs before it lead to. True as well if the answer section cannot be read, since no
 * order would help.
 */
bool order_is_kept(const struct question *, const uint8_t *wire, size_t len);

/*
 * A copy of the reply with its records in order, as dns/relay passes them on; the caller
 * must free() it. If no order leads to its data, because there are two CNAMEs at one
 * name, the records stay as they were: libc may follow the other one. NULL if the reply
 * cannot be read, its chain is too long, or memory is short.
 */
uint8_t *order_restore(const struct question *, const uint8_t *wire, size_t len,
                       size_t *restored_len);
