#include "upstream/loops.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <xxhash.h>

enum {
    WAYS = 4, /* places for a mark; the one that ends first gives way */
};

/* A name that has come back, and those that share its last `least` labels or more. */
struct domain {
    struct addr server;
    uint8_t name[NAME_WIRE_MAX]; /* folded */
    size_t name_len;
    size_t least;
    int64_t ends; /* clock_ms(); 0: unused */
};

/* Only the hash is kept: of two names that share one, one would go without its check. */
struct mark {
    uint64_t hash;
    int64_t ends;
};

enum kind {
    SUSPECTED, /* checked since it was slow: its domain needs no such check again */
    STRAIGHT,  /* led elsewhere: needs no check that goes first */
    SETTLED,   /* came back: needs no check for one type, which is in the higher bits */
};

struct loops {
    struct domain domains[LOOPS_KNOWN];
    struct mark marks[LOOPS_MARKS / WAYS][WAYS];
    uint64_t seed;
};

struct loops *loops_new(void)
{
    struct loops *loops = calloc(1, sizeof *loops);

    if (loops && getrandom(&loops->seed, sizeof loops->seed, 0) != sizeof loops->seed) {
        free(loops);
        return NULL;
    }
    return loops;
}

void loops_free(struct loops *loops)
{
    free(loops);
}

/* Without the root. */
static size_t count_labels(const uint8_t *name)
{
    size_t count = 0;

    for (; *name != 0; name += 1 + *name)
        count++;
    return count;
}

/* Where the last `labels` labels of the name stand; it has as many. */
static size_t suffix_at(const uint8_t *name, size_t labels)
{
    size_t at = 0;

    for (size_t left = count_labels(name) - labels; left > 0; left--)
        at += 1u + name[at];
    return at;
}

/* How many of their last labels two folded names share. */
static size_t shared_labels(const uint8_t *a, const uint8_t *b)
{
    size_t a_labels = count_labels(a), b_labels = count_labels(b), shared = 0;
    size_t most = a_labels < b_labels ? a_labels : b_labels;

    a += suffix_at(a, most);
    b += suffix_at(b, most);
    for (; most > 0; most--) {
        shared = memcmp(a, b, 1u + *a) == 0 ? shared + 1 : 0;
        a += 1 + *a;
        b += 1 + *b;
    }
    return shared;
}

/* Of the last `labels` labels of the route's name, which is given in lower case. */
static uint64_t hash_of(const struct loops *loops, uint32_t kind, const struct route *route,
                        const uint8_t *name, size_t labels)
{
    uint8_t bytes[sizeof kind + ADDR_TEXT + NAME_WIRE_MAX] = {0};
    size_t at = suffix_at(name, labels), len = route->name_len - at;

    memcpy(bytes, &kind, sizeof kind);
    addr_format(route->server, (char *)bytes + sizeof kind);
    memcpy(bytes + sizeof kind + ADDR_TEXT, name + at, len);
    return XXH3_64bits_withSeed(bytes, sizeof kind + ADDR_TEXT + len, loops->seed);
}

static struct mark *set_of(struct loops *loops, uint64_t hash)
{
    return loops->marks[hash % (LOOPS_MARKS / WAYS)];
}

static bool is_marked(struct loops *loops, uint64_t hash, int64_t now)
{
    const struct mark *set = set_of(loops, hash);

    for (size_t i = 0; i < WAYS; i++)
        if (set[i].hash == hash && set[i].ends > now)
            return true;
    return false;
}

static void mark(struct loops *loops, uint64_t hash, int64_t now)
{
    struct mark *set = set_of(loops, hash), *place = set;

    for (size_t i = 1; i < WAYS; i++)
        if (set[i].ends < place->ends)
            place = &set[i];
    *place = (struct mark){hash, now + LOOPS_VALID_MS};
}

