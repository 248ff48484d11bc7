#include "dns/loop_name.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

enum { DIGITS = 16, ZONE_AT = 1 + DIGITS };

/* No special-use name, since a forwarder would answer that by itself (RFC 6761). */
static const uint8_t zone[] = "\22hostdns-loop-check";

_Static_assert(LOOP_NAME_FRONT == ZONE_AT + sizeof zone - 1, "what stands in front");

bool loop_name_draw(uint8_t out[static LOOP_NAME_FRONT])
{
    char digits[DIGITS + 1];
    uint64_t nonce;

    if (getrandom(&nonce, sizeof nonce, 0) != sizeof nonce)
        return false;
    snprintf(digits, sizeof digits, "%016llx", (unsigned long long)nonce);
    out[0] = DIGITS;
    memcpy(out + 1, digits, DIGITS);
    memcpy(out + ZONE_AT, zone, sizeof zone - 1);
    return true;
}

bool loop_name_is_asked(const struct question *question)
{
    return question->name_len > LOOP_NAME_FRONT && question->name[0] == DIGITS &&
           name_equal((struct name){question->name + ZONE_AT, sizeof zone - 1},
                      (struct name){zone, sizeof zone - 1});
}
