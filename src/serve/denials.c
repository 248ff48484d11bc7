#include "serve/denials.h"

#include <xxhash.h>

static uint64_t hash_of(struct name name)
{
    return XXH3_64bits(name.wire, name.len) | 1; /* never 0; the low bits choose no place */
}

static size_t place_of(uint64_t hash)
{
    return (size_t)(hash >> 32) % DENIALS_MAX;
}

void denials_add(struct denials *denials, struct name name)
{
    uint64_t hash = hash_of(name);
    struct denial *denial = &denials->places[place_of(hash)];

    if (denial->hash != hash)
        *denial = (struct denial){.hash = hash};
}

static void see(struct denials *denials, struct name name, int64_t now)
{
    uint64_t hash = hash_of(name);
    struct denial *denial = &denials->places[place_of(hash)];

    if (denial->hash == hash)
        denial->seen = now;
}

void denials_disprove(struct denials *denials, struct name name, int64_t now)
{
    for (; name.len > 1; name = name_parent(name))
        see(denials, name, now);
}

bool denials_are_disproved(const struct denials *denials, struct name name, int64_t since)
{
    uint64_t hash = hash_of(name);
    const struct denial *denial = &denials->places[place_of(hash)];

    return denial->hash == hash && denial->seen >= since && denial->seen != 0;
}
