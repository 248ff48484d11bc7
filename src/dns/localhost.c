#include "dns/localhost.h"

#include <string.h>

static const struct name name = NAME_OF(LOCALHOST_WIRE);
static const uint8_t ip4[4] = {127, 0, 0, 1}, ip6[16] = {[15] = 1};

bool localhost_is_asked(const struct question *question)
{
    return name_equal(question_name(question), name);
}

static bool asks_for(const struct question *question, uint16_t type)
{
    return question->type == type || question->type == TYPE_ANY;
}

void localhost_say(const struct question *question, bool no_aaaa, uint32_t ttl,
                   struct answer *answer)
{
    if (asks_for(question, TYPE_A))
        answer_add_address(answer, ANSWER_OWNER_QUESTION, TYPE_A, ip4, ttl);
    if (asks_for(question, TYPE_AAAA) && !no_aaaa)
        answer_add_address(answer, ANSWER_OWNER_QUESTION, TYPE_AAAA, ip6, ttl);
}

bool localhost_has_address(const uint8_t *address, size_t size)
{
    return memcmp(address, size == sizeof ip4 ? ip4 : ip6, size) == 0;
}

void localhost_say_reverse(const struct question *question, uint32_t ttl,
                           struct answer *answer)
{
    if (asks_for(question, TYPE_PTR))
        answer_add_name(answer, ANSWER_OWNER_QUESTION, TYPE_PTR, name, ttl, NULL);
}