/* The domain that the name is of, and how many labels they share; NULL if there is none. */
static struct domain *find(struct loops *loops, const struct route *route,
                           const uint8_t *name, int64_t now, size_t *shared)
{
    for (size_t i = 0; i < LOOPS_KNOWN; i++) {
        struct domain *domain = &loops->domains[i];

        if (domain->ends <= now || !addr_equal(&domain->server, route->server))
            continue;
        *shared = shared_labels(domain->name, name);
        if (*shared >= domain->least)
            return domain;
    }
    return NULL;
}

/* The part of the name below what it shares with the domain has been found to lead
 * elsewhere. */
static bool is_straight(struct loops *loops, const struct route *route, const uint8_t *name,
                        size_t shared, int64_t now)
{
    return shared < count_labels(name) &&
           is_marked(loops, hash_of(loops, STRAIGHT, route, name, shared + 1), now);
}

bool loops_expect(struct loops *loops, const struct route *route, int64_t now)
{
    uint8_t name[NAME_WIRE_MAX];
    size_t shared;

    name_fold(name, route->name, route->name_len);
    return find(loops, route, name, now, &shared) &&
           !is_straight(loops, route, name, shared, now);
}

bool loops_suspect(struct loops *loops, const struct route *route, int64_t now)
{
    uint8_t name[NAME_WIRE_MAX];
    size_t labels;
    uint64_t hash;

    name_fold(name, route->name, route->name_len);
    labels = count_labels(name);
    hash = hash_of(loops, SUSPECTED, route, name, labels > 2 ? labels - 1 : labels);
    if (is_marked(loops, hash, now))
        return false;
    mark(loops, hash, now);
    return true;
}

static struct domain *place_for_domain(struct loops *loops)
{
    struct domain *place = &loops->domains[0];

    for (size_t i = 1; i < LOOPS_KNOWN; i++)
        if (loops->domains[i].ends < place->ends)
            place = &loops->domains[i];
    return place;
}

void loops_came_back(struct loops *loops, const struct route *route, int64_t now)
{
    uint8_t name[NAME_WIRE_MAX];
    struct domain *domain;
    size_t shared;

    name_fold(name, route->name, route->name_len);
    domain = find(loops, route, name, now, &shared);
    if (!domain) {
        domain = place_for_domain(loops);
        *domain = (struct domain){
            .server = *route->server, .name_len = route->name_len, .least = 1};
        memcpy(domain->name, name, route->name_len);
    }
    domain->ends = now + LOOPS_VALID_MS;
}

void loops_led_elsewhere(struct loops *loops, const struct route *route, int64_t now)
{
    uint8_t name[NAME_WIRE_MAX];
    struct domain *domain;
    size_t shared;

    name_fold(name, route->name, route->name_len);
    domain = find(loops, route, name, now, &shared);
    if (!domain)
        return;
    domain->least = shared + 1;
    if (shared < count_labels(name))
        mark(loops, hash_of(loops, STRAIGHT, route, name, shared + 1), now);
}

static uint64_t hash_for_type(const struct loops *loops, const struct route *route,
                              uint16_t type)
{
    uint8_t name[NAME_WIRE_MAX];

    name_fold(name, route->name, route->name_len);
    return hash_of(loops, SETTLED | (uint32_t)type << 8, route, name, count_labels(name));
}

void loops_settle(struct loops *loops, const struct route *route, uint16_t type,
                  int64_t now)
{
    uint64_t hash = hash_for_type(loops, route, type);

    if (!is_marked(loops, hash, now)) /* or it would hold for ever */
        mark(loops, hash, now);
}

bool loops_are_settled(struct loops *loops, const struct route *route, uint16_t type,
                       int64_t now)
{
    return is_marked(loops, hash_for_type(loops, route, type), now);
}

void loops_forget(struct loops *loops)
{
    memset(loops->domains, 0, sizeof loops->domains);
    memset(loops->marks, 0, sizeof loops->marks);
}
