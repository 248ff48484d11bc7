#include "lookup/address_check.h"

#include <string.h>

#include "base/clock.h"

void address_check_init(struct address_check *check, void (*expired)(void *context),
                        void *context)
{
    *check = (struct address_check){0};
    timer_init(&check->limit, expired, context);
}

void address_check_clear(struct address_check *check)
{
    timer_cancel(&check->limit);
    subquery_free(check->first);
    subquery_free(check->second);
    check->first = check->second = NULL;
}

uint16_t address_check_next(const struct address_check *check, uint16_t denied,
                            bool has_aaaa)
{
    if (type_is_address(denied)) {
        if (check->first || !has_aaaa)
            return 0;
        return denied == TYPE_A ? TYPE_AAAA : TYPE_A;
    }
    if (!check->first)
        return TYPE_A;
    if (check->second || !has_aaaa ||
        subquery_existence(check->first) == EXISTENCE_CONFIRMED)
        return 0;
    return TYPE_AAAA;
}

struct subquery **address_check_place(struct address_check *check)
{
    return check->first ? &check->second : &check->first;
}

void address_check_limit(struct address_check *check, struct loop *loop)
{
    if (!timer_is_set(&check->limit))
        timer_set(loop, &check->limit, clock_ms() + ADDRESS_CHECK_MS);
}

bool address_check_stop(struct address_check *check)
{
    timer_cancel(&check->limit);
    return subquery_stop(check->first) || subquery_stop(check->second);
}

bool address_check_is_under_way(const struct address_check *check)
{
    return subquery_is_under_way(check->first) || subquery_is_under_way(check->second);
}

/* The later value counts (enum existence): if one has seen the name, it exists, and if one
 * denies it and the other has failed, the name may have addresses of that family. */
enum existence address_check_existence(const struct address_check *check)
{
    enum existence first = subquery_existence(check->first);
    enum existence second = subquery_existence(check->second);

    return first > second ? first : second;
}
