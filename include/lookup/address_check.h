/*
 * Subqueries for addresses of a job's name, which tell whether a denial of it holds.
 *
 * Some servers say NXDOMAIN for a name that merely has no data of the asked type (RFC 4074
 * section 4.2). So if one address family is denied, the other one is asked for, and if
 * another type is, both are, one after the other. This corrects a known fault of some
 * servers and must not cost more than that: without a response within ADDRESS_CHECK_MS, the
 * denial stands.
 *
 * For ANY the second family is asked for here as well, with no limit but that of the
 * question.
 */
#pragma once

#include "lookup/subquery.h"

enum { ADDRESS_CHECK_MS = 500 }; /* from the denial on */

struct address_check {
    struct subquery *first, *second; /* NULL: not asked */
    struct timer limit;              /* runs while a denial is checked */
};

/* `expired` is called with the context when the time is over. */
void address_check_init(struct address_check *, void (*expired)(void *context),
                        void *context);
/* Gives up what is under way and frees both. */
void address_check_clear(struct address_check *);

/*
 * The address type to ask for next, now that `denied` is denied and those asked so far have
 * ended, or 0: an address of either family shows that the name exists. Without `has_aaaa`
 * no name has an IPv6 address.
 */
uint16_t address_check_next(const struct address_check *, uint16_t denied, bool has_aaaa);
/* The member that the next subquery is to be stored in. */
struct subquery **address_check_place(struct address_check *);

/* Starts the time; later calls do not change it. */
void address_check_limit(struct address_check *, struct loop *);
/* Gives up what is under way. True if something was. */
bool address_check_stop(struct address_check *);
bool address_check_is_under_way(const struct address_check *);

/* What both tell about the existence of the name. */
enum existence address_check_existence(const struct address_check *);
