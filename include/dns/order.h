/*
 * Replies whose answer section is in the order in which libc reads it.
 *
 * libc follows CNAMEs as they come. An address before its CNAME, or a chain that begins
 * with its end, it takes for no data; other clients cope with any order.
 */
#ifndef DNS_ORDER_H
#define DNS_ORDER_H

#include <stdbool.h>

#include "dns/question.h"

/*
 * True if each CNAME and each record of the asked type stands at the name that the CNAMEs
 * before it lead to. Also of an answer section that cannot be read: it is in no order.
 */
bool order_is_kept(const struct question *, const uint8_t *wire, size_t len);

/*
 * The reply with its records as dns/relay passes them on, in order; to be free()d. Where no
 * order leads to its data, as of two CNAMEs at one name, it is as it was: libc may follow
 * the other one. NULL if it cannot be read, its chain is too long, or memory is short.
 */
uint8_t *order_restore(const struct question *, const uint8_t *wire, size_t len,
                       size_t *restored_len);

#endif
