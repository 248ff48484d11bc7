#include "serve/repeats.h"

#include <xxhash.h>

static struct repeat *set_of(struct repeats *repeats, const struct repeat *line)
{
    size_t len;
    const void *octets = question_bytes(&line->question, &len);
    uint64_t hash = XXH3_64bits(octets, len);

    octets = addr_client(&line->client, &len);
    return repeats->places[XXH3_64bits_withSeed(octets, len, hash) % REPEATS_SETS];
}

/* Each query may come from another port. */
static bool is_same_client(const struct addr *a, const struct addr *b)
{
    struct addr other = *b;

    addr_set_port(&other, addr_port(a));
    return addr_equal(a, &other);
}

static bool is_same(const struct repeat *a, const struct repeat *b)
{
    return a->count > 0 && a->rcode == b->rcode && a->over_tcp == b->over_tcp &&
           question_equal_folded(&a->question, &b->question) &&
           is_same_client(&a->client, &b->client);
}

static void end(struct repeat *place, repeats_told *tell)
{
    if (place->count > REPEATS_LINES)
        tell(place, place->count - REPEATS_LINES);
    place->count = 0;
}

/* The place of the line; or a free one, or else the oldest. */
static struct repeat *find(struct repeat *set, const struct repeat *line)
{
    struct repeat *found = set;

    for (struct repeat *place = set; place < set + REPEATS_PLACES; place++) {
        if (is_same(place, line))
            return place;
        if (found->count > 0 && (place->count == 0 || place->began < found->began))
            found = place;
    }
    return found;
}

bool repeats_allow(struct repeats *repeats, const struct repeat *line, int64_t now,
                   repeats_told *tell)
{
    struct repeat *place = find(set_of(repeats, line), line);

    if (!is_same(place, line) || now - place->began >= REPEATS_MS) {
        end(place, tell);
        *place = *line;
        place->began = now;
        place->count = 0;
    }
    return ++place->count <= REPEATS_LINES;
}

bool repeats_end(struct repeats *repeats, int64_t latest, repeats_told *tell)
{
    struct repeat *places = repeats->places[0];
    bool more = false;

    for (size_t i = 0; i < (size_t)REPEATS_SETS * REPEATS_PLACES; i++)
        if (places[i].began <= latest)
            end(&places[i], tell);
        else
            more = more || places[i].count > REPEATS_LINES;
    return more;
}
